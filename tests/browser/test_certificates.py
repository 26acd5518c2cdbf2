"""Certificates, looked at: on a phone, on a screen and on paper, where each is one page; and the page that checks a
code, pressed."""

import datetime as dt
from types import SimpleNamespace

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from bookings.afterwards.certificates import certificates_of
from bookings.afterwards.taught import certificates_of_visit
from bookings.mail.links import Purpose, token
from bookings.models import Quote, Register, Visitor
from hubs.models import HostSchool, VisitingTeacher
from hubs.vocabulary.references import in_two_halves
from tests.browser.cast import HOUR, hold, link
from tests.browser.look import assert_looks_right, in_forced_colours, in_print
from tests.browser.test_flyer import pages_of
from tests.factories import SchoolFactory, SessionFactory, StaffFactory

pytestmark = pytest.mark.browser
LONG_NAME = "Wilhelmina-Aleksandra Wiśniewska-Featherstonehaugh of Llanfairpwllgwyngyll, " * 2 + "Wilhelmina"


@pytest.fixture
def over(rows):
    """A session of yesterday that Ada and Ben came to, taught by Wang Fang, with what was said of it."""
    ended = timezone.now().replace(hour=11, minute=45) - dt.timedelta(days=1)
    venue = SchoolFactory(name="Holy Rosary and St Anne's Catholic Primary School, a Voluntary Academy", town="Leeds")
    session = SessionFactory(title="Year 6: dividing fractions", venue=venue)
    visit = HostSchool.objects.create(
        hub_year=session.hub_year, school=venue, first_day=ended.date(), last_day=ended.date()
    )
    booking = hold(session, "ada.over@school.example")
    when = {"starts_at": ended - 3 * HOUR, "ends_at": ended, "first_day": ended.date(), "last_day": ended.date()}
    before = dict.fromkeys(("closes_at", "release_at", "waiting_closes_at", "share_until"))
    type(session).objects.filter(pk=session.pk).update(host_school=visit, **when, **before)
    type(booking).objects.filter(pk=booking.pk).update(status="confirmed", deadline=None)
    booking.visitors.update(attendance="attended", marked_at=ended)
    booking.visitors.filter(position=2).update(email=None, email_key=None, full_name=LONG_NAME)
    fang = VisitingTeacher.objects.create(hub_year=session.hub_year, name_pinyin="Wang Fang", name_characters="王芳")
    session.lessons.get().visiting_teachers.add(fang)
    staff = StaffFactory()
    Register.objects.create(session=session, recorded_at=timezone.now(), recorded_by=staff)
    for n in range(7):
        words = {"text": f"Number {n}: small steps, and nobody left behind. " * 2, "of": f"take{n}"}
        said = {"released_at": timezone.now(), "released_by": staff}
        Quote.objects.create(hub_year=session.hub_year, session=session, **words, **said)
    made = certificates_of(Visitor.objects.filter(booking=booking), now=timezone.now())
    (taught,) = certificates_of_visit(visit, now=timezone.now())
    return SimpleNamespace(booking=booking, certificates=list(made.values()), taught=taught)


def address(certificate, start=""):
    return f"{start}/bookings/{token(Purpose.CERTIFICATE, certificate)}/"


def test_certificates_are_one_page_of_paper_and_look_right(visit, over):
    page = visit(java_script_enabled=True)
    for number, start in ((0, ""), (1, ""), (1, "/zh-hans"), (2, "")):
        page.goto(address([*over.certificates, over.taught][number], start))
        name = f"certificate-{number}{start.replace('/', '-')}"
        assert_looks_right(page, name)
        in_print(page, name)
        in_forced_colours(page, name)
        page.emulate_media(media="print")
        assert pages_of(page.pdf(prefer_css_page_size=True)) == 1
        page.set_viewport_size({"width": 794, "height": 1123})
        cut_off = page.evaluate("(e => e.scrollHeight - e.clientHeight)(document.querySelector('.certificate'))")
        assert cut_off <= 0
        page.emulate_media(media="screen")


def test_code_is_checked_by_a_press(visit, over):
    page = visit(java_script_enabled=True)
    page.goto(link(over.booking))
    assert_looks_right(page, "certificate-of-booking")
    page.goto("/certificates/")
    assert_looks_right(page, "certificate-check")
    (first, *_others) = over.certificates
    for name, heading in (("Somebody Else", "No certificate has this code and name"), ("ada teacher", "genuine")):
        page.get_by_label("Code").fill(in_two_halves(first.code).lower())
        page.get_by_label("Name", exact=True).fill(name)
        page.get_by_role("button", name="Check it").click()
        expect(page.get_by_role("status")).to_contain_text(heading)
        assert_looks_right(page, f"certificate-check-{heading.split()[0].lower()}")
