"""Backups, and mail that is held: what keeps the installation itself well. Imports what lies below.

Of backups archive.py is read first."""
