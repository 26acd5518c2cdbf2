"""The Chinese pages: all of our own words are Chinese, and what hubs wrote in English is marked as English."""

import datetime as dt
import re
from html.parser import HTMLParser

import pytest
from django.core import mail
from django.utils import timezone, translation

from bookings import places
from bookings.mail import sending
from bookings.mail.links import Purpose, token
from bookings.models import Booking
from bookings.rule.room import session_facts
from bookings.sessions import changes
from bookings.states import SessionStatus
from hubs.models import (
    HostSchool,
    LocalAuthority,
    MasterySpecialist,
    Notice,
    ProgrammeSegment,
    Resource,
    VisitingTeacher,
)
from hubs.vocabulary.languages import in_language
from hubs.vocabulary.school_days import london
from hubs.vocabulary.teaching import Roles, Years
from tests.addresses import public_addresses
from tests.bookings.test_views_headers import ROWS
from tests.browser.steps import ADA, at
from tests.factories import DAY, NOW, HubYearFactory, SchoolFactory, SessionFactory, StaffFactory, party

pytestmark = [pytest.mark.django_db, pytest.mark.slow]  # as tests/test_words.py

PAGES = [
    address
    for address in public_addresses(**ROWS)
    if address.startswith("/zh-hans/")
    and not address.endswith((".ics", ".json", ".jpg", "/ABC234"))
    and "/files/" not in address
]
WORD = re.compile(r"[A-Za-z]{2,}")
# Names that Chinese writes as they are, what stands in brackets behind its Chinese, and addresses.
AS_IT_IS = re.compile(
    r"Showcase|OpenStreetMap|URN|OS|Royal Mail|Cookie|JavaScript|PDF|AA|KS\d|（[^）]*）"
    r"|contains [^。]*2025|© [^。；]*2025"
    r"|\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b"  # postcodes; a reference of chance, XX2C 4ABY, holds none
    r"|[\w.+-]+@[\w.-]+|https?://\S+"
)
CANNOT_BE_MARKED = ("title", "option")  # nor can an attribute, as of a counter on the map
OF_OTHERS = ("Maths Hub", "equivalent fractions", "Maidstone")  # what such an element holds of theirs
SAID_IN = ("aria-label", "alt", "title")
VOID = {"meta", "link", "input", "br", "img", "hr", "path", "circle", "use", "base"}


class Chinese(HTMLParser):
    """Reads a page and keeps what it says to a Chinese reader that is neither Chinese nor marked as something else."""

    def __init__(self, html):
        super().__init__()
        self.open, self.left, self.marked = [], [], []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        foreign = bool(self.open and self.open[-1][1]) or given.get("lang", "zh").split("-")[0] != "zh"
        foreign = foreign or given.get("lang") == "zh-Latn-pinyin" or tag in ("script", "style")
        if tag not in VOID:
            self.open.append((tag, foreign))
        if not foreign:
            for said in (given.get(name) or "" for name in SAID_IN):
                self._keep("" if any(name in said for name in OF_OTHERS) else said)

    def handle_endtag(self, tag):
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        if self.open and self.open[-1][1]:
            self.marked.append(data)
        elif not (self.open and self.open[-1][0] in CANNOT_BE_MARKED and any(name in data for name in OF_OTHERS)):
            self._keep(data)

    def _keep(self, text):
        self.left += WORD.findall(AS_IT_IS.sub("", text))


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def session():
    """One with every field filled in, in English."""
    year = HubYearFactory(
        hub__slug="kent",
        name="Kent Maths Hub",
        programme_name="Shanghai Live",
        partners="First partner\nSecond partner",
        about="We invite you.\n\nCome and see.",
        lead_school=SchoolFactory(name="Lead School", town="Chatham"),
        contact_name="Hub Office",
        contact_phone="01622 000 000",
    )
    teacher = VisitingTeacher.objects.create(
        hub_year=year, name_pinyin="Wang Fang", name_characters="王芳", home_school="Some School", name_agreed_at=NOW
    )
    specialist = MasterySpecialist.objects.create(hub_year=year, full_name="Sara Specialist", school=SchoolFactory())
    visit = HostSchool.objects.create(pk=1, hub_year=year, school=SchoolFactory(name="Host School"))
    visit.visiting_teachers.add(teacher)
    visit.specialists.add(specialist)
    told = ("about", "parking", "step_free_note", "refreshments", "bring", "filming", "interpreter", "suits_note")
    kept = ("entrance", "day_contact")
    found = SessionFactory(
        ref="ABC234",
        hub_year=year,
        host_school=visit,
        venue=None,
        **{name: f"Some words of {name}" for name in (*told, *kept)},
        joining_instructions="Ring the bell.\n\nTwice.",
        arrival_at=london(DAY, dt.time(8, 45)),
        cost_pence=250,
        absence_charge_pence=500,
        absence_notice="two days before",
        suits_years=Years.Y5 | Years.KS3,
        suits_roles=Roles.HEADTEACHER | Roles.MATHS_LEAD,
        share=2,
        room__held_back=2,
    )
    lesson = found.lessons.get()
    lesson.topic, lesson.class_note, lesson.other_teacher = "equivalent fractions", "lower attainment", "Another Person"
    lesson.starts, lesson.ends = dt.time(9, 30), dt.time(10, 15)
    lesson.save()
    lesson.visiting_teachers.add(teacher)
    lesson.specialists.add(specialist)
    ProgrammeSegment.objects.create(session=found, starts=dt.time(9), text="Arrival and coffee", place="Hall")
    Resource.objects.create(session=found, title="A paper", url="https://hub.example/paper", pupils="none")
    Notice.objects.create(
        text="Snow today", from_at=NOW, until_at=NOW + dt.timedelta(days=1), link="https://hub.example"
    )
    year.area.add(LocalAuthority.objects.create(code="886", name="Kent"))
    return found


def read(response):
    html = response.content.decode()
    assert '<html lang="zh-Hans">' in html
    return Chinese(html)


@pytest.mark.usefixtures("session")
@pytest.mark.parametrize("address", PAGES)
def test_public_page_speaks_chinese_and_marks_what_is_english(client, address):
    page = read(client.get(address))
    assert page.left == []


@pytest.mark.usefixtures("session")
@pytest.mark.parametrize(
    "query",
    [
        "?past=1",
        "?near=nowhere+at+all",
        "?near=ZZ1+1AA",
        "?teach=ks5&role=8",
        "?since=x",
        "?near=maidstone&role=1",
        "?near=maidston",
        "?month=2027-01&places=1",
    ],
)
def test_list_speaks_chinese_whatever_is_asked(client, query):
    assert read(client.get(f"/zh-hans/{query}")).left == []


@pytest.mark.parametrize("status", SessionStatus)
def test_session_speaks_chinese_however_it_stands(client, session, status):
    if status == SessionStatus.DRAFT:
        return
    other = SessionFactory(hub_year=session.hub_year, room__status=status, opens_at=NOW + dt.timedelta(days=1))
    assert read(client.get(f"/zh-hans/sessions/{other.ref}/")).left == []
    assert read(client.get(f"/zh-hans/sessions/{other.ref}/book/")).left == []


def test_words_of_a_hub_are_marked_as_english(client, session):
    page = read(client.get("/zh-hans/sessions/ABC234/"))
    assert {"equivalent fractions", "Some words of parking", "Kent Maths Hub"} <= set(page.marked)


def test_mark_holds_nothing_but_what_was_typed(client, session):
    session.title = "<b>Maths & more</b>"
    session.save()
    html = client.get("/zh-hans/sessions/ABC234/").content.decode()
    assert '<h1>&lt;<span lang="en-GB">b&gt;Maths &amp; more&lt;/b&gt;</span></h1>' in html


def test_words_that_the_hub_wrote_in_chinese_stand_for_its_english(client, session):
    session.title_zh, session.about_zh = "分数的意义", "欢迎观摩。\n\n课后研讨。"
    session.save()
    html = client.get("/zh-hans/sessions/ABC234/").content.decode()
    assert "<h1>分数的意义</h1>" in html
    assert "<p>欢迎观摩。</p>\n<p>课后研讨。</p>" in html
    english = client.get("/sessions/ABC234/").content.decode()
    assert "分数的意义" not in english
    assert "Some words of about" in english


def test_notice_and_feed_say_what_the_hub_wrote_in_chinese(client, session):
    Notice.objects.update(text_zh="今天下雪")
    assert "今天下雪" in client.get("/zh-hans/").content.decode()
    assert client.get("/zh-hans/sessions.json").json()["notices"][0]["text"] == "今天下雪"
    assert client.get("/sessions.json").json()["notices"][0]["text"] == "Snow today"


def test_page_leads_to_itself_in_the_other_language(client, session):
    english, chinese = "/sessions/ABC234/?past=1", "/zh-hans/sessions/ABC234/?past=1"
    assert f'<a href="{chinese}" lang="zh-Hans" hreflang="zh-Hans">中文</a>' in client.get(english).content.decode()
    assert f'<a href="{english}" lang="en-GB" hreflang="en-GB">English</a>' in client.get(chinese).content.decode()
    assert "x=1" not in client.get("/sessions/ABC234/?x=1").content.decode()  # nothing that the page does not heed


def test_pages_of_the_staff_are_in_english_alone(client):
    assert in_language("/admin/hubs/", "zh-hans") == in_language("/dev/mail/", "zh-hans") == "/zh-hans/"
    assert read(client.get("/zh-hans/admin/")).left == []


@pytest.mark.parametrize(
    "address, english, chinese",
    [
        ("/", "/", "/zh-hans/"),
        ("/hubs/?x=/zh-hans/", "/hubs/?x=/zh-hans/", "/zh-hans/hubs/?x=/zh-hans/"),
        ("/zh-hans/hubs/", "/hubs/", "/zh-hans/hubs/"),
        ("/zh-hans", "/", "/zh-hans/"),
        ("/zh-hansa/", "/zh-hansa/", "/zh-hans/zh-hansa/"),
        ("/zh-hans//evil.example/", "/evil.example/", "/zh-hans/evil.example/"),
    ],
)
def test_same_page_in_each_language_is_on_this_site(address, english, chinese):
    assert (in_language(address, "en-gb"), in_language(address, "zh-hans")) == (english, chinese)


def test_address_decides_and_the_browser_does_not(client, session):
    response = client.get("/sessions/ABC234/", HTTP_ACCEPT_LANGUAGE="zh-CN,zh;q=0.9")
    assert '<html lang="en-GB">' in response.content.decode()
    assert "Accept-Language" not in response.get("Vary", "")
    assert translation.get_language() == "en-gb"  # nothing is left behind for the next


# --- booking ---------------------------------------------------------------------------------------------------------


def test_whole_booking_speaks_chinese(client, session):
    school = SchoolFactory(name="Ash Primary School", town="Dover")
    with translation.override("zh-hans"):
        steps = {name: at(name, session) for name in ("book", "book-school", "book-other", "book-who", "book-check")}
        sent, again = at("book-sent", session), at("book-again", session)
    assert steps["book"] == "/zh-hans/sessions/ABC234/book/"
    pages = [client.get(steps["book"]), client.post(steps["book"], {"school": ""}, follow=True)]
    client.post(steps["book"], {"school": "ash dover"})
    pages += [client.get(steps["book-school"]), client.post(steps["book-school"], {"urn": "x"}, follow=True)]
    pages += [client.get(steps["book-other"]), client.post(steps["book-other"], {}, follow=True)]
    client.post(steps["book-school"], {"urn": str(school.urn)})
    pages += [client.get(steps["book-who"]), client.post(steps["book-who"], {"coming": "yes"}, follow=True)]
    client.post(steps["book-who"], ADA | {"name": "张三"})
    pages.append(client.get(steps["book-check"]))
    assert client.post(steps["book-check"])["Location"] == sent
    client.post(again)
    pages.append(client.get(sent))
    names = {"Ash", "Primary", "School", "Dover", "ME", "TL", "ash", "dover"}
    assert [found for page in pages if (found := set(read(page).left) - names)] == []


def test_booking_made_in_chinese_is_written_to_in_chinese(client, session):
    asked = party(size=2, email="zhang@school.example", contact_name="张三", language="zh-hans")
    booking = places.hold(session.pk, asked, clock=lambda: NOW)
    sending.send_due(clock=lambda: NOW)
    (sent,) = mail.outbox
    assert sent.subject == "1月5日星期二18:00之前确认：英国6年级：equivalent fractions"
    assert f"/zh-hans/bookings/{token(Purpose.CONTACT, booking)}/" in sent.body
    assert "2027年" in sent.body
    assert '<html lang="zh-Hans">' in sent.alternatives[0][0]


def test_page_of_a_booking_speaks_chinese(client, session):
    asked = party(size=2, contact_name="张三", language="zh-hans")
    booking = places.hold(session.pk, asked, clock=lambda: NOW)
    Booking.objects.filter(pk=booking.pk).update(school_name="")
    link = f"/zh-hans/bookings/{token(Purpose.CONTACT, booking)}/"
    known = {"Colleague", "Test", "Primary", "School", "Maidstone", *re.findall(WORD, booking.reference_spaced)}
    assert set(read(client.get(link)).left) <= known
    client.post(f"{link}confirm/")
    for page in ("", "change/", "cancel/", "add/", "hand-over/"):
        response = client.get(f"{link}{page}", follow=True)
        assert set(read(response).left) <= known, page
    changes.cancel_session(session.pk, by=StaffFactory(), clock=lambda: NOW)
    assert set(read(client.get(link)).left) <= known


def test_facts_of_mails_are_the_same_in_whatever_language_they_are_frozen(session):
    english = session_facts(session, sequence=1)
    with translation.override("zh-hans"):
        assert session_facts(session, sequence=1) == english
