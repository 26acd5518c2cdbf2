"""Staff say that a school which was typed is one of the register."""

import pytest

from bookings import places
from bookings.models import AuditEntry, Booking, SchoolKind
from bookings.rule.party import VisitingSchool
from bookings.rule.refusals import NothingChanged, SchoolShareUsed
from bookings.states import Status, Verb
from bookings.verbs import school as identifying
from bookings.verbs import waiting_list
from tests.bookings.observed import count
from tests.factories import NOW, HubYearFactory, SchoolFactory, SessionFactory, StaffFactory, party

pytestmark = pytest.mark.django_db
NEW = VisitingSchool(kind=SchoolKind.STATE, name="Elm Academy", place="ME16 8TL")
TYPED = VisitingSchool(kind=SchoolKind.INDEPENDENT, name="St. Ronan’s", place="Hawkhurst")


@pytest.fixture
def hub():
    return HubYearFactory()


@pytest.fixture
def school():
    return SchoolFactory(urn=118999, name="St Ronan's School")


def held(session, n=1, *, visiting=TYPED, **asked):
    asked = {"email": f"teacher{n}@school.example"} | asked
    return places.hold(session.pk, party(visiting=visiting, **asked), clock=lambda: NOW)


def identify(booking, school):
    return identifying.identify(booking.pk, school, by=StaffFactory(), clock=lambda: NOW)


def schools():
    return dict(Booking.objects.values_list("pk", "school_key"))


def test_all_bookings_of_the_hub_that_were_typed_alike_are_that_school(hub, school):
    first, second = SessionFactory(hub_year=hub), SessionFactory(hub_year=hub)
    one, other = (
        held(first),
        held(second, 2, visiting=VisitingSchool(kind=TYPED.kind, name="st ronans", place="HAWKHURST")),
    )
    elsewhere = held(SessionFactory(), 3)
    different = held(first, 4, visiting=VisitingSchool(kind=TYPED.kind, name="St Ronan’s", place="Kent"))
    ended = held(first, 5)
    places.cancel(ended.pk, clock=lambda: NOW)
    before = schools()
    found = identify(one, school)
    assert [booking.pk for booking in found.done] == [one.pk, other.pk]
    assert (found.left, found.over) == ([], [])
    urn = "urn:118999"
    assert schools() == before | {one.pk: urn, other.pk: urn}
    assert {elsewhere.pk, different.pk, ended.pk}.isdisjoint(pk for pk, key in schools().items() if key == urn)
    entries = AuditEntry.objects.filter(verb=Verb.IDENTIFY)
    assert {(entry.booking_id, entry.why) for entry in entries} == {(one.pk, "URN 118999"), (other.pk, "URN 118999")}


def test_new_state_school_that_was_typed_can_be_found_in_the_register_later(hub, school):
    session = SessionFactory(hub_year=hub, share=2)
    typed = held(session, visiting=NEW)
    other = held(session, 2, visiting=VisitingSchool(kind=NEW.kind, name="elm academy", place="me168tl"))
    assert [booking.pk for booking in identify(typed, school).done] == [typed.pk, other.pk]
    assert set(schools().values()) == {"urn:118999"}


def test_share_counts_both_from_then_on(hub, school):
    session = SessionFactory(hub_year=hub, share=2)
    typed = held(session, size=2)
    visiting = VisitingSchool(school=school)
    assert held(session, 7, visiting=visiting)
    assert identify(typed, school).over == [session]
    assert count(session)[0] == 3
    with pytest.raises(SchoolShareUsed):
        held(session, 8, visiting=visiting)


def test_party_that_waits_is_no_longer_offered_more_than_its_share(hub, school):
    session = SessionFactory(hub_year=hub, share=2, room__capacity=2)
    held(session, 1, visiting=VisitingSchool(school=school), size=1)
    filler = held(session, 2, visiting=VisitingSchool(school=SchoolFactory()))
    waits = waiting_list.join(session.pk, party(visiting=TYPED, email="w@school.example", size=2), clock=lambda: NOW)
    waiting_list.wait(waits.booking.pk, clock=lambda: NOW)
    identify(waits.booking, school)
    places.cancel(filler.pk, clock=lambda: NOW)
    assert Booking.objects.get(pk=waits.booking.pk).status == Status.WAITING


def test_contact_with_a_booking_of_that_school_here_is_left_as_typed(hub, school):
    session = SessionFactory(hub_year=hub)
    held(session, visiting=VisitingSchool(school=school), contact_comes=False)
    twice, fine = held(session), held(session, 2)
    found = identify(twice, school)
    assert ([booking.pk for booking in found.done], [booking.pk for booking in found.left]) == ([fine.pk], [twice.pk])
    assert Booking.objects.get(pk=twice.pk).school_kind == SchoolKind.INDEPENDENT


@pytest.mark.parametrize("visiting", [VisitingSchool(kind=SchoolKind.NONE), None])
def test_school_of_the_register_or_none_cannot_be_said_to_be_another(hub, school, visiting):
    booking = held(SessionFactory(hub_year=hub), visiting=visiting or VisitingSchool(school=SchoolFactory()))
    with pytest.raises(NothingChanged):
        identify(booking, school)


def test_what_was_typed_stays(hub, school):
    booking = held(SessionFactory(hub_year=hub))
    identify(booking, school)
    booking.refresh_from_db()
    assert (booking.school, booking.school_name) == (school, "St. Ronan’s")
