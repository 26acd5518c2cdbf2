"""Who came is written to once a day, with their certificate and the forms; once reminded; once more six weeks later."""

import datetime as dt
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core import mail as outgoing
from django.db import connection

from bookings import places
from bookings.afterwards import answering, asking, ties
from bookings.afterwards.answering import Said
from bookings.mail import asking_again, asking_later, asking_mails, links
from bookings.mail.links import Purpose
from bookings.mail.sending import send_due
from bookings.mail_kinds import Kind
from bookings.models import Asked, Certificate, DayAnswer, Mail, Places, Register, Told, Visitor
from bookings.states import SessionStatus
from hubs.models import ClosedDay, Resource, ShowcaseSession, WorkGroup
from hubs.vocabulary.school_days import london
from tests.bookings.afterwards import (
    A_DAY,
    AFTER,
    FOUR,
    HOUR,
    MINUTE,
    SECOND,
    a_session,
    at,
    came,
    confirmed,
    made,
    run,
    the_asked,
    to,
)
from tests.bookings.observed import statements
from tests.factories import DAY, NOW, HubYearFactory, SchoolFactory, StaffFactory
from tests.files import pdf

pytestmark = pytest.mark.django_db
REMINDED = london(dt.date(2027, 1, 29), dt.time(16))  # three school days after the Tuesday
LATER = london(dt.date(2027, 3, 9), dt.time(16))  # thirty school days after it
DAY_TEXTS = {"lesson": "very", "take": "Fewer questions, longer on each.", "change": "", "may_quote": False}


def said(**changed: Any) -> Said:
    return Said(DAY_TEXTS | changed)


def answer(asked: Asked, when: dt.datetime, **changed: Any) -> None:
    assert answering.answer(asked.pk, said(**changed), clock=at(when)) is asking.Stands.OPEN


# --- the day --------------------------------------------------------------------------------------------------------


def test_who_came_is_written_to_at_four_to_the_second():
    session = a_session()
    confirmed(session, size=2)
    came(session)
    run(AFTER, FOUR - SECOND)
    assert made(Kind.AFTERWARDS) == []
    run(FOUR, FOUR + MINUTE, FOUR + A_DAY)
    assert made(Kind.AFTERWARDS) == [("teacher@school.example", FOUR), ("teacher+2@school.example", FOUR)]
    assert set(Mail.objects.filter(kind=Kind.AFTERWARDS).values_list("state", flat=True)) == {"sent"}


def test_session_that_ends_late_is_written_about_an_hour_after_its_end():
    session = a_session(ends_at=london(DAY, dt.time(16, 30)))
    confirmed(session)
    came(session)
    run(FOUR, london(DAY, dt.time(17, 30)) - SECOND)
    assert made(Kind.AFTERWARDS) == []
    run(london(DAY, dt.time(17, 30)))
    assert to(Kind.AFTERWARDS) == ["teacher@school.example"]


def test_clocks_go_forward_between_the_session_and_its_mail():
    day = dt.date(2027, 3, 26)
    session = a_session(day)
    confirmed(session)
    came(session, when=london(dt.date(2027, 3, 30), dt.time(9)))
    run(london(dt.date(2027, 3, 30), dt.time(9, 1)))
    row = Asked.objects.get()
    assert to(Kind.AFTERWARDS) == ["teacher@school.example"]
    assert row.closes_at == london(dt.date(2027, 4, 14), dt.time())


@pytest.mark.parametrize("how", ["absent", "no address", "no register"])
def test_who_did_not_come_or_cannot_be_written_to_or_is_not_known_to_have_come_gets_none(how):
    session = a_session()
    booking = confirmed(session)
    if how == "no address":
        booking.visitors.update(email=None, email_key=None)
    if how != "no register":
        came(session, absent=("teacher@school.example",) if how == "absent" else ())
    run(FOUR, FOUR + A_DAY)
    assert (made(Kind.AFTERWARDS), made(Kind.ASKED_AGAIN)) == ([], [])


def test_register_that_is_recorded_late_is_written_about_then():
    session = a_session()
    confirmed(session)
    run(FOUR, FOUR + A_DAY)
    came(session, when=FOUR + 2 * A_DAY)
    run(FOUR + 2 * A_DAY + MINUTE)
    assert made(Kind.AFTERWARDS) == [("teacher@school.example", FOUR + 2 * A_DAY + MINUTE)]
    assert "Thank you for coming" in outgoing.outbox[-1].body


def test_register_that_nobody_records_is_written_about_to_all_who_were_confirmed_if_they_came():
    session = a_session()
    confirmed(session, size=2)
    monday, wednesday = dt.date(2027, 2, 1), dt.date(2027, 2, 3)
    run(london(monday, dt.time(17)), london(dt.date(2027, 2, 2), dt.time(23, 59)))
    assert made(Kind.AFTERWARDS) == []
    run(london(wednesday, dt.time(0, 1)))  # five whole school days have passed
    assert to(Kind.AFTERWARDS) == ["teacher+2@school.example", "teacher@school.example"]
    assert set(Asked.objects.values_list("if_you_came", flat=True)) == {True}
    sent = outgoing.outbox[-1]
    assert sent.subject.startswith("If you came: ")
    assert "If you came, " in sent.body
    came(session, when=london(wednesday, dt.time(9)))
    run(london(wednesday, dt.time(16)), london(dt.date(2027, 2, 4), dt.time(16)))
    assert len(made(Kind.AFTERWARDS)) == 2


def test_absent_put_right_gets_it_and_attended_put_right_before_does_not():
    session = a_session()
    confirmed(session)
    confirmed(session, email="other@school.example")
    came(session, absent=("other@school.example",))
    Visitor.objects.filter(email="teacher@school.example").update(attendance="absent", marked_at=AFTER + HOUR)
    run(FOUR)
    assert made(Kind.AFTERWARDS) == []
    Visitor.objects.filter(email="other@school.example").update(attendance="attended", marked_at=FOUR + A_DAY)
    run(FOUR + A_DAY + MINUTE, FOUR + A_DAY + HOUR)
    assert made(Kind.AFTERWARDS) == [("other@school.example", FOUR + A_DAY + MINUTE)]


def test_put_right_between_the_round_and_the_sending_sends_nothing():
    session = a_session()
    confirmed(session)
    came(session)
    asking_mails.make(session.pk, FOUR)
    Visitor.objects.update(attendance="absent")
    sent = len(outgoing.outbox)
    send_due(at(FOUR + MINUTE))
    assert len(outgoing.outbox) == sent
    assert Mail.objects.get(kind=Kind.AFTERWARDS).state == "dropped"


def test_two_sessions_of_a_day_are_one_mail_an_hour_after_the_last_with_both_forms():
    morning = a_session(title="Morning lesson")
    evening = a_session(
        title="Evening lesson", starts_at=london(DAY, dt.time(15)), ends_at=london(DAY, dt.time(16, 15))
    )
    for session in (morning, evening):
        confirmed(session)
    came(morning)
    run(FOUR, london(DAY, dt.time(17, 15)))  # it is not known yet who came in the evening
    assert made(Kind.AFTERWARDS) == []
    came(evening)
    run(london(DAY, dt.time(17, 16)))
    assert to(Kind.AFTERWARDS) == ["teacher@school.example"]
    body = outgoing.outbox[-1].body
    forms = [links.url(Purpose.FEEDBACK, one) for one in Asked.objects.all()]
    assert len(forms) == 2
    assert [body.count(form) for form in forms] == [1, 1]  # no button stands for both
    assert all(links.url(Purpose.CERTIFICATE, one) in body for one in Certificate.objects.all())
    assert Certificate.objects.count() == 2
    assert all(title in body for title in ("Morning lesson", "Evening lesson"))


def test_one_of_two_sessions_off_leaves_a_mail_of_the_other():
    one, other = a_session(title="One lesson"), a_session(title="Other lesson")
    confirmed(one)
    confirmed(other)
    came(one)
    Places.objects.filter(session=other).update(status=SessionStatus.CANCELLED)
    run(FOUR)
    assert to(Kind.AFTERWARDS) == ["teacher@school.example"]
    assert "Other lesson" not in outgoing.outbox[-1].body


@pytest.mark.parametrize("status", [SessionStatus.CANCELLED, SessionStatus.POSTPONED])
def test_session_that_is_off_asks_nobody(status):
    session = a_session()
    confirmed(session)
    came(session)
    Places.objects.filter(session=session).update(status=status)
    run(FOUR, FOUR + 10 * A_DAY)
    assert made(Kind.AFTERWARDS) == []


def test_session_without_an_end_asks_nobody():
    session = a_session()
    booking = confirmed(session)
    ShowcaseSession.objects.update(starts_at=None, ends_at=None)
    run(FOUR, FOUR + 10 * A_DAY)
    assert made(Kind.AFTERWARDS) == []
    assert asking.open_form(booking.visitors.get().pk, clock=at(FOUR)) is None


def test_mail_opens_with_the_certificate_and_leads_to_the_form():
    session = a_session()
    booking = confirmed(session)
    came(session)
    run(FOUR)
    body = outgoing.outbox[-1].body
    own = links.url(Purpose.CERTIFICATE, Certificate.objects.get())
    form = links.url(Purpose.FEEDBACK, the_asked(booking))
    assert body.index(own) < body.index(form)
    assert "Your certificate is ready, whether you answer or not" in body
    assert "until Tuesday 9 February" in " ".join(body.split())


def test_mail_leads_to_the_materials_of_a_lesson_that_has_some():
    words = "Slides, worksheets and whatever else the hub hands on"
    session = a_session()
    booking = confirmed(session)
    came(session)
    Resource.objects.create(session=session, title="Slides", file=pdf(), pupils="none")
    run(FOUR)
    after = outgoing.outbox[-1].body.split(words)[1]
    assert after.lstrip().startswith(links.url(Purpose.CONTACT, booking))
    run(REMINDED)
    assert words not in outgoing.outbox[-1].body


def test_mail_and_its_facts_hold_no_voice():
    """What ties a person to their answers stands in one row alone, which is cut."""
    session = a_session()
    booking = confirmed(session)
    came(session)
    run(FOUR)
    row = the_asked(booking)
    mail = Mail.objects.get(kind=Kind.AFTERWARDS)
    for held in (str(mail.facts), mail.dedupe_key):
        assert row.voice.hex not in held.replace("-", "")
        assert row.public_id.hex not in held.replace("-", "")


def test_chinese_booking_is_asked_in_chinese():
    session = a_session()
    confirmed(session, language="zh-hans")
    came(session)
    run(FOUR)
    assert outgoing.outbox[-1].subject.startswith("您的证书")


def test_erased_visitor_gets_none():
    session = a_session()
    booking = confirmed(session)
    came(session)
    asking_mails.make(session.pk, FOUR)
    booking.visitors.update(email=None, email_key=None, full_name=None, name_words="")
    sent = len(outgoing.outbox)
    run(FOUR, REMINDED, LATER)
    assert len(outgoing.outbox) == sent


def test_form_that_was_opened_before_the_mail_is_the_one_that_the_mail_leads_to():
    session = a_session()
    booking = confirmed(session)
    early = asking.open_form(booking.visitors.get().pk, clock=at(AFTER))
    came(session)
    run(FOUR)
    assert Asked.objects.get() == early
    assert to(Kind.AFTERWARDS) == ["teacher@school.example"]


def test_group_is_asked_once_after_its_last_meeting():
    year = HubYearFactory()
    group = WorkGroup.objects.create(hub_year=year, name="TRG 1")
    of_group: dict[str, Any] = {"hub_year": year, "group": group}
    of_group |= {"kind": ShowcaseSession.Kind.MEETING, "visibility": "link"}
    first, last = a_session(**of_group), a_session(DAY + 7 * A_DAY, **of_group)
    for session in (first, last):
        confirmed(session)
    came(first)
    run(FOUR)
    assert made(Kind.AFTERWARDS) == []
    came(last)
    run(FOUR + 7 * A_DAY)
    assert to(Kind.AFTERWARDS) == ["teacher@school.example"]
    assert Asked.objects.get().session == last


# --- the reminder ---------------------------------------------------------------------------------------------------


def test_who_has_not_answered_is_reminded_once_after_three_school_days():
    session = a_session()
    booking = confirmed(session, size=2)
    came(session)
    run(FOUR)
    answer(the_asked(booking), FOUR + HOUR)
    run(REMINDED - SECOND)
    assert made(Kind.ASKED_AGAIN) == []
    run(REMINDED, REMINDED + HOUR, REMINDED + 3 * A_DAY)
    assert made(Kind.ASKED_AGAIN) == [("teacher+2@school.example", REMINDED)]


def test_closed_days_of_the_hub_are_no_school_days():
    session = a_session()
    confirmed(session)
    came(session)
    ClosedDay.objects.create(hub=session.hub_year.hub, first_day=DAY + A_DAY, last_day=DAY + A_DAY)
    run(FOUR, REMINDED)
    assert made(Kind.ASKED_AGAIN) == []
    run(london(dt.date(2027, 2, 1), dt.time(16)))
    assert to(Kind.ASKED_AGAIN) == ["teacher@school.example"]


def test_answer_between_the_round_and_the_sending_sends_no_reminder():
    session = a_session()
    booking = confirmed(session)
    came(session)
    run(FOUR)
    asking_again.make(session.hub_year_id, REMINDED)
    answer(the_asked(booking), REMINDED)
    sent = len(outgoing.outbox)
    run(REMINDED + MINUTE)
    assert len(outgoing.outbox) == sent


def test_who_does_not_want_to_be_asked_gets_neither_reminder_nor_later_form_but_the_certificate_of_another_visit():
    session = a_session()
    booking = confirmed(session)
    other = a_session(DAY + 7 * A_DAY, hub_year=session.hub_year)
    confirmed(other)
    came(session)
    run(FOUR)
    asking.ask_no_more(the_asked(booking).pk)
    came(other)
    run(REMINDED, FOUR + 7 * A_DAY)
    assert made(Kind.ASKED_AGAIN) == []
    assert len(made(Kind.AFTERWARDS)) == 2
    assert "Your certificate" in outgoing.outbox[-1].body
    assert "six short questions" not in outgoing.outbox[-1].body
    run(LATER + 30 * A_DAY)
    assert made(Kind.LATER) == []
    assert not Asked.objects.filter(visitor__isnull=False).exists()


# --- six school weeks later -----------------------------------------------------------------------------------------


def test_everybody_who_came_is_asked_six_school_weeks_later_answered_or_not():
    session = a_session()
    booking = confirmed(session, size=2)
    came(session)
    run(FOUR)
    answer(the_asked(booking), FOUR + HOUR)
    run(LATER - SECOND)
    assert made(Kind.LATER) == []
    run(LATER, LATER + HOUR, LATER + A_DAY)
    assert to(Kind.LATER) == ["teacher+2@school.example", "teacher@school.example"]
    day, later = the_asked(booking), the_asked(booking, "later")
    assert (later.voice, later.closes_at) == (day.voice, london(dt.date(2027, 3, 24), dt.time()))


def test_half_term_of_the_hub_does_not_count():
    session = a_session()
    confirmed(session)
    came(session)
    ClosedDay.objects.create(hub=session.hub_year.hub, first_day=dt.date(2027, 2, 15), last_day=dt.date(2027, 2, 19))
    run(FOUR, LATER)
    assert made(Kind.LATER) == []
    run(london(dt.date(2027, 3, 16), dt.time(16)))
    assert to(Kind.LATER) == ["teacher@school.example"]


def test_one_person_of_several_sessions_is_asked_once_after_the_last_and_reads_of_all():
    first = a_session(title="First lesson")
    second = a_session(DAY + 7 * A_DAY, hub_year=first.hub_year, title="Second lesson")
    for session in (first, second):
        confirmed(session)
    came(first)
    run(FOUR)
    came(second)
    run(FOUR + 7 * A_DAY, LATER)
    assert made(Kind.LATER) == []
    run(LATER + 7 * A_DAY, LATER + 8 * A_DAY)
    assert to(Kind.LATER) == ["teacher@school.example"]
    later = Asked.objects.get(form="later")
    assert later.visitor.booking.session == second
    assert set(Asked.objects.values_list("voice", flat=True)) == {later.voice}
    body = outgoing.outbox[-1].body
    assert body.index("First lesson") < body.index("Second lesson")


def test_place_to_come_puts_the_later_form_off_until_it_has_been():
    first = a_session()
    second = a_session(dt.date(2027, 4, 20), hub_year=first.hub_year)
    for session in (first, second):
        confirmed(session)
    came(first)
    run(FOUR, LATER, LATER + 7 * A_DAY)
    assert made(Kind.LATER) == []
    assert Asked.objects.filter(visitor__isnull=False).count() == 1
    places.cancel(second.bookings.get().pk, clock=at(LATER + 8 * A_DAY))
    run(LATER + 9 * A_DAY)
    assert to(Kind.LATER) == ["teacher@school.example"]


def test_another_hub_asks_for_itself():
    mine, theirs = a_session(), a_session(DAY + A_DAY)
    for session in (mine, theirs):
        confirmed(session)
    came(mine)
    came(theirs)
    run(FOUR, FOUR + A_DAY, LATER, LATER + A_DAY)
    assert len(made(Kind.LATER)) == 2
    assert Asked.objects.values("voice").distinct().count() == 2


def test_who_was_not_there_is_not_asked_later_and_their_tie_is_cut():
    session = a_session()
    booking = confirmed(session)
    asking.open_form(booking.visitors.get().pk, clock=at(AFTER))
    came(session, absent=("teacher@school.example",))
    run(FOUR, LATER)
    assert (made(Kind.LATER), Asked.objects.get().visitor) == ([], None)


def test_tie_is_cut_when_the_second_form_closes_and_not_before():
    session = a_session()
    booking = confirmed(session)
    came(session)
    run(FOUR)
    answer(the_asked(booking), FOUR + HOUR)
    run(LATER)
    closes = Asked.objects.get(form="later").closes_at
    run(closes - SECOND)
    assert Asked.objects.filter(visitor__isnull=False).count() == 2
    before = {row.pk: row for row in Asked.objects.all()}
    run(closes)
    for row in Asked.objects.all():
        assert (row.visitor, row.voice) == (None, before[row.pk].voice)
        assert row.link_version == before[row.pk].link_version + 1
        assert row.public_id != before[row.pk].public_id
        assert {row.asked_at, row.mailed_at or row.closes_at, row.answered_at or row.closes_at} == {row.closes_at}
    assert sorted(Asked.objects.values_list("form", "answered_at"), key=str)[0][0] == "day"
    assert Asked.objects.get(form="day").answered_at == Asked.objects.get(form="day").closes_at


def test_answers_are_in_no_order_once_the_tie_is_cut():
    session = a_session()
    of = {"session": session, "hub_year": session.hub_year, "answered_at": FOUR}
    voices = [uuid.UUID(int=number) for number in (5, 3, 9, 1)]
    for voice in voices:
        DayAnswer.objects.create(voice=voice, take=str(voice), **of)
    other = DayAnswer.objects.create(**of)
    ties.cut(voices)
    found = DayAnswer.objects.exclude(pk=other.pk).order_by("pk")
    assert [(one.voice, one.take) for one in found] == [(voice, str(voice)) for voice in sorted(voices)]


# --- once -----------------------------------------------------------------------------------------------------------


def everything(moment: dt.datetime) -> None:
    try:
        run(moment)
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_several_workers_at_once_write_to_each_once():
    sessions = [a_session(title=f"Lesson {n}") for n in range(3)]
    school = SchoolFactory()
    for session in sessions:
        for n in range(4):
            confirmed(session, email=f"person{n}@school.example", school=SchoolFactory() if n else school)
        came(session)
    for moment in (FOUR, REMINDED, LATER + A_DAY, LATER + 20 * A_DAY):
        with ThreadPoolExecutor(4) as several:
            for one in [several.submit(everything, moment) for _worker in range(4)]:
                one.result()
        if moment == FOUR:
            assert Asked.objects.values("voice").distinct().count() == 12  # three hubs
    everyone = sorted(f"person{n}@school.example" for n in range(4))
    assert to(Kind.AFTERWARDS) == everyone
    assert to(Kind.ASKED_AGAIN) == everyone
    assert to(Kind.LATER) == sorted(everyone * 3)
    assert not Asked.objects.filter(visitor__isnull=False).exists()


@pytest.mark.django_db(transaction=True)
def test_opening_the_form_and_the_round_at_once_make_one_row_and_one_voice():
    one = a_session()
    other = a_session(hub_year=one.hub_year)
    bookings = [confirmed(session) for session in (one, other)]
    came(one)
    came(other)
    people = [booking.visitors.get().pk for booking in bookings]

    def opens(pk: int) -> None:
        try:
            asking.open_form(pk, clock=at(FOUR))
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as several:
        jobs = [several.submit(opens, pk) for pk in [*people, *people]] + [several.submit(everything, FOUR)]
        for job in jobs:
            job.result()
    assert Asked.objects.count() == 2
    assert Asked.objects.values("voice").distinct().count() == 1
    assert to(Kind.AFTERWARDS) == ["teacher@school.example"]


def test_killed_in_the_middle_a_round_begins_again(monkeypatch):
    session = a_session()
    confirmed(session)
    came(session)

    def dies(*_args: Any, **_kwargs: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Told.objects, "bulk_create", dies)
        with pytest.raises(KeyboardInterrupt):
            asking_mails.make(session.pk, FOUR)
    assert (Asked.objects.count(), made(Kind.AFTERWARDS)) == (0, [])
    run(FOUR)
    assert to(Kind.AFTERWARDS) == ["teacher@school.example"]


def of_a_round(people: int) -> list[int]:
    session = a_session()
    for n in range(people):
        confirmed(session, email=f"p{n}@school.example", school=SchoolFactory())
    came(session)
    counts = []
    for makes, which, moment in (
        (asking_mails.make, session.pk, FOUR),
        (asking_again.make, session.hub_year_id, REMINDED),
        (asking_later.make, session.hub_year_id, LATER),
    ):
        with statements() as found:
            makes(which, moment)
        counts.append(len(found))
    assert len(made(Kind.LATER)) >= people
    return counts


def test_round_of_many_asks_as_often_as_one_of_few():
    assert of_a_round(2) == of_a_round(12)


def test_rounds_with_nothing_to_do_only_read():
    with statements() as found:
        for one in (asking_mails, asking_again, asking_later):
            assert one.due(FOUR) == []
        ties.forget(now=FOUR)
    assert all(sql.startswith("SELECT") for sql in found)
    assert len(found) <= 8


def test_recorded_means_a_register_of_that_day():
    session = a_session()
    confirmed(session)
    Register.objects.create(session=session, recorded_at=session.starts_at - A_DAY, recorded_by=StaffFactory())
    run(FOUR)
    assert made(Kind.AFTERWARDS) == []
    assert NOW < FOUR


def test_one_of_two_places_put_right_later_is_a_mail_of_that_place_alone():
    morning = a_session(title="Morning lesson")
    noon = a_session(title="Noon lesson", starts_at=london(DAY, dt.time(12)), ends_at=london(DAY, dt.time(13)))
    for session in (morning, noon):
        confirmed(session)
    came(morning, absent=("teacher@school.example",))
    came(noon)
    run(FOUR)
    assert "Morning lesson" not in outgoing.outbox[-1].body
    Visitor.objects.filter(booking__session=morning).update(attendance="attended", marked_at=FOUR + A_DAY)
    run(FOUR + A_DAY + MINUTE, FOUR + A_DAY + HOUR)
    assert len(made(Kind.AFTERWARDS)) == 2
    assert "Morning lesson" in outgoing.outbox[-1].body
    assert "Noon lesson" not in outgoing.outbox[-1].body
