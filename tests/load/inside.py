"""The part of the measurements that runs inside Django: rows made beforehand, and statements counted.

It reads orders, a line each, and says "done" after what it prints for one. Run by bench.py.
"""

import sys
from collections.abc import Callable
from typing import Any

import django


def prepare(schools: str) -> None:
    """A migrated database with schools, 60 sessions and one that never fills up."""
    from django.core.management import call_command

    from tests.load.make_load import make_schools, make_sessions

    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    make_schools(int(schools))
    make_sessions(60, 60 * 20, list(range(200_000, 200_000 + int(schools))))
    from bookings.models import Places

    Places.objects.update(places_taken=0)
    Places.objects.filter(pk=_big().pk).update(capacity=30_000)


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


def rush(count: str, room: str) -> None:
    """A session of `room` places and `count` drafts for it."""
    from bookings.models import Places

    session = Places.objects.order_by("-pk").first().session  # type: ignore[union-attr]
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


def statements(names: str) -> None:
    """Statements of a whole booking as they reach the database; under the lock from its SELECT to the COMMIT."""
    from django.test import Client
    from django.utils import timezone

    from bookings.mail import links
    from bookings.mail import sending as outbox
    from bookings.models import Booking

    said: list[str] = []
    locked: dict[str, int] = {}
    client = Client(HTTP_HOST="localhost")
    base = f"/sessions/{_big().ref}/book/"
    steps: list[tuple[str, Callable[[], Any]]] = [
        ("session", lambda: client.get(f"/sessions/{_big().ref}/")),
        ("school", lambda: client.get(base)),
        ("school, sent", lambda: client.post(base, {"school": "parkside maidstone"})),
        ("which school", lambda: client.get(base + "school/")),
        ("which school, sent", lambda: client.post(base + "school/", {"urn": _first_school()})),
        ("who", lambda: client.get(base + "who/")),
        ("who, sent", lambda: client.post(base + "who/", WHO)),
        ("check", lambda: client.get(base + "check/")),
        ("book", lambda: client.post(base + "check/")),
        ("check your email", lambda: client.get(base + "sent/")),
        ("mail: confirm", lambda: outbox.send_due(timezone.now)),
        ("link", lambda: client.get(_link())),
        ("confirm", lambda: client.post(_link() + "confirm/")),
        ("confirmed", lambda: client.get(_link())),
        ("mail: confirmed", lambda: outbox.send_due(timezone.now)),
    ]

    def _link() -> str:
        booking = Booking.objects.order_by("-pk")[0]
        return f"/bookings/{links.token(links.Purpose.CONTACT, booking)}/"

    total = 0
    for name, step in steps:
        said = _counted(step)
        # what this script asked for itself is not the product's: the session's reference, a school, the booking
        own = {"session": 1, "which school, sent": 1, "link": 1, "confirm": 1, "confirmed": 1}.get(name, 0)
        total += len(said) - own
        if names:
            print(f"    {name:<20}{len(said) - own:>3}")
            for sql in said:
                print("       ", sql[:60], "…", sql[sql.find("FROM") : sql.find("FROM") + 40])
        under = [n for n, sql in enumerate(said) if '"bookings_places"."session_id" = ' in sql and "SELECT" in sql[:7]]
        if name in ("book", "confirm"):
            last = max(n for n, sql in enumerate(said) if "bookings_mail" in sql or "bookings_auditentry" in sql)
            start = next(
                n for n in under if "bookings_places" in said[n][: said[n].index("WHERE")].split("FROM")[1][:20]
            )
            locked[name] = last - start + 1
    print(
        f"  statements of a whole booking: {total}; under the lock: hold {locked['book']}, confirm {locked['confirm']}"
    )


WHO = {"coming": "yes", "name": "Count Teacher", "email": "count@load.example", "role_own": "1"}


def _first_school() -> int:
    from hubs.schools.search import schools_found

    return schools_found("parkside maidstone")[0].urn


def _counted(step: Callable[[], Any]) -> list[str]:
    from django.db import connection

    said: list[str] = []

    def count(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if not sql.startswith(("BEGIN", "PRAGMA", "SAVEPOINT", "RELEASE")):
            said.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        step()
    return said


if __name__ == "__main__":
    django.setup()
    orders = {order.__name__: order for order in (prepare, ref, drafts, rush, tokens, unsent, statements)}
    for line in sys.stdin:
        wanted, *args = line.strip().split(":")
        orders[wanted](*args)
        print("done", flush=True)
