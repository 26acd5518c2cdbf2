"""How accessible a place is, as data; and who writes down a need reads of it before the press that counts."""

import csv
import io
import re
import uuid

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from bookings import places
from bookings.attendance import office
from bookings.mail import rendering
from bookings.mail.links import Purpose, token
from bookings.mail_kinds import Kind
from bookings.models import Mail, OfficeLink, Visitor
from bookings.rule.party import NewVisitor
from hubs.models import ShowcaseSession
from hubs.vocabulary.access import FEATURES, FIELDS, beside
from tests.browser.reading import Page
from tests.browser.rows import every_row, questions
from tests.browser.steps import at, book, fill_in
from tests.factories import NOW, SchoolFactory, SessionFactory, StaffFactory, party

pytestmark = pytest.mark.django_db

NEEDS = "I use a wheelchair"
PARTLY = {"step_free": "partly", "step_free_note": "A ramp at the side door", "hearing_loop": "no"}
SAID = {
    "no": "West Borough has no step-free way in",
    "partly": "West Borough is step-free only in part",
    "": "We do not know whether West Borough is step-free",
}


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def school():
    return SchoolFactory(urn=100100, name="Ash Primary School", town="Dover", postcode="CT16 1AA")


def a_session(**said):
    return SessionFactory(title="Year 6 lesson", venue__name="West Borough", **said)


def booked(session, **asked):
    booking = places.hold(session.pk, party(**asked), clock=lambda: NOW)
    return places.confirm(booking.pk, clock=lambda: NOW)


def page_of(client, session, *, start=""):
    return Page(client.get(f"{start}/sessions/{session.ref}/"))


# --- as data --------------------------------------------------------------------------------------------------------


def test_each_feature_has_a_note_beside_it_and_nothing_else_has_one():
    assert set(FIELDS) == {*FEATURES, *(f"{one}_note" for one in FEATURES)}
    assert {name: beside(name) for name in ("step_free", "step_free_note", "parking")} == {
        "step_free": "step_free_note",
        "step_free_note": "step_free",
        "parking": "",
    }


@pytest.mark.parametrize("feature", FEATURES)
def test_database_knows_four_answers_and_no_fifth(feature):
    session = a_session()
    for word in ("", "yes", "partly", "no"):
        ShowcaseSession.objects.update(**{feature: word})
    for word in ("No", "not", "four"):
        with pytest.raises(IntegrityError), transaction.atomic():
            ShowcaseSession.objects.filter(pk=session.pk).update(**{feature: word})


def test_words_that_were_written_before_say_nothing_that_a_filter_would_believe(client):
    session = a_session(step_free_note="No: four steps")
    assert (session.step_free, session.is_step_free) == ("", False)
    assert "Access Step-free access: No: four steps Not known yet: Accessible toilet" in page_of(client, session).text
    assert client.get("/sessions.json?step_free=on").json()["sessions"] == []


def test_page_says_what_is_known_and_what_is_not(client):
    said = page_of(client, a_session(**PARTLY)).text
    assert (
        "Access Step-free access: partly – A ramp at the side door Hearing loop: no "
        "Not known yet: Accessible toilet, Reserved parking bay"
    ) in said
    known = dict.fromkeys(FEATURES, "yes")
    assert "Not known yet" not in page_of(client, a_session(**known)).text
    assert "Access Not known yet: ask the hub." in page_of(client, a_session()).text
    nowhere = SessionFactory(venue=None, starts_at=None, ends_at=None, room__status="announced")
    assert "Access Not known yet" not in page_of(client, nowhere).text


def test_page_says_it_in_chinese_too(client):
    said = page_of(client, a_session(**PARTLY), start="/zh-hans").text
    assert "无台阶通道： 部分有 – A ramp at the side door 助听感应线圈： 没有" in said


def test_picture_of_an_answer_is_drawn_as_full_half_or_empty(client):
    session = a_session(step_free="yes", accessible_toilet="partly", kept_bay="no")
    html = client.get(f"/sessions/{session.ref}/").content.decode()
    drawn = re.findall(r'(?s)<ul role="list" class="access">(.*?)</ul>', html)[0]
    assert [part.count('class="full"') for part in drawn.split("<li>")[1:4]] == [1, 1, 0]
    assert [part.count("<path") for part in drawn.split("<li>")[1:4]] == [0, 1, 0]


def test_feed_says_it(client):
    a_session(**PARTLY)
    (said,) = client.get("/sessions.json").json()["sessions"]
    assert said["access"] == {
        "step_free": "partly",
        "accessible_toilet": None,
        "kept_bay": None,
        "hearing_loop": "no",
    }


@pytest.mark.parametrize(
    "language, lines",
    [
        ("en-gb", ["Step-free access: partly – A ramp at the side door", "Hearing loop: no"]),
        ("zh-hans", ["无台阶通道: 部分有 – A ramp at the side door", "助听感应线圈: 没有"]),
    ],
)
def test_mail_and_calendar_entry_say_it_in_the_language_of_the_booking(language, lines):
    booked(a_session(**PARTLY), language=language)
    message = rendering.render(Mail.objects.get(kind=Kind.CONFIRMED), now=NOW)
    assert [line for line in lines if line not in str(message.body).splitlines()] == []
    entry = str(message.attachments[0].content).replace("\r\n ", "")
    assert "A ramp at the side door" in entry


def test_office_reads_what_visitors_are_told_and_the_printed_register_too(client, admin_client):
    session = a_session(**PARTLY, office_email="office@school.example")
    office.give(session.pk, may_mark=False, key=uuid.uuid4(), by=StaffFactory(), clock=lambda: NOW)
    page = Page(client.get(f"/bookings/{token(Purpose.OFFICE, OfficeLink.objects.get())}/"))
    assert "What visitors are told about access Step-free access: partly – A ramp at the side door" in page.text
    assert "If any of it is not right, tell the hub." in page.text
    printed = admin_client.get(reverse("admin:hubs_showcasesession_register_print", args=[session.pk]))
    assert "Step-free access: partly – A ramp at the side door" in " ".join(printed.content.decode().split())


def test_export_of_sessions_has_it(admin_client):
    a_session(**PARTLY)
    file = admin_client.get(reverse("admin:hubs_showcasesession_csv"))
    said, _line, table = b"".join(file.streaming_content).decode("utf-8-sig").partition("\n")
    (row,) = csv.DictReader(io.StringIO(table))
    assert said.startswith(('"Delete after ', "Delete after "))
    assert (row["Step-free access"], row["Accessible toilet"]) == ("partly – A ramp at the side door", "")


# --- who writes down a need -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("step_free", SAID)
def test_check_page_says_so_before_the_press_and_where_it_is_step_free(client, school, step_free):
    session = a_session(step_free=step_free, step_free_note="Ring the bell")
    SessionFactory(title="with steps", step_free="no")
    SessionFactory(title="step-free", step_free="yes")
    fill_in(client, session, school, needs_own=NEEDS)
    page = Page(client.get(at("book-check", session)))
    assert f"{SAID[step_free]} Ring the bell You have told us about a need." in page.text
    assert "The nearest session that is step-free and has places for you:" in page.text
    assert "step-free" in page.links
    assert "with steps" not in page.text
    assert page.text.index(SAID[step_free]) < page.text.index("We keep your place")
    client.post(at("book-check", session))
    assert Visitor.objects.get().needs == NEEDS


def test_check_page_asks_the_hub_where_no_other_session_is_step_free(client, school):
    session = a_session()
    fill_in(client, session, school, {"name": "Ben Colleague", "needs": NEEDS})
    page = Page(client.get(at("book-check", session)))
    assert "ask the hub first: office@hub.example" in page.text
    assert "No other session that is step-free has places just now." in page.text


def test_nearest_session_has_places_for_the_whole_party(client, school):
    session = a_session()
    SessionFactory(title="one place left", step_free="yes", room__held_back=29)
    fill_in(client, session, school, {"name": "Ben Colleague", "needs": NEEDS})
    assert "one place left" not in Page(client.get(at("book-check", session))).text


@pytest.mark.parametrize("said, needs", [({"step_free": "yes"}, NEEDS), ({"step_free": "no"}, "")])
def test_nothing_is_said_where_it_is_step_free_or_nobody_needs_anything(client, school, said, needs):
    session = a_session(**said)
    fill_in(client, session, school, needs_own=needs)
    text = Page(client.get(at("book-check", session))).text
    assert [words for words in ("step-free only", "no step-free way", "whether West Borough") if words in text] == []


def test_what_is_said_depends_on_no_address(client, school):
    session = a_session()
    pages = []
    for email in ("ada@school.example", "new@school.example"):
        book(client, session, school, needs_own=NEEDS, email="ada@school.example")
        client.cookies.clear()
        fill_in(client, session, school, needs_own=NEEDS, email=email)
        html = client.get(at("book-check", session)).content.decode().replace(email, "")
        pages.append(re.sub(r'value="[^"]{40,}"', "", html))
    assert pages[0] == pages[1]


def test_check_page_asks_as_often_for_many_other_sessions_as_for_one(client, school):
    session = a_session()
    SessionFactory(step_free="yes")
    fill_in(client, session, school, needs_own=NEEDS)
    before = questions(client, at("book-check", session))
    for _n in range(3):
        SessionFactory(step_free="yes")
    assert questions(client, at("book-check", session)) == before


def added(client, booking, **said):
    address = f"/bookings/{token(Purpose.CONTACT, booking)}/add/"
    fields = Page(client.get(address)).fields | {"name": "Cara Colleague", "needs": NEEDS} | said
    return client.post(address, fields), address


def test_colleague_with_a_need_is_added_by_the_second_press_and_nothing_is_lost(client):
    session = a_session(step_free="no")
    SessionFactory(title="step-free", step_free="yes")
    booking = booked(session)
    before = every_row()
    answer, address = added(client, booking, email="cara@school.example")
    page = Page(answer)
    assert (answer.status_code, every_row()) == (409, before)
    assert SAID["no"] in page.text
    assert "The nearest session that is step-free and has places for you:" in page.text
    assert "step-free" in page.links
    assert (page.fields["name"], page.fields["email"], page.fields["needs"]) == (
        "Cara Colleague",
        "cara@school.example",
        NEEDS,
    )
    assert page.buttons == ["Add them"]
    assert client.post(address, page.fields).status_code == 302
    assert list(booking.visitors.values_list("full_name", "needs_added"))[1:] == [("Cara Colleague", NEEDS)]


def a_party(session):
    """Ada and Ben, confirmed, with the addresses of the pages where each says more."""
    booking = booked(session, visitors=(NewVisitor(), NewVisitor(full_name="Ben", email="ben@school.example")))
    ben = booking.visitors.get(is_contact=False)
    return {
        "needs_1": f"/bookings/{token(Purpose.CONTACT, booking)}/change/",
        "adds_2": f"/bookings/{token(Purpose.CONTACT, booking)}/change/",
        "needs": f"/bookings/{token(Purpose.VISITOR, ben)}/change/",
    }


@pytest.mark.parametrize("field", ["needs_1", "adds_2", "needs"])
def test_need_that_is_written_later_is_kept_by_the_second_press_and_nothing_is_lost(client, field):
    SessionFactory(title="step-free", step_free="yes")
    address = a_party(a_session(step_free="partly"))[field]
    before = every_row()
    mobile = {"mobile": "07700 900 982", field: NEEDS}
    answer = client.post(address, Page(client.get(address)).fields | mobile)
    page = Page(answer)
    assert (answer.status_code, every_row()) == (409, before)
    assert SAID["partly"] in page.text
    assert "Nothing is saved yet. Everything you typed is below: press the button again to go on." in page.text
    assert "step-free" in page.links
    assert {name: page.fields[name] for name in mobile} == mobile
    assert client.post(address, page.fields).status_code == 302
    needs = [*Visitor.objects.values_list("needs", "needs_added")]
    assert [one for one in needs if NEEDS in one] != []


@pytest.mark.parametrize("field", ["needs_1", "adds_2", "needs"])
def test_need_is_kept_at_once_where_it_is_step_free_and_one_that_stood_before_is_no_news(client, field):
    session = a_session(step_free="yes")
    address = a_party(session)[field]
    assert client.post(address, Page(client.get(address)).fields | {field: NEEDS}).status_code == 302
    ShowcaseSession.objects.filter(pk=session.pk).update(step_free="no")
    fields = Page(client.get(address)).fields | {"mobile": "07700 900 982"}
    assert client.post(address, fields).status_code == 302


@pytest.mark.parametrize("said, needs", [({"step_free": "yes"}, NEEDS), ({"step_free": "no"}, "")])
def test_colleague_is_added_at_once_where_there_is_nothing_to_say(client, said, needs):
    answer, _address = added(client, booked(a_session(**said)), needs=needs)
    assert answer.status_code == 302


def test_colleague_who_would_wait_is_asked_about_at_the_same_time(client):
    booking = booked(a_session(room__capacity=1))
    page = Page(added(client, booking)[0])
    assert SAID[""] in page.text
    assert page.buttons == ["Put Cara Colleague on the waiting list"]


def test_other_step_free_sessions_are_looked_for_once(client):
    SessionFactory(step_free="yes")
    booking = booked(a_session(), visitors=(NewVisitor(),))
    address = f"/bookings/{token(Purpose.CONTACT, booking)}/add/"
    fields = Page(client.get(address)).fields | {"name": "Cara Colleague", "needs": NEEDS}
    with CaptureQueriesContext(connection) as asked:
        client.post(address, fields)
    looked = [one["sql"] for one in asked.captured_queries if "step_free\" = 'yes'" in one["sql"]]
    assert len(looked) == len(set(looked)) == 2  # which are the best, and these
