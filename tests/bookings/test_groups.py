"""Work groups: schools are invited, heads say yes, and a yes books its teachers' places at each meeting once."""

import datetime as dt
import uuid

import pytest
from django.core import mail

from bookings import places
from bookings.due import run_due
from bookings.groups import enrolling, inviting, meetings, nearest
from bookings.groups.meetings import Meeting
from bookings.models import AuditEntry, Booking, Enrolment, Interest, Invitation, Mail, Visitor
from bookings.operations.counting import miscounts
from bookings.rule.invited import Named, Sends
from bookings.rule.refusals import BadPlan, ChangedMeanwhile, Ended, NeedsReason, NotForYourSchool, SentJustNow
from bookings.sessions import changes
from bookings.states import SessionStatus, Status, Verb
from bookings.verbs.staff_booking import staff_booking
from hubs.models import MasterySpecialist, ShowcaseSession
from hubs.vocabulary.teaching import Years
from tests.factories import NOW, HubYearFactory, SchoolFactory, SessionFactory, StaffFactory, party
from tests.groups import DAYS, asked, group_of, joined, meetings_of, named, plan

pytestmark = pytest.mark.django_db


def clock():
    return NOW


@pytest.fixture
def staff():
    return StaffFactory()


@pytest.fixture
def group():
    return group_of(HubYearFactory(lead_school=SchoolFactory()))


def booked(invitation):
    return Booking.objects.filter(school=invitation.school).order_by("session__starts_at")


def kinds():
    return list(Mail.objects.order_by("pk").values_list("kind", "recipient"))


def test_yes_of_the_head_books_every_meeting_once_and_writes_one_mail_each(group, staff):
    made = meetings_of(group, staff)
    invitation = named(group, staff)
    inviting.join(invitation.pk, clock=clock)
    assert Booking.objects.count() == 0  # the yes stands by itself; what it promises is carried out after it
    assert enrolling.carry_out_now(invitation.pk, clock) == len(made)
    bookings = list(booked(invitation))
    assert [one.session for one in bookings] == made
    assert {(one.status, one.party, one.contact_email) for one in bookings} == {
        (Status.CONFIRMED, 2, invitation.asked_email)
    }
    assert list(AuditEntry.objects.filter(verb=Verb.ENROL).values_list("from_status", "to_status", "places", "by")) == [
        ("", "confirmed", 2, "visitor")
    ] * len(made)
    assert [kind for kind, _to in kinds()] == ["group_invited", "group_head", "group_joined", "group_joined"]
    assert [to for _kind, to in kinds()][2:] == [invitation.asked_email, "colleague@school.example"]
    inviting.join(invitation.pk, clock=clock)
    enrolling.carry_out_now(invitation.pk, clock)
    run_due(clock)
    assert (Booking.objects.count(), len(kinds()), miscounts()) == (len(made), 4, [])


def test_mail_at_the_end_has_an_entry_for_each_of_the_readers_own_places(group, staff):
    made = meetings_of(group, staff)
    joined(group, staff)
    run_due(clock)
    told = [one for one in mail.outbox if "You are in" in one.subject]
    assert [one.to for one in told] == [["lead@school.example"], ["colleague@school.example"]]
    for message in told:
        entries = [attached for attached in message.attachments if "BEGIN:VCALENDAR" in str(attached[1])]
        assert len(entries) == len(made)
        assert all("METHOD:REQUEST" in entry[1] for entry in entries)
        assert message.to[0] in entries[0][1].replace("\r\n ", "")
        assert message.body.count("/bookings/") == len(made) + (message.to == ["lead@school.example"])


def test_teacher_who_does_not_come_is_the_contact_and_takes_no_place(group, staff):
    meetings_of(group, staff)
    others = [Named("One Other", "one@school.example", is_lead=True), Named("Two Other")]
    invitation = joined(group, staff, teachers=others)
    booking = booked(invitation).first()
    assert (booking.contact_name, booking.contact_comes, booking.party) == ("Maths Lead", False, 2)
    assert list(booking.visitors.values_list("full_name", "is_contact")) == [("One Other", False), ("Two Other", False)]


def test_who_is_to_be_named_later_has_a_place(group, staff):
    meetings_of(group, staff)
    invitation = joined(group, staff, teachers=[Named("Maths Lead", "lead@school.example"), Named("")])
    assert list(booked(invitation).first().visitors.values_list("full_name", flat=True)) == ["Maths Lead", None]


def test_killed_after_a_booking_goes_on_without_a_second(group, staff, monkeypatch):
    made = meetings_of(group, staff)
    invitation = named(group, staff)
    inviting.join(invitation.pk, clock=clock)
    first = invitation.enrolments.order_by("pk").first()
    enrolling.enrol(first.session_id, enrolling.party_of(first), clock=clock)  # and died before it wrote so down
    run_due(clock)
    assert Booking.objects.count() == len(made)
    assert invitation.enrolments.filter(booking__isnull=False, told_at__isnull=False).count() == len(made)
    assert [kind for kind, _to in kinds()].count("group_joined") == 2


def test_place_that_was_given_back_before_the_worker_goes_on_is_not_booked_again(group, staff):
    made = meetings_of(group, staff)
    invitation = named(group, staff)
    inviting.join(invitation.pk, clock=clock)
    first = invitation.enrolments.order_by("pk").first()
    booking = enrolling.enrol(first.session_id, enrolling.party_of(first), clock=clock)  # and died
    places.cancel(booking.pk, clock=clock)
    run_due(clock)
    assert Booking.objects.count() == len(made)
    assert list(booked(invitation).filter(session=first.session).values_list("status", flat=True)) == ["cancelled"]


def test_killed_before_it_told_tells_once(group, staff, monkeypatch):
    meetings_of(group, staff)
    invitation = named(group, staff)
    inviting.join(invitation.pk, clock=clock)
    with monkeypatch.context() as broken:
        broken.setattr(enrolling, "_tell", lambda *_args: None)
        enrolling.carry_out_now(invitation.pk, clock)
    assert "group_joined" not in [kind for kind, _to in kinds()]
    run_due(clock)
    run_due(clock)
    assert [kind for kind, _to in kinds()].count("group_joined") == 2


def test_full_meeting_is_a_problem_that_staff_see_and_the_yes_stands(group, staff):
    _first, second, *_others = meetings_of(group, staff, capacity=2)
    one, two = joined(group, staff), joined(group, staff, email="lead@other.example")
    assert booked(one).count() == 3
    assert booked(two).count() == 0
    assert (two.state, enrolling.problems(group.pk).count()) == (Invitation.State.JOINED, 3)
    assert set(two.enrolments.values_list("problem", flat=True)) == {"Every place at this session is taken."}
    changes.set_places(second.pk, capacity=4, held_back=0, by=staff, clock=clock)
    assert enrolling.try_again(group.pk, clock) == 1
    assert [booking.session for booking in booked(two)] == [second]
    assert enrolling.problems(group.pk).count() == 2


def test_meeting_without_a_place_waits_until_it_is_opened(group, staff):
    dated = [*plan(2), Meeting(DAYS[2], dt.time(13), dt.time(16))]
    made = meetings.make_meetings(group.pk, dated, by=staff, clock=clock, key=uuid.uuid4())
    invitation = joined(group, staff)
    assert (booked(invitation).count(), enrolling.problems().count()) == (2, 0)
    ShowcaseSession.objects.filter(pk=made[2].pk).update(venue=SchoolFactory())
    assert meetings.open_meetings(group.pk, by=staff, clock=clock) == []
    assert booked(invitation).count() == 3
    assert [kind for kind, _to in kinds()].count("group_joined") == 4  # two of two meetings, two of the third


def test_later_meetings_enrol_the_schools_that_have_joined(group, staff):
    invitation = joined(group, staff)
    assert [kind for kind, _to in kinds()].count("group_joined") == 2  # the dates follow
    key = uuid.uuid4()
    made = meetings.make_meetings(group.pk, plan(3), by=staff, clock=clock, key=key)
    assert meetings.make_meetings(group.pk, plan(3), by=staff, clock=clock, key=key) == made
    assert (group.meetings.count(), booked(invitation).count()) == (3, 3)


def test_meeting_is_for_the_groups_schools_alone_on_no_list_and_has_three_parts(group, staff):
    (one,) = meetings.make_meetings(group.pk, plan(1), by=staff, clock=clock, key=uuid.uuid4())
    one.refresh_from_db()
    assert (one.kind, one.visibility, one.share, one.share_for_good) == ("meeting", "link", 2, True)
    assert (one.places.capacity, one.places.status) == (12, SessionStatus.OPEN)
    assert [(str(part.starts), part.is_lesson) for part in one.programme.all()] == [
        ("13:00:00", False),
        ("13:30:00", True),
        ("14:30:00", False),
    ]
    assert one.lessons.get().years == Years.Y3
    outsider = party(email="outsider@school.example")
    with pytest.raises(NotForYourSchool):
        places.hold(one.pk, outsider, clock=clock)


def test_specialist_teaches_where_they_are_named(group, staff):
    group.specialist = MasterySpecialist.objects.create(hub_year=group.hub_year, full_name="Sam Mastery")
    group.save()
    dated = [Meeting(DAYS[0], dt.time(13), dt.time(14), SchoolFactory(), Years.Y3, "Sam Mastery")]
    (one,) = meetings.make_meetings(group.pk, dated, by=staff, clock=clock, key=uuid.uuid4())
    assert [str(teacher) for teacher in one.lessons.get().specialists.all()] == ["Sam Mastery"]
    assert [str(part.starts) for part in one.programme.all()] == ["13:00:00", "13:20:00", "13:40:00"]


@pytest.mark.parametrize(
    "days, said",
    [
        ([dt.date(2026, 12, 1)], "still to come"),
        ([dt.date(2027, 9, 14)], "academic year"),
        ([DAYS[0], DAYS[0]], "at the same time"),
    ],
)
def test_plan_that_cannot_be_makes_nothing(group, staff, days, said):
    dated = [Meeting(day, dt.time(13), dt.time(16), SchoolFactory()) for day in [DAYS[1], *days]]
    with pytest.raises(BadPlan) as refused:
        meetings.make_meetings(group.pk, dated, by=staff, clock=clock, key=uuid.uuid4())
    assert said in " ".join(refused.value.sentences)
    assert group.meetings.count() == 0


# --- invitations ------------------------------------------------------------------------------------------------------


def test_school_is_invited_once_however_often_it_is_pressed(group, staff):
    school = SchoolFactory()
    for _press in range(2):
        inviting.invite(group.pk, [asked(school), asked(school, "second@school.example")], by=staff, clock=clock)
    assert kinds() == [("group_invited", "lead@school.example")]


def test_another_head_gets_a_link_and_that_of_the_first_dies(group, staff):
    invitation = named(group, staff)
    before = invitation.head_version
    inviting.name(invitation.pk, Sends("Maths Lead", "Head", "head@school.example", [Named("A")]), clock=clock)
    assert [kind for kind, _to in kinds()].count("group_head") == 1
    inviting.name(invitation.pk, Sends("Maths Lead", "Other", "other@school.example", [Named("A")]), clock=clock)
    invitation.refresh_from_db()
    assert invitation.head_version == before + 1
    run_due(clock)
    assert [one.to[0] for one in mail.outbox if "Your yes" in one.subject] == ["other@school.example"]


def test_heads_cannot_be_mailed_without_end(group, staff):
    invitation = named(group, staff)
    with pytest.raises(SentJustNow):
        for n in range(5):
            inviting.name(invitation.pk, Sends("Lead", "Head", f"h{n}@school.example", [Named("A")]), clock=clock)
    assert [kind for kind, _to in kinds()].count("group_head") == 3


def test_yes_counts_for_those_whom_the_head_has_read(group, staff):
    invitation = named(group, staff)
    read = inviting.who_comes(invitation)
    inviting.name(invitation.pk, Sends("Lead", "Head", "head@school.example", [Named("Else")]), clock=clock)
    with pytest.raises(ChangedMeanwhile):
        inviting.join(invitation.pk, clock=clock, read=read)
    invitation.refresh_from_db()
    assert invitation.state == Invitation.State.NAMED


def test_declined_can_be_asked_anew_and_joined_cannot_decline(group, staff):
    invitation = named(group, staff)
    inviting.decline(invitation.pk, clock=clock)
    with pytest.raises(Ended):
        inviting.join(invitation.pk, clock=clock)
    inviting.invite(group.pk, [asked(invitation.school, "new@school.example")], by=staff, clock=clock)
    invitation.refresh_from_db()
    assert (invitation.state, invitation.asked_email, invitation.head_email) == ("invited", "new@school.example", None)
    assert invitation.teachers.count() == 0
    again = named(group, staff, school=invitation.school)
    inviting.join(again.pk, clock=clock)
    with pytest.raises(Ended):
        inviting.decline(again.pk, clock=clock)


def test_school_that_leaves_gives_back_its_places_to_come_and_is_on_the_list_no_longer(group, staff):
    made = meetings_of(group, staff)
    invitation = joined(group, staff)
    with pytest.raises(NeedsReason):
        inviting.leave(invitation.pk, by=staff, clock=clock, why=" ")
    assert inviting.leave(invitation.pk, by=staff, clock=clock, why="The head rang.") == len(made)
    assert inviting.leave(invitation.pk, by=staff, clock=clock, why="The head rang.") == 0
    assert set(booked(invitation).values_list("status", flat=True)) == {Status.CANCELLED}
    group.refresh_from_db()
    assert list(group.schools.schools.all()) == []
    assert miscounts() == []
    back = joined(group, staff, school=invitation.school)
    assert booked(back).filter(status=Status.CONFIRMED).count() == len(made)


def test_booking_that_staff_made_meanwhile_stands_for_the_yes(group, staff):
    (one, *_others) = meetings_of(group, staff)
    invitation = named(group, staff)
    inviting.join(invitation.pk, clock=clock)
    asked_for = enrolling.party_of(invitation.enrolments.first())
    made = staff_booking(one.pk, asked_for, by=staff, clock=clock)
    run_due(clock)
    assert booked(invitation).filter(session=one).get() == made
    assert enrolling.problems().count() == 0


# --- nearest ----------------------------------------------------------------------------------------------------------


def interest(year, school, *, wants="yes", role="teacher", email="t@school.example", **visitor):
    session = SessionFactory(hub_year=year)
    booking = places.hold(session.pk, party(school=school, email=email), clock=clock)
    return Interest.objects.create(hub_year=year, visitor=booking.visitors.get(), wants=wants, role=role, at=NOW)


def test_nearest_interested_schools_of_the_phase_are_proposed_and_the_others_left_over(group):
    year = group.hub_year
    group.schools_wanted = 2
    group.save()
    far, near, nearer = (SchoolFactory(easting=574000 + metres) for metres in (48280, 8047, 1609))
    secondary = SchoolFactory(phase=4)
    for n, school in enumerate((far, near, nearer, secondary)):
        interest(year, school, email=f"t{n}@school.example")
    interest(year, SchoolFactory(), wants="no", email="no@school.example")
    interest(year, near, role="lead", email="lead@school.example")
    other = group_of(year, name="The other", school=SchoolFactory(easting=574000 + 48280))
    found = nearest.propose(group)
    assert [(one.school, one.miles) for one in found.nearest] == [(nearer, "1 mile"), (near, "5 miles")]
    assert [(one.school, one.miles, one.nearer, one.nearer_miles) for one in found.left_over] == [
        (far, "30 miles", other, "under a mile")
    ]
    assert found.nearest[1].first.visitor.email == "lead@school.example"


def test_school_that_is_asked_by_another_group_is_not_proposed(group, staff):
    school = SchoolFactory()
    interest(group.hub_year, school)
    other = group_of(group.hub_year, name="The other")
    assert [one.school for one in nearest.propose(group).nearest] == [school]
    inviting.invite(other.pk, [asked(school)], by=staff, clock=clock)
    assert nearest.propose(group).nearest == []


def test_visitors_of_a_group_have_their_persons_ids_and_are_expected(group, staff):
    meetings_of(group, staff)
    joined(group, staff)
    coming = Visitor.objects.filter(booking__status=Status.CONFIRMED)
    assert coming.filter(person_id=None).count() == 0
    lead = coming.filter(email="lead@school.example").order_by("booking__session__starts_at")
    assert (len(set(lead.values_list("person_id", flat=True))), lead.filter(first_time=True).count()) == (1, 1)
    assert Enrolment.objects.filter(booking=None).count() == 0
