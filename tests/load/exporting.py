"""How long it takes to save a list of so many bookings, and how much memory: `python -m tests.load.exporting [ROWS]`.

Makes its rows in DATABASE_URL, in a hub of their own, and rolls them back.
"""

import os
import sys
import threading
import time

import django
import psutil


def main(rows: int) -> None:
    from django.db import transaction

    around = transaction.atomic()
    around._from_testcase = True  # as Django's tests do: what is durable may be called inside
    with around:
        client = _prepare(rows)
        for model in ("bookings_booking", "bookings_visitor"):
            for kind in ("csv", "xlsx"):
                _measure(client, model, kind)
        transaction.set_rollback(True)


def _prepare(rows: int):  # type: ignore[no-untyped-def]
    from django.test import Client

    from bookings.models import Booking, Places, Visitor
    from tests.factories import NOW, HubYearFactory, SchoolFactory, SessionFactory, StaffFactory

    hub, schools = HubYearFactory(), [SchoolFactory() for _ in range(50)]
    sessions = [SessionFactory(hub_year=hub, room__capacity=30_000) for _ in range(50)]
    Places.objects.filter(session__in=sessions).update(places_taken=rows // 50)
    made = []
    for n in range(rows):
        school, email = schools[n % 50], f"teacher{n}@school.example"
        one = Booking(session=sessions[n // (rows // 50) % 50], status="confirmed", party=1, school=school)
        one.school_key, one.created_at = f"urn:{school.urn}", NOW
        one.contact_name, one.contact_email, one.email_key = f"Teacher Number {n}", email, email
        made.append(one)
    Booking.objects.bulk_create(made, 2000)
    visitors = [Visitor(booking=one, position=1, is_contact=True, full_name=one.contact_name) for one in made]
    Visitor.objects.bulk_create(visitors, 2000)
    client = Client()
    client.force_login(StaffFactory(is_superuser=True))
    return client


def _measure(client, model: str, kind: str) -> None:  # type: ignore[no-untyped-def]
    process, peak, done = psutil.Process(), [0], threading.Event()

    def watch() -> None:
        while not done.wait(0.02):
            peak[0] = max(peak[0], process.memory_info().rss)

    before, began = process.memory_info().rss, time.perf_counter()
    watcher = threading.Thread(target=watch)
    watcher.start()
    answer = client.get(f"/admin/{model.replace('_', '/')}/export.{kind}", secure=True)
    first, size = 0.0, 0
    for part in answer.streaming_content:
        first = first or time.perf_counter() - began
        size += len(part)
    seconds = time.perf_counter() - began
    done.set()
    watcher.join()
    grown = max(peak[0] - before, 0) / 2**20
    print(
        f"{model} {kind}: {seconds:.1f} s, first byte {first:.2f} s, {size / 2**20:.1f} MB, +{grown:.0f} MB of memory"
    )


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
