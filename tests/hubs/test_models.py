"""What schools, hubs and sessions know of themselves, and what the database refuses of them."""

import datetime as dt

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from hubs.models import (
    ClosedDay,
    Cost,
    HostSchool,
    Hub,
    HubYear,
    Lesson,
    MasterySpecialist,
    Membership,
    Notice,
    Photograph,
    Remark,
    Resource,
    School,
    SchoolList,
    SchoolWord,
    ShowcaseSession,
    StaffUser,
    StoredFile,
    StoredPiece,
    VisitingTeacher,
    WorkGroup,
)
from hubs.schools.search import schools_found
from hubs.vocabulary.references import ALPHABET, booking_reference, session_ref
from hubs.vocabulary.school_days import SchoolDays, london
from hubs.vocabulary.school_words import searchable
from hubs.vocabulary.teaching import Years
from tests.factories import (
    DAY,
    NOW,
    ExchangeFactory,
    HubFactory,
    HubYearFactory,
    SchoolFactory,
    SessionFactory,
    StaffFactory,
)

pytestmark = pytest.mark.django_db

ONE_DAY = dt.timedelta(days=1)

# --- schools --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text, found_as",
    [
        ("St. Joseph's R.C. Primary", "st josephs r c primary"),
        ("St Joseph’s", "st josephs"),
        ("  École   Élémentaire ", "ecole elementaire"),
        ("Straße 5", "strasse 5"),
        ("Ash–Wingham", "ash wingham"),
        ("上海市实验小学", "上海市实验小学"),
        ("…", ""),
    ],
)
def test_searchable_keeps_letters_and_digits(text, found_as):
    assert searchable(text) == found_as


@pytest.mark.parametrize(
    "typed, found",
    [
        ("west borough", ["West Borough Primary School"]),
        ("WEST maidstone", ["West Borough Primary School"]),
        ("me168tl", ["West Borough Primary School"]),
        ("me16 8tl", ["West Borough Primary School"]),
        ("118504", ["West Borough Primary School"]),
        ("maid", ["Maidstone Grammar School", "West Borough Primary School"]),
        ("stone", []),
        ("closed", []),
        ("  ", []),
        ("'", []),
    ],
)
def test_school_is_found_by_the_beginnings_of_its_words(typed, found):
    school("West Borough Primary School", "Maidstone", "ME16 8TL", urn=118504)
    school("Maidstone Grammar School", "Maidstone", "ME15 7BT", urn=118835)
    school("Closed Primary School", "Maidstone", "ME15 6XX", urn=118500, status=School.Status.CLOSED)
    assert [one.name for one in schools_found(typed)] == found


def school(name, town, postcode, **values):
    return SchoolFactory(name=name, town=town, postcode=postcode, **values)


def test_school_that_starts_with_what_was_typed_comes_first():
    for name in ("All Saints Ash Primary School", "Ashford Oaks", "Ash Primary School"):
        school(name, "Kent", "")
    found = [one.name for one in schools_found("ash")]
    assert found == ["Ash Primary School", "Ashford Oaks", "All Saints Ash Primary School"]


def test_school_is_shown_with_town_and_postcode():
    assert str(school("St Joseph’s", "Maidstone", "ME16 8TL")) == "St Joseph’s, Maidstone ME16 8TL"
    assert str(school("St Joseph’s", "", "")) == "St Joseph’s"


# --- references -----------------------------------------------------------------------------------------------------


def test_references_hold_nothing_that_is_misread():
    assert set("01OIL") & set(ALPHABET) == set()
    assert (len(session_ref()), len(booking_reference())) == (6, 8)
    assert set(session_ref() + booking_reference()) <= set(ALPHABET)
    assert len({booking_reference() for _ in range(1000)}) == 1000


# --- hubs and people ------------------------------------------------------------------------------------------------


def test_hub_is_called_as_in_its_latest_year():
    hub = HubFactory()
    for year, name in [(2018, "Kent & Medway Maths Hub"), (2020, "Kent Maths Hub"), (2019, "Medway Maths Hub")]:
        HubYearFactory(hub=hub, exchange=ExchangeFactory(year=year), name=name)
    assert Hub.objects.with_name(today=DAY).get().current_name == "Kent Maths Hub"


def test_exchange_is_written_as_schools_write_it():
    assert [ExchangeFactory(year=year).academic_year for year in (2018, 1999)] == ["2018–19", "1999–00"]


def test_visiting_teacher_is_named_only_with_a_yes():
    teacher = VisitingTeacher(hub_year=HubYearFactory(), name_pinyin="Zhang Min", name_characters="张敏")
    assert teacher.public_name == "a visiting teacher from Shanghai"
    teacher.name_agreed_at = NOW
    assert teacher.public_name == "Zhang Min 张敏"


def test_specialist_and_visit_say_who_they_are():
    hub_year = HubYearFactory(name="Kent & Medway Maths Hub", exchange=ExchangeFactory(year=2018))
    assert str(MasterySpecialist(hub_year=hub_year, full_name="A Specialist")) == "A Specialist"
    assert str(HostSchool(hub_year=hub_year)) == "School to be announced (Kent & Medway Maths Hub, 2018–19)"


def test_staff_sign_in_with_their_address_in_any_case():
    user = StaffUser.objects.create_user("Hub.Lead@Hub.example", "correct horse battery")
    assert user.email == "hub.lead@hub.example"
    assert StaffUser.objects.get_by_natural_key(" HUB.LEAD@hub.example") == user
    assert user.check_password("correct horse battery")


def test_notice_shows_from_one_moment_until_another():
    notice = Notice.objects.create(text="Snow", from_at=NOW, until_at=NOW + ONE_DAY)
    second = dt.timedelta(seconds=1)
    moments = [NOW - second, NOW, NOW + ONE_DAY - second, NOW + ONE_DAY]
    assert [notice in Notice.objects.showing(now=now) for now in moments] == [False, True, True, False]


# --- sessions -------------------------------------------------------------------------------------------------------


def test_session_gets_the_dates_for_booking_that_follow_from_its_day():
    session = SessionFactory(share=2)  # on Tuesday 26 January
    assert (session.first_day, session.last_day) == (DAY, DAY)
    assert session.share_until == london(dt.date(2027, 1, 19), dt.time(8))
    assert session.release_at == london(dt.date(2027, 1, 21), dt.time(12))
    assert session.closes_at == london(dt.date(2027, 1, 22), dt.time(12))
    assert session.waiting_closes_at == london(dt.date(2027, 1, 25), dt.time(16))


def test_session_keeps_the_dates_that_it_was_given():
    closes_at = london(dt.date(2027, 1, 25), dt.time(9))
    session = SessionFactory(closes_at=closes_at)
    session.fill_in_dates(SchoolDays())
    assert session.closes_at == closes_at


def test_session_without_a_share_gets_no_time_to_lift_it():
    assert SessionFactory(share=None).share_until is None


def test_session_without_a_start_gets_no_dates():
    session = SessionFactory(starts_at=None, ends_at=None)
    assert (session.closes_at, session.release_at, session.waiting_closes_at) == (None, None, None)


def test_session_start_fixes_its_day_whatever_was_announced():
    session = SessionFactory(starts_at=None, ends_at=None, first_day=DAY, last_day=DAY + 10 * ONE_DAY)
    assert session.day is None
    session.starts_at = london(DAY + ONE_DAY, dt.time(9))
    session.ends_at = london(DAY + ONE_DAY, dt.time(11))
    session.save()
    assert session.day == DAY + ONE_DAY


def test_session_day_is_londons():
    late = dt.datetime(2027, 6, 30, 23, 30, tzinfo=dt.timezone.utc)  # half past midnight in summer
    session = SessionFactory(starts_at=late, ends_at=late + dt.timedelta(hours=1))
    assert session.day == dt.date(2027, 7, 1)


def test_sessions_are_upcoming_until_their_last_day_is_over():
    dated = SessionFactory()
    ranged = SessionFactory(starts_at=None, ends_at=None, first_day=DAY - ONE_DAY, last_day=DAY + ONE_DAY)
    undated = SessionFactory(starts_at=None, ends_at=None)
    on = {
        days: [one in ShowcaseSession.objects.upcoming(today=DAY + days * ONE_DAY) for one in (dated, ranged, undated)]
        for days in (0, 1, 2)
    }
    assert on == {0: [True, True, True], 1: [False, True, True], 2: [False, False, True]}
    assert list(ShowcaseSession.objects.past(today=DAY + ONE_DAY)) == [dated]


def test_sessions_are_in_order_of_their_day_and_those_without_one_come_last():
    undated = SessionFactory(starts_at=None, ends_at=None)
    later = SessionFactory(starts_at=london(DAY, dt.time(13)), ends_at=london(DAY, dt.time(15)))
    earlier = SessionFactory()
    assert list(ShowcaseSession.objects.all()) == [earlier, later, undated]


@pytest.mark.parametrize(
    "title, lessons, name",
    [
        ("", [], "Showcase lesson"),
        ("Fractions morning", [(Years.Y3, "subtraction")], "Fractions morning"),
        ("", [(Years.Y3, "subtraction"), (Years.Y5, "division")], "Year 3: subtraction, and Year 5: division"),
        ("", [(Years.KS1, "")], "Key Stage 1 lesson"),
        ("", [(Years(0), "bar models")], "Showcase lesson: bar models"),
        ("", [(Years(0), "")], "Showcase lesson"),
    ],
)
def test_session_is_named_from_its_lessons(title, lessons, name):
    session = ShowcaseSession.objects.create(hub_year=HubYearFactory(), title=title)
    for position, (years, topic) in enumerate(lessons, start=1):
        Lesson.objects.create(session=session, position=position, years=years, topic=topic)
    assert session.name == name


def test_session_is_where_its_venue_its_place_or_its_host_school_is():
    host, venue = SchoolFactory(), SchoolFactory()
    visit = HostSchool.objects.create(hub_year=HubYearFactory(), school=host)
    at = {"host_school": visit, "hub_year": visit.hub_year}
    assert ShowcaseSession(**at).school == host
    assert ShowcaseSession(**at, venue=venue).school == venue
    hall = ShowcaseSession(**at, place_name="Town Hall", place_town="Ash", place_postcode="CT3 2AB")
    assert (hall.school, hall.where_name, hall.where_town, hall.where_postcode) == (
        None,
        "Town Hall",
        "Ash",
        "CT3 2AB",
    )
    assert ShowcaseSession(hub_year=visit.hub_year).where_name == ""


@pytest.mark.parametrize(
    "lacks",
    [{"starts_at": None, "ends_at": None}, {"venue": None}, {"booked_elsewhere": "By phone"}],
)
def test_session_can_open_with_start_end_and_place(lacks):
    assert SessionFactory().can_open is True
    assert SessionFactory(**lacks).can_open is False


# --- what the database refuses --------------------------------------------------------------------------------------

START, END = london(DAY, dt.time(9)), london(DAY, dt.time(11, 45))
BAD_SESSIONS = [
    ({"ends_at": START}, "session_ends_after_it_starts"),
    ({"ends_at": None}, "session_ends_after_it_starts"),
    ({"starts_at": None}, "session_ends_after_it_starts"),
    ({"last_day": DAY + ONE_DAY}, "session_ends_after_it_starts"),
    ({"arrival_at": START + dt.timedelta(minutes=1)}, "session_arrival_before_start"),
    ({"starts_at": None, "ends_at": None, "first_day": DAY, "last_day": DAY - ONE_DAY}, "session_days_in_order"),
    ({"starts_at": None, "ends_at": None, "first_day": None}, "session_days_in_order"),
    ({"starts_at": None, "ends_at": None, "last_day": None}, "session_days_in_order"),
    ({"place_name": "Town Hall"}, "session_one_venue"),
    ({"opens_at": START}, "session_opens_before_it_closes"),
    ({"closes_at": END}, "session_closes_by_its_start"),
    ({"share_until": START}, "session_share_ends_by_deadline"),
    ({"share_for_good": True, "share_until": START - dt.timedelta(weeks=5)}, "session_share_for_good_has_no_end"),
    ({"release_at": START}, "session_release_by_deadline"),
    ({"kind": "meeting"}, "session_meeting_is_a_groups"),
    ({"share": 0}, "session_share_is_a_place"),
    ({"who_may_book": "list"}, "session_list_is_named"),
    ({"step_free": "maybe"}, "session_access_known"),
]


@pytest.mark.parametrize("values, constraint", BAD_SESSIONS)
def test_database_refuses_a_session(values, constraint):
    session = SessionFactory()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        ShowcaseSession.objects.filter(pk=session.pk).update(**values)


def agreed():
    """A visiting teacher who has agreed to photographs."""
    return VisitingTeacher.objects.create(hub_year=HubYearFactory(), name_pinyin="Wang Fang", photo_agreed_at=NOW)


def group():
    return WorkGroup.objects.create(hub_year=HubYearFactory(), name="Moor")


def meeting(**values):
    """A meeting of a group, made into what it may not be."""
    session = SessionFactory(kind="meeting", group=group(), visibility="link")
    for name, value in values.items():
        setattr(session, name, value)
    return session


OTHERS = {
    "closed_days_in_order": lambda: ClosedDay(hub=HubFactory(), first_day=DAY, last_day=DAY - ONE_DAY),
    "visit_days_in_order": lambda: HostSchool(hub_year=HubYearFactory(), first_day=DAY, last_day=DAY - ONE_DAY),
    "hub_offer_stands_an_hour": lambda: Hub(slug="kent", offer_hours=0),
    "hub_share_is_a_place": lambda: Hub(slug="kent", share=0),
    "notice_ends_after_it_starts": lambda: Notice(text="Snow", from_at=NOW, until_at=NOW),
    "at_most_four_lessons": lambda: Lesson(session=SessionFactory(), position=5),
    "lesson_ends_after_it_starts": lambda: Lesson(
        session=SessionFactory(), position=2, starts=dt.time(10), ends=dt.time(10)
    ),
    "lesson_picture_shows_something": lambda: Lesson(session=SessionFactory(), position=2, picture="bar"),
    "resource_is_file_or_address": lambda: Resource(session=SessionFactory(), title="Neither"),
    "resource_agreed_until_a_day": lambda: Resource(
        session=SessionFactory(), title="Slides", url="https://hub.example/", pupils="agreed"
    ),
    "session_meeting_is_not_public": lambda: meeting(visibility="public"),
    "group_has_somebody": lambda: WorkGroup(hub_year=HubYearFactory(), name="Moor", teachers_each=0),
    "cost_in_pounds_or_in_days": lambda: Cost(hub_year=HubYearFactory(), kind="hosts", pence=100, days=1),
    "cost_of_one_thing": lambda: Cost(
        hub_year=HubYearFactory(), kind="venue", pence=100, session=SessionFactory(), group=group()
    ),
    "photograph_agreed_until_a_day": lambda: Photograph(teacher=agreed(), file="0.jpg", agreed_until=DAY),
}
TWICE = {
    "a_word_of_a_school_once": lambda: SchoolWord(school=SchoolFactory(), word="moor"),
    "one_hub_a_year": lambda: HubYear(hub=HubFactory(), exchange=ExchangeFactory(), name="Kent"),
    "one_list_a_name": lambda: SchoolList(hub=HubFactory(), name="Programme schools"),
    "one_lesson_a_position": lambda: Lesson(session=SessionFactory(), position=2),
    "one_photograph_a_teacher": lambda: Photograph(teacher=agreed(), file="0.jpg", pupils="none"),
    "one_piece_a_position": lambda: StoredPiece(
        file=StoredFile.objects.create(name="0.pdf", size=1), position=0, content=b"x"
    ),
    "one_group_a_name": lambda: WorkGroup(hub_year=HubYearFactory(), name="Moor"),
    "one_remark_a_heading": lambda: Remark(hub_year=HubYearFactory(), section="places", text="Snow on Wednesday."),
    "one_membership_a_hub": lambda: Membership(user=StaffFactory(), hub=HubFactory()),
}


@pytest.mark.parametrize("constraint", OTHERS)
def test_database_refuses(constraint):
    row = OTHERS[constraint]()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        row.save()


@pytest.mark.parametrize("constraint", TWICE)
def test_database_refuses_a_second(constraint):
    row = TWICE[constraint]()
    row.save()
    row.pk, row._state.adding = None, True
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()


@pytest.mark.parametrize("constraint", sorted(OTHERS))
def test_form_says_in_words_what_the_database_refuses(constraint):
    row = OTHERS[constraint]()
    with pytest.raises(ValidationError) as refused:
        row.validate_constraints()
    (said,) = refused.value.messages
    assert said.endswith(".")


def test_every_constraint_has_been_tried():
    models = apps.get_app_config("hubs").get_models()
    names = {constraint.name for model in models for constraint in model._meta.constraints}
    assert {constraint for _values, constraint in BAD_SESSIONS} | OTHERS.keys() | TWICE.keys() == names
