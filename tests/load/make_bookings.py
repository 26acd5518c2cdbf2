"""Confirmed bookings of one visitor each, a tenth of them cancelled, with their mails and audit entries.

The first is made here, as the project makes rows, and the others by the database: a million take a minute or two.
"""

import uuid
from contextlib import ExitStack
from typing import Any

from django.db import connection, transaction

from hubs.vocabulary.patience import longer
from tests.load.copies import copy, numbered, numbers, random_uuid, seconds_before

WITHIN = 60 * 24 * 60 * 60  # seconds. Bookings of all sessions are mixed: at one moment no index on it would be of use
SPREAD = 2_654_435_761  # a prime, so that each second is used once before any is used again
ADDRESSES = 300_000
PATIENCE = 3600  # seconds that one statement may take
GIVEN = ["Anna", "Ben", "Chloe", "David", "Emma", "Farah", "George", "Hannah", "Imran", "Julia"]
GIVEN += ["Karen", "Liam", "Maya", "Nadia", "Oliver", "Priya", "Quentin", "Rosa", "Samuel", "Tara"]
BEGINS = ["Ash", "Black", "Cart", "Dray", "East", "Fair", "Green", "Hart", "Ing", "Lang", "Mar", "Nor", "Pem", "Row"]
ENDS = [
    "bourne",
    "combe",
    "croft",
    "dale",
    "field",
    "ford",
    "ham",
    "ley",
    "man",
    "more",
    "stone",
    "ton",
    "well",
    "wood",
]
NAMES = [f"{given} {begin}{end}" for end in ENDS for begin in BEGINS for given in GIVEN]
# A name that as many have among a thousand as among a million; its surname is as common as the others.
RARE, OF_RARE_NAME = f"Zoe {BEGINS[0]}{ENDS[0]}", 20


def make_bookings(parties: list[tuple[int, int]], urns: list[int]) -> None:
    """For each session as many as `parties` says beside its id, which is the same for all."""
    from bookings.models import Booking

    share = parties[0][1]
    if not share:
        return
    words = Booking._meta.get_field("name_words").words  # type: ignore[union-attr]  # of NameWords
    tables = {
        "load_name": ([(name, words(name)) for name in [*NAMES, RARE]], "name text, words text"),
        "load_session": ([(session_id,) for session_id, _share in parties], "id bigint"),
        "load_school": ([(urn,) for urn in urns[:2000]], "urn bigint"),
    }
    with transaction.atomic(), longer(PATIENCE), ExitStack() as made:
        for name, (rows, columns) in tables.items():
            made.enter_context(numbered(name, rows, columns))
        _copies(*_originals(parties[0][0], urns[0]), total=len(parties) * share, share=share, schools=len(urns[:2000]))
        connection.check_constraints()  # while statements may take long: PostgreSQL would do it at COMMIT


def _originals(session_id: int, urn: int) -> tuple[Any, ...]:
    """A booking, its visitor, its audit entry and its mail."""
    from django.utils import timezone

    from bookings.models import AuditEntry, Booking, Mail, Visitor

    at = timezone.now()
    booking = Booking.objects.create(
        status="confirmed", party=1, session_id=session_id, school_id=urn, request_key=uuid.uuid4(), created_at=at
    )
    visitor = Visitor.objects.create(booking=booking, position=1, is_contact=True, person_id=uuid.uuid4())
    entry = AuditEntry.objects.create(at=at, by="visitor", verb="hold", session_id=session_id, booking=booking)
    sent: dict[str, Any] = {"state": "sent", "created_at": at, "due_at": at, "answered_at": at}
    mail = Mail.objects.create(kind="confirm", session_id=session_id, booking=booking, dedupe_key="load", **sent)
    return booking, visitor, entry, mail


def _copies(booking: Any, visitor: Any, entry: Any, mail: Any, *, total: int, share: int, schools: int) -> None:
    """Numbers `total` times each of them, and takes the originals away."""
    is_rare = f"made.n % {max(total // OF_RARE_NAME, 1)} = 0"
    chosen = (
        f" JOIN load_session ON load_session.n = made.n / {share}"
        f" JOIN load_school ON load_school.n = made.n % {schools}"
        f" JOIN load_name ON load_name.n = CASE WHEN {is_rare} THEN {len(NAMES)} ELSE made.n % {len(NAMES)} END"
    )
    address = f"'teacher' || (made.n % {ADDRESSES}) || '@load.example'"
    copy(
        booking,
        f"{numbers(total)}{chosen} ORDER BY made.n",
        reference="CAST(10000000 + made.n AS text)",  # a million random ones do not all differ
        session_id="load_session.id",
        status=f"CASE WHEN made.n % {share} < {share // 10} THEN 'cancelled' ELSE 'confirmed' END",
        public_id=random_uuid(),
        request_key=random_uuid(),
        contact_name="load_name.name",
        name_words="load_name.words",
        contact_email=address,
        email_key=address,
        school_id="load_school.urn",
        school_key="'urn:' || load_school.urn",
        created_at=seconds_before("original.created_at", f"CAST(made.n AS bigint) * {SPREAD} % {WITHIN}"),
    )
    of = f"bookings_booking b WHERE b.id > {booking.pk} ORDER BY b.id"
    about = {"session_id": "b.session_id", "booking_id": "b.id"}
    copy(
        visitor,
        of,
        booking_id="b.id",
        full_name="b.contact_name",
        name_words="b.name_words",
        email="b.contact_email",
        email_key="b.email_key",
        public_id=random_uuid(),
        person_id=random_uuid(),
    )
    copy(entry, of, at="b.created_at", **about)
    copy(
        mail,
        of,
        recipient="b.contact_email",
        recipient_key="b.email_key",
        created_at="b.created_at",
        due_at="b.created_at",
        answered_at="b.created_at",
        dedupe_key="'load:' || b.id",
        token="'load-' || b.id",
        **about,
    )
    booking.delete()
