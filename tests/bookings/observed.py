"""What tests look at once a verb has done its work: mails, events, counts, and the statements it made."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from bookings.models import AuditEntry, Booking, Mail, Places
from hubs.models import ShowcaseSession

TRANSACTION = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")


def mails(session: ShowcaseSession) -> list[tuple[str, str]]:
    """Each mail about the session, as kind and recipient, in the order they were made."""
    return list(Mail.objects.filter(session=session).order_by("pk").values_list("kind", "recipient"))


def events(session: ShowcaseSession) -> list[tuple[str, str, str, int]]:
    """Each audit entry of the session, as verb, from, to and places, in order."""
    entries = AuditEntry.objects.filter(session=session).order_by("pk")
    return list(entries.values_list("verb", "from_status", "to_status", "places"))


def verbs(session: ShowcaseSession) -> list[str]:
    return [verb for verb, *_ in events(session)]


def count(session: ShowcaseSession) -> tuple[int, int, int]:
    """Places taken, held back, and how many there are."""
    row = Places.objects.get(pk=session.pk)
    return row.places_taken, row.held_back, row.capacity


def statuses(session: ShowcaseSession) -> list[str]:
    return list(Booking.objects.filter(session=session).order_by("pk").values_list("status", flat=True))


def everything(session: ShowcaseSession) -> tuple[object, ...]:
    """All that a verb may change, to be compared before and after one that must change nothing."""
    bookings = Booking.objects.filter(session=session).order_by("pk")
    people = bookings.order_by("visitors__pk").values_list("visitors__full_name", "visitors__released_at")
    return (
        Places.objects.filter(pk=session.pk).values().get(),
        list(bookings.values()),
        list(people),
        events(session),
        mails(session),
    )


class Statements(list[str]):
    """The statements of one verb; `under_lock` are the locking one and those behind it."""

    @property
    def under_lock(self) -> list[str]:
        lock = next(n for n, sql in enumerate(self) if sql.startswith("SELECT") and 'FROM "bookings_places"' in sql)
        return self[lock:]


@contextmanager
def statements() -> Iterator[Statements]:
    """The statements made inside, apart from those that begin and end transactions."""
    found = Statements()
    with CaptureQueriesContext(connection) as captured:
        yield found
    found += [query["sql"] for query in captured if not query["sql"].startswith(TRANSACTION)]


def something_booked() -> bool:
    """Whether there is anything to count; asked in SQL of our own, for most tests book nothing."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM bookings_booking) OR EXISTS (SELECT 1 FROM bookings_places"
            " WHERE places_taken <> 0)"
        )
        return bool(cursor.fetchone()[0])


def rows_of(question: Callable[[], QuerySet[Any, Any]]) -> list[Any]:
    """The rows of a question that is asked after every test: to put it into SQL each time would take longer than it."""
    with connection.cursor() as cursor:
        cursor.execute(*_in_sql(question))
        return list(cursor.fetchall())


@cache
def _in_sql(question: Callable[[], QuerySet[Any, Any]]) -> tuple[str, tuple[Any, ...]]:
    return question().query.sql_with_params()
