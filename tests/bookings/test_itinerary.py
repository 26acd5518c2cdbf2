"""A visiting teacher's page: days, lessons, hosts, visitors in numbers; what they agree to; whom it opens to."""

import datetime as dt
import re

import pytest
from django.test import Client
from django.utils import timezone

from bookings import places
from bookings.mail import links
from bookings.mail.links import Purpose
from bookings.public.itinerary import days_of
from bookings.rule.party import NewVisitor, VisitingSchool
from bookings.states import SessionStatus
from bookings.verbs import staff_booking
from bookings.verbs import visitors as details
from hubs.models import (
    Consent,
    HostSchool,
    Lesson,
    MasterySpecialist,
    ProgrammeSegment,
    School,
    ShowcaseSession,
    VisitingTeacher,
)
from hubs.vocabulary.school_days import london
from hubs.vocabulary.teaching import Years
from tests import words
from tests.answers import in_a_line
from tests.browser.rows import every_row, questions
from tests.factories import DAY, NOW, HubYearFactory, SchoolFactory, SessionFactory, StaffFactory, party

pytestmark = pytest.mark.django_db
A_DAY = dt.timedelta(days=1)


@pytest.fixture
def at(monkeypatch):
    def set_to(moment):
        monkeypatch.setattr(timezone, "now", lambda: moment)

    set_to(NOW)
    return set_to


@pytest.fixture
def teacher(at):
    year = HubYearFactory(name="Kent & Medway Maths Hub", contact_name="Sam Hub", contact_phone="01622 000 000")
    return VisitingTeacher.objects.create(
        hub_year=year, name_pinyin="Wang Fang", name_characters="王芳", email="wang@school.example"
    )


@pytest.fixture
def visit(teacher):
    school = SchoolFactory(name="West Borough Primary School", postcode="ME16 8TL")
    made = HostSchool.objects.create(
        hub_year=teacher.hub_year, school=school, first_day=DAY, last_day=DAY + 10 * A_DAY, office_email="o@w.example"
    )
    made.visiting_teachers.add(teacher)
    return made


def teaches(teacher, *, years=Years.Y6, **fields):
    session = SessionFactory(**({"hub_year": teacher.hub_year, "share": None} | fields), lessons_of=years)
    session.lessons.get().visiting_teachers.add(teacher)
    return session


def address(teacher, page=""):
    return f"/bookings/{links.token(Purpose.ITINERARY, teacher)}/{page}"


def said(client, teacher):
    """The page as somebody reads it who has no Chinese: its words, one space between them."""
    response = client.get(address(teacher))
    assert response.status_code == 200
    html = re.sub(r'<(\w+) lang="zh-Hans">.*?</\1>', " ", response.content.decode(), flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def books(session, school=None, *, years=(0,), **fields):
    visitors = tuple(
        NewVisitor(full_name=f"Ada Secret {n}", email=f"ada{n}@secret.example", needs="Nut allergy", years=one)
        for n, one in enumerate(years)
    )
    asked = party(email="", contact_name="Cy Secret", contact_comes=False, visitors=visitors, school=school, **fields)
    return staff_booking.staff_booking(session.pk, asked, by=StaffFactory(), clock=lambda: NOW, why="test")


# --- days and lessons ------------------------------------------------------------------------------------------------


def test_teacher_sees_the_host_school_its_days_and_whom_to_ask(client, teacher, visit):
    visit.specialists.add(MasterySpecialist.objects.create(hub_year=teacher.hub_year, full_name="Sara Host"))
    page = said(client, teacher)
    for part in (
        "王芳 Wang Fang",
        "West Borough Primary School Maidstone ME16 8TL",
        "26 January to 5 February 2027",
        "Sara Host",
        "Sam Hub 01622 000 000 office@hub.example",
    ):
        assert part in page


def test_teacher_sees_all_of_a_lesson(client, teacher):
    session = teaches(
        teacher,
        years=Years.Y5 | Years.Y6,
        venue=SchoolFactory(name="Elm School", town="Ashford", postcode="TN23 1AA"),
        arrival_at=london(DAY, dt.time(8, 45)),
        interpreter="Mandarin throughout",
        filming="The lesson is filmed.",
        entrance="The gate in Greenway",
        day_contact="Sam 07700 900 111",
        office_phone="01233 000 000",
    )
    lesson = session.lessons.get()
    lesson.starts, lesson.ends, lesson.topic, lesson.class_note = dt.time(9, 30), dt.time(10, 15), "fractions", "keen"
    lesson.pupils_of, lesson.other_teacher = SchoolFactory(name="Oak School"), "Pat Guest"
    lesson.save()
    lesson.specialists.add(MasterySpecialist.objects.create(hub_year=teacher.hub_year, full_name="Sara Host"))
    ProgrammeSegment.objects.create(session=session, starts=dt.time(10, 30), text="Discussion", place="Library")
    page = said(client, teacher)
    for part in (
        "Tuesday 26 January 2027",
        "9:00 –11:45",
        "9:30–10:15 Years 5 and 6",
        "Topic fractions",
        "The class keen",
        "Pupils of Oak School",
        "Together with Sara Host , Pat Guest",
        "10:30 Discussion ( Library )",
        "Elm School , Ashford TN23 1AA",
        "Visitors arrive 8:45",
        "Entrance The gate in Greenway",
        "Interpreter Mandarin throughout",
        "Filming The lesson is filmed. You have not agreed to be filmed",
        "On the day Sam 07700 900 111",
        "School office 01233 000 000",
    ):
        assert part in page


def test_times_are_londons_in_summer_too(client, teacher):
    day = dt.date(2027, 6, 15)
    teaches(teacher, starts_at=london(day, dt.time(13, 5)), ends_at=london(day, dt.time(15)))
    assert "13:05 –15:00" in said(client, teacher)


@pytest.mark.parametrize(
    "visibility, tag", [("public", ""), ("link", "Only by its link"), ("staff", "For the school’s own staff")]
)
def test_lessons_that_the_public_does_not_see_are_there_and_say_so(client, teacher, visibility, tag):
    session = teaches(teacher, title="Own lesson", visibility=visibility)
    page = said(client, teacher)
    assert "Own lesson" in page
    tags = {one for one in ("Only by its link", "For the school’s own staff") if one in page}
    assert tags == ({tag} if tag else set())
    assert session.ref not in page


@pytest.mark.parametrize(
    "status, words",
    [
        ("announced", "Details to follow"),
        ("open", "Booking is open"),
        ("closed", "Booking has closed"),
        ("postponed", "Postponed"),
        ("cancelled", "Cancelled"),
    ],
)
def test_session_says_how_it_stands(client, teacher, status, words):
    teaches(teacher, title="A lesson", room__status=SessionStatus(status))
    page = said(client, teacher)
    assert f"A lesson {words}" in page
    assert ("Visitors expected" in page) == (status in ("open", "closed"))


def test_nobody_is_expected_any_longer_once_it_is_over(client, teacher, monkeypatch):
    session = teaches(teacher)
    books(session, SchoolFactory(), years=[Years.Y5])
    monkeypatch.setattr(timezone, "now", lambda: session.ends_at)
    page = said(client, teacher)
    assert ("Visitors with a place" in page, "Visitors expected" in page) == (True, False)


def test_draft_is_not_told_of(client, teacher):
    teaches(teacher, title="Only thought of", room__status=SessionStatus.DRAFT)
    page = said(client, teacher)
    assert ("Only thought of" in page, "There are no dates yet" in page) == (False, True)


def test_days_come_in_order_and_those_without_a_date_last(teacher):
    undated = {"starts_at": None, "ends_at": None, "room__status": SessionStatus.ANNOUNCED}
    unknown = teaches(teacher, **undated)
    longer = teaches(teacher, **undated, first_day=DAY - A_DAY, last_day=DAY + 2 * A_DAY)
    some_day = teaches(teacher, **undated, first_day=DAY - A_DAY, last_day=DAY + A_DAY)
    late = teaches(teacher, starts_at=london(DAY, dt.time(13)), ends_at=london(DAY, dt.time(14)))
    early = teaches(teacher)
    before = teaches(teacher, starts_at=london(DAY - A_DAY, dt.time(13)), ends_at=london(DAY - A_DAY, dt.time(14)))
    days = days_of(teacher, now=NOW)
    in_order = [[before], [early, late], [some_day], [longer], [unknown]]
    assert [[stop.session for stop in day.stops] for day in days] == in_order
    assert [day.first for day in days] == [DAY - A_DAY, DAY, DAY - A_DAY, DAY - A_DAY, None]


def test_other_sessions_at_the_host_school_are_there_quietly_and_no_others(client, teacher, visit):
    SessionFactory(title="Beside it", hub_year=teacher.hub_year, host_school=visit)
    SessionFactory(title="Same hub, another school", hub_year=teacher.hub_year)
    other = VisitingTeacher.objects.create(hub_year=HubYearFactory(), name_pinyin="Li Na")
    teaches(other, title="Another hub's")
    page = said(client, teacher)
    assert "Beside it · Year 6 Booking is open You do not teach here" in page
    assert [title for title in ("Same hub", "Another hub") if title in page] == []
    assert "Visitors expected" not in page


def test_lesson_of_another_teacher_in_the_same_session_names_nobody_who_has_not_agreed(client, teacher):
    session = teaches(teacher)
    li = VisitingTeacher.objects.create(hub_year=teacher.hub_year, name_pinyin="Li Na")
    Lesson.objects.create(session=session, position=2, years=Years.Y3).visiting_teachers.add(li)
    assert "Year 3 Another teacher’s Taught by a visiting teacher from Shanghai" in said(client, teacher)
    li.say(Consent.NAME, agrees=True, now=NOW, why="")
    assert "Another teacher’s Taught by Li Na" in said(client, teacher)


# --- visitors --------------------------------------------------------------------------------------------------------


def test_visitors_are_counted_by_phase_and_by_what_they_teach(teacher):
    session = teaches(teacher)
    phase = School.Phase
    for one, number in ((phase.PRIMARY, 3), (phase.MIDDLE_PRIMARY, 1), (phase.SECONDARY, 2), (phase.SIXTEEN_PLUS, 1)):
        books(session, SchoolFactory(phase=one), years=[Years.Y5 | Years.Y7] * number)
    books(session, SchoolFactory(phase=phase.NURSERY), years=[Years.RECEPTION])
    books(session, SchoolFactory(phase=phase.NOT_APPLICABLE, low_age=4, high_age=11))
    books(session, visiting=VisitingSchool(kind="abroad", name="Far School", place="Oslo"))
    places.hold(session.pk, party(school=SchoolFactory(phase=phase.PRIMARY)), clock=lambda: NOW)
    released = books(session, SchoolFactory(phase=phase.PRIMARY), years=[0, 0]).visitors.first()
    details.release(released.pk, clock=lambda: NOW)
    ((stop,),) = [day.stops for day in days_of(teacher, now=NOW)]
    expected = stop.expected
    assert (expected.number, expected.to_confirm) == (12, 1)
    assert [(str(phase.label), number) for phase, number in expected.phases] == [
        ("Primary schools", 7),
        ("Secondary schools", 3),
        ("Other places", 2),
    ]
    assert [(years.english, number) for years, number in expected.ages] == [
        ("Reception", 1),
        ("Key Stage 2", 7),
        ("Key Stage 3", 7),
    ]


def test_page_names_no_visitor_and_nothing_of_theirs(client, teacher):
    session = teaches(teacher)
    booking = books(session, SchoolFactory(name="Hidden School"), years=[Years.Y5, Years.Y6])
    html = client.get(address(teacher)).content.decode()
    assert "Visitors expected" in html
    private = ("Secret", "secret.example", "Nut", "Hidden School", booking.reference, str(booking.public_id))
    assert [one for one in (*private, teacher.email, str(teacher.public_id)) if one in html] == []


def test_page_asks_as_often_for_three_sessions_as_for_one(client, teacher, visit):
    counts = []
    for n in range(3):
        session = teaches(teacher, host_school=visit)
        session.lessons.get().specialists.add(
            MasterySpecialist.objects.create(hub_year=teacher.hub_year, full_name=f"Host {n}")
        )
        ProgrammeSegment.objects.create(session=session, text="Discussion")
        books(session, SchoolFactory(), years=[Years.Y5, Years.Y6])
        SessionFactory(hub_year=teacher.hub_year, host_school=visit)
        counts.append(questions(client, address(teacher)))
    assert counts == [counts[0]] * 3


# --- both languages --------------------------------------------------------------------------------------------------


def test_everything_is_said_in_both_languages_and_each_is_marked(client, teacher):
    teaches(teacher)
    html = in_a_line(client.get(address(teacher)))
    assert '<span lang="zh-Hans">行程</span> <span lang="en-GB">Itinerary</span>' in html
    assert '<h4><span lang="zh-Hans">公开课</span> <span lang="en-GB">Showcase lesson</span>' in html
    assert '<span lang="zh-Hans">五年级</span> <span lang="en-GB">Year 6</span>' in html
    assert '王芳 <span lang="zh-Latn-pinyin">Wang Fang</span>' in html
    assert '<span lang="en-GB">Tuesday 26 January 2027</span>' in html
    assert "星期二" in html
    assert "<title>行程 Itinerary – Showcase</title>" in html


def test_page_is_the_same_at_its_chinese_address(client, teacher, visit):
    teaches(teacher, title="A title", title_zh="标题", filming="Filmed 拍摄", host_school=visit)
    english, chinese = (client.get(f"{prefix}{address(teacher)}").content.decode() for prefix in ("", "/zh-hans"))
    mains = [re.search(r'<div class="itinerary.*(?=</main>)', page, re.DOTALL)[0] for page in (english, chinese)]
    token = re.compile(r'value="[A-Za-z0-9]{64}"|/zh-hans')
    assert token.sub("", mains[0]) == token.sub("", mains[1])
    assert '<span lang="en-GB">Filmed</span> 拍摄' in mains[0]
    assert '<span lang="zh-Hans">标题</span> <span lang="en-GB">A title</span>' in mains[0]


def test_no_english_word_stands_where_chinese_is_said_to_be(client, teacher, visit):
    said = ("entrance", "filming", "interpreter", "day_contact", "place_name", "place_address", "place_town")
    session = teaches(teacher, host_school=visit, venue=None, **{name: f"An english {name}" for name in said})
    school = SchoolFactory(name="Other School", town="Ashford")
    session.lessons.update(topic="fractions", class_note="keen", pupils_of=school, other_teacher="Pat Guest")
    ProgrammeSegment.objects.create(session=session, text="Discussion", place="Library")
    page = client.get(address(teacher)).content.decode()
    main = re.search(r'<div class="itinerary.*(?=</main>)', page, re.DOTALL)[0]
    main = re.sub(r'<(\w+) lang="(?:en-GB|zh-Latn-pinyin)">.*?</\1>', "", main, flags=re.DOTALL)
    left = re.sub(r"<[^>]*>|&\w+;|[\w.]+@[\w.]+", " ", main)
    assert re.findall(r"[A-Za-z]{2,}", left) == []


def test_words_of_the_page_are_found_for_the_catalogue():
    of_page = {str(one.id) for one in words.catalogue() if any("itinerary" in place for place, _line in one.locations)}
    assert {"Days and lessons", "Visitors expected", "Given on %(day)s", "Your itinerary in England"} <= of_page


# --- what the teacher agrees to --------------------------------------------------------------------------------------


def press(client, teacher, choice, **headers):
    return client.post(address(teacher, "agree/"), {"choice": choice}, **headers)


@pytest.mark.parametrize("consent", Consent)
def test_teacher_agrees_and_takes_it_back_each_apart(client, teacher, consent):
    assert said(client, teacher).count("Not given") == 3
    answer = press(client, teacher, f"{consent}:yes")
    assert answer.headers["Location"] == f"{address(teacher)}#consent"
    teacher.refresh_from_db()
    agreed = {one: getattr(teacher, one.field) for one in Consent}
    assert agreed == {one: NOW if one is consent else None for one in Consent}
    assert "Given on 4 January 2027" in said(client, teacher)
    press(client, teacher, f"{consent}:no")
    teacher.refresh_from_db()
    assert [getattr(teacher, one.field) for one in Consent] == [None, None, None]


@pytest.mark.usefixtures("versions_kept")
def test_pressing_twice_is_once_and_keeps_the_first_day(client, teacher, at):
    press(client, teacher, "photo:yes")
    at(NOW + A_DAY)
    press(client, teacher, "photo:yes")
    teacher.refresh_from_db()
    assert (teacher.photo_agreed_at, teacher.history.count()) == (NOW, 2)
    for _press in range(2):
        press(client, teacher, "photo:no")
    assert teacher.history.count() == 3


@pytest.mark.usefixtures("versions_kept")
def test_each_change_is_remembered_with_its_time_and_that_no_staff_made_it(client, teacher):
    press(client, teacher, "film:yes")
    press(client, teacher, "film:no")
    trail = teacher.history.values_list("film_agreed_at", "history_user", "history_change_reason")
    by_them = "By the teacher, on their itinerary"
    assert list(trail[:2]) == [(None, None, by_them), (NOW, None, by_them)]
    assert teacher.history.latest().history_date == NOW


def test_name_that_is_withdrawn_goes_from_public_pages_at_once(client, teacher, visit):
    session = teaches(teacher, host_school=visit)
    public = (f"/sessions/{session.ref}/", f"/hubs/{session.hub.slug}/", f"/zh-hans/sessions/{session.ref}/")

    def named():
        return ["Wang Fang" in client.get(page).content.decode() for page in public]

    press(client, teacher, "name:yes")
    assert named()[0] is True
    press(client, teacher, "name:no")
    assert named() == [False, False, False]
    assert "A visiting teacher from Shanghai" in client.get(public[0]).content.decode()


def test_looking_changes_nothing(client, teacher, visit):
    teaches(teacher)
    before = every_row()
    assert client.get(address(teacher)).status_code == 200
    assert client.head(address(teacher)).status_code == 200
    assert client.get(address(teacher, "agree/"), {"choice": "name:yes"}).headers["Location"] == address(teacher)
    assert every_row() == before


@pytest.mark.parametrize("choice", ["", "name", "name:", "name:maybe", "email:yes", "x:no", "\x00", "x" * 9999])
def test_what_no_button_says_changes_nothing(client, teacher, choice):
    before = every_row()
    assert press(client, teacher, choice).headers["Location"] == address(teacher)
    assert every_row() == before


def test_button_without_the_forms_secret_changes_nothing(teacher):
    strict = Client(enforce_csrf_checks=True)
    assert press(strict, teacher, "name:yes").status_code == 403
    secret = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', strict.get(address(teacher)).content.decode())[1]
    said = {"choice": "name:yes", "csrfmiddlewaretoken": secret}
    assert strict.post(address(teacher, "agree/"), said).status_code == 302
    teacher.refresh_from_db()
    assert teacher.name_agreed_at == NOW


def test_chinese_address_leads_back_to_itself(client, teacher):
    answer = client.post("/zh-hans" + address(teacher, "agree/"), {"choice": "name:yes"})
    assert answer.headers["Location"] == f"/zh-hans{address(teacher)}#consent"


# --- whom it opens to ------------------------------------------------------------------------------------------------


def test_link_of_another_purpose_or_row_or_version_opens_nothing(client, teacher):
    wrong = [f"/bookings/{links.token(purpose, teacher)}/" for purpose in Purpose if purpose != Purpose.ITINERARY]
    booking = books(teaches(teacher), SchoolFactory())
    wrong.append(f"/bookings/{links.token(Purpose.ITINERARY, booking)}/")
    wrong.append(f"/bookings/{links.token(Purpose.ITINERARY, teacher, version=2)}/")
    nowhere = client.get("/bookings/x/")
    for page in wrong:
        assert (page, client.get(page).status_code) == (page, 404)
        assert client.post(f"{page}agree/", {"choice": "name:yes"}).status_code == 404
        assert re.sub(r"/bookings/[^/\"]*/", "", client.get(page).content.decode()) == re.sub(
            r"/bookings/[^/\"]*/", "", nowhere.content.decode()
        )


@pytest.mark.parametrize("page", ["confirm/", "cancel/", "change/", "arrived/", "tell-me/", "stop/", "calendar.ics"])
def test_link_opens_no_other_page(client, teacher, page):
    assert client.get(address(teacher, page)).status_code == 404
    assert client.post(address(teacher, page)).status_code == 404


def test_link_opens_until_the_academic_year_of_the_exchange_ends(client, teacher, at):
    teaches(teacher)
    for day, status in ((dt.date(2027, 7, 31), 200), (dt.date(2027, 8, 1), 404)):
        at(london(day, dt.time(12)))
        assert client.get(address(teacher)).status_code == status
        assert press(client, teacher, "name:no").status_code == (302 if status == 200 else 404)


@pytest.mark.parametrize("of", ["session", "visit"])
def test_link_opens_a_month_after_what_ends_later(client, teacher, at, visit, of):
    last = dt.date(2027, 7, 14)
    if of == "session":
        teaches(teacher, starts_at=london(last, dt.time(9)), ends_at=london(last, dt.time(10)))
    else:
        HostSchool.objects.update(last_day=last)
    for days, status in ((30, 200), (31, 404)):
        at(london(last + days * A_DAY, dt.time(12)))
        assert client.get(address(teacher)).status_code == status


def test_link_is_not_kept_open_by_a_session_that_is_still_a_draft(client, teacher, at):
    last = dt.date(2027, 7, 14)
    teaches(teacher, starts_at=london(last, dt.time(9)), ends_at=london(last, dt.time(10)), room__status="draft")
    for day, status in ((dt.date(2027, 7, 31), 200), (dt.date(2027, 8, 1), 404)):
        at(london(day, dt.time(12)))
        assert client.get(address(teacher)).status_code == status


def test_page_without_any_dates_says_so_and_still_asks(client, teacher):
    page = said(client, teacher)
    assert ("There are no dates yet." in page, page.count("I agree")) == (True, 3)


def test_session_of_which_nothing_is_known_yet_breaks_nothing(client, teacher, visit):
    HostSchool.objects.update(school=None, first_day=None, last_day=None)
    session = teaches(
        teacher, starts_at=None, ends_at=None, venue=None, years=Years.Y6, room__status="announced", room__capacity=0
    )
    Lesson.objects.update(years=0)
    ShowcaseSession.objects.filter(pk=session.pk).update(taught=[])
    page = said(client, teacher)
    for part in ("Date to be announced", "Time to follow", "Place to be announced", "Class to be announced"):
        assert part in page


def test_each_thing_that_is_asked_has_its_heading_and_what_it_means(client, teacher):
    teaches(teacher)
    page = said(client, teacher)
    for heading, meaning in (
        ("Your name", "Your name stands on the public pages"),
        ("Photographs", "Photographs in which you can be recognised"),
        ("Film", "Your lessons may be filmed"),
    ):
        assert f"{heading} {meaning}" in page
