"""How the database answers each page, over what make_load has made: see README.md beside this.

    python -m tests.load.plans            milliseconds of each statement, and the plans of those that scan a large table
    python -m tests.load.plans -v         every plan

It reads DATABASE_URL as the tests do, and leaves no row behind.
"""

import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import django

LARGE = {
    *("bookings_booking", "bookings_visitor", "bookings_mail", "bookings_auditentry", "bookings_places"),
    "bookings_tellme",
    *("hubs_school", "hubs_schoolword", "hubs_showcasesession", "hubs_lesson"),
}
SCAN = re.compile(r"SCAN (\w+)|Seq Scan on (\w+)")
ALIAS = re.compile(r'"(\w+)" ([TUVW]\d+)\b')
Statement = tuple[str, Any, float]


def main(*, every_plan: bool) -> None:
    from django.db import transaction

    around = transaction.atomic()
    around._from_testcase = True  # as Django's tests do: what is durable may be called inside
    with around:
        for name, ask in pages():
            statements = captured(ask)
            print(f"{name}: {len(statements)} statements, {sum(ms for _sql, _params, ms in statements):.1f} ms")
            for sql, params, ms in statements:
                show(sql, params, ms, every_plan=every_plan)
        transaction.set_rollback(True)


def pages() -> Iterator[tuple[str, Callable[[], Any]]]:
    """What is asked for, by name."""
    from django.db.models import F
    from django.test import Client
    from django.utils import timezone

    from bookings import due
    from bookings.mail import links, openings, reminders
    from bookings.mail.claiming import InHand
    from bookings.models import Booking, TellMe
    from bookings.operations import counting
    from hubs.models import ShowcaseSession, StaffUser
    from hubs.schools.search import schools_found

    client, staff = Client(HTTP_HOST="localhost"), Client(HTTP_HOST="localhost")
    staff.force_login(StaffUser.objects.create_superuser(email="plans@load.example", full_name="Plans"))
    session = ShowcaseSession.objects.order_by("-pk").select_related("hub_year__hub", "venue")[0]
    full = ShowcaseSession.objects.filter(places__places_taken__gte=F("places__capacity")).order_by("-pk")[0]
    booking = Booking.objects.order_by("-pk")[0]
    day = f"{session.first_day}"
    addresses = {
        "list": "/",
        "list, by teach": "/?teach=y6",
        "list, by teach that nothing suits": "/?teach=y13",
        "list, by hub": f"/?hub={session.hub_year.hub.slug}",
        "list, by dates": f"/?since={day}&until={day}",
        "list, by all": f"/?teach=ks3&hub={session.hub_year.hub.slug}&since={day}",
        "list, page 20": "/?page=20",
        "list, past": "/?past=1",
        "list, near a postcode": f"/?near={session.venue.postcode}",
        "list, near a district": "/?near=ME16",
        "list, near a town": f"/?near={session.venue.town}",
        "list, near a school": f"/?near={session.venue.name}",
        "list, near, page 2": "/?near=ME16&within=60&page=2",
        "list, near, of all of England": "/?near=ME16&within=england",
        "list, near, of all of England, page 20": "/?near=ME16&within=england&page=20",
        "list, near, by teach": "/?near=ME16&teach=ks3",
        "list, near, by role": "/?near=ME16&role=8",
        "list, near, by hub": f"/?near=ME16&hub={session.hub_year.hub.slug}",
        "list, near, by all": f"/?near=ME16&teach=ks2&role=8&hub={session.hub_year.hub.slug}&since={day}",
        "list, nothing that fits": f"/?teach=y13&hub={session.hub_year.hub.slug}&since={day}",
        "sessions.json, near": "/sessions.json?near=ME16&within=england",
        "session": f"/sessions/{session.ref}/",
        "session that is full": f"/sessions/{full.ref}/",
        "hub": f"/hubs/{session.hub_year.hub.slug}/",
        "hubs": "/hubs/",
        "booking by its link": f"/bookings/{links.token(links.Purpose.CONTACT, booking)}/",
    }
    admin = {
        "sessions": "/admin/hubs/showcasesession/",
        "sessions, searched": "/admin/hubs/showcasesession/?q=load",
        "bookings": "/admin/bookings/booking/",
        "bookings, by a word": "/admin/bookings/booking/?q=parkside",
        "bookings, by reference": f"/admin/bookings/booking/?q={booking.reference}",
        "bookings, by address": f"/admin/bookings/booking/?q={booking.contact_email}",
        "visitors, by a word": "/admin/bookings/visitor/?q=visitor",
        "outbox": "/admin/bookings/mail/",
        "trail": "/admin/bookings/auditentry/",
    }
    yield from ((name, lambda path=path: client.get(path)) for name, path in addresses.items())
    yield "school search", lambda: list(schools_found("parkside maidstone", 21))
    yield "school search, misspelt", lambda: list(schools_found("prakside maidstoen", 21))
    yield "school search, of a common word", lambda: list(schools_found("st", 21))
    yield "my bookings", lambda: client.post("/my-bookings/", {"email": booking.contact_email})
    yield from ((f"admin: {name}", lambda path=path: staff.get(path)) for name, path in admin.items())
    yield "mail claim", lambda: InHand().next(timezone.now)
    yield "what is due", lambda: due._sessions_due(timezone.now())
    yield "openings to tell of", lambda: openings.due(timezone.now())
    wishes = openings._wishes(session, of_all=True)
    yield "addresses to tell of a session", lambda: openings._next(wishes, "")
    yield "their wishes", lambda: list(wishes.filter(email_key__in=openings._next(wishes, "")))
    yield "reminders to make", lambda: reminders.due(timezone.now())
    yield "wishes to forget", lambda: list(TellMe.objects.outlived(now=timezone.now()))
    yield "the count of places", lambda: counting.miscounts()


def captured(ask: Callable[[], Any]) -> list[Statement]:
    """The SELECTs that `ask` makes, with their milliseconds."""
    from django.db import connection

    said: list[Statement] = []

    def keep(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        started = time.perf_counter()
        result = execute(sql, params, many, context)
        if sql.startswith("SELECT"):
            said.append((sql, params, 1000 * (time.perf_counter() - started)))
        return result

    with connection.execute_wrapper(keep):
        response = ask()
    assert getattr(response, "status_code", 200) in {200, 302}, response
    return said


def show(sql: str, params: Any, ms: float, *, every_plan: bool) -> None:
    """A statement with its time; its plan, where it scans a large table or all are wanted."""
    from django.db import connection

    how = "EXPLAIN QUERY PLAN" if connection.vendor == "sqlite" else "EXPLAIN (ANALYZE, BUFFERS)"
    with connection.cursor() as cursor:
        cursor.execute(f"{how} {sql}", params)
        plan = [str(row[-1]) for row in cursor.fetchall()]
    named = {alias: table for table, alias in ALIAS.findall(sql)}
    scanned = {named.get(name, name) for line in plan for found in SCAN.findall(line) for name in found}
    scans = sorted(scanned & LARGE)
    tables = sql[sql.find("FROM") :][:70]
    print(f"  {ms:8.1f} ms  {tables}{'   SCANS ' + ', '.join(scans) if scans else ''}")
    if scans or every_plan:
        print("\n".join(f"               {line}" for line in plan))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    main(every_plan="-v" in sys.argv)
