"""Who signs in to PostgreSQL, what each may do there, and how long: as SQL that may be run again and again.

The time-outs are properties of the roles. Everything that could set them otherwise (`SET`, `-c` options of an address)
belongs to a session, and a pooler gives one session to many.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Role:
    """One role. Each `_timeout` ends earlier than the client's patience (settings.DATABASE_PATIENCE): the server says
    why."""

    name: str
    what: str
    lock_timeout: str
    statement_timeout: str
    idle_in_transaction_session_timeout: str


ROLES = (
    Role("web", "pages: someone waits for each", "3s", "10s", "30s"),
    Role("worker", "what is due: nobody waits, and it tries again", "10s", "60s", "60s"),
    Role("owner", "migrate, backup and restore, by DATABASE_URL_DIRECT", "3s", "30min", "10min"),
)
TIMEOUTS = ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout")
# Written by migrate alone.
OF_THE_OWNER = ("django_migrations", "django_content_type", "auth_permission")
# What signs staff in: the worker forgets it, and never makes it.
SIGNS_IN = ("django_session", "otp_totp_totpdevice", "otp_static_staticdevice", "otp_static_statictoken")
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
PREFIX = re.compile(r"[a-z][a-z0-9_]{0,40}")


def statements(prefix: str) -> list[str]:
    """What makes the roles, gives the database to the owner, and says what web and worker may do, tables to come
    included. Roles are made without a password. Raises ValueError for a prefix that is no plain name."""
    if not PREFIX.fullmatch(prefix):
        raise ValueError("The prefix has small letters, digits and underscores, and begins with a letter.")
    web, worker, owner = (f"{prefix}_{role.name}" for role in ROLES)
    users = f"{web}, {worker}"
    return [
        *(one for role in ROLES for one in _role(f"{prefix}_{role.name}", role)),
        _for_each("SELECT current_database()", f"ALTER DATABASE %I OWNER TO {owner}"),
        _for_each("SELECT current_database()", "REVOKE ALL ON DATABASE %I FROM PUBLIC"),
        _for_each("SELECT current_database()", f"GRANT CONNECT ON DATABASE %I TO {users}"),
        _for_each(f"{TABLES} AND tableowner <> '{owner}'", f"ALTER TABLE %I OWNER TO {owner}"),
        "REVOKE ALL ON SCHEMA public FROM PUBLIC",
        f"GRANT USAGE ON SCHEMA public TO {users}",
        f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC, {users}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {users}",
        f"ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public"
        f" GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {users}",
        _for_each(_those(OF_THE_OWNER), f"REVOKE INSERT, UPDATE, DELETE ON %I FROM {users}"),
        _for_each(_those(SIGNS_IN), f"REVOKE INSERT, UPDATE ON %I FROM {worker}"),
    ]


def _role(name: str, role: Role) -> list[str]:
    exists = f"IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{name}')"
    return [
        f"DO $$BEGIN {exists} THEN CREATE ROLE {name} LOGIN; END IF; END$$",
        f"ALTER ROLE {name} NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS",
        *(f"ALTER ROLE {name} SET {timeout} = '{getattr(role, timeout)}'" for timeout in TIMEOUTS),
        f"ALTER ROLE {name} SET timezone = 'UTC'",  # as Django wants it: else it sets it in each session
    ]


def _those(tables: tuple[str, ...]) -> str:
    """Those of these tables that are there: before the first migrate none is."""
    names = ", ".join(f"'{table}'" for table in tables)
    return f"{TABLES} AND tablename IN ({names})"


def _for_each(query: str, statement: str) -> str:
    does = f"EXECUTE format('{statement}', one)"
    return f"DO $$DECLARE one text; BEGIN FOR one IN {query} LOOP {does}; END LOOP; END$$"
