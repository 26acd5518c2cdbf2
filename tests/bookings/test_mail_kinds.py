"""The table of mails: a row for every kind, and each row says what the others of the project can follow."""

from typing import get_args

import pytest

from bookings.attendance.office import TOLD_OF
from bookings.mail.rendering import LINKS
from bookings.mail.still_wanted import STILL_TRUE
from bookings.mail_kinds import MAILS, SAYS_ANEW, BookingStatus, Calendar, Kind, Link, Session, Stale, To
from bookings.states import LINK_MAILS, LIVE, SESSION_MAILS, TABLE, Status, Verb


def test_every_kind_has_a_row():
    assert set(MAILS) == set(Kind)


def test_table_names_statuses_as_the_lifecycle_does():
    assert set(get_args(BookingStatus)) == set(Status.values)


def test_every_kind_about_a_booking_says_when_it_stands():
    of_none = {kind for kind, row in MAILS.items() if row.stands is None}
    house = {To.STAFF, To.OFFICE, To.TEACHER, To.SPECIALIST}
    assert {MAILS[kind].to for kind in of_none} == house | {To.ASKER, To.INVITED, To.HEAD}
    assert {kind for kind, row in MAILS.items() if row.to in {MAILS[one].to for one in of_none}} == of_none
    assert not of_none & {kind for row in TABLE for kind in row.mails}


def test_everything_that_makes_a_mail_stale_has_a_function_and_is_used():
    assert set(STILL_TRUE) == set(Stale) == {row.stale for row in MAILS.values() if row.stale}


def test_every_link_can_be_made():
    assert {*LINKS, Link.NONE} == set(Link) == {row.link for row in MAILS.values()}


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.verb}-{row.from_ or 'new'}")
def test_mails_of_a_verb_are_true_where_it_leads(row):
    to = row.to or row.from_
    of_a_place = row.verb in (Verb.RELEASE, Verb.TAKE_OUT)  # and not of the booking
    leaves_one = {Kind.VISITOR_CANCELLED} if of_a_place else set()
    assert [kind for kind in row.mails if kind not in leaves_one and to not in (MAILS[kind].stands or ())] == []


def test_whoever_keeps_a_place_or_waits_gets_no_mail_that_the_session_has_overtaken():
    """Of a change they get a newer mail; but what tells of an end, nobody sends again; and some name the session as it
    is by the time that they are sent."""
    kept = {kind for kind, row in MAILS.items() if row.stands and set(row.stands) <= LIVE}
    ends = {Kind.HANDED_OVER, Kind.PLACE_HANDED, Kind.RELEASED}
    as_it_is = {kind for kind, row in MAILS.items() if row.as_it_is}
    assert {kind for kind, row in MAILS.items() if row.session is not Session.ANY} == kept - ends - as_it_is


def test_changes_of_a_session_tell_everyone_and_calendars():
    rows = [MAILS[kind] for kind in SESSION_MAILS.values()]
    assert {row.to for row in rows} == {To.EVERYONE}
    assert all(row.calendar and row.of_place and row.stands and set(row.stands) == LIVE for row in rows)
    off = {kind for kind in SESSION_MAILS.values() if MAILS[kind].calendar is Calendar.CANCEL}
    assert {kind for kind, row in MAILS.items() if row.session is Session.SAME} == off
    assert set(SAYS_ANEW) == set(SESSION_MAILS.values()) - off
    assert set(TOLD_OF) == set(SESSION_MAILS) - {Verb.SUBSTITUTE}


def test_link_is_sent_again_by_one_mail_for_each_live_status():
    assert set(LINK_MAILS) == LIVE
    assert len([row for row in MAILS.values() if row.again]) == len(LIVE)
