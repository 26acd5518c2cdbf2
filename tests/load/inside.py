"""The part of the measurements that runs inside Django: rows made beforehand, and statements counted.

It reads orders, a line each, and says "done" after what it prints for one. Run by table.py and bench.py.
"""

import sys
from collections.abc import Callable
from functools import partial
from typing import Any

import django


def prepare(schools: str, sessions: str, bookings: str) -> None:
    """Rows in a migrated database, of which the first session never fills up."""
    from django.contrib.staticfiles.storage import staticfiles_storage
    from django.core.management import call_command

    from bookings.models import Places
    from tests.load import make_load

    if not staticfiles_storage.exists(staticfiles_storage.manifest_name):
        call_command("collectstatic", interactive=False, verbosity=0)
    make_load.main(int(schools), int(sessions), int(bookings), wishes=0)
    Places.objects.filter(pk=_big().pk).update(capacity=30_000)


def settle_in() -> None:
    """What PostgreSQL does by itself within the hour: it counts its rows, for its plans."""
    from django.db import connection, transaction

    from hubs.vocabulary.patience import longer
    from tests.load.make_bookings import PATIENCE

    if connection.vendor == "postgresql":
        with transaction.atomic(), longer(PATIENCE), connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def _big() -> Any:
    from hubs.models import ShowcaseSession

    return ShowcaseSession.objects.order_by("pk")[0]


def ref() -> None:
    print(_big().ref)


def drafts(session_ref: str, count: str) -> None:
    """Drafts that need only the last button."""
    import uuid

    from django.utils import timezone

    from bookings.models import Draft, draft
    from hubs.models import ShowcaseSession

    session = ShowcaseSession.objects.get(ref=session_ref)
    made = []
    for _ in range(int(count)):
        key = uuid.uuid4()
        school = {"kind": "trust", "name": f"Trust {key}", "place": "Load"}
        who = {"coming": "yes", "name": "Load Teacher", "email": f"{key}@load.example", "role_own": "1"}
        answers = {"school": school, "who": who, "coming": True, "others": 0}
        made.append(Draft(key=key, session=session, answers=answers, expires_at=timezone.now() + draft.LIFE))
    Draft.objects.bulk_create(made, 1000)
    print(*(one.key for one in made))


def take(count: str) -> None:
    """So many places taken in the first session, by as many bookings, as a press of the last button does it."""
    import uuid

    from django.utils import timezone

    from bookings import places
    from bookings.models import SchoolKind
    from bookings.rule.party import NewVisitor, Party, VisitingSchool

    session_id = _big().pk
    for _ in range(int(count)):
        key = uuid.uuid4()
        school = VisitingSchool(kind=SchoolKind.TRUST, name=f"Trust {key}", place="Load")
        of = {"contact_name": "Load Teacher", "contact_email": f"{key}@load.example", "visitors": (NewVisitor(),)}
        places.hold(session_id, Party(school=school, **of), clock=timezone.now)


def staff() -> None:
    """Somebody who may see everything, with a password; their address and password."""
    from hubs.models import StaffUser

    said = "office@load.example", "a password of the load"
    if not StaffUser.objects.filter(email=said[0]).exists():
        StaffUser.objects.create_superuser(said[0], said[1], full_name="Load Office")
    print(*said, sep="\n")


def rush(count: str, room: str, number: str) -> None:
    """A session of `room` places and `count` drafts for it: another for each number."""
    from bookings.models import Places

    session = Places.objects.order_by("-pk")[int(number)].session
    Places.objects.filter(pk=session.pk).update(capacity=int(room))
    print(session.ref)
    drafts(session.ref, count)


def tokens(count: str) -> None:
    """Contact links of the newest bookings."""
    from bookings.mail import links
    from bookings.models import Booking

    for booking in Booking.objects.order_by("-pk")[: int(count)]:
        print(links.token(links.Purpose.CONTACT, booking))


def unsent() -> None:
    from bookings.models import Mail

    print(Mail.objects.filter(state="waiting").count())


def statements(names: str = "") -> None:
    """Statements of a whole booking as they reach the database, and those under the lock of hold and of confirm: from
    its SELECT to the last that is written. Of the second booking: a process has asked once for what it keeps."""
    _counted_steps()
    said = _counted_steps()
    if names:
        for name, sqls in said.items():
            print(f"    {name:<20}{len(sqls):>3}")
            for sql in sqls:
                print("       ", sql[:60], "…", sql[sql.find("FROM") : sql.find("FROM") + 40])
    print(sum(map(len, said.values())), _under_the_lock(said["book"]), _under_the_lock(said["confirm"]))


def _counted_steps() -> dict[str, list[str]]:
    """The statements of each step of a booking; what a step needs is made before it is counted."""
    import uuid

    from django.test import Client
    from django.utils import timezone

    from bookings.mail import links
    from bookings.mail import sending as outbox
    from bookings.models import Booking
    from hubs.schools.search import schools_found

    address = f"{uuid.uuid4()}@load.example"
    who = {"coming": "yes", "name": "Count Teacher", "email": address, "role_own": "1"}
    client = Client(HTTP_HOST="localhost")
    page, urn = f"/sessions/{_big().ref}/", schools_found("parkside maidstone")[0].urn
    base = f"{page}book/"

    def link() -> str:
        return f"/bookings/{links.token(links.Purpose.CONTACT, Booking.objects.get(contact_email=address))}/"

    get, post, send = client.get, client.post, partial(outbox.send_due, timezone.now)
    steps: list[tuple[str, Callable[[], Callable[[], Any]]]] = [
        ("list", lambda: partial(get, "/")),
        ("session", lambda: partial(get, page)),
        ("school", lambda: partial(get, base)),
        ("school, sent", lambda: partial(post, base, {"school": "parkside maidstone"})),
        ("which school", lambda: partial(get, base + "school/")),
        ("which school, sent", lambda: partial(post, base + "school/", {"urn": urn})),
        ("who", lambda: partial(get, base + "who/")),
        ("who, sent", lambda: partial(post, base + "who/", who)),
        ("check", lambda: partial(get, base + "check/")),
        ("book", lambda: partial(post, base + "check/")),
        ("check your email", lambda: partial(get, base + "sent/")),
        ("mail: confirm", lambda: send),
        ("link", lambda: partial(get, link())),
        ("confirm", lambda: partial(post, link() + "confirm/")),
        ("confirmed", lambda: partial(get, link())),
        ("mail: confirmed", lambda: send),
    ]
    return {name: _counted(prepared()) for name, prepared in steps}


def _under_the_lock(said: list[str]) -> int:
    """From the statement that locks the session's places to the last that writes."""
    asks = [n for n, sql in enumerate(said) if sql.startswith("SELECT") and '"bookings_places"."session_id" = ' in sql]
    first = next(n for n in asks if "bookings_places" in said[n][: said[n].index("WHERE")].split("FROM")[1][:20])
    last = max(n for n, sql in enumerate(said) if "bookings_mail" in sql or "bookings_auditentry" in sql)
    return last - first + 1


def _counted(step: Callable[[], Any]) -> list[str]:
    from django.db import connection

    said: list[str] = []

    def count(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if not sql.startswith(("BEGIN", "PRAGMA", "SAVEPOINT", "RELEASE")):
            said.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        answer = step()
    assert getattr(answer, "status_code", 200) in (200, 302), answer
    return said


ORDERS = (prepare, settle_in, ref, drafts, take, staff, rush, tokens, unsent, statements)

if __name__ == "__main__":
    django.setup()
    orders = {order.__name__: order for order in ORDERS}
    for line in sys.stdin:
        wanted, *args = line.strip().split(":")
        orders[wanted](*args)
        print("done", flush=True)
