"""Whatever else than places a public page shows: once a statement that writes to it is committed, every page is new.

So no form, verb, command or migration has to say that it changed something, and none can forget it. What writes places
says so itself, of which session (bookings/rule/committed.py).
"""

import re
from collections.abc import Callable
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from hubs.vocabulary import changes
from hubs.vocabulary.statements import writes

TABLE = re.compile(r'\s*(?:INSERT(?: OR \w+)?\s+INTO|UPDATE|DELETE\s+FROM)\s+"?(\w+)', re.IGNORECASE)
# Tables that no public page reads, by how their names begin; a test reads what each page asks for.
NOT_SHOWN = ("bookings_", "hubs_historical", "hubs_staffuser", "hubs_membership", "django_", "axes_", "otp_", "auth_")
SHOWN = {"bookings_quote", "bookings_keptreport"}


def is_shown(table: str) -> bool:
    return table in SHOWN or not table.startswith(NOT_SHOWN)


def _seen(does: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:  # noqa: FBT001
    """Around each statement of a connection."""
    result = does(sql, params, many, context)
    if writes(sql) and (of := TABLE.match(str(sql))) and is_shown(of[1].lower()):
        context["connection"].on_commit(changes.changed_all, robust=True)
    return result


def watch(connection: BaseDatabaseWrapper, **_: Any) -> None:
    """From now on look at its statements; first in the list, for others take theirs from its end again."""
    if _seen not in connection.execute_wrappers:
        connection.execute_wrappers.insert(0, _seen)


def migrated(**_: Any) -> None:
    """Tables may have been filled by hand."""
    changes.changed_all()
