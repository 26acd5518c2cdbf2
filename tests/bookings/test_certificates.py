"""Certificates: who gets one, where it is read, what ends it, and what a stranger learns from a code."""

import datetime as dt

import pikepdf
import pytest
from django.urls import reverse
from django.utils import timezone

from bookings import places
from bookings.afterwards import checking
from bookings.afterwards.certificates import certificate_of, certificates_of, holds
from bookings.afterwards.checking import Found, check, is_same_name
from bookings.attendance import recording, register
from bookings.attendance.register import Mark
from bookings.mail.links import Purpose, token
from bookings.models import Certificate, NetworkUse, Visitor
from bookings.public import certificate_pdf
from bookings.public.certificate import Sheet
from bookings.rule.party import Correction, NewVisitor
from bookings.rule.refusals import NameStands, TooEarly
from bookings.sessions import changes
from bookings.verbs import details, hand_over
from hubs.vocabulary.dates import lasting
from hubs.vocabulary.references import as_code, in_two_halves
from hubs.vocabulary.school_days import london
from tests.answers import in_a_line
from tests.bookings.observed import statements, verbs
from tests.browser.reading import Page
from tests.factories import DAY, NOW, SessionFactory, StaffFactory, party

pytestmark = pytest.mark.django_db
OVER = london(DAY, dt.time(12))
REPORTED = dt.date(2027, 7, 1)
NOTHING = "No certificate has this code and name"


@pytest.fixture
def at(monkeypatch):
    def set_to(moment):
        monkeypatch.setattr(timezone, "now", lambda: moment)

    set_to(OVER)
    return set_to


@pytest.fixture
def session():
    session = SessionFactory(title="Year 6: fractions", venue__name="West Borough", share=None)
    session.hub_year.exchange.reporting_date = REPORTED
    session.hub_year.exchange.save()
    return session


@pytest.fixture
def people(session, at):
    """Ada, the contact; Ben with an address of his own; Cal without one. All three came."""
    asked = party(
        email="ada@school.example",
        contact_name="Ada Kowalska",
        visitors=(
            NewVisitor(),
            NewVisitor(full_name="Ben Colleague", email="ben@school.example"),
            NewVisitor(full_name="Cal Colleague"),
        ),
    )
    booking = places.hold(session.pk, asked, clock=lambda: NOW)
    places.confirm(booking.pk, clock=lambda: NOW)
    visitors = list(booking.visitors.order_by("position"))
    for visitor in visitors:
        marked(visitor, "attended", "expected")
    return visitors


def marked(visitor, to, was):
    session, staff = visitor.booking.session, StaffFactory()
    if to == "absent":
        register.mark(session, Mark(visitor.pk, "expected", was), by=staff, now=OVER)
        return recording.record(session.pk, by=staff, clock=lambda: OVER)
    return register.mark(session, Mark(visitor.pk, to, was), by=staff, now=OVER)


def fresh(visitor):
    return Visitor.objects.get(pk=visitor.pk)


def made(visitor, now=OVER):
    return certificate_of(fresh(visitor), now=now)


def address(purpose, row, more=""):
    return f"/bookings/{token(purpose, row)}/{more}"


# --- who gets one ----------------------------------------------------------------------------------------------------


def test_whoever_came_gets_one_certificate_however_often_it_is_asked_for(people):
    first = made(people[0])
    assert (first.full_name, first.session, first.issued_at) == ("Ada Kowalska", people[0].booking.session, OVER)
    assert made(people[0]) == first
    assert Certificate.objects.count() == 1


@pytest.mark.parametrize("why", ["not over", "expected", "absent", "released", "cancelled", "off", "unnamed"])
def test_nobody_else_gets_one(people, session, why):
    ben, now = people[1], OVER
    if why == "not over":
        now = session.ends_at - dt.timedelta(minutes=1)
    elif why in ("expected", "absent"):
        Visitor.objects.filter(pk=ben.pk).update(attendance=why)
    elif why == "released":
        Visitor.objects.filter(pk=ben.pk).update(released_at=NOW)
        type(session.places).objects.update(places_taken=2)
        type(ben.booking).objects.update(party=2)
    elif why == "cancelled":
        places.cancel(ben.booking.pk, clock=lambda: NOW)
    elif why == "off":
        changes.cancel_session(session.pk, by=StaffFactory(), clock=lambda: NOW)
    else:
        Visitor.objects.filter(pk=ben.pk).update(full_name=None)
    assert certificate_of(fresh(ben), now=now) is None
    assert not Certificate.objects.exists()


def test_it_needs_no_recorded_register(people, session):
    Visitor.objects.exclude(pk=people[0].pk).update(attendance="expected", marked_at=None, marked_by=None)
    assert set(certificates_of(Visitor.objects.all(), now=OVER)) == {people[0].pk}


def test_all_of_a_session_are_made_by_as_many_statements_as_one_and_read_by_two(people, session):
    with statements() as first:
        certificates_of(Visitor.objects.filter(pk=people[0].pk), now=OVER)
    Certificate.objects.all().delete()
    with statements() as all_of_them:
        assert len(certificates_of(Visitor.objects.all(), now=OVER)) == 3
    assert len(first) == len(all_of_them)
    with statements() as again:
        certificates_of(Visitor.objects.all(), now=OVER)
    assert len(again) == 2


def test_who_was_marked_by_mistake_has_none_and_back_again_a_new_one(people):
    old = made(people[0])
    marked(people[0], "absent", "attended")
    old = Certificate.objects.select_related("visitor__booking__session__places").get(pk=old.pk)
    assert not holds(old, now=OVER)  # from that moment, though nobody has written it
    assert check(old.code, "Ada Kowalska", now=OVER).found == Found.ENDED
    assert made(people[0]) is None
    assert Certificate.objects.get().ended_at == OVER
    marked(people[0], "attended", "absent")
    new = made(people[0])
    assert new.code != old.code
    assert check(old.code, "Ada Kowalska", now=OVER).found == Found.ENDED
    assert check(new.code, "Ada Kowalska", now=OVER).found == Found.GENUINE


# --- a name that is put right ----------------------------------------------------------------------------------------


def test_name_put_right_makes_a_new_one_and_ends_the_old_code(people):
    old = made(people[1])
    details.put_name_right(people[1].pk, "Ben Wiśniewski", clock=lambda: OVER)
    new = made(people[1])
    assert (new.full_name, Certificate.objects.get(pk=old.pk).ended_at) == ("Ben Wiśniewski", OVER)
    assert check(old.code, "Ben Colleague", now=OVER).found == Found.ENDED
    assert check(old.code, "Ben Wisniewski", now=OVER).found == Found.NOTHING
    assert check(new.code, "ben wisniewski", now=OVER).found == Found.GENUINE
    assert verbs(people[1].booking.session)[-1] == "change"
    before = len(verbs(people[1].booking.session))
    details.put_name_right(people[1].pk, "Ben Wiśniewski", clock=lambda: OVER)
    assert len(verbs(people[1].booking.session)) == before  # twice is once


def test_contacts_name_is_the_bookings_too(people):
    details.put_name_right(people[0].pk, "Ada Lovelace", clock=lambda: OVER)
    people[0].booking.refresh_from_db()
    assert (people[0].booking.contact_name, made(people[0]).full_name) == ("Ada Lovelace",) * 2


def test_staff_who_put_a_name_right_end_the_old_code_at_once(people):
    old = made(people[2])
    details.correct(people[2].pk, Correction(full_name="Cal Żak"), by=StaffFactory(), clock=lambda: OVER)
    assert Certificate.objects.get(pk=old.pk).ended_at == OVER
    assert Certificate.objects.get(visitor=people[2], ended_at=None).full_name == "Cal Żak"


def test_from_the_reporting_date_on_a_certificate_keeps_its_name(people):
    old, late = made(people[0]), london(REPORTED, dt.time(0))
    with pytest.raises(NameStands):
        details.put_name_right(people[0].pk, "Ada Lovelace", clock=lambda: late)
    details.correct(people[0].pk, Correction(full_name="Ada Lovelace"), by=StaffFactory(), clock=lambda: late)
    assert made(people[0], now=late) == old
    assert check(old.code, "Ada Kowalska", now=late).found == Found.GENUINE
    details.put_name_right(people[1].pk, "Ben B.", clock=lambda: late - dt.timedelta(seconds=1))


def test_no_name_is_put_right_while_the_session_lasts(people):
    with pytest.raises(TooEarly):
        details.put_name_right(people[0].pk, "Ada Lovelace", clock=lambda: london(DAY, dt.time(10)))


# --- where it is read ------------------------------------------------------------------------------------------------


def test_each_finds_theirs_at_their_own_link_and_the_contact_those_without_an_address(client, people):
    contact = Page(client.get(address(Purpose.CONTACT, people[0].booking)))
    own = Page(client.get(address(Purpose.VISITOR, people[1])))
    links = {name: address(Purpose.CERTIFICATE, made(one)) for name, one in zip("abc", people, strict=True)}
    assert (contact.links["Ada Kowalska"], contact.links["Cal Colleague"]) == (links["a"], links["c"])
    assert "Ben Colleague" not in contact.links
    assert "Colleagues with an email address of their own get theirs at their own link." in contact.text
    assert own.links["Ben Colleague"] == links["b"]
    assert "Ada Kowalska" not in own.links


def test_whoever_has_handed_their_place_over_makes_no_certificate_of_it(client, people):
    """Its link still shows the place, until it is taken: who came by it is somebody else."""
    ben = people[1]
    before = address(Purpose.VISITOR, ben)
    hand_over.hand_over(ben.pk, NewVisitor(full_name="Di Colleague", email="di@school.example"), clock=lambda: NOW)
    marked(fresh(ben), "attended", "expected")
    page = Page(client.get(before))
    assert ("Di Colleague" in page.text, "Di Colleague" in page.links) == (True, False)
    assert not Certificate.objects.exists()


def test_before_the_session_is_over_nobody_is_led_to_one(client, people, at, session):
    at(session.ends_at - dt.timedelta(minutes=1))
    for link in (address(Purpose.CONTACT, people[0].booking), address(Purpose.VISITOR, people[1])):
        assert "certificate" not in Page(client.get(link)).text.lower().replace("check a certificate", "")
    assert not Certificate.objects.exists()


@pytest.mark.parametrize(
    "start, words",
    [
        (
            "",
            ["Certificate of attendance", "came to", "Tuesday 26 January 2027", "9:00 to 11:45, 2 hours 45 minutes"],
        ),
        ("/zh-hans", ["听课证书", "2027年1月26日", "9:00–11:45，共 2 小时 45 分钟"]),
    ],
)
def test_its_page_says_all_of_it_in_both_languages(client, people, session, start, words):
    certificate = made(people[0])
    answer = client.get(start + address(Purpose.CERTIFICATE, certificate))
    text = Page(answer).text
    for said in [*words, "Ada Kowalska", "Year 6: fractions", "West Borough", session.hub_year.name]:
        assert said in text
    assert in_two_halves(certificate.code) in text
    assert f"testserver{start}/certificates/" in text
    assert (answer["Cache-Control"], answer["X-Robots-Tag"]) == ("no-store", "noindex")


def test_ended_certificate_says_so_and_no_name(client, people):
    old = made(people[0])
    details.put_name_right(people[0].pk, "Ada Lovelace", clock=lambda: OVER)
    answer = client.get(address(Purpose.CERTIFICATE, old))
    assert answer.status_code == 410
    assert "This certificate is no longer valid" in Page(answer).text
    assert "Ada" not in answer.content.decode()
    assert client.get(address(Purpose.CERTIFICATE, old, "certificate.pdf")).status_code == 302


def test_link_of_another_purpose_or_version_opens_no_certificate(client, people):
    certificate = made(people[0])
    for wrong in (address(Purpose.VISITOR, certificate), address(Purpose.CERTIFICATE, people[0])):
        assert client.get(wrong).status_code == 404
        assert client.get(f"{wrong}certificate.pdf").status_code == 404
    Certificate.objects.update(link_version=2)
    assert client.get(address(Purpose.CERTIFICATE, certificate)).status_code == 404


def test_name_is_put_right_on_the_page(client, people):
    here = address(Purpose.VISITOR, people[1], "certificates/2/")
    assert "Ben Colleague" in client.get(here).content.decode()
    wrong = client.post(here, {"full_name": " "})
    assert (wrong.status_code, "Enter the full name" in Page(wrong).text) == (422, True)
    assert client.post(here, {"full_name": "Ben  Żak"}).status_code == 302
    assert (fresh(people[1]).full_name, made(people[1]).full_name) == ("Ben Żak", "Ben Żak")


def test_name_is_put_right_by_whom_the_certificate_is_shown_to_alone(client, people, at):
    contact, ben = address(Purpose.CONTACT, people[0].booking), address(Purpose.VISITOR, people[1])
    tried = {one: client.post(f"{one}certificates/{n}/", {"full_name": "X"}) for one in (contact, ben) for n in (1, 9)}
    assert client.post(f"{contact}certificates/2/", {"full_name": "X"}).status_code == 404  # Ben has an address
    assert client.post(f"{ben}certificates/1/", {"full_name": "X"}).status_code == 404
    assert client.post(f"{contact}certificates/3/", {"full_name": "Cal Żak"}).status_code == 302
    assert [fresh(one).full_name for one in people[1:]] == ["Ben Colleague", "Cal Żak"]
    assert len(tried) == 2
    at(london(REPORTED, dt.time(9)))
    late = client.post(f"{contact}certificates/3/", {"full_name": "Late"})
    assert (late.status_code, "exchange has been reported on" in late.content.decode()) == (422, True)
    assert "Put the name right" not in client.get(contact).content.decode()


# --- the PDF ---------------------------------------------------------------------------------------------------------

NAMES = [
    "Łukasz Żółć-Wiśniewski",
    "Ελένη Παπαδοπούλου",
    "محمد عبد الله الأحمد",
    "王芳 喆玥",
    "O’Neill <b>#let</b> \\ $x$",
    "W" * 200,
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("start, language", [("", "en-GB"), ("/zh-hans", "zh-Hans")])
def test_pdf_is_one_tagged_page_with_title_and_language(client, people, name, start, language, tmp_path):
    Visitor.objects.filter(pk=people[0].pk).update(full_name=name)
    certificate = made(people[0])
    answer = client.get(start + address(Purpose.CERTIFICATE, certificate, "certificate.pdf"))
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("application/pdf", "no-store")
    halves = in_two_halves(certificate.code)
    assert answer["Content-Disposition"] == f'attachment; filename="certificate-{halves}.pdf"'
    assert len(answer.content) < 60_000
    path = tmp_path / "certificate.pdf"
    path.write_bytes(answer.content)
    with pikepdf.open(path) as pdf:
        assert len(pdf.pages) == 1
        assert [round(float(n)) for n in pdf.pages[0].mediabox] == [0, 0, 595, 842]  # A4
        root = pdf.Root
        assert (bool(root.MarkInfo.Marked), str(root.Lang)[:2]) == (True, language[:2])
        assert root.ViewerPreferences.DisplayDocTitle
        assert name in str(pdf.docinfo.Title)
        assert kinds_in(root.StructTreeRoot) >= {"/Document", "/H1", "/P"}
        assert all("/FontFile" in key for font in fonts_of(pdf) for key in font)


def kinds_in(element):
    found = {str(element.S)} if "/S" in element else set()
    inner = element.get("/K")
    for one in inner if isinstance(inner, pikepdf.Array) else [inner]:
        if isinstance(one, pikepdf.Dictionary):
            found |= kinds_in(one)
    return found


def fonts_of(pdf):
    """Of each font of the page, the keys under which its letters are embedded."""
    for font in pdf.pages[0].Resources.Font.values():
        about = font.DescendantFonts[0].FontDescriptor if "/DescendantFonts" in font else font.FontDescriptor
        yield [key for key in about.keys() if key.startswith("/FontFile")] or ["none"]  # noqa: SIM118


def test_letter_that_no_font_has_leads_to_the_page_that_prints(client, people):
    Visitor.objects.filter(pk=people[0].pk).update(full_name="吉野 𠮷")
    certificate = made(people[0])
    with pytest.raises(certificate_pdf.CannotBeSet):
        certificate_pdf.of(Sheet(certificate))
    answer = client.get(address(Purpose.CERTIFICATE, certificate, "certificate.pdf"))
    assert (answer.status_code, answer["Location"]) == (302, address(Purpose.CERTIFICATE, certificate))


# --- whether it is genuine -------------------------------------------------------------------------------------------


def asked(client, code, name, start=""):
    return client.post(f"{start}/certificates/", {"code": code, "name": name})


@pytest.mark.parametrize("start, genuine", [("", "This certificate is genuine"), ("/zh-hans", "此证书真实有效")])
def test_code_and_name_say_what_it_is_of(client, people, start, genuine):
    code = made(people[0]).code
    for typed, name in ((code, "Ada Kowalska"), (f" {in_two_halves(code).lower()} ", "ADA  KOWALSKA")):
        page = Page(asked(client, typed, name, start))
        assert genuine in page.text
        assert "Year 6: fractions" in page.text
        assert "West Borough" in page.text


def test_stranger_learns_nothing_without_both(client, people):
    """One answer to the letter, but for what they have typed and the token of the form."""
    code, ended = made(people[0]).code, made(people[1])
    details.put_name_right(people[1].pk, "Ben Żak", clock=lambda: OVER)
    tried = [(code, "Ben Colleague"), (code, "Ada"), ("ZZZZZZZZZZ", "Ada Kowalska"), (ended.code, "Ada Kowalska")]
    answers = [in_a_line(asked(client, *one)) for one in tried]
    same = {without(answer, *typed) for answer, typed in zip(answers, tried, strict=True)}
    assert len(same) == 1
    assert NOTHING in answers[0]
    assert "Year 6" not in answers[0]


def without(html, code, name):
    html = html.replace(f'value="{code}"', "").replace(f'value="{name}"', "")
    return "".join(part for n, part in enumerate(html.split('"')) if len(part) < 60 or n % 2 == 0)


def test_answer_takes_as_many_statements_for_a_wrong_name_as_for_no_code(client, people):
    code = made(people[0]).code
    with statements() as unknown:
        check("ZZZZZZZZZZ", "Ada Kowalska", now=OVER)
    with statements() as wrong:
        check(code, "Ben Colleague", now=OVER)
    assert len(unknown) == len(wrong) == 1


def test_once_the_name_is_gone_the_code_says_for_which_session(client, people):
    certificate = made(people[0])
    gone = {"full_name": None, "name_words": ""}
    Visitor.objects.filter(pk=people[0].pk).update(**gone)
    Certificate.objects.update(full_name=None)
    assert made(people[0]) == certificate  # nobody who forgets a name ends a certificate
    page = Page(asked(client, certificate.code, "Anybody At All"))
    assert "Issued for this session; the name is no longer kept" in page.text
    assert "Year 6: fractions" in page.text
    opened = client.get(address(Purpose.CERTIFICATE, certificate))
    assert (opened.status_code, "The name is no longer kept" in Page(opened).text) == (410, True)
    Certificate.objects.update(ended_at=OVER)
    assert NOTHING in Page(asked(client, certificate.code, "Anybody At All")).text


@pytest.mark.parametrize(
    "typed, name, same",
    [
        ("ada kowalska", "Ada Kowalska", True),
        ("Lukasz Zolc Wisniewski", "Łukasz Żółć-Wiśniewski", True),
        ("Wang Fang", "Wang Fang 王芳", True),
        ("王芳", "Wang Fang 王芳", True),
        ("王芳 Wang Fang", "Wang Fang 王芳", False),
        ("علی‌رضا", "علی‌رضا", True),
        ("Ada", "Ada Kowalska", False),
        ("", "Ada", False),
        ("...", "王芳", False),
    ],
)
def test_names_are_compared_as_everywhere(typed, name, same):
    assert is_same_name(typed, name) == same


@pytest.mark.parametrize(
    "said",
    [{}, {"code": "", "name": ""}, {"code": "A" * 5000, "name": "B" * 5000}, {"code": "\0", "name": "\0\u202e"}],
)
def test_what_is_no_code_or_name_is_asked_again(client, said):
    answer = client.post("/certificates/", said)
    assert (answer.status_code, answer.content.decode().count('<span class="error"')) == (422, 2)
    assert not NetworkUse.objects.exists()


def test_network_that_tries_too_often_is_told_so(client, people, at):
    code = made(people[0]).code
    for _n in range(30):
        assert asked(client, "ZZZZZZZZZZ", "Ada Kowalska").status_code == 200
    refused = asked(client, code, "Ada Kowalska")
    assert (refused.status_code, "Too many requests" in refused.content.decode()) == (422, True)
    assert "This certificate is genuine" not in refused.content.decode()
    at(OVER + dt.timedelta(hours=1))
    assert "This certificate is genuine" in asked(client, code, "Ada Kowalska").content.decode()


def test_page_that_checks_is_led_to_from_everywhere(client):
    assert Page(client.get("/")).links["Check a certificate"] == reverse("certificates")
    assert checking.NOBODY not in client.get("/certificates/").content.decode()


# --- small things ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "minutes, said", [(165, "2 hours 45 minutes"), (60, "1 hour"), (61, "1 hour 1 minute"), (45, "45 minutes")]
)
def test_how_long_it_was(minutes, said):
    assert lasting(NOW, NOW + dt.timedelta(minutes=minutes)) == said


@pytest.mark.parametrize("typed", ["k7m2p-4xq9t", "K7M2P4XQ9T", " K7M2P 4XQ9T ", "Ｋ７Ｍ２Ｐ－４ＸＱ９Ｔ"])
def test_code_is_read_however_it_is_typed(typed):
    assert as_code(typed) == "K7M2P4XQ9T"
