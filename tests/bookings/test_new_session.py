"""A new session in seven questions, and another one like it; a year's visits in one form."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bookings.models import Places
from bookings.states import SessionStatus
from hubs.models import HostSchool, MasterySpecialist, Membership, ShowcaseSession, VisitingTeacher
from hubs.vocabulary.school_days import london
from hubs.vocabulary.teaching import Roles, Years
from tests.answers import errors_of, messages_of, untouched
from tests.browser.reading import Page
from tests.factories import DAY, NOW, HubYearFactory, SchoolFactory, SessionFactory, staff_of

pytestmark = pytest.mark.django_db

NEW = reverse("admin:hubs_showcasesession_new")
SET_UP = reverse("admin:hubs_hostschool_set_up")


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def hub_year():
    return HubYearFactory(contact_email="hub@kent.example")


@pytest.fixture
def visit(hub_year):
    visit = HostSchool.objects.create(hub_year=hub_year, school=SchoolFactory(name="West Borough Primary School"))
    visit.visiting_teachers.add(VisitingTeacher.objects.create(hub_year=hub_year, name_pinyin="Wang Fang"))
    return visit


@pytest.fixture
def lead(client, hub_year):
    client.force_login(staff_of(hub_year.hub, Membership.Role.LEAD))
    return client


def answer(client, **said):
    """What the page sends with those answers."""
    return client.post(NEW, untouched(client.get(NEW)) | said)


SEVEN = {"day": "26 Jan", "starts": "9.00", "ends": "11.45", "taught": "y6", "places": "30", "suits": "Year 6, KS3"}


def test_seven_answers_make_a_draft_that_reads_well(lead, visit):
    made = answer(lead, **SEVEN)
    assert made.status_code == 302, errors_of(made)
    session = ShowcaseSession.objects.get()
    assert made["Location"].startswith(reverse("admin:hubs_showcasesession_changelist") + f"{session.pk}/")
    assert (session.starts_at, session.ends_at) == (london(DAY, dt.time(9)), london(DAY, dt.time(11, 45)))
    assert (session.host_school, session.hub_year) == (visit, visit.hub_year)
    assert session.suits_years == Years.Y6 | Years.KS3
    assert (session.share, session.closes_at) == (2, london(dt.date(2027, 1, 22), dt.time(12)))
    room = Places.objects.get()
    assert (room.status, room.capacity) == (SessionStatus.DRAFT, 30)
    (lesson,) = session.lessons.all()
    assert (lesson.years, [*lesson.visiting_teachers.all()]) == (Years.Y6, [*visit.visiting_teachers.all()])
    text = Page(lead.get(reverse("admin:hubs_showcasesession_preview", args=[session.pk]))).text
    for said in ("Year 6 lesson Tuesday 26 January 2027, 9:00 to 11:45 West Borough Primary School", "30 places left"):
        assert said in text


def test_another_one_keeps_everything_but_the_day(lead, visit):
    asked = answer(lead, **SEVEN, _another="1")
    page = lead.get(asked["Location"])
    assert "And another on…" in Page(page).text
    again = untouched(page)
    kept = {name: again[name] for name in ("visit", "day", "starts", "ends", "taught", "places", "suits")}
    assert kept["day"] in ([], [""])
    assert [kept[name] for name in ("starts", "ends", "taught", "places", "suits")] == [
        ["9.00"],
        ["11.45"],
        ["y6"],
        ["30"],
        ["Year 6, KS3"],
    ]
    lead.post(NEW, again | {"day": "28 January"})
    first, second = ShowcaseSession.objects.order_by("starts_at")
    assert second.starts_at - first.starts_at == dt.timedelta(days=2)
    assert (second.suits_years, second.taught) == (first.suits_years, first.taught)


def test_several_days_make_a_session_each(lead, visit):
    made = answer(lead, **(SEVEN | {"day": "26 Jan, 27 Jan and 28 Jan"}))
    assert [one.first_day.day for one in ShowcaseSession.objects.order_by("first_day")] == [26, 27, 28]
    assert made["Location"].endswith("?places__status__exact=draft")


def test_pressing_twice_makes_nothing_twice(lead, visit):
    sent = untouched(lead.get(NEW)) | SEVEN
    for _press in range(2):
        assert lead.post(NEW, sent).status_code == 302
    assert ShowcaseSession.objects.count() == 1


def test_what_is_not_known_can_stay_empty(lead, visit):
    assert answer(lead).status_code == 302
    session = ShowcaseSession.objects.get()
    assert (session.first_day, session.starts_at, Places.objects.get().capacity) == (None, None, 0)


def test_month_is_enough_to_announce_it(lead, visit):
    answer(lead, day="January", kind="open_classroom", taught=": backwards reasoning")
    session = ShowcaseSession.objects.get()
    assert (session.first_day, session.last_day) == (dt.date(2027, 1, 1), dt.date(2027, 1, 31))
    assert session.name == "Open classroom: backwards reasoning"


def test_whom_it_suits_is_the_class_and_roles_are_read(lead, visit):
    answer(lead, taught="KS2")
    assert ShowcaseSession.objects.get().suits_years == Years.KS2
    answer(lead, taught="KS1", suits="headteachers and maths leads")
    session = ShowcaseSession.objects.latest("pk")
    assert session.suits_roles == Roles.HEADTEACHER | Roles.MATHS_LEAD


@pytest.mark.parametrize(
    "said, sentence",
    [
        ({"day": "soon"}, "Type a date like 22 January 2027 or 22/1/2027."),
        ({"day": "31 Feb"}, "There is no such day. Look at it again."),
        ({"starts": "9.00"}, "Enter when it ends."),
        ({"ends": "9.00"}, "Enter when it starts."),
        ({"starts": "9.00", "ends": "10.00"}, "Times need one day. Write the day, or leave the times empty."),
        (
            {"day": "January", "starts": "9", "ends": "10"},
            "Times need one day. Write the day, or leave the times empty.",
        ),
        (
            {"day": "26 Jan", "starts": "11.00", "ends": "10.00"},
            "The end must come after the start, on the same day.",
        ),
        (
            {"day": "26 Jan 2028", "starts": "9", "ends": "10"},
            "That day is not in the academic year 2026–27.",
        ),
        ({"taught": "the best"}, "“the best” cannot be read."),
        ({"taught": "1;2;3;4;5"}, "Write at most four lessons."),
        ({"taught": f"Year 5: {'x' * 151}"}, "Ensure this value has at most 150 characters (it has 151)."),
        ({"suits": "astronauts"}, "“astronauts” cannot be read."),
        ({"places": "-1"}, "Ensure this value is greater than or equal to 0."),
        ({"visit": "9999"}, "Select a valid choice. That choice is not one of the available choices."),
        ({"visit": "x"}, "Select a valid choice. That choice is not one of the available choices."),
    ],
)
def test_mistake_is_said_in_a_sentence_and_makes_nothing(lead, visit, said, sentence):
    page = answer(lead, **said)
    assert page.status_code == 422
    assert any(sentence in error for error in errors_of(page)), errors_of(page)
    assert not ShowcaseSession.objects.exists()
    assert Page(page).title.startswith("Error: ")


def test_one_wrong_day_of_several_makes_none(lead, visit):
    page = answer(lead, **(SEVEN | {"day": "26 Jan, 26 Jan 2028"}))
    assert page.status_code == 422
    assert list(page.context["form"].errors) == ["day"]
    assert not ShowcaseSession.objects.exists()


def test_visit_of_another_hub_cannot_be_chosen(lead, visit):
    other = HostSchool.objects.create(hub_year=HubYearFactory(), school=SchoolFactory())
    assert answer(lead, visit=other.pk).status_code == 422
    assert f'value="{other.pk}"' not in lead.get(f"{NEW}?host_school={other.pk}").content.decode()


def test_add_leads_to_the_seven_questions_and_keeps_its_visit(lead, visit):
    add = reverse("admin:hubs_showcasesession_add")
    assert lead.get(f"{add}?host_school={visit.pk}")["Location"] == f"{NEW}?host_school={visit.pk}"
    assert lead.get(f"{add}?whole=1").status_code == 200


def test_hub_without_a_visit_is_led_to_set_one_up(lead):
    assert Page(lead.get(NEW)).links["Set up this year’s visits"] == SET_UP


# --- the visits of a year ---------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_pressed_twice_at_once_makes_one_session(visit, monkeypatch):
    """The second press has looked for what the first made before the first has made it."""
    pressed = Client()
    pressed.force_login(staff_of(visit.hub_year.hub, Membership.Role.LEAD))
    sent = untouched(pressed.get(NEW)) | SEVEN
    first = pressed.post(NEW, sent)
    assert first.status_code == 302
    looked = ShowcaseSession.objects.filter
    blind = [ShowcaseSession.objects.none()]

    def look(*args, **kwargs):
        return blind.pop() if blind and "ref__in" in kwargs else looked(*args, **kwargs)

    monkeypatch.setattr(ShowcaseSession.objects, "filter", look)
    again = pressed.post(NEW, sent)
    assert (again.status_code, again["Location"], blind) == (302, first["Location"], [])
    assert ShowcaseSession.objects.count() == 1


def set_up(client, **said):
    return client.post(SET_UP, untouched(client.get(SET_UP)) | said)


def test_visits_teachers_and_specialists_are_set_up_in_one_press(lead, hub_year):
    west = SchoolFactory(name="West Borough Primary School", town="Maidstone", urn=118568)
    whitstable = SchoolFactory(name="The Whitstable School", town="Whitstable")
    said = {
        "schools": "118568\nThe Whitstable School, Whitstable",
        "teachers": "Wang Fang 王芳\nLi Na",
        "agreed": "on",
        "specialists": "Sara Sinnerton\nGeri Holliday\n\nSara  Sinnerton",
    }
    done = set_up(lead, **said)
    visits = HostSchool.objects.order_by("pk")
    assert [visit.school for visit in visits] == [west, whitstable]
    assert done["Location"] == f"{NEW}?host_school={visits[0].pk}"
    names = VisitingTeacher.objects.values_list("name_pinyin", "name_characters", "name_agreed_at")
    assert sorted(names) == [("Li Na", "", NOW), ("Wang Fang", "王芳", NOW)]
    for visit in visits:
        assert visit.visiting_teachers.count() == visit.specialists.count() == 2
    set_up(lead, **said)
    assert (HostSchool.objects.count(), VisitingTeacher.objects.count(), MasterySpecialist.objects.count()) == (2, 2, 2)


def test_setting_up_takes_what_is_there_twice_already_as_it_stands(lead, hub_year):
    """A school may host twice in a year, and two people may share a name."""
    school = SchoolFactory(urn=118568)
    for _n in range(2):
        HostSchool.objects.create(hub_year=hub_year, school=school)
        VisitingTeacher.objects.create(hub_year=hub_year, name_pinyin="Wang Fang")
        MasterySpecialist.objects.create(hub_year=hub_year, full_name="Sara Sinnerton")
    done = set_up(lead, schools="118568", teachers="Wang Fang", specialists="Sara Sinnerton")
    assert done.status_code == 302
    assert (HostSchool.objects.count(), VisitingTeacher.objects.count(), MasterySpecialist.objects.count()) == (2, 2, 2)


def test_setting_up_again_brings_no_yes_back_that_was_taken(lead, hub_year):
    SchoolFactory(urn=118568)
    VisitingTeacher.objects.create(hub_year=hub_year, name_pinyin="Wang Fang")
    set_up(lead, schools="118568", teachers="Wang Fang", agreed="on")
    assert VisitingTeacher.objects.get().name_agreed_at is None


@pytest.mark.parametrize(
    "said, sentence",
    [
        ({"schools": ""}, "Write at least one school."),
        ({"schools": "Nowhere Academy"}, "We know no school “Nowhere Academy”."),
        ({"schools": "St Joseph's"}, "Several schools are called “St Joseph's”."),
        ({"teachers": "王芳"}, "Write the name in pinyin too"),
        ({"teachers": "x" * 151}, "is too long for a name."),
        ({"teachers": "x" * 101}, "is too long for a name."),
        ({"teachers": "Wang Fang " + "王" * 51}, "is too long for a name."),
        ({"teachers": "Wang \x00Fang"}, "Null characters are not allowed."),
        ({"specialists": "Sara \x00Sinnerton"}, "Null characters are not allowed."),
        ({"specialists": "\n".join(f"S{n}" for n in range(21))}, "Write at most 20 lines."),
        ({"first_day": "26 Jan 2027"}, "Enter both days, or neither."),
        ({"first_day": "26 Jan 2027", "last_day": "25 Jan 2027"}, "The last day must not come before the first."),
        ({"hub_year": "0"}, "Select a valid choice. That choice is not one of the available choices."),
    ],
)
def test_mistake_in_setting_up_is_said_and_makes_nothing(lead, hub_year, said, sentence):
    SchoolFactory(urn=118568)
    for town in ("Dover", "Deal"):
        SchoolFactory(name="St Joseph's Catholic Primary School", town=town)
    page = set_up(lead, **({"schools": "118568"} | said))
    assert page.status_code == 422
    assert any(sentence in error for error in errors_of(page)), errors_of(page)
    assert not HostSchool.objects.exists()


def test_consent_to_a_name_is_one_press(lead, visit):
    teacher = visit.visiting_teachers.get()
    page = reverse("admin:hubs_visitingteacher_change", args=[teacher.pk])
    assert "Has agreed to be named" in Page(lead.get(page)).buttons
    done = lead.post(page, untouched(lead.get(page)) | {"_then": "agreed_to_be_named"})
    teacher.refresh_from_db()
    assert teacher.name_agreed_at == NOW
    assert "Named from now on: Wang Fang." in messages_of(done)
    assert "Has agreed to be named" not in Page(lead.get(page)).buttons


# --- the year ---------------------------------------------------------------------------------------------------------


def test_session_takes_the_year_of_its_visit(admin_client, visit):
    other = HubYearFactory(hub=visit.hub_year.hub, exchange__year=2027)
    session = SessionFactory(hub_year=visit.hub_year, host_school=visit, venue=None)
    page = reverse("admin:hubs_showcasesession_change", args=[session.pk])
    sent = untouched(admin_client.get(page)) | {"hub_year": other.pk}
    assert admin_client.post(page, sent).status_code == 302
    session.refresh_from_db()
    assert session.hub_year == visit.hub_year


def test_visit_of_another_hub_is_refused(admin_client, visit):
    session = SessionFactory()
    page = reverse("admin:hubs_showcasesession_change", args=[session.pk])
    answered = admin_client.post(page, untouched(admin_client.get(page)) | {"host_school": visit.pk})
    assert "This visit is another hub’s." in errors_of(answered)


def test_day_outside_the_academic_year_is_refused(admin_client):
    session = SessionFactory()
    page = reverse("admin:hubs_showcasesession_change", args=[session.pk])
    sent = untouched(admin_client.get(page))
    for name, day in (("starts_at_0", "1 Sep 2027"), ("starts_at_0", "31 Aug 2026")):
        answered = admin_client.post(page, sent | {name: day, "closes_at_0": "", "closes_at_1": ""})
        assert "That day is not in the academic year 2026–27." in errors_of(answered)
    assert ShowcaseSession.objects.get().starts_at == session.starts_at
