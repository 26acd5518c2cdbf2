"""No answer depends on an address: booked or unknown, the public is told the same (rule.md#same-answer)."""

import pytest

from bookings import places
from bookings.models import Places, SchoolKind
from bookings.rule import judging
from bookings.rule.party import VisitingSchool
from bookings.rule.refusals import Refused
from hubs.models import ShowcaseSession
from tests.factories import NOW, SchoolFactory, SessionFactory, party

pytestmark = pytest.mark.django_db

BOOKED, UNKNOWN = "booked@school.example", "unknown@school.example"


def answer(session, school, email, *, size=1):
    """What a page would say: the refusal and all it carries, or that a mail has been sent."""
    try:
        places.hold(session.pk, party(size=size, school=school, email=email), clock=lambda: NOW)
    except Refused as refused:
        return type(refused).__name__, vars(refused)
    return "Check your email", {}


@pytest.mark.parametrize(
    "session, status, size, said",
    [
        pytest.param({}, "open", 1, "Check your email", id="open"),
        pytest.param({"room__capacity": 1}, "open", 1, "SessionFull", id="full"),
        pytest.param({"room__capacity": 3}, "open", 3, "SessionFull", id="too-few-left"),
        pytest.param({"share": 1}, "open", 1, "SchoolShareUsed", id="share-used"),
        pytest.param({"share": 2}, "open", 2, "SchoolShareUsed", id="share-too-small"),
        pytest.param({}, "closed", 1, "NotBookable", id="closed"),
        pytest.param({}, "cancelled", 1, "NotBookable", id="cancelled"),
        pytest.param({}, "postponed", 1, "NotBookable", id="postponed"),
        pytest.param({}, "open", 11, "PartyTooLarge", id="too-large"),
    ],
)
def test_answer_is_the_same_for_an_address_that_is_booked_and_one_that_is_not(session, status, size, said):
    session, school = SessionFactory(**session), SchoolFactory()
    places.hold(session.pk, party(school=school, email=BOOKED), clock=lambda: NOW)
    Places.objects.filter(pk=session.pk).update(status=status)
    booked = answer(session, school, BOOKED, size=size)
    unknown = answer(session, school, UNKNOWN, size=size)
    assert booked == unknown
    assert booked[0] == said


def test_answer_is_the_same_where_the_school_may_not_book():
    session, school = SessionFactory(), SchoolFactory()
    places.hold(session.pk, party(school=school, email=BOOKED), clock=lambda: NOW)
    ShowcaseSession.objects.filter(pk=session.pk).update(who_may_book="authorities")
    assert answer(session, school, BOOKED) == answer(session, school, UNKNOWN)
    assert answer(session, school, BOOKED)[0] == "NotForYourSchool"


def test_answer_is_the_same_for_a_contact_who_comes_with_another_school():
    session, other = SessionFactory(share=1), SchoolFactory()
    places.hold(session.pk, party(email=BOOKED), clock=lambda: NOW)
    assert answer(session, other, BOOKED) == answer(session, other, UNKNOWN) == ("Check your email", {})


def test_judge_reads_no_address():
    session, school = SessionFactory(share=1), SchoolFactory()
    visiting = VisitingSchool(kind=SchoolKind.REGISTER, school=school)
    places.hold(session.pk, party(visiting=visiting, email=BOOKED), clock=lambda: NOW)
    said = set()
    for email in (BOOKED, UNKNOWN, ""):
        with places.locked(session.pk, lambda: NOW) as room:
            asked = party(visiting=visiting, email=email).booking(room.session, now=room.now)
            try:
                judging.judge(room, asked, room.bookings_beside(asked))
            except Refused as refused:
                said.add((type(refused).__name__, *map(str, vars(refused).items())))
    assert len(said) == 1
