"""Both forms of what somebody made of it, each state of them, and the pages on which staff read it."""

import datetime as dt
import uuid

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from bookings import places
from bookings.afterwards import answering, asking
from bookings.mail.links import Purpose, token
from bookings.models import Asked, DayAnswer, NewsConsent, Register, Visitor
from bookings.rule.party import NewVisitor
from tests.browser.cast import LONG_WORD, hold, link
from tests.browser.look import assert_looks_right, in_forced_colours, in_print
from tests.browser.staff_forms import signed_in
from tests.factories import HubYearFactory, SessionFactory, staff_of

pytestmark = pytest.mark.browser
TEXT = "Fewer questions, and longer on each: children explained to one another why it works."


def path_of(row, purpose=Purpose.FEEDBACK):
    row.refresh_from_db()
    return f"/bookings/{token(purpose, row)}/"


@pytest.fixture
def seen(rows):
    """Ada and two colleagues had places this morning: one of them was not there, the other has no address."""
    now = timezone.now()
    session = SessionFactory(
        hub_year=HubYearFactory(name="Kent & Medway Maths Hub"),
        title="Year 3: subtraction",
        starts_at=now - dt.timedelta(hours=3),
        ends_at=now - dt.timedelta(hours=1),
        opens_at=None,
    )
    colleagues = (
        NewVisitor(full_name="Ben Colleague", email="ben.seen@school.example"),
        NewVisitor(full_name="Cara Colleague"),
    )
    before = session.closes_at - dt.timedelta(days=1)
    booking = hold(session, "ada.seen@school.example", clock=lambda: before, visitors=(NewVisitor(), *colleagues))
    places.confirm(booking.pk, clock=lambda: before)
    booking.visitors.exclude(position=2).update(attendance="attended", marked_at=now)
    booking.visitors.filter(position=2).update(attendance="absent", marked_at=now)
    Register.objects.create(session=session, recorded_at=now)
    return booking


def opened(booking, position=1):
    asked = asking.open_form(booking.visitors.get(position=position).pk, clock=timezone.now)
    assert asked
    return asked


def later(booking):
    day = opened(booking)
    row = {"hub_year": day.hub_year, "visitor": day.visitor, "voice": day.voice, "asked_at": timezone.now()}
    return Asked.objects.create(form="later", closes_at=timezone.now() + dt.timedelta(days=14), **row)


def answered(asked):
    said = {"lesson": "very", "take": TEXT, "change": LONG_WORD, "may_quote": True, "thought_before": "doubts"}
    answering.answer(asked.pk, answering.Said(said, wants="yes", role="lead", news=True), clock=timezone.now)
    return asked


def test_form_of_the_day_looks_right(visit, seen):
    page = visit(java_script_enabled=True)
    page.goto(path_of(opened(seen)))
    assert_looks_right(page, "feedback-day")
    in_print(page, "feedback-day")
    in_forced_colours(page, "feedback-day")


def test_form_that_is_filled_in_and_one_with_faults_look_right(visit, seen):
    page = visit(java_script_enabled=True)
    page.goto(path_of(answered(opened(seen))) + "?saved")
    assert_looks_right(page, "feedback-day-kept")
    page.get_by_label("What would you change?").fill("x" * 1001)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    assert_looks_right(page, "feedback-day-errors")


def test_later_form_looks_right(visit, seen):
    page = visit(java_script_enabled=True)
    page.goto(path_of(later(seen)))
    assert_looks_right(page, "feedback-later")
    in_forced_colours(page, "feedback-later")


def test_form_in_chinese_looks_right(visit, seen):
    page = visit(java_script_enabled=True)
    page.goto("/zh-hans" + path_of(opened(seen)))
    assert_looks_right(page, "feedback-day-chinese")


def test_closed_form_and_the_one_of_who_was_not_there_look_right(visit, seen):
    page = visit(java_script_enabled=True)
    asked = answered(opened(seen))
    Asked.objects.filter(pk=asked.pk).update(closes_at=timezone.now())
    page.goto(path_of(asked))
    assert_looks_right(page, "feedback-closed")
    Visitor.objects.filter(pk=asked.visitor_id).update(attendance="absent")
    Asked.objects.filter(pk=asked.pk).update(closes_at=timezone.now() + dt.timedelta(days=1))
    page.goto(path_of(asked))
    assert_looks_right(page, "feedback-absent")


def test_own_page_leads_to_the_form_and_the_form_is_sent_without_script_by_keyboard(visit, seen):
    page = visit(viewport={"width": 320, "height": 640})
    page.goto(link(seen))
    words = "Say what you made of it"  # on a button, or on a link where the worker has asked them meanwhile
    page.get_by_role("button", name=words).or_(page.get_by_role("link", name=words)).click()
    page.get_by_label("very", exact=True).first.check()
    page.get_by_label("What will you take into your classroom?").fill(TEXT)
    page.get_by_role("button", name="Send").press("Enter")
    expect(page.get_by_role("heading", name="Thank you. This is what we have kept.")).to_be_visible()
    assert DayAnswer.objects.get(session=seen.session).take == TEXT


def test_pages_behind_the_form_look_right(visit, seen):
    page = visit(java_script_enabled=True)
    page.goto(link(seen))
    assert_looks_right(page, "booking-afterwards")
    answered(opened(seen))
    page.goto(path_of(NewsConsent.objects.latest("pk"), Purpose.UNSUBSCRIBE))
    assert_looks_right(page, "feedback-news")


def test_what_staff_read_looks_right(visit, showcase, seen):
    answered(opened(seen))
    for text in (TEXT, "We saw it at Elm with Oliver."):
        DayAnswer.objects.create(
            session=seen.session,
            hub_year=seen.session.hub_year,
            voice=uuid.uuid4(),
            take=text,
            may_quote=True,
            on_paper=True,
            answered_at=timezone.now(),
        )
    page = signed_in(visit, showcase, staff_of(seen.session.hub_year.hub))
    page.goto(reverse("admin:hubs_showcasesession_said", args=[seen.session_id]))
    assert_looks_right(page, "staff-said")
    page.get_by_role("link", name="Release as a quote").first.click()
    expect(page.get_by_label("As it may be quoted")).to_be_visible()
    assert_looks_right(page, "staff-quote")
    page.goto(reverse("admin:hubs_showcasesession_paper", args=[seen.session_id]))
    assert_looks_right(page, "staff-paper")
