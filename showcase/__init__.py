"""The project: settings, addresses, and what runs around the apps."""

# The version of Showcase, said once: the footer of staff’s pages, /healthz, logs, backups and CHANGELOG.md say it too.
VERSION = "1.1.0"
