"""What the database itself refuses, whoever writes and however."""

import uuid

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction

from bookings import places
from bookings.models import (
    AddressChange,
    Asked,
    AuditEntry,
    Booking,
    Certificate,
    DayAnswer,
    Enrolment,
    GroupTeacher,
    Invitation,
    LaterAnswer,
    Mail,
    NewsConsent,
    Places,
    Quote,
    Running,
    TellMe,
    TurnedAway,
    Visitor,
    WideChange,
)
from bookings.states import Verb
from hubs.models import HostSchool, MasterySpecialist, School, VisitingTeacher, WorkGroup
from tests.factories import NOW, HubYearFactory, SchoolFactory, SessionFactory, StaffFactory, party

pytestmark = pytest.mark.django_db

FIRST, SECOND = (uuid.UUID(int=number) for number in (1, 2))

# One row of each model, a confirmed booking of 2 in a session of 30 places; what no row may be made into; and the
# constraint that says so.
REFUSED = [
    (Places, {"capacity": 1}, "never_more_places_than_the_room_holds"),
    (Places, {"held_back": 29}, "never_more_places_than_the_room_holds"),
    (Places, {"places_taken": 31}, "never_more_places_than_the_room_holds"),
    (Places, {"status": "open", "capacity": 0, "places_taken": 0}, "open_session_has_places"),
    (Places, {"status_before": "closed"}, "only_what_is_off_has_a_status_before"),
    (Places, {"status": "pending"}, "session_status_known"),
    (Booking, {"status": "pending"}, "booking_status_known"),
    (Booking, {"status": ""}, "booking_status_known"),
    (Booking, {"party": 0}, "party_has_a_visitor"),
    (Booking, {"status": "waiting", "joined_at": NOW, "party": 0}, "party_has_a_visitor"),
    (Booking, {"status": "held", "deadline": None}, "unconfirmed_has_deadline"),
    (Booking, {"status": "offered", "deadline": None}, "unconfirmed_has_deadline"),
    (Booking, {"status": "waiting", "joined_at": None}, "waiting_since_a_time"),
    (Booking, {"school": None}, "register_school_has_urn"),
    (Booking, {"school_kind": "independent"}, "register_school_has_urn"),
    (Booking, {"status": "confirmed", "held_from": "a" * 32}, "network_kept_until_proved"),
    (Booking, {"status": "held", "address_proved_at": NOW, "held_from": "a" * 32}, "network_kept_until_proved"),
    (Booking, {"smallest_party": 3}, "smallest_party_fits"),
    (Booking, {"from_held_back": 3}, "held_back_places_fit"),
    (Booking, {"contact_name": None, "name_words": "zoe"}, "contact_erased_with_words"),
    (Visitor, {"full_name": None, "name_words": "zoe"}, "visitor_erased_with_words"),
    (AuditEntry, {"by": "staff", "staff": None}, "staff_is_named"),
    (AuditEntry, {"by": "visitor", "staff": StaffFactory}, "staff_is_named"),
    (AuditEntry, {"by": "clock", "staff": StaffFactory}, "staff_is_named"),
    (Mail, {"state": "sent", "answered_at": None}, "mail_answered_at_a_time"),
    (Mail, {"state": "refused", "answered_at": None}, "mail_answered_at_a_time"),
    (Visitor, {"position": 1}, "one_visitor_a_position"),
    (Visitor, {"is_contact": True}, "contact_is_one_visitor"),
    (Visitor, {"attendance": "late"}, "attendance_known"),
    (Visitor, {"attendance": "attended"}, "marked_at_a_time"),
    (Visitor, {"left_at": NOW}, "left_who_had_come"),
    (Visitor, {"arranged": "ramp"}, "arranged_for_a_need"),
    (Visitor, {"needs": "ramp", "arranged": "ramp", "arranged_at": NOW}, "arranged_by_somebody"),
    (Visitor, {"needs": "ramp", "arranged_at": NOW, "arranged_by": StaffFactory}, "arranged_by_somebody"),
    (AddressChange, {"visitor": None}, "one_new_address_a_contact"),
    (TellMe, {"session": None}, "told_of_one_thing"),
    (TellMe, {"hub": lambda: HubYearFactory().hub}, "told_of_one_thing"),
    (TellMe, {"search": "x", "easting": 1, "northing": 1, "miles": 30}, "told_of_one_thing"),
    (TellMe, {"session": None, "search": "teach=y6"}, "search_is_of_a_place_or_a_hub"),
    (TellMe, {"easting": 1, "northing": 1, "miles": 30}, "told_near_a_place"),
    (TellMe, {"session": None, "search": "x", "easting": 1, "northing": 1, "miles": 61}, "told_near_a_place"),
    (TellMe, {"session": None, "search": "x", "easting": 1, "northing": 1, "miles": 0}, "told_near_a_place"),
    (TellMe, {"session": None, "search": "x", "easting": 1, "miles": 30}, "told_near_a_place"),
    (WideChange, {"hub_year": None}, "wide_change_is_of_one_thing"),
    (TurnedAway, {"times": 2, "places": 1}, "each_wanted_a_place"),
    (Running, {"id": 2}, "there_is_one_installation"),
    (TurnedAway, {"why": "full"}, "one_count_a_day_and_reason"),
    (Asked, {"form": "day", "session": None}, "asked_of_a_lesson_or_of_all"),
    (Asked, {"form": "later"}, "asked_of_a_lesson_or_of_all"),
    (Asked, {"visitor": lambda: Visitor.objects.order_by("pk").first()}, "asked_once"),
    (DayAnswer, {"voice": FIRST}, "one_answer_a_session"),
    (LaterAnswer, {"voice": FIRST}, "one_later_answer"),
    (Quote, {"voice": FIRST}, "one_quote_an_answer"),
    (NewsConsent, {"email_key": "a@a.example"}, "one_consent_an_address"),
    (Certificate, {"session": None}, "certificate_of_a_session_or_a_visit"),
    (Certificate, {"session": None, "host_school": lambda: visit()}, "certificate_of_a_session_or_a_visit"),
    (Certificate, {"visitor": lambda: Visitor.objects.order_by("pk").first()}, "one_certificate_a_visitor"),
    (Invitation, {"school": School.objects.first}, "school_is_invited_once"),
    (Invitation, {"state": "joined", "answered_at": None}, "answered_at_a_time"),
    (GroupTeacher, {"position": 1}, "one_teacher_a_position"),
    (Enrolment, {"invitation": Invitation.objects.first}, "enrolled_once"),
    (Enrolment, {"told_at": NOW}, "enrolled_before_it_is_told"),
    (Enrolment, {"problem": "Full."}, "enrolled_before_it_is_told"),
    (
        WideChange,
        {"host_school": lambda: visit()},
        "wide_change_is_of_one_thing",
    ),
]
# In test_one_each.py, test_parties.py, test_limits.py, test_telling.py, test_seen.py, test_wide_changes.py and
# test_phoning.py.
TRIED_ELSEWHERE = {
    *("one_live_booking_each", "contact_comes_once", "one_open_hand_over", "one_count_an_hour"),
    *("one_kept_report_a_copy", "one_kept_report_of_a_hub"),
    "told_once",
    *("contact_is_phoned_once", "visitor_is_phoned_once", "teacher_is_phoned_once", "specialist_is_phoned_once"),
    *("office_is_phoned_once", "phoned_is_one_person"),
    *("contact_sees_a_change_once", "visitor_sees_a_change_once", "each_session_once_a_change"),
}
TOLD_ONCE = {"told_once_of_session", "told_once_of_host_school", "told_once_of_hub", "told_once_of_search"}


def visit():
    return HostSchool.objects.create(hub_year=HubYearFactory())


@pytest.fixture(scope="module")
def rows(shared_rows):
    """A row of each model, made as it is made."""
    session = SessionFactory()
    booking = places.hold(session.pk, party(size=2), clock=lambda: NOW)
    places.confirm(booking.pk, clock=lambda: NOW)
    asked = {"booking": booking, "email": "a@a.example", "from_version": 1, "asked_at": NOW}
    AddressChange.objects.create(**asked)
    AddressChange.objects.create(visitor=booking.visitors.last(), **asked)
    TellMe.objects.create(email="a@a.example", email_key="a@a.example", session=session, created_at=NOW)
    wide = {"verb": Verb.POSTPONE, "staff": StaffFactory(), "created_at": NOW}
    WideChange.objects.create(hub_year=session.hub_year, **wide)
    afterwards(session, list(booking.visitors.order_by("pk")))


def afterwards(session, visitors):
    """Two rows of each model of what comes after a session."""
    of_hub, of_session = {"hub_year": session.hub_year}, {"session": session}
    for number, (visitor, voice) in enumerate(zip(visitors, (FIRST, SECOND), strict=True), start=1):
        said = of_hub | {"voice": voice, "answered_at": NOW}
        address = f"{'ab'[number - 1]}@a.example"
        Running.objects.update_or_create(pk=1, defaults={"round_at": NOW})
        TurnedAway.objects.create(session=session, day=NOW.date(), why=("full", "share")[number - 1], times=1, places=2)
        asked = of_hub | of_session | {"form": "day", "visitor": visitor, "asked_at": NOW, "closes_at": NOW}
        Asked.objects.create(**asked)
        DayAnswer.objects.create(session=session, **said)
        LaterAnswer.objects.create(**said)
        words = {"text": "Twenty minutes.", "released_at": NOW, "released_by": StaffFactory()}
        Quote.objects.create(**of_hub, **of_session, voice=voice, of="take", **words)
        NewsConsent.objects.create(hub=session.hub_year.hub, email=address, email_key=address, agreed_at=NOW)
        Certificate.objects.create(session=session, visitor=visitor, full_name="Ada", issued_at=NOW)
    group = WorkGroup.objects.create(hub_year=session.hub_year, name="Moor")
    for school in (School.objects.first(), SchoolFactory()):
        invitation = Invitation.objects.create(
            group=group, school=school, invited_at=NOW, invited_by=StaffFactory(), answered_at=NOW
        )
        Enrolment.objects.create(invitation=invitation, session=session)
    for number in (1, 2):
        GroupTeacher.objects.create(invitation=invitation, position=number)


def name_of(case):
    _model, values, constraint = case
    return f"{constraint}-{'-'.join(key if callable(value) else f'{key}={value}' for key, value in values.items())}"


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize("case", [pytest.param(case, id=name_of(case)) for case in REFUSED])
def test_database_refuses(case):
    model, values, constraint = case
    values = {key: value() if callable(value) else value for key, value in values.items()}
    one = model.objects.filter(pk=model.objects.order_by("pk").last().pk)
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        one.update(**values)
    assert constraint in str(refused.value) or "UNIQUE constraint failed" in str(refused.value)  # SQLite's words


@pytest.mark.parametrize("of", ["session", "host_school", "hub", "search"])
def test_database_refuses_to_tell_an_address_twice_of_one_thing(of):
    hub_year = HubYearFactory()
    thing = {
        "session": SessionFactory,
        "host_school": lambda: HostSchool.objects.create(hub_year=hub_year),
        "hub": lambda: hub_year.hub,
        "search": lambda: "near=ME16+8TL",
    }[of]()
    near = {"easting": 574000, "northing": 155000, "miles": 30} if of == "search" else {}
    wish = near | {"email": "a@a.example", "email_key": "a@a.example", "created_at": NOW, of: thing}
    TellMe.objects.create(**wish)
    with pytest.raises(IntegrityError), transaction.atomic():
        TellMe.objects.create(**wish)
    TellMe.objects.create(**(wish | {"email_key": "b@b.example"}))


@pytest.mark.parametrize("field", ["places_taken", "held_back", "capacity"])
def test_database_refuses_a_count_below_nothing(field):
    session = SessionFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        Places.objects.filter(pk=session.pk).update(**{field: -1})


@pytest.mark.parametrize("of", ["teacher", "specialist"])
def test_database_refuses_a_second_certificate_of_who_taught(of):
    year = HubYearFactory()
    who = {
        "teacher": lambda: VisitingTeacher.objects.create(hub_year=year, name_pinyin="Wang Fang"),
        "specialist": lambda: MasterySpecialist.objects.create(hub_year=year, full_name="Ada"),
    }[of]()
    taught = {"host_school": HostSchool.objects.create(hub_year=year), of: who, "issued_at": NOW}
    first = Certificate.objects.create(**taught)
    with pytest.raises(IntegrityError), transaction.atomic():
        Certificate.objects.create(**taught)
    Certificate.objects.filter(pk=first.pk).update(ended_at=NOW)
    Certificate.objects.create(**taught)  # a name put right


def test_every_constraint_has_been_tried():
    models = apps.get_app_config("bookings").get_models()
    names = {constraint.name for model in models for constraint in model._meta.constraints}
    taught = {"one_certificate_a_teacher", "one_certificate_a_specialist"}
    assert {constraint for _model, _values, constraint in REFUSED} | TOLD_ONCE | taught | TRIED_ELSEWHERE == names
