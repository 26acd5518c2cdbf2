"""Whatever brings a place into a calendar again is told with a higher SEQUENCE than anything sent before."""

import pytest
from django.db import transaction

from bookings import places, states
from bookings.mail_kinds import MAILS, Calendar, Kind
from bookings.models import By, Mail
from bookings.rule.room import Room
from bookings.states import ENDED, LIVE, SESSION_MAILS, TABLE, Row, Status, Verb, Who
from tests.bookings.test_states import booking_that_is
from tests.factories import NOW, SessionFactory, StaffFactory

TOLD, GONE = (Kind.CONFIRMED, Kind.NAMED), (Kind.CANCELLED, Kind.VISITOR_CANCELLED)


def back(from_, to):
    """A verb as somebody might add it, who thinks of no calendar."""
    return Row(Verb.REVIVE, from_, to, Who.STAFF, TOLD if to == Status.CONFIRMED else ())


REOPEN = back(Status.CANCELLED, Status.CONFIRMED)
LOST = Row(Verb.LAPSE, Status.CONFIRMED, Status.LAPSED, Who.CLOCK, GONE)
TABLES = {
    "as it is": (),
    "reopen": (REOPEN,),
    "reopen held": (back(Status.CANCELLED, Status.HELD),),
    "reopen offered": (back(Status.CANCELLED, Status.OFFERED),),
    "reopen waiting": (back(Status.CANCELLED, Status.WAITING),),
    "confirmed lapses": (LOST,),
    "all of them": (REOPEN, LOST),
}


def ways_back(table, way=()):
    """Every way by which a confirmed booking leaves that status and is confirmed again, through none of them twice."""
    at = way[-1].to if way else Status.CONFIRMED
    for row in table:
        if row.from_ != at or row.to in (None, at, *(one.to for one in way)) or row.verb is Verb.MOVE_IN:
            continue
        if row.to == Status.CONFIRMED:
            yield (*way, row)
        else:
            yield from ways_back(table, (*way, row))


@pytest.fixture
def table(request, monkeypatch):
    """The lifecycle with rows that it does not have."""
    extra = TABLES[request.param]
    for row in extra:
        monkeypatch.setitem(states._ROWS, (row.verb, row.from_), row)
    return (*TABLE, *extra)


def sent():
    """The SEQUENCE of each entry sent so far, by the visitor it is of, in order."""
    found = {}
    for mail in Mail.objects.order_by("pk"):
        does = MAILS[Kind(mail.kind)].calendar
        if does and mail.facts.get("calendar_of"):
            found.setdefault(mail.facts["calendar_of"], []).append(mail.facts["sequence"] + (does is Calendar.CANCEL))
    return found


@pytest.mark.django_db
@pytest.mark.parametrize("table", TABLES, indirect=True)
def test_place_that_comes_back_is_told_with_a_higher_sequence(table):
    ways = list(ways_back(table))
    assert ways or len(table) == len(TABLE)  # each row that was put in makes one
    for way in ways:
        Mail.objects.all().delete()
        with transaction.atomic():
            session = SessionFactory()
            booking, _people = booking_that_is(Status.CONFIRMED, Room(places.lock(session.pk), NOW))
            for row in (*way, *way):  # twice, for a place may come back as often as it likes
                room = Room(places.lock(session.pk), NOW)  # each a press of its own, and mails of its own
                places.write(room, row.verb, [booking], by=StaffFactory() if row.who is Who.STAFF else By.CLOCK)
        steps = [row.verb.value for row in way]
        assert len(sent()) == 2, steps
        for numbers in sent().values():
            assert len(numbers) == 5, steps
            assert numbers == sorted(set(numbers)), steps


def test_only_an_end_takes_a_place_out_of_a_calendar():
    """A verb that lets a confirmed booking wait again would need another rule in rule/calendar.py."""
    left = {row.to for row in TABLE if row.from_ == Status.CONFIRMED and row.to} - {Status.CONFIRMED}
    assert left <= ENDED
    assert not left & LIVE


@pytest.mark.django_db
@pytest.mark.parametrize("verb", Verb)
def test_write_raises_the_version_of_the_session_where_its_mail_goes_to_calendars(verb, monkeypatch):
    with transaction.atomic():
        room = Room(places.lock(SessionFactory().pk), NOW)
        places.write(room, verb, by=StaffFactory())
    room.places.refresh_from_db()
    told = verb in SESSION_MAILS and MAILS[SESSION_MAILS[verb]].calendar
    assert room.places.calendar_sequence == (2 if told else 0)
