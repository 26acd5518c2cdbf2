"""What no page of ours sends: never a fault of ours, always a page with a sentence, and nothing changed."""

import json
import uuid

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bookings import places
from bookings.mail.links import Purpose, token
from bookings.mail.rendering import render
from bookings.models import Booking, Draft, Mail
from bookings.models import draft as drafts
from bookings.rule.party import NewVisitor
from bookings.states import SessionStatus, Verb
from hubs.models import School, ShowcaseSession, VisitingTeacher
from tests.browser.reading import Page
from tests.browser.rows import every_row
from tests.browser.steps import ADA, at, choose_school, fill_in, say_who, shown, shown_again
from tests.factories import NOW, SchoolFactory, SessionFactory, StaffFactory, party

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

ODD = {
    "nul": "A\x00B",
    "control": "A\x01\x1b[31m\r\nBcc: x@y.uk\x7fB",
    "right to left": "A\u202eB\u2066",
    "zero width": "\u200b\u200d\ufeff",
    "emoji": "👩🏽‍🏫🇨🇳",
    "lone surrogate": "\ud800",
    "outside unicode": "\uffff\U0010ffff",
    "combining": "e" + "\u0301" * 300,
    "markup": "<script>alert(1)</script>{{ 7|add:1 }}{% now %}%(x)s{0}",
    "spaces alone": " \t\u00a0\u2003\u3000 ",
    "long": "x" * 100_000,
    "formula": "=cmd|' /C calc'!A0",
}


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def client():
    """A browser's errors are answers here, not exceptions of the test."""
    return Client(raise_request_exception=False)


@pytest.fixture
def session():
    return SessionFactory(ref="ABC234", title="Year 6 lesson")


@pytest.fixture
def school():
    return SchoolFactory(urn=100100, name="Ash Primary School")


@pytest.fixture
def booking(session):
    """Ada's confirmed booking of two."""
    asked = party(contact_name="Ada Teacher", visitors=(NewVisitor(), NewVisitor(full_name="Ben Colleague")))
    return places.confirm(places.hold(session.pk, asked, clock=lambda: NOW).pk, clock=lambda: NOW)


def link(booking, page=""):
    return f"/bookings/{token(Purpose.CONTACT, booking)}/{page}"


def encoded(text):
    """As a browser would send it; what cannot be encoded goes out as broken bytes."""
    return text.encode("utf-8", "surrogatepass")


def form(**fields):
    """A multipart body whose values may be any bytes."""
    parts = [
        b'--edge\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (name.encode(), encoded(value))
        for name, value in fields.items()
    ]
    return {"data": b"".join([*parts, b"--edge--\r\n"]), "content_type": "multipart/form-data; boundary=edge"}


def all_but_drafts():
    """Every row but what browsers have typed so far, right or wrong."""
    return {label: rows for label, rows in every_row().items() if label != "bookings.Draft"}


def all_but_counts():
    """Every row but how many places were asked for and refused, which a draft says that it has been counted in."""
    return {label: rows for label, rows in all_but_drafts().items() if label != "bookings.TurnedAway"}


def assert_in_words(response):
    """An answer that a person can read, whatever it is."""
    assert response.status_code < 500
    if response.status_code in (301, 302, 303):
        assert "\n" not in response["Location"]
    elif response.status_code != 405:
        assert Page(response).title.endswith(" – Showcase")


# --- odd text in every field -----------------------------------------------------------------------------------------


def test_odd_text_as_a_school_is_looked_for_or_refused(client, session):
    for name, text in ODD.items():
        response = client.post(at("book", session), **form(school=text))
        assert response.status_code in (302, 303), name
        assert_in_words(client.get(at("book-school", session), follow=True))


def test_odd_text_as_another_place_is_taken_or_refused(client, session):
    for name, text in ODD.items():
        response = client.post(at("book-other", session), **form(kind="trust", name=text, place=text))
        assert response.status_code in (302, 303), name
        assert_in_words(client.get(at("book-who", session), follow=True))


@pytest.mark.parametrize(
    "field", ["coming", "name", "email", "mobile", "role_own", "needs_own", "add", "remove", "seen_own", "years_own"]
)
def test_odd_text_about_the_contact_is_taken_or_refused(client, session, school, field):
    choose_school(client, session, school)
    for name, text in ODD.items():
        response = client.post(at("book-who", session), **form(**(ADA | {field: text})))
        assert response.status_code in (302, 303), name
        assert_in_words(shown(client, response))
    assert_in_words(client.get(at("book-check", session), follow=True))


@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
def test_odd_text_that_is_taken_reaches_booking_and_mails_in_one_line(client, session, school, text):
    choose_school(client, session, school)
    client.post(at("book-who", session), **form(**(ADA | {"add": "1", "name_1": text, "needs_own": text})))
    said = ADA | {"name": f"Ada {text}"[:200], "name_1": text[:200], "later_1": "on", "needs_own": text[:300]}
    response = client.post(at("book-who", session), **form(**said))
    assert response.status_code == 302
    assert_in_words(client.get(at("book-check", session)))
    assert client.post(at("book-check", session))["Location"] == at("book-sent", session)
    booking = Booking.objects.get()
    for kept in (booking.contact_name, *(one.full_name or "" for one in booking.visitors.all())):
        assert kept == " ".join(kept.split())
        assert not {"\x00", "\r", "\n", "\u202e", "\u200b"} & set(kept)
    assert_in_words(client.get(at("book-sent", session)))
    places.confirm(booking.pk, clock=lambda: NOW)
    for mail in Mail.objects.all():
        assert "\n" not in render(mail, now=NOW).message()["Subject"]


@pytest.mark.parametrize("field", ["name", "mobile", "name_2", "email_2", "role_2", "needs_1"])
def test_odd_text_in_a_change_is_taken_or_refused(client, booking, field):
    for name, text in ODD.items():
        said = {"name": "Ada Teacher", "name_2": "Ben Colleague", field: text}
        response = client.post(link(booking, "change/"), **form(**said))
        assert response.status_code in (302, 409, 422), name
        assert_in_words(response)
    assert_in_words(client.get(link(booking)))


@pytest.mark.parametrize("address", ["/my-bookings/", "/sessions/ABC234/book/address/"])
def test_odd_text_as_an_address_is_refused(client, session, school, address):
    fill_in(client, session, school)
    client.post(at("book-check", session))
    before = all_but_drafts()
    for name, text in ODD.items():
        response = client.post(address, follow=True, **form(email=text))
        assert response.status_code == 422, name
        assert_in_words(response)
    assert all_but_drafts() == before


@pytest.mark.parametrize("name", ["teach", "since", "until", "hub", "past", "page", "nothing"])
def test_odd_text_in_a_search_is_said_or_left_out(client, session, name):
    for text in ODD.values():
        assert_in_words(client.get("/", {name: encoded(text[:4000])}, follow=True))


@pytest.mark.parametrize(
    "day", ["31/02/2027", "29/2/2027", "0/0/0", "0000-00-00", "99999-01-01", "-1", "1e9", "2027-W04-2"]
)
def test_date_that_is_none_is_said(client, session, day):
    response = client.get("/", {"since": day, "until": day})
    assert response.status_code == 200
    assert "Enter a date like 26/1/2027" in Page(response).text


def test_far_dates_find_nothing_and_break_nothing(client, session):
    for query in ({"since": "9999-12-31"}, {"until": "0001-01-01"}):
        assert "0 sessions" in Page(client.get("/", query)).text


# --- too much --------------------------------------------------------------------------------------------------------


@pytest.fixture
def strict():
    """A browser whose forms are read for their secret first, as in production. It has the cookie of one."""
    browser = Client(enforce_csrf_checks=True, raise_request_exception=False)
    browser.cookies["csrftoken"] = "x" * 32
    return browser


@pytest.mark.parametrize("name", ["book", "book-school", "book-other", "book-who", "book-check", "book-sent"])
def test_megabyte_is_refused_whole(client, strict, session, school, name):
    fill_in(client, session, school)
    strict.cookies["draft"] = client.cookies["draft"].value
    before = every_row()
    response = strict.post(at(name, session), ADA | {"school": "ash", "urn": "100100", "needs_own": "n" * 1_000_000})
    assert response.status_code == 400
    assert "We could not read what was sent Nothing was changed." in Page(response).text
    assert every_row() == before


def test_megabyte_to_a_booking_is_refused_whole(strict, booking):
    before = every_row()
    for page in ("confirm/", "cancel/", "change/"):
        assert strict.post(link(booking, page), {"name": "n" * 1_000_000}).status_code == 400
    assert strict.post("/my-bookings/", {"email": "n" * 1_000_000}).status_code == 400
    assert every_row() == before


def test_ten_thousand_visitors_are_refused_whole(client, session, school):
    choose_school(client, session, school)
    before = every_row()
    thousands = {f"name_{n}": "Visitor" for n in range(10_000)}
    response = client.post(at("book-who", session), ADA | thousands)
    assert response.status_code == 400
    assert "We could not read what was sent" in Page(response).text
    assert every_row() == before


def test_visitors_that_the_page_did_not_ask_for_are_not_taken(client, session, school):
    """Sizes are ours: neither fields nor a count that was sent makes a party larger."""
    choose_school(client, session, school)
    many = {f"name_{n}": f"Visitor {n}" for n in range(1, 300)}
    client.post(at("book-who", session), ADA | many | {"others": "10000", "party": "10000"})
    client.post(at("book-check", session), many | {"others": "10000", "party": "10000"})
    booking = Booking.objects.get()
    assert (booking.party, booking.visitors.count()) == (1, 1)


def test_add_pressed_again_and_again_makes_ten_visitors(client, session, school):
    choose_school(client, session, school)
    for _press in range(12):
        client.post(at("book-who", session), ADA | {"add": "1"})
    assert Draft.objects.get().answers["others"] == 9


@pytest.mark.parametrize("encoding", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=edge"])
@pytest.mark.parametrize(
    "body", [b"\xff\xfe\x00", b"name=%FF%FE&email=%ED%A0%80", b"--edge\r\n\xff", b"%00=%00", b"&&&&"]
)
def test_bytes_that_are_no_text_are_refused(client, session, school, encoding, body):
    fill_in(client, session, school)
    before = all_but_drafts()
    for name in ("book", "book-other", "book-who", "book-school"):
        response = client.post(at(name, session), body, content_type=encoding, follow=True)
        assert response.status_code in (400, 422)
        assert_in_words(response)
    assert all_but_drafts() == before


@pytest.mark.parametrize(
    "body", [{"email": ["ada@school.example"]}, [], "ada@school.example", None, {"email": {"a": 1}}], ids=str
)
def test_json_is_no_form(client, session, school, body):
    fill_in(client, session, school)
    before = all_but_drafts()
    sent = json.dumps(body)
    for address in (at("book", session), at("book-who", session), at("book-other", session), "/my-bookings/"):
        response = client.post(address, sent, content_type="application/json", follow=True)
        assert response.status_code == 422
        assert_in_words(response)
    assert all_but_drafts() == before


def test_lists_where_one_value_is_asked_take_the_last(client, session, school):
    choose_school(client, session, school)
    said = {name: ["first", value] for name, value in ADA.items()} | {"years_own": ["6"] * 50}
    response = client.post(at("book-who", session), said)
    assert response.status_code == 302
    client.post(at("book-check", session))
    assert Booking.objects.get().contact_name == "Ada Teacher"


@pytest.mark.parametrize("years", [["0"], ["-1"], ["6", "x"], ["16384"], ["6" * 100]])
def test_years_that_nobody_teaches_are_refused(client, session, school, years):
    choose_school(client, session, school)
    response = shown_again(client, "book-who", session, ADA | {"years_own": years})
    assert Page(response).errors == {"years_own_0": "Choose from these"}


# --- whose is it -----------------------------------------------------------------------------------------------------


def tokens(booking):
    good = token(Purpose.CONTACT, booking)
    return {
        "of nobody": "A" * 50,
        "cut short": good[:-1],
        "too long": good + "A",
        "very long": good * 200,
        "other letters": good.swapcase(),
        "one letter off": ("B" if good[0] == "A" else "A") + good[1:],
        "one letter off in the seal": good[:-10] + ("B" if good[-10] == "A" else "A") + good[-9:],
        "not ascii": "é" * 50,
        "nul": "\x00" * 50,
        "lone surrogate": "%ED%A0%80" * 5,
        "plain base64": "+" * 50,
        "padding": good[:48] + "==",
        "spaces": " " * 50,
        "the visitor's id as contact": token(Purpose.CONTACT, booking.visitors.first()),
        "the booking's id as visitor": token(Purpose.VISITOR, booking),
        "for the office": token(Purpose.OFFICE, booking),
        "for an itinerary": token(Purpose.ITINERARY, booking),
        "a public id": str(booking.public_id),
        "the reference": booking.reference,
    }


@pytest.mark.parametrize("page", ["", "confirm/", "cancel/", "change/", "agree/", "calendar.ics"])
def test_token_that_opens_nothing_is_not_found_and_changes_nothing(client, booking, page):
    before = every_row()
    for name, text in tokens(booking).items():
        for response in (
            client.get(f"/bookings/{text}/{page}"),
            client.post(f"/bookings/{text}/{page}", {"name": "Eve", "name_2": "Eve"}),
        ):
            assert response.status_code == 404, name
            assert "There is nothing at this address" in Page(response).text
    assert every_row() == before


def test_token_after_its_version_has_risen_opens_nothing(client, booking):
    old = link(booking)
    Booking.objects.update(link_version=2)
    assert client.get(old).status_code == 404
    booking.refresh_from_db()
    assert client.get(link(booking)).status_code == 200


def test_link_version_that_no_token_holds_breaks_nothing(client, booking):
    old = link(booking)
    Booking.objects.update(link_version=2**31 - 1)
    assert client.get(old).status_code == 404


@pytest.mark.parametrize("name", ["book-sent", "book-again", "book-address", "book-check", "book-who"])
def test_guessed_draft_keys_open_nothing(client, session, school, name):
    fill_in(client, session, school)
    client.post(at("book-check", session))
    draft = Draft.objects.get()
    stranger = Client(raise_request_exception=False)
    before = every_row()
    for key in (uuid.uuid4(), draft.request_key, draft.pk, f"{draft.key} ", f"{draft.key}"[:-1], "' OR 1=1 --"):
        stranger.cookies["draft"] = str(key)
        for response in (stranger.get(at(name, session)), stranger.post(at(name, session), {"email": "eve@x.example"})):
            assert (response.status_code, response["Location"]) == (302, at("book", session))
    assert every_row() == before


# --- stale -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "status", [SessionStatus.CLOSED, SessionStatus.CANCELLED, SessionStatus.POSTPONED, SessionStatus.DRAFT]
)
def test_form_of_a_session_that_has_changed_meanwhile_books_nothing(client, session, school, status):
    fill_in(client, session, school)
    with places.locked(session.pk, lambda: NOW) as room:
        places.write(room, Verb.CLOSE, by=StaffFactory(), status=status)
    before = all_but_counts()
    for name in ("book", "book-school", "book-other", "book-who", "book-check"):
        response = client.post(at(name, session), ADA | {"school": "ash", "urn": "100100", "kind": "none"}, follow=True)
        assert response.status_code == (404 if status == SessionStatus.DRAFT else 200)
        assert_in_words(response)
    assert all_but_counts() == before


def test_session_that_is_gone_meanwhile_is_not_found(client, session, school):
    fill_in(client, session, school)
    session.audit.all().delete()
    ShowcaseSession.objects.all().delete()
    for name in ("book", "book-who", "book-check", "book-sent"):
        for response in (client.get(at(name, session)), client.post(at(name, session), ADA)):
            assert response.status_code == 404


def test_school_that_has_closed_meanwhile_still_books(client, session, school):
    """Its teachers are still there; the register is a week behind."""
    fill_in(client, session, school)
    School.objects.update(status=School.Status.CLOSED)
    assert client.post(at("book-check", session))["Location"] == at("book-sent", session)


def test_form_of_a_colleague_more_than_the_page_now_has_is_taken_as_it_stands(client, session, school):
    choose_school(client, session, school)
    say_who(client, session, {"name": "Ben Colleague"})
    draft = Draft.objects.get()
    draft.answers["others"] = 0
    draft.save()
    response = client.post(at("book-who", session), ADA | {"name_1": "Ben Colleague"})
    assert response.status_code == 302
    assert "Visitor Ada Teacher Change" in Page(client.get(at("book-check", session))).text


def test_buttons_pressed_twice_do_it_once(client, session, booking):
    for page in ("confirm/", "cancel/"):
        client.post(link(booking, page))
        before = every_row()
        assert client.post(link(booking, page)).status_code in (302, 409)
        assert every_row() == before


@pytest.mark.parametrize(
    "name", ["book", "book-school", "book-other", "book-who", "book-check", "book-again", "book-address"]
)
def test_step_without_the_forms_secret_changes_nothing(client, strict, session, school, name):
    fill_in(client, session, school)
    strict.cookies["draft"] = client.cookies["draft"].value
    before = every_row()
    response = strict.post(at(name, session), ADA | {"school": "ash", "urn": "100100"})
    assert response.status_code == 403
    assert "This page was open for too long Nothing was changed." in Page(response).text
    assert every_row() == before


WHY_REFUSED = {
    "/my-bookings/": {
        "no cookie": "Your browser sent no cookie",
        "elsewhere": "We cannot tell that this came from our own page",
        "stale": "This page was open for too long",
    },
    "/zh-hans/my-bookings/": {
        "no cookie": "您的浏览器没有发送Cookie",
        "elsewhere": "我们无法确认这是从此网站的页面发出的",
        "stale": "此页面打开的时间过长",
    },
}


@pytest.mark.parametrize("address", WHY_REFUSED)
@pytest.mark.parametrize(
    "why, cookie, sent",
    [
        ("no cookie", None, {}),
        ("no cookie", None, {"headers": {"origin": "http://testserver"}}),
        ("elsewhere", "x" * 32, {"headers": {"origin": "null"}}),
        ("elsewhere", None, {"headers": {"origin": "https://evil.example"}}),
        ("elsewhere", "x" * 32, {"secure": True}),
        ("elsewhere", "x" * 32, {"secure": True, "headers": {"referer": "https://evil.example/"}}),
        ("elsewhere", "x" * 32, {"secure": True, "headers": {"referer": "nonsense"}}),
        ("stale", "y" * 32, {}),
        ("stale", "short", {}),
    ],
)
def test_refused_form_says_what_is_the_matter_and_what_to_do(booking, address, why, cookie, sent):
    browser = Client(enforce_csrf_checks=True, raise_request_exception=False)
    if cookie:
        browser.cookies["csrftoken"] = cookie
    before = every_row()
    response = browser.post(address, {"email": "ada@school.example", "csrfmiddlewaretoken": "x" * 32}, **sent)
    page = Page(response)
    assert response.status_code == 403
    assert WHY_REFUSED[address][why] in page.text
    assert address in page.links.values()
    assert every_row() == before


@pytest.mark.parametrize("page", ["confirm/", "cancel/", "change/"])
def test_button_without_the_forms_secret_changes_nothing(strict, booking, page):
    before = every_row()
    response = strict.post(link(booking, page), {"name": "Eve"})
    assert response.status_code == 403
    assert Page(response).links["Load the page again"] == link(booking, page)
    assert strict.get(link(booking, page), follow=True).status_code == 200
    assert every_row() == before


@pytest.mark.parametrize("ref", ["abc234", "AbC234"])
def test_reference_in_lower_case_books_as_well(client, session, school, ref):
    response = client.post(f"/sessions/{ref}/book/", {"school": "ash"})
    assert response["Location"] == at("book-who", session)
    assert response.cookies["draft"]["path"] == at("book", session)


@pytest.mark.parametrize("ref", ["ZZZZZZ", "ABC23", "ABC2345", "ABC23I", "ABC23\x00", "ＡＢＣ２３４", "abc%32"])
@pytest.mark.parametrize(
    "page", ["", "book/", "book/who/", "book/check/", "book/sent/", "book/again/", "book/address/"]
)
def test_unknown_reference_is_not_found_at_every_step(client, session, ref, page):
    assert client.get(f"/sessions/{ref}/{page}").status_code == 404
    if page:
        assert client.post(f"/sessions/{ref}/{page}", ADA).status_code == 404


METHODS = ["put", "patch", "delete", "trace", "options"]


@pytest.mark.parametrize("method", METHODS)
def test_no_page_takes_another_method(client, session, school, booking, method):
    fill_in(client, session, school)
    addresses = ["/", "/hubs/", "/privacy/", "/my-bookings/", "/my-bookings/sent/", "/sessions/ABC234/"]
    addresses += [at(name, session) for name in ("book", "book-school", "book-other", "book-who", "book-check")]
    addresses += [link(booking, page) for page in ("", "confirm/", "cancel/", "change/", "calendar.ics")]
    before = every_row()
    for address in addresses:
        assert getattr(client, method)(address).status_code == 405, address
    assert every_row() == before


# --- whatever comes to mind ------------------------------------------------------------------------------------------

NAMES = [
    "coming",
    "name",
    "email",
    "mobile",
    "school",
    "urn",
    "kind",
    "place",
    "add",
    "remove",
    "role_own",
    "years_own",
]
NAMES += [
    "seen_own",
    "needs_own",
    "name_1",
    "later_1",
    "email_1",
    "role_1",
    "needs_1",
    "name_2",
    "email_2",
    "role_2",
    "x",
]
LIKELY = ["", "yes", "no", "1", "2", "none", "register", "trust", "100100", "ada@school.example", "on", "07700900982"]
values = st.one_of(st.sampled_from(LIKELY), st.text(max_size=40), st.integers().map(str), st.binary(max_size=8))
forms = st.dictionaries(st.sampled_from(NAMES), st.one_of(values, st.lists(values, max_size=3)), max_size=12)
anything = settings(
    derandomize=True,
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    database=None,
)


def send(client, address, fields):
    """Send it; what is refused has changed nothing but what this browser has typed so far."""
    before = every_row()
    response = client.post(address, fields)
    assert_in_words(response)
    if response.status_code >= 400:
        assert every_row() == before
    return response


@pytest.fixture
def filled_in(client, session, school):
    """Puts this browser's draft back to where all is filled in."""
    fill_in(client, session, school)
    draft = Draft.objects.values().get()

    def put_back():
        Draft.objects.all().delete()
        return Draft.objects.create(**draft)

    return put_back


@pytest.mark.parametrize("name", ["book", "book-school", "book-other", "book-who", "book-check"])
@anything
@given(fields=forms)
def test_step_takes_anything(client, session, filled_in, name, fields):
    filled_in()
    send(client, at(name, session), fields)
    assert_in_words(client.get(at("book-check", session), follow=True))


@pytest.mark.parametrize("name", ["book-address", "book-again"])
@anything
@given(fields=forms)
def test_page_afterwards_takes_anything(client, session, filled_in, name, fields):
    draft = filled_in()
    drafts.consume(draft, now=NOW, until=NOW + drafts.AFTERWARDS)
    send(client, at(name, session), fields)
    assert_in_words(client.get(at("book-sent", session)))


@pytest.mark.parametrize("page", ["change/", "cancel/", "confirm/"])
@anything
@given(fields=forms)
def test_booking_takes_anything(client, booking, page, fields):
    send(client, link(booking, page), fields)
    assert_in_words(client.get(link(booking)))


@anything
@given(choice=values, consent=st.sampled_from(["name", "photo", "film", "email"]))
def test_itinerary_takes_anything(client, session, choice, consent):
    teacher, _new = VisitingTeacher.objects.get_or_create(hub_year=session.hub_year, name_pinyin="Wang Fang")
    opens = f"/bookings/{token(Purpose.ITINERARY, teacher)}/"
    send(client, f"{opens}agree/", {"choice": choice})
    send(client, f"{opens}agree/", {"choice": [f"{consent}:yes", choice]})
    assert_in_words(client.get(opens))


@anything
@given(fields=forms)
def test_my_bookings_takes_anything(client, booking, fields):
    send(client, "/my-bookings/", fields)


@anything
@given(
    fields=st.dictionaries(
        st.sampled_from(["teach", "since", "until", "hub", "past", "page", "x"]),
        st.one_of(values, st.sampled_from(["y6", "ks2", "2027-01-26", "26/1/2027", "kent"])),
    )
)
def test_search_takes_anything(client, session, fields):
    assert_in_words(client.get("/", fields, follow=True))


@anything
@given(text=st.one_of(st.text(max_size=80), st.from_regex(r"[A-Za-z0-9_-]{50}", fullmatch=True)))
def test_address_takes_anything(client, booking, text):
    for address in (f"/bookings/{text}/", f"/sessions/{text}/", f"/hubs/{text}/", f"/{text}"):
        response = client.get(address)
        assert response.status_code in (200, 301, 302, 404)
