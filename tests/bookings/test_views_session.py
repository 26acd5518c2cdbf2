"""A session's page: how it stands, what to do now, and all that is public about it."""

import datetime as dt

import pytest
from django.core.files.base import ContentFile
from django.template.loader import render_to_string
from django.utils import timezone

from bookings.public.session import Showing
from bookings.states import SessionStatus, Standing
from bookings.verbs import staff_booking
from hubs.models import (
    HostSchool,
    Lesson,
    MasterySpecialist,
    Notice,
    ProgrammeSegment,
    Resource,
    ShowcaseSession,
    VisitingTeacher,
)
from hubs.vocabulary.school_days import london
from hubs.vocabulary.teaching import Roles, Years
from tests.browser.reading import Page
from tests.browser.rows import questions
from tests.factories import (
    DAY,
    NOW,
    HubFactory,
    HubYearFactory,
    SchoolFactory,
    SessionFactory,
    StaffFactory,
    party,
)
from tests.groups import group_of

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)
UNDATED = {"starts_at": None, "ends_at": None, "venue": None, "room__status": SessionStatus.ANNOUNCED}


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def page_of(client, session):
    response = client.get(f"/sessions/{session.ref}/")
    assert response.status_code == 200
    return Page(response)


# --- in each standing ------------------------------------------------------------------------------------------------


def test_open_session_says_places_left_and_leads_to_the_booking(client):
    session = SessionFactory(room__capacity=30, room__held_back=2)
    page = page_of(client, session)
    assert (
        "Book a place 28 places left 0 of 30 taken, 2 kept for guests "
        "We keep your places until 18:00 on Tuesday 5 January while you confirm by email."
    ) in page.text
    assert page.links["Book a place"] == f"/sessions/{session.ref}/book/"
    assert "Kept for guests 2 places until 12:00 on Thursday 21 January" in page.text
    assert "Book by 12:00 on Friday 22 January" in page.text


def test_one_place_left_is_one_place(client, session_of):
    assert "1 place left 29 of 30 taken" in page_of(client, session_of(taken=29)).text


@pytest.fixture
def session_of():
    """A session of 30 places, so many of them taken by confirmed bookings."""

    def make(taken=30, **values):
        session = SessionFactory(**values)
        asked = party(size=taken, email="", contact_name="Somebody Else")
        staff_booking.staff_booking(session.pk, asked, by=StaffFactory(), clock=lambda: NOW, why="test")
        session.refresh_from_db()
        return session

    return make


def test_full_session_says_so_and_names_sessions_with_places(client, session_of):
    other = SessionFactory(title="Still places")
    page = page_of(client, session_of())
    assert "Join the waiting list Full 30 of 30 taken Places come back when people cancel." in page.text
    assert "Book a place" not in page.links
    assert page.links["Join the waiting list"].endswith("/book/")
    assert page.links["Still places"] == f"/sessions/{other.ref}/"


def test_session_announced_without_anything_says_so(client):
    session = SessionFactory(**UNDATED, room__capacity=0, suits_years=Years(0))
    session.lessons.get().delete()
    session.refresh_from_db()
    page = page_of(client, session)
    assert page.title == "Showcase lesson – Showcase"
    assert "Showcase lesson Date to be announced Place to be announced Tell me when booking opens Details" in page.text
    assert "A lesson, then a discussion of it. The hub will add times." in page.text
    assert "Booking will be essential. It is not open yet: full details will follow here." in page.text
    assert "Where To be announced" in page.text
    assert "Book a place" not in page.links


def test_session_announced_with_a_range_says_between_when(client):
    session = SessionFactory(**UNDATED, first_day=dt.date(2027, 1, 14), last_day=dt.date(2027, 1, 25))
    assert "14 to 25 January 2027 Place to be announced" in page_of(client, session).text
    session = SessionFactory(**UNDATED, first_day=dt.date(2027, 1, 1), last_day=dt.date(2027, 1, 31))
    assert "Year 6 lesson January 2027 " in page_of(client, session).text


def test_session_at_a_school_that_is_announced_names_the_school(client):
    host = HostSchool.objects.create(
        hub_year=HubYearFactory(), school=SchoolFactory(name="West Borough", town="Maidstone")
    )
    assert (
        "Date to be announced West Borough, Maidstone"
        in page_of(client, SessionFactory(**UNDATED, host_school=host)).text
    )


def test_session_booked_elsewhere_says_how(client):
    elsewhere = {"booked_elsewhere": "Write to the school office.", "booked_elsewhere_url": "https://hub.example/book"}
    page = page_of(client, SessionFactory(room__status=SessionStatus.ANNOUNCED, **elsewhere))
    assert "Booked elsewhere Write to the school office. Go to its booking page" in page.text
    assert page.links["Go to its booking page"] == "https://hub.example/book"
    assert "Book a place" not in page.links


def test_session_opening_soon_says_when(client):
    page = page_of(client, SessionFactory(opens_at=london(dt.date(2027, 1, 8), dt.time(16))))
    assert "Opening soon Booking opens at 16:00 on Friday 8 January." in page.text
    assert "Book a place" not in page.links


@pytest.mark.parametrize(
    "values",
    [{"closes_at": NOW}, {"room__status": SessionStatus.CLOSED}],
    ids=["at its deadline", "by hand"],
)
def test_closed_session_says_so_and_leads_to_my_bookings(client, values):
    values |= {"release_at": NOW - HOUR} if "closes_at" in values else {}
    page = page_of(client, SessionFactory(**values))
    assert "Booking has closed 0 of 30 taken If you have a place, your link still works. My bookings" in page.text
    assert "Book a place" not in page.links


def test_session_is_over_at_its_end_and_leads_to_the_hub(client, monkeypatch):
    session = SessionFactory(hub_year__hub__slug="kent")
    monkeypatch.setattr(timezone, "now", lambda: session.ends_at)
    page = page_of(client, session)
    assert "This session is over" in page.text
    assert page.links["See this hub’s other sessions"] == "/hubs/kent/"


def test_announced_range_is_over_the_day_after(client, monkeypatch):
    session = SessionFactory(**UNDATED, first_day=dt.date(2027, 1, 14), last_day=dt.date(2027, 1, 25))
    monkeypatch.setattr(timezone, "now", lambda: london(dt.date(2027, 1, 25), dt.time(23, 59)))
    assert "Details to follow" in page_of(client, session).text
    monkeypatch.setattr(timezone, "now", lambda: london(dt.date(2027, 1, 26), dt.time(0)))
    assert "This session is over" in page_of(client, session).text


@pytest.mark.parametrize(
    "status, said",
    [
        (SessionStatus.POSTPONED, "There is no new date yet. Booked places are kept,"),
        (SessionStatus.CANCELLED, "This session will not take place. Everyone who had a place has been emailed."),
    ],
)
def test_session_that_is_off_says_so_even_when_its_day_is_over(client, monkeypatch, status, said):
    other = SessionFactory(title="Still on")
    session = SessionFactory(room__status=status)
    page = page_of(client, session)
    assert said in page.text
    assert page.links["Still on"] == f"/sessions/{other.ref}/"
    monkeypatch.setattr(timezone, "now", lambda: session.ends_at + HOUR)
    assert said in page_of(client, session).text


def test_every_standing_has_words_of_its_own(client, session_of):
    """A standing that what_now.html forgets would leave its panel empty."""
    said = set()
    for standing in set(Standing) - {Standing.DRAFT}:
        showing = Showing(SessionFactory(), NOW)
        showing.__dict__["standing"] = standing
        words = " ".join(
            render_to_string("bookings/what_now.html", {"showing": showing, "session": showing.session}).split()
        )
        said.add(words.replace(showing.session.ref, ""))
        assert "<h2>" in words, standing
    assert len(said) == len(Standing) - 1


# --- who may see it --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "values",
    [{"room__status": SessionStatus.DRAFT}, {"visibility": ShowcaseSession.Visibility.STAFF}],
    ids=["draft", "staff only"],
)
@pytest.mark.parametrize("page", ["", "book/", "book/who/", "book/sent/", "book/address/"])
def test_hidden_session_is_not_found(client, values, page):
    session = SessionFactory(**values)
    assert client.get(f"/sessions/{session.ref}/{page}").status_code == 404


def test_link_only_session_is_shown_and_kept_out_of_search_engines(client):
    session = SessionFactory(visibility=ShowcaseSession.Visibility.LINK)
    response = client.get(f"/sessions/{session.ref}/")
    assert response.status_code == 200
    assert response["X-Robots-Tag"] == "noindex"
    assert "X-Robots-Tag" not in client.get(f"/sessions/{SessionFactory().ref}/").headers


def test_reference_is_read_in_either_case(client):
    session = SessionFactory(ref="ABC234", title="Found")
    assert "Found" in page_of(client, session).text
    response = client.get("/sessions/abc234/")
    assert "Found" in Page(response).text
    assert 'rel="canonical" href="https://testserver/sessions/ABC234/"' in response.content.decode()


@pytest.mark.parametrize("ref", ["ABC235", "ABC23", "ABC2345", "ABC230", "ABC23O", "ABC23%00", "ÄBC234"])
def test_unknown_reference_is_not_found(client, ref):
    SessionFactory(ref="ABC234")
    assert client.get(f"/sessions/{ref}/").status_code == 404


# --- what it says ----------------------------------------------------------------------------------------------------


def test_session_page_says_all_that_is_public_and_nothing_that_is_not(client):
    session = SessionFactory(
        about="A first paragraph.\n\nA second.",
        arrival_at=london(DAY, dt.time(8, 45)),
        suits_roles=Roles.MATHS_LEAD | Roles.HEADTEACHER,
        suits_note="Very suitable for KS3 staff also.",
        parking="In the street",
        step_free="partly",
        step_free_note="A ramp at the side door",
        hearing_loop="no",
        kept_bay_note="Ask the office",
        refreshments="Tea",
        bring="School badge",
        filming="The lesson is filmed",
        interpreter="Yes",
        contact="Ring the office",
        cost_pence=250,
        absence_charge_pence=5000,
        absence_notice="two days",
        entrance="SECRET ENTRANCE",
        office_phone="SECRET PHONE",
        day_contact="SECRET CONTACT",
        joining_instructions="SECRET INSTRUCTIONS",
        share=2,
        share_until=london(dt.date(2027, 1, 19), dt.time(8)),
    )
    page = page_of(client, session)
    assert "Tuesday 26 January 2027, 9:00 to 11:45 Test Primary School" in page.text
    for said in (
        "A first paragraph. A second.",
        "Who it suits Year 6 · Maths lead and headteacher Very suitable for KS3 staff also.",
        "Arrive from 8:45",
        "Cost £2.50 for each visitor £50 for not coming without notice (two days)",
        "Bring School badge Refreshments Tea Parking In the street Access Step-free access: partly – "
        "A ramp at the side door Reserved parking bay: Ask the office Hearing loop: no "
        "Not known yet: Accessible toilet",
        "Filming The lesson is filmed",
        "Interpreter: Yes",
        "Each school may take 2 places until 8:00 on Tuesday 19 January, then as many as are left",
        "Questions Ring the office",
    ):
        assert said in page.text
    assert "SECRET" not in client.get(f"/sessions/{session.ref}/").content.decode()


def test_share_for_good_is_all_that_a_school_may_take(client):
    page = page_of(client, SessionFactory(share=2, share_for_good=True))
    assert "Each school may take 2 places in all" in page.text


def test_session_that_costs_nothing_is_free(client):
    page = page_of(client, SessionFactory())
    assert "Cost Free" in page.text
    assert "Questions Hub Office, office@hub.example" in page.text


def visiting_teacher(**values):
    return VisitingTeacher.objects.create(hub_year=HubYearFactory(), **values)


def test_lesson_without_a_teacher_says_to_be_announced(client):
    assert "Who teaches Teacher to be announced" in page_of(client, SessionFactory()).text


def test_lessons_say_class_time_topic_and_who_teaches(client):
    session = SessionFactory(lessons_of=Years.Y3)
    first = session.lessons.get()
    first.topic, first.starts, first.ends, first.class_note = "subtraction", dt.time(9, 15), dt.time(10), "mixed"
    first.save()
    second = Lesson.objects.create(session=session, position=2, years=Years.Y5, other_teacher="Somebody named")
    agreed = visiting_teacher(name_pinyin="Wang Fang", name_characters="王芳", name_agreed_at=NOW)
    silent = visiting_teacher(name_pinyin="Li Na", name_characters="李娜")
    first.visiting_teachers.add(agreed, silent)
    second.specialists.add(MasterySpecialist.objects.create(hub_year=session.hub_year, full_name="A Specialist"))
    page = page_of(client, session)
    assert page.title == "Year 3: subtraction, and Year 5 – Showcase"
    assert "The lessons Year 3: subtraction 9:15 to 10:00 · Taught by" in page.text
    assert "Wang Fang 王芳" in page.text
    assert "a visiting teacher from Shanghai" in page.text
    assert "Li Na" not in page.text
    assert " , " not in page.text
    assert "· mixed Year 5 Taught by A Specialist, Somebody named" in page.text


def test_programme_stands_in_its_order_with_times_where_known(client):
    session = SessionFactory()
    for position, starts, text, place in [
        (2, None, "The lesson", "Hall"),
        (1, dt.time(8, 30), "Registration", ""),
        (3, dt.time(11), "Panel", ""),
    ]:
        ProgrammeSegment.objects.create(session=session, position=position, starts=starts, text=text, place=place)
    assert "The morning 8:30 Registration The lesson (Hall) 11:00 Panel 45 min" in page_of(client, session).text


def test_readings_are_shown_unless_they_are_for_people_with_a_place(client):
    session = SessionFactory()
    Resource.objects.create(session=session, title="Link", url="https://hub.example/read", pupils="none")
    file = Resource.objects.create(
        session=session, title="File", file=ContentFile(b"To read.", "reading.html"), pupils="none"
    )
    hidden = Resource.objects.create(
        session=session, title="Hidden", file=ContentFile(b"SECRET", "x.txt"), only_with_a_place=True, pupils="none"
    )
    page = page_of(client, session)
    assert page.links["Link"] == "https://hub.example/read"
    assert "Hidden" not in page.text
    response = client.get(page.links["File"])
    assert b"".join(response.streaming_content) == b"To read."
    assert response["Content-Disposition"] == 'attachment; filename="file.html"'
    for pk in (hidden.pk, file.pk + 100, 10**30):
        assert client.get(f"/sessions/{session.ref}/files/{pk}/").status_code == 404
    assert client.get(f"/sessions/{SessionFactory().ref}/files/{file.pk}/").status_code == 404


def test_reported_visitors_are_said_with_their_source(client, monkeypatch):
    session = SessionFactory(visitors_reported=250, reported_source="the hub’s announcement")
    assert "250 visitors came (the hub’s announcement)" in page_of(client, session).text
    session = SessionFactory(visitors_reported=217, schools_reported=77)
    assert "217 visitors came from 77 schools" in page_of(client, session).text


def test_session_shows_its_hubs_notices_and_everyones(client):
    session = SessionFactory()
    for hub, text in [(None, "For everyone."), (session.hub, "For this hub."), (HubFactory(), "For another.")]:
        Notice.objects.create(text=text, hub=hub, from_at=NOW, until_at=NOW + HOUR)
    text = page_of(client, session).text
    assert "For everyone. For this hub." in text
    assert "For another." not in text


# --- sessions to go to instead ---------------------------------------------------------------------------------------


def test_sessions_instead_can_be_booked_now(client, session_of):
    cancelled = SessionFactory(title="cancelled", room__status=SessionStatus.CANCELLED)
    late, soon = DAY + dt.timedelta(days=5), DAY + dt.timedelta(days=1)

    def on(day, **values):
        return SessionFactory(starts_at=london(day, dt.time(9)), ends_at=london(day, dt.time(12)), **values)

    on(late, title="same hub, late", hub_year=cancelled.hub_year)
    on(soon, title="soon")
    on(late, title="late")
    on(late + dt.timedelta(days=1), title="a fourth")
    session_of(title="full")
    on(soon, title="by link", visibility=ShowcaseSession.Visibility.LINK)
    on(soon, title="not open yet", opens_at=NOW + HOUR)
    on(soon, title="announced", room__status=SessionStatus.ANNOUNCED)
    on(soon, title="closed", release_at=NOW - HOUR, closes_at=NOW)
    response = client.get(f"/sessions/{cancelled.ref}/")
    assert [one.session.title for one in response.context["instead"]] == ["soon", "same hub, late", "late"]


def test_session_that_has_started_is_not_offered_instead(client, monkeypatch):
    cancelled = SessionFactory(title="cancelled", room__status=SessionStatus.CANCELLED)
    running = SessionFactory(title="running")
    ShowcaseSession.objects.filter(pk=running.pk).update(closes_at=None, release_at=None)
    monkeypatch.setattr(timezone, "now", lambda: running.starts_at + HOUR)
    assert client.get(f"/sessions/{cancelled.ref}/").context["instead"] == []


def test_session_page_asks_as_often_for_three_of_each_as_for_one(client):
    session = SessionFactory(lessons_of=Years.Y1)
    asked = []
    for n in range(3):
        lesson = session.lessons.first() if n == 0 else Lesson.objects.create(session=session, position=n + 1)
        lesson.visiting_teachers.add(visiting_teacher(name_pinyin=f"{n}"))
        lesson.specialists.add(MasterySpecialist.objects.create(hub_year=session.hub_year, full_name=f"{n}"))
        ProgrammeSegment.objects.create(session=session, position=n, text=f"{n}")
        Resource.objects.create(session=session, title=f"{n}", url="https://hub.example/", pupils="none")
        Notice.objects.create(text=f"{n}", from_at=NOW, until_at=NOW + HOUR)
        asked.append(questions(client, f"/sessions/{session.ref}/"))
    assert asked[0] <= 9
    assert set(asked) == {asked[0]}


def test_page_of_a_session_that_is_off_asks_as_often_for_three_others(client):
    session = SessionFactory(room__status=SessionStatus.CANCELLED)
    asked = []
    for _n in range(3):
        SessionFactory()
        asked.append(questions(client, f"/sessions/{session.ref}/"))
    assert set(asked) == {asked[0]}


# --- each kind --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ShowcaseSession.Kind.values)
def test_what_happens_is_said_in_the_words_of_its_kind(client, kind):
    year = HubYearFactory()
    of = {"group": group_of(year), "visibility": "link"} if kind == "meeting" else {}
    text = page_of(client, SessionFactory(hub_year=year, kind=kind, **of)).text
    lesson = kind in ("showcase", "open_classroom")
    assert ("See the lesson" in text or "See a lesson" in text) == lesson
    assert ("Hear the talk" in text) == (kind == "talk")


# --- files ------------------------------------------------------------------------------------------------------------


def test_materials_for_afterwards_are_never_on_the_public_page(client, monkeypatch):
    session = SessionFactory()
    for kind in ("reading", "material"):
        session.resources.create(kind=kind, title=f"The {kind}", url=f"https://files.example/{kind}", pupils="none")
    text = page_of(client, session).text
    assert "To read The reading" in text
    assert "The material" not in text
    monkeypatch.setattr(timezone, "now", lambda: session.ends_at)
    text = page_of(client, session).text
    assert "To read The reading" in text
    assert "aterial" not in text
