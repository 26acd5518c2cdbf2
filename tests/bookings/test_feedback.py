"""The forms of what somebody made of it: behind a link of their own, editable for two weeks, without their name."""

import datetime as dt
from typing import Any

import pytest
from django.db.models import Q
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bookings.afterwards import answering, asking, quoting
from bookings.mail import links
from bookings.mail.links import Purpose
from bookings.models import Asked, Booking, DayAnswer, Interest, LaterAnswer, NewsConsent, Places, Quote, Visitor
from hubs.vocabulary.school_days import london
from tests.bookings.afterwards import A_DAY, AFTER, FOUR, HOUR, MINUTE, SECOND, a_session, at, came, confirmed, run
from tests.factories import DAY, NOW, StaffFactory

pytestmark = pytest.mark.django_db
ALL = {
    "lesson": "very",
    "discussion": "quite",
    "taught_for": "10",
    "thought_before": "doubts",
    "take": "Fewer questions,\r\nlonger on each.",
    "change": "More time to talk.",
    "may_quote": "on",
    "group": "yes",
    "role": "lead",
    "news": "on",
}
CLOSES = london(dt.date(2027, 2, 10), dt.time())


class Now:
    moment = AFTER


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> type[Now]:
    Now.moment = AFTER
    monkeypatch.setattr(timezone, "now", lambda: Now.moment)
    return Now


@pytest.fixture
def booking() -> Booking:
    return confirmed(a_session())


def me(booking: Booking) -> Visitor:
    return booking.visitors.get(is_contact=True)


def page_of(booking: Booking) -> str:
    return reverse("booking", args=[links.token(Purpose.CONTACT, booking)])


def form_of(asked: Asked) -> str:
    asked.refresh_from_db()
    return reverse("booking", args=[links.token(Purpose.FEEDBACK, asked)])


def opened(booking: Booking) -> Asked:
    asked = asking.open_form(me(booking).pk, clock=at(Now.moment))
    assert asked
    return asked


def sent(client: Client, asked: Asked, **changed: Any) -> Any:
    return client.post(form_of(asked), {key: value for key, value in (ALL | changed).items() if value is not None})


# --- the way there --------------------------------------------------------------------------------------------------


def test_form_opens_on_the_visitors_own_page_when_the_session_ends_and_opening_the_page_makes_no_row(client, booking):
    Now.moment = booking.session.ends_at - SECOND
    assert "Say what you made of it" not in client.get(page_of(booking)).content.decode()
    Now.moment = booking.session.ends_at
    assert "Say what you made of it" in client.get(page_of(booking)).content.decode()
    assert not Asked.objects.exists()
    press = reverse("booking-feedback", args=[links.token(Purpose.CONTACT, booking)])
    assert client.get(press).status_code == 302
    assert not Asked.objects.exists()
    answer = client.post(press, {"of": me(booking).pk})
    asked = Asked.objects.get()
    assert answer["Location"] == form_of(asked)
    assert client.post(press, {"of": me(booking).pk})["Location"] == form_of(asked)
    assert Asked.objects.count() == 1


def test_colleague_opens_their_own_and_the_contact_that_of_who_has_no_address(client):
    booking = confirmed(a_session(), size=3)
    second, third = booking.visitors.filter(is_contact=False)
    Visitor.objects.filter(pk=third.pk).update(email=None, email_key=None)
    page = client.get(page_of(booking)).content.decode()
    assert f'value="{second.pk}"' not in page
    assert f'value="{third.pk}"' in page
    press = reverse("booking-feedback", args=[links.token(Purpose.CONTACT, booking)])
    for pk in (second.pk, 10**30, "x"):
        assert client.post(press, {"of": pk})["Location"] == page_of(booking)
    client.post(press, {"of": third.pk})
    own = reverse("booking-feedback", args=[links.token(Purpose.VISITOR, second)])
    client.post(own, {"of": third.pk})
    client.post(own, {"of": second.pk})
    assert set(Asked.objects.values_list("visitor", flat=True)) == {second.pk, third.pk}
    body = client.get(form_of(Asked.objects.get(visitor=third))).content.decode()
    assert f"This form is for {third.full_name}" in body
    assert "may write to me" not in body


def test_token_of_another_purpose_version_or_cut_tie_opens_nothing(client, booking):
    asked = opened(booking)
    old = form_of(asked)
    wrong = [
        reverse("booking", args=[links.token(Purpose.CONTACT, asked)]),
        reverse("booking", args=[links.token(Purpose.FEEDBACK, booking)]),
        reverse("booking", args=[links.token(Purpose.UNSUBSCRIBE, asked)]),
    ]
    for address in wrong:
        assert client.get(address).status_code == 404
    Asked.objects.update(visitor=None)
    assert (client.get(old).status_code, client.post(old, ALL).status_code) == (404, 404)
    assert not DayAnswer.objects.exists()


# --- the form -------------------------------------------------------------------------------------------------------


def test_nothing_is_chosen_and_every_group_is_a_fieldset_with_rather_not_last(client, booking):
    body = client.get(form_of(opened(booking))).content.decode()
    assert "checked" not in body
    assert body.count("<fieldset") == body.count("<legend") == 6
    for part in body.split("<fieldset")[1:]:
        assert part.split("</fieldset>")[0].rstrip().rpartition("<span>")[2].startswith("I’d rather not say")
    assert " required" not in body
    assert "maxlength" not in body


def test_what_is_said_is_kept_shown_and_changed(client, booking):
    asked = opened(booking)
    answer = sent(client, asked)
    assert (answer.status_code, answer["Location"]) == (302, form_of(asked) + "?saved")
    row = DayAnswer.objects.get()
    assert (row.lesson, row.discussion, row.taught_for, row.thought_before) == ("very", "quite", "10", "doubts")
    assert (row.take, row.may_quote, row.on_paper) == ("Fewer questions,\nlonger on each.", True, False)
    body = client.get(answer["Location"]).content.decode()
    assert "This is what we have kept" in body
    assert body.count("checked") == 8
    sent(client, asked, lesson="not", take="", group=None, role=None)
    row = DayAnswer.objects.get()
    assert (row.lesson, row.take) == ("not", "")
    assert not Interest.objects.exists()


def test_second_press_is_the_same_answer(client, booking):
    asked = opened(booking)
    for _press in range(2):
        sent(client, asked)
    assert [model.objects.count() for model in (DayAnswer, Interest, NewsConsent)] == [1, 1, 1]


def test_empty_form_is_an_answer(client, booking):
    client.post(form_of(opened(booking)), {})
    row = DayAnswer.objects.get()
    assert (row.lesson, row.take, row.may_quote) == ("", "", False)
    assert Asked.objects.get().answered_at == AFTER
    assert not NewsConsent.objects.exists()


@pytest.mark.parametrize(
    "field, value, words",
    [
        ("lesson", "great", "Choose one of these"),
        ("role", "\x00", "Choose one of these"),
        ("take", "x" * 1003, "Write 1000 characters or fewer: this is 3 too many"),
        ("change", "é" * 51_000, "Write 1000 characters or fewer: this is 50000 too many"),
    ],
)
def test_what_cannot_be_kept_is_said_and_nothing_typed_is_lost(client, booking, field, value, words):
    answer = sent(client, opened(booking), **{field: value})
    body = answer.content.decode()
    assert answer.status_code == 422
    assert body.count(words) == 2  # above, and beside the question
    assert "Error: " in body.split("</title>")[0]
    assert (value in body) if field in ("take", "change") else True
    assert "longer on each." in body or field == "take"
    assert not DayAnswer.objects.exists()


def test_what_cannot_be_seen_is_dropped(client, booking):
    sent(client, opened(booking), take="a\x00b\u202ec\r\n\r\n\r\n\r\nd")
    assert DayAnswer.objects.get().take == "a bc\n\nd"


def test_two_weeks_to_the_second_and_then_the_page_says_so(client, booking):
    asked = opened(booking)
    sent(client, asked)
    Now.moment = CLOSES - SECOND
    sent(client, asked, lesson="little")
    assert DayAnswer.objects.get().lesson == "little"
    Now.moment = CLOSES
    answer = sent(client, asked, lesson="not")
    assert answer.status_code == 409
    for body in (answer.content.decode(), client.get(form_of(asked)).content.decode()):
        assert "Answers could be given and changed until Tuesday 9 February" in body
    assert DayAnswer.objects.get().lesson == "little"
    assert "Say what you made of it" not in client.get(page_of(booking)).content.decode()


def test_who_is_marked_absent_is_told_so_plainly(client, booking):
    asked = opened(booking)
    came(booking.session, absent=("teacher@school.example",))
    assert "You were marked as not there" in client.get(form_of(asked)).content.decode()
    assert sent(client, asked).status_code == 409
    assert not DayAnswer.objects.exists()
    assert "Say what you made of it" not in client.get(page_of(booking)).content.decode()
    assert asking.open_form(me(booking).pk, clock=at(FOUR)) == asked


@pytest.mark.parametrize("status", ["cancelled", "postponed"])
def test_session_that_is_off_has_no_form(client, booking, status):
    asked = opened(booking)
    Places.objects.update(status=status)
    assert sent(client, asked).status_code == 409
    assert "This form is closed" in client.get(form_of(asked)).content.decode()


def test_place_that_was_given_back_has_no_form(client, booking):
    asked = opened(booking)
    Booking.objects.update(status="cancelled")
    Places.objects.update(places_taken=0)
    assert sent(client, asked).status_code == 409


def test_page_is_private_and_has_no_script(client, booking):
    answer = client.get(form_of(opened(booking)))
    assert answer["Cache-Control"] == "no-store"
    assert "noindex" in answer["X-Robots-Tag"]
    assert "<script" not in answer.content.decode()
    assert 'name="robots" content="noindex"' in answer.content.decode()


def test_form_is_in_chinese_too(client, booking):
    body = client.get("/zh-hans" + form_of(opened(booking))).content.decode()
    for words in ("How useful", "Without your name", "I’d rather not say", "years"):
        assert words not in body


def test_form_asks_as_often_filled_in_as_empty(client, booking, django_assert_max_num_queries):
    asked = opened(booking)
    with django_assert_max_num_queries(10):
        client.get(form_of(asked))
    sent(client, asked)
    with django_assert_max_num_queries(10):
        client.get(form_of(asked))


# --- with one's name ------------------------------------------------------------------------------------------------


def test_group_and_news_stand_on_rows_that_know_no_voice(client, booking):
    asked = opened(booking)
    sent(client, asked)
    interest, consent = Interest.objects.get(), NewsConsent.objects.get()
    assert (interest.visitor, interest.wants, interest.role) == (me(booking), "yes", "lead")
    assert (consent.email, consent.hub) == ("teacher@school.example", booking.session.hub_year.hub)
    columns = {field.name for model in (Interest, NewsConsent) for field in model._meta.get_fields()}
    assert "voice" not in columns
    assert DayAnswer.objects.get().answered_at not in (interest.at, consent.agreed_at)


def test_interest_is_one_a_person_and_exchange(client, booking):
    other = confirmed(a_session(hub_year=booking.session.hub_year))
    first, second = opened(booking), opened(other)
    sent(client, first)
    body = client.get(form_of(second)).content.decode()
    assert body.count("checked") == 3  # yes, maths lead, and the hub may write
    sent(client, second, group="more", role="teacher")
    kept = Interest.objects.get()
    assert (kept.wants, kept.role) == ("more", "teacher")
    sent(client, first, group="rather_not")
    assert not Interest.objects.exists()


def test_no_is_no_role(client, booking):
    sent(client, opened(booking), group="no")
    assert (Interest.objects.get().wants, Interest.objects.get().role) == ("no", "")


def test_news_is_withdrawn_on_the_form_and_by_its_own_link(client, booking):
    asked = opened(booking)
    sent(client, asked)
    sent(client, asked, news=None)
    assert not NewsConsent.objects.exists()
    sent(client, asked)
    token = links.token(Purpose.UNSUBSCRIBE, NewsConsent.objects.get())
    address = reverse("booking", args=[token])
    assert "may write to you about its work" in client.get(address).content.decode()
    assert NewsConsent.objects.exists()
    for _press in range(2):
        assert client.post(reverse("tell-me-stop", args=[token]))["Location"] == reverse("tell-me-stopped")
    assert not NewsConsent.objects.exists()
    assert client.get(address).status_code == 404


# --- quotes ---------------------------------------------------------------------------------------------------------


def released(booking: Booking) -> Quote:
    sentence = next(one for one in quoting.of_session(booking.session) if one.of == "take")
    return quoting.release(sentence, "Fewer questions.", by=StaffFactory(), now=Now.moment)


def test_permission_that_is_taken_back_on_the_form_deletes_what_was_released(client, booking):
    asked = opened(booking)
    sent(client, asked)
    released(booking)
    sent(client, asked, change="Less time")
    assert Quote.objects.get().text == "Fewer questions."
    sent(client, asked, may_quote=None)
    assert not Quote.objects.exists()


def test_sentence_that_is_taken_back_takes_its_quote_along(client, booking):
    asked = opened(booking)
    sent(client, asked)
    released(booking)
    sent(client, asked, take="")
    assert not Quote.objects.exists()


def test_permission_can_be_taken_back_after_two_weeks_while_the_tie_stands(client, booking):
    asked = opened(booking)
    sent(client, asked)
    released(booking)
    Now.moment = CLOSES + HOUR
    assert "Take that back" in client.get(form_of(asked)).content.decode()
    token = form_of(asked).split("/")[2]
    answer = client.post(reverse("feedback-withdraw", args=[token]), {"what": "quote"})
    body = client.get(answer["Location"]).content.decode()
    assert ("Done: it is taken back" in body, "This is what we have kept" in body) == (True, False)
    assert not Quote.objects.exists()
    assert not DayAnswer.objects.get().may_quote
    client.post(reverse("feedback-withdraw", args=[token]), {"what": "news"})
    assert not NewsConsent.objects.exists()
    assert client.post(reverse("feedback-withdraw", args=[token]), {"what": "x"}).status_code == 302
    assert client.get(reverse("feedback-withdraw", args=[token])).status_code == 405


# --- the later form -------------------------------------------------------------------------------------------------


@pytest.fixture
def later(booking: Booking) -> Asked:
    came(booking.session)
    opened(booking)
    run(FOUR)
    Now.moment = london(dt.date(2027, 3, 9), dt.time(16))
    run(Now.moment)
    Now.moment += MINUTE
    return Asked.objects.get(form="later")


def test_later_form_names_the_lessons_and_keeps_the_answers(client, later):
    body = client.get(form_of(later)).content.decode()
    assert "Year 6 lesson, Tuesday 26 January" in " ".join(body.split())
    assert body.count("<fieldset") == 5
    said = {"changed": "most_weeks", "how_far": "few", "watched": "once", "in_the_way": "time", "shared_with": "5"}
    client.post(form_of(later), said | {"sentence": "We wait longer.", "may_quote": "on"})
    row = LaterAnswer.objects.get()
    assert {name: getattr(row, name) for name in said} == said
    assert (row.sentence, row.voice, row.may_quote) == ("We wait longer.", later.voice, True)
    assert client.get(form_of(later)).content.decode().count("checked") == 6


def test_later_form_is_dead_once_it_closes(client, later):
    Now.moment = later.closes_at
    assert "closed" in client.get(form_of(later)).content.decode()
    run(later.closes_at)
    assert client.get(form_of(later)).status_code == 404


def test_answers_stand_on_after_the_tie_is_cut_and_a_quote_is_nobodys(client, booking, later):
    day = Asked.objects.get(form="day")
    Now.moment = CLOSES - HOUR
    sent(client, day)
    released(booking)
    Now.moment = later.closes_at
    run(later.closes_at)
    assert DayAnswer.objects.get().take.startswith("Fewer")
    assert Quote.objects.get().voice is None
    assert answering.answer(day.pk, answering.Said({}), clock=at(NOW)) is asking.Stands.CLOSED
    assert not Asked.objects.filter(Q(visitor__isnull=False) | Q(public_id=day.public_id)).exists()
    assert Asked.objects.filter(answered_at__isnull=False).count() == 1


def test_role_stands_beside_the_answer(client, booking):
    Visitor.objects.update(role=2)
    sent(client, opened(booking))
    assert DayAnswer.objects.get().role == 2
    assert DAY + A_DAY
