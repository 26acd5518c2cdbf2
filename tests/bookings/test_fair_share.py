"""Fair shares between schools, what counts as one school, and which schools may book."""

import datetime as dt

import pytest

from bookings import places
from bookings.models import Mail, SchoolKind
from bookings.models.booking import school_key
from bookings.rule.judging import Outlook
from bookings.rule.party import VisitingSchool
from bookings.rule.refusals import NotForYourSchool, SchoolShareUsed
from bookings.states import Status
from hubs.models import LocalAuthority, School, SchoolList
from hubs.vocabulary.school_days import SchoolDays, london
from tests.bookings.observed import count
from tests.factories import NOW, SchoolFactory, SessionFactory, party

pytestmark = pytest.mark.django_db

SECOND = dt.timedelta(seconds=1)


def hold(session, email="teacher@school.example", *, now=NOW, **asked):
    return places.hold(session.pk, party(email=email, **asked), clock=lambda: now)


def refused(session, email="late@school.example", **asked):
    with pytest.raises(SchoolShareUsed) as used:
        hold(session, email, **asked)
    return used.value.left


def by_name(name, place="CT5 1AB", kind=SchoolKind.INDEPENDENT):
    return VisitingSchool(kind=kind, name=name, place=place)


# --- how many -------------------------------------------------------------------------------------------------------


def test_share_is_for_all_bookings_of_a_school_together():
    session, school = SessionFactory(share=3), SchoolFactory()
    hold(session, "a@school.example", school=school, size=2)
    assert refused(session, school=school, size=2) == 1
    hold(session, "b@school.example", school=school)
    assert refused(session, school=school) == 0
    hold(session, "c@other.example")
    assert count(session) == (4, 0, 30)


def test_share_says_how_many_and_until_when():
    session, school = SessionFactory(share=2), SchoolFactory()
    with pytest.raises(SchoolShareUsed) as used:
        hold(session, school=school, size=3)
    assert (used.value.share, used.value.left, used.value.until) == (2, 2, session.share_until)
    assert session.share_until == london(dt.date(2027, 1, 19), dt.time(8))  # five school days before


def test_share_that_is_used_at_one_session_is_whole_at_another():
    school, used, whole = SchoolFactory(), SessionFactory(share=2), SessionFactory(share=2)
    hold(used, size=2, school=school)
    looks = [Outlook(session.places, VisitingSchool(school=school), NOW) for session in (used, whole)]
    assert [(look.fits(2), look.share.taken) for look in looks] == [(0, 2), (2, 0)]


def test_share_is_lifted_to_the_second():
    session, school = SessionFactory(share=1), SchoolFactory()
    hold(session, "a@school.example", school=school)
    assert refused(session, school=school, now=session.share_until - SECOND) == 0
    assert hold(session, "b@school.example", school=school, size=5, now=session.share_until).status == Status.HELD


def test_share_may_be_none():
    session = SessionFactory(share=None)
    assert hold(session, size=10).status == Status.HELD


def test_share_of_a_session_without_a_date_to_lift_it_stays():
    session, school = SessionFactory(share=1), SchoolFactory()
    session.share_until = None
    session.save()
    hold(session, "a@school.example", school=school)
    assert refused(session, school=school, now=session.closes_at - SECOND) == 0


def test_share_for_good_is_never_lifted():
    session, school = SessionFactory(share=1, share_for_good=True), SchoolFactory()
    assert session.share_until is None  # though it has a start, from which one would be filled in
    hold(session, "a@school.example", school=school)
    assert refused(session, school=school, now=session.closes_at - SECOND) == 0
    assert hold(session, "b@other.example", now=session.closes_at - SECOND).status == Status.HELD


def test_share_that_becomes_one_for_good_loses_its_end():
    session = SessionFactory(share=1)
    session.share_for_good = True
    session.fill_in_dates(SchoolDays())
    session.save()
    assert session.share_until is None


def test_share_is_free_again_after_a_cancellation_and_a_lapse():
    session, school = SessionFactory(share=1), SchoolFactory()
    first = hold(session, "a@school.example", school=school)
    places.cancel(first.pk, clock=lambda: NOW)
    second = hold(session, "b@school.example", school=school)
    Mail.objects.update(state=Mail.State.SENT, answered_at=NOW)
    assert hold(session, "c@school.example", school=school, now=second.deadline).status == Status.HELD
    assert count(session) == (1, 0, 30)


# --- whose ----------------------------------------------------------------------------------------------------------


def test_share_follows_a_school_to_its_successors():
    newest = SchoolFactory()
    older = SchoolFactory(successor=newest, status=School.Status.CLOSED)
    oldest = SchoolFactory(successor=older, status=School.Status.CLOSED)
    session = SessionFactory(share=1)
    hold(session, "a@school.example", school=oldest)
    for school in (oldest, older, newest):
        assert refused(session, school=school) == 0


def test_share_survives_a_loop_in_the_register():
    first = SchoolFactory()
    second = SchoolFactory(successor=first)
    first.successor = second
    first.save()
    alone = SchoolFactory()
    alone.successor = alone
    alone.save()
    assert (first.today(), second.today(), alone.today()) == (second, first, alone)
    session = SessionFactory(share=1)
    hold(session, "a@school.example", school=first)
    assert refused(session, school=first) == 0


def test_share_of_schools_with_one_name_and_two_urns_is_their_own():
    name = "St Joseph's Catholic Primary School"
    session = SessionFactory(share=1)
    for n in range(2):
        hold(session, f"{n}@school.example", school=SchoolFactory(name=name))
    assert count(session) == (2, 0, 30)


@pytest.mark.parametrize(
    "name, place",
    [
        ("St. Edmund's School", "CT5 1AB"),
        ("  st  edmund’s   SCHOOL ", "ct51ab"),
        ("Śt Edmunds School", " CT5  1AB"),
    ],
)
def test_share_knows_a_school_by_name_however_it_is_written(name, place):
    session = SessionFactory(share=1)
    hold(session, "a@school.example", visiting=by_name("St Edmund's School"))
    assert refused(session, visiting=by_name(name, place)) == 0


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(by_name("St Edmund's School", "CT1 1AA"), id="another-place"),
        pytest.param(by_name("St Edmund's College"), id="another-name"),
        pytest.param(by_name("St Edmund's School", kind=SchoolKind.TRUST), id="another-kind"),
    ],
)
def test_share_takes_another_kind_name_or_place_for_another_school(other):
    session = SessionFactory(share=1)
    hold(session, "a@school.example", visiting=by_name("St Edmund's School"))
    assert hold(session, "b@school.example", visiting=other).status == Status.HELD


def test_share_tells_schools_apart_that_are_written_in_characters():
    session = SessionFactory(share=1)
    for n, name in enumerate(["上海市实验小学", "上海师范大学附属小学"]):
        hold(session, f"{n}@school.example", visiting=by_name(name, "上海", SchoolKind.ABROAD))
    assert count(session) == (2, 0, 30)
    assert refused(session, visiting=by_name("上海市实验小学", "上海", SchoolKind.ABROAD)) == 0


def test_school_key_is_never_too_long_for_its_column():
    assert len(school_key(SchoolKind.INDEPENDENT, None, "ﷺ" * 150, "ﷺ" * 80)) <= 320


def test_share_of_no_school_just_now_is_nobodys():
    session, none = SessionFactory(share=1), VisitingSchool(kind=SchoolKind.NONE)
    for n in range(3):
        hold(session, f"{n}@supply.example", visiting=none)
    assert hold(session, "b@supply.example", visiting=none, size=5).status == Status.HELD
    assert count(session) == (8, 0, 30)


# --- who may book ---------------------------------------------------------------------------------------------------


@pytest.fixture
def kent():
    return LocalAuthority.objects.create(code="886", name="Kent")


def may_book(session, *, now=NOW, **asked):
    """True, or from when every school may."""
    try:
        hold(session, f"teacher{session.bookings.count()}@school.example", now=now, **asked)
    except NotForYourSchool as refused:
        return refused.open_at
    return True


def test_session_for_some_authorities_takes_their_schools_only(kent):
    session = SessionFactory(who_may_book="authorities")
    session.only_authorities.add(kent)
    assert may_book(session, school=SchoolFactory(local_authority=kent)) is True
    assert may_book(session, school=SchoolFactory()) is None
    assert may_book(session, visiting=by_name("St Edmund's School")) is None
    assert may_book(session, visiting=VisitingSchool(kind=SchoolKind.NONE)) is None


def test_session_for_a_list_takes_its_schools_only():
    session, listed = listed_session()
    assert may_book(session, school=listed) is True
    assert may_book(session, school=SchoolFactory()) is None
    assert may_book(session, visiting=by_name("St Edmund's School")) is None


def listed_session(**values):
    school = SchoolFactory()
    session = SessionFactory(**values)
    session.only_list = SchoolList.objects.create(hub=session.hub_year.hub, name="Programme schools 2026–27")
    session.only_list.schools.add(school)
    session.who_may_book = "list"
    session.save()
    return session, school


def test_session_for_a_list_knows_a_school_of_it_before_and_after_a_new_urn():
    session, listed = listed_session()
    listed.successor = SchoolFactory()
    listed.status = School.Status.CLOSED
    listed.save()
    assert may_book(session, school=listed.successor) is True
    assert may_book(session, school=listed) is True
    other = SchoolFactory(successor=listed)
    assert may_book(session, school=other) is True


def test_session_for_an_authority_follows_a_school_to_its_successor(kent):
    session = SessionFactory(who_may_book="authorities")
    session.only_authorities.add(kent)
    old = SchoolFactory(successor=SchoolFactory(local_authority=kent))
    assert may_book(session, school=old) is True


def test_session_opens_to_everyone_to_the_second():
    everyone_at = NOW + dt.timedelta(days=1)
    session, _listed = listed_session(open_to_everyone_at=everyone_at)
    assert may_book(session, school=SchoolFactory(), now=everyone_at - SECOND) == everyone_at
    assert may_book(session, school=SchoolFactory(), now=everyone_at) is True
    assert may_book(session, visiting=VisitingSchool(kind=SchoolKind.NONE), now=everyone_at) is True


def test_who_may_book_is_no_rule_for_confirming_what_is_held(kent):
    session = SessionFactory()
    booking = hold(session)
    session.who_may_book = "authorities"
    session.save()
    assert places.confirm(booking.pk, clock=lambda: NOW).status == Status.CONFIRMED
