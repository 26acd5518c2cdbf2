"""What grows with the rows: the same pages over many sessions and bookings, and over few, in turn.

CPU of web and database together. Both lists show as many rows: those near a postcode show England, nearest first, and
a name is looked for that as many have in both.
"""

from collections.abc import Callable, Iterator
from itertools import count

from tests.load.asking import Client
from tests.load.counting import Row, cpu_of_each, in_turn
from tests.load.installation import Installation
from tests.load.make_bookings import RARE

STAFF = {
    "Home": "/admin/",
    "staff list of bookings": "/admin/bookings/booking/",
    "search by a name": f"/admin/bookings/booking/?q={RARE.replace(' ', '+')}",
    "outbox": "/admin/bookings/mail/",
    "trail": "/admin/bookings/auditentry/",
}


def compared(many: Installation, few: Installation) -> Iterator[Row]:
    sessions, bookings = ((many.size.many[n], many.size.few[n]) for n in (0, 1))
    public: dict[str, Callable[[Installation], float]] = {"list near a postcode": near, "/hubs/ after a change": hubs}
    for name, page in public.items():
        yield _compared(f"{name}, {sessions[0]:,} ÷ {sessions[1]:,} sessions", page, many, few)
    for name, path in STAFF.items():
        page = staff_page(path)
        yield _compared(f"{name}, {bookings[0]:,} ÷ {bookings[1]:,} bookings", page, many, few)


def _compared(name: str, page: Callable[[Installation], float], many: Installation, few: Installation) -> Row:
    run, floor = in_turn(lambda: page(many), lambda: page(few), many.size.rounds)
    return Row(f"{name}, web + database", run, "ms", "≤ 1.2", floor)


DISTRICTS = count()


def near(at: Installation) -> float:
    """Another postcode each time, so that no answer is one that was kept."""
    client = Client(at.port)

    def read() -> None:
        n = next(DISTRICTS)
        client.get(f"/?near=ME{n % 20 + 1}+{n // 20 % 10}AA&within=england")

    read()
    return cpu_of_each([*at.web, *at.postgres], at.size.pages, read)


def hubs(at: Installation) -> float:
    """Of the first reader after a place was taken: what taking it costs the database is in both."""
    client = Client(at.port)
    client.get("/hubs/")
    spent = 0.0
    for _time in range(at.size.pages):
        at.made("take:1")
        spent += cpu_of_each([*at.web, *at.postgres], 1, lambda: client.get("/hubs/"))
    return spent / at.size.pages


def staff_page(path: str) -> Callable[[Installation], float]:
    def page(at: Installation) -> float:
        client = signed_in(at)
        client.get(path)
        return cpu_of_each([*at.web, *at.postgres], at.size.pages, lambda: client.get(path))

    return page


def signed_in(at: Installation) -> Client:
    """Somebody who may see everything, signed in as they do it."""
    address, password = at.made("staff").splitlines()
    client = Client(at.port)
    client.cookies |= client.post("/admin/login/", username=address, password=password).cookies
    return client
