"""Every setting that the environment may say, in one table: settings.py can read no other, and the guide prints it.

`python -m showcase.environment` prints the table of docs/running.md from it.
"""

import os
import sys
from typing import Any, NamedTuple

import environ

NEEDED = "**needed**"


class Setting(NamedTuple):
    """One of them: its name, what it is, and what it is where nobody says."""

    name: str
    what: str
    default: str = "none"


TABLE = (
    Setting(
        "SECRET_KEY",
        "Django’s secret: sessions and forms",
        NEEDED,
    ),
    Setting(
        "SECRET_KEY_FALLBACKS",
        "earlier ones, commas between, for a day after a change: nobody is signed out",
    ),
    Setting(
        "LINK_KEYS",
        "keys of private links, commas between: the first signs, all verify",
        NEEDED,
    ),
    Setting(
        "CODE_KEYS",
        "keys of staff’s recovery codes, as `LINK_KEYS`",
        NEEDED,
    ),
    Setting(
        "HASH_KEY",
        "what stands for a network or an account that is counted",
        NEEDED,
    ),
    Setting(
        "ALLOWED_HOSTS",
        "names served, commas between",
        NEEDED,
    ),
    Setting(
        "SITE_URL",
        "the address that mails link to, such as `https://showcase.example`, nothing after it",
        NEEDED,
    ),
    Setting(
        "EMAIL_URL",
        "the mail server, such as `smtp+tls://user:password@host:587`",
        NEEDED,
    ),
    Setting(
        "DEFAULT_FROM_EMAIL",
        "the address that mails come from; the name beside it is the hub’s",
        NEEDED,
    ),
    Setting(
        "BOUNCE_ADDRESS",
        "where mails come back that cannot be delivered, such as `bounces@showcase.example`: to `bounces+…@` there, "
        "for `manage.py bounce`",
        "nobody is told",
    ),
    Setting(
        "DATABASE_URL",
        "`postgres://user:password@host/name`",
        "SQLite in `VAR_DIR`",
    ),
    Setting(
        "DATABASE_URL_DIRECT",
        "the same database by its owner’s role and past any pooler: for `migrate`, `backup`, `restore`",
        "`DATABASE_URL`",
    ),
    Setting(
        "PREPARED_STATEMENTS",
        "whether each connection to PostgreSQL keeps the plans of its statements: `no`; or `yes`, through a pooler too "
        "([several machines](#several-machines))",
        "`yes`, but for a pooler that is noticed",
    ),
    Setting(
        "VAR_DIR",
        "the folder of SQLite and of collected static files; uploaded files are in the database",
        "`var/`",
    ),
    Setting(
        "PROXIES",
        "how many proxies of yours add to `X-Forwarded-For`: limits count by network",
        "1",
    ),
    Setting(
        "PAGES_KEPT",
        "megabytes of public pages that each process of the web server keeps for its next readers; 0: none",
        "8",
    ),
    Setting(
        "SECOND_FACTOR",
        "`required`: all staff sign in with a code from a phone besides the password; `optional`: where their hub asks "
        "for it",
        "`required`",
    ),
    Setting(
        "BACKUP_DIR",
        "the folder of backups, where the worker keeps the ledger of erasures too",
    ),
    Setting(
        "BACKUP_RECIPIENT",
        "the public key that backups are encrypted to (`manage.py backup_key FILE` prints it), commas between several",
        "no backups",
    ),
    Setting(
        "OPERATOR",
        "who runs the site, such as `The Maths Hubs programme office`: the accessibility statement names it, as "
        "public bodies must",
    ),
    Setting(
        "ACCESSIBILITY_EMAIL",
        "where people report that the site is in their way; the statement promises an answer within five working days",
        "the hubs",
    ),
    Setting(
        "SECURITY_EMAIL",
        "where people report a hole: `/.well-known/security.txt` names it (RFC 9116)",
        "no such file",
    ),
    Setting(
        "ALERT_EMAIL",
        "who is mailed when something is bad, commas between, by `manage.py status --alert`",
        "nobody",
    ),
    Setting(
        "HEARTBEAT_URL",
        "an address elsewhere, fetched by the same command while nothing is bad: who keeps it tells you when it stops",
    ),
    Setting(
        "METRICS_ADDRESS",
        "where `manage.py metrics` answers Prometheus: of this host or a private network",
        "127.0.0.1:9464",
    ),
    Setting(
        "SHOWCASE_DEMO",
        "`1`: the demo of `script/server`, on this machine alone, with mail kept in a folder",
    ),
    Setting(
        "PORT",
        "the demo’s port",
        "8000",
    ),
)
NAMES = frozenset(one.name for one in TABLE)


class Environment(environ.Env):  # type: ignore[misc]  # it has no types
    """The environment, of which nothing is read that the table does not have."""

    def get_value(self, var: str, *args: Any, **kwargs: Any) -> Any:
        _known(var)
        return super().get_value(var, *args, **kwargs)

    def as_it_stands(self, var: str) -> str:
        """A secret, in which a `$` is a `$`."""
        _known(var)
        return os.environ.get(var, "").strip()


def _known(name: str) -> None:
    if name not in NAMES:
        raise LookupError(f"{name} is read, and stands in no row of showcase/environment.py.")


def table() -> str:
    """The table in Markdown."""
    rows = "\n".join(f"| `{one.name}` | {one.what} | {one.default} |" for one in TABLE)
    return f"| setting | what | where nobody says |\n|---|---|---|\n{rows}"


if __name__ == "__main__":
    sys.stdout.write(f"{table()}\n")
