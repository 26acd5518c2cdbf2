"""Snow shuts a school, not a session: from Today in three presses, one mail a person, each session once."""

import datetime as dt
import re
import uuid

import pytest
from django.core import mail as outbox
from django.urls import reverse
from django.utils import timezone

from bookings import places
from bookings.due import run_due
from bookings.mail import together
from bookings.mail.claiming import claim_beside
from bookings.mail.sending import send_due
from bookings.models import AuditEntry, Booking, Mail, Phoned, SessionChange, WideChange, WideStep
from bookings.rule.party import NewVisitor
from bookings.sessions import changes, wide_changes
from bookings.sessions.changes import News
from bookings.states import SessionStatus, Verb
from hubs.models import HostSchool, ShowcaseSession, VisitingTeacher
from hubs.vocabulary.school_days import london
from tests.answers import in_a_line, messages_of, untouched
from tests.browser.rows import questions
from tests.factories import DAY, NOW, HubYearFactory, SchoolFactory, SessionFactory, StaffFactory, party, staff_of

pytestmark = pytest.mark.django_db
MORNING = london(DAY, dt.time(6, 30))
ADA = "ada@school.example"


@pytest.fixture
def at(monkeypatch):
    def set_to(moment):
        monkeypatch.setattr(timezone, "now", lambda: moment)

    set_to(MORNING)
    return set_to


@pytest.fixture
def visit(at):
    """Three sessions of a visit: two today, one next week. And one today elsewhere."""
    year, school = HubYearFactory(contact_email="kent@hub.example"), SchoolFactory(name="Hill School")
    visit = HostSchool.objects.create(hub_year=year, school=school)
    for day, hour in ((DAY, 9), (DAY, 13), (DAY + dt.timedelta(days=7), 9)):
        starts, ends = london(day, dt.time(hour)), london(day, dt.time(hour + 2))
        SessionFactory(
            title=f"Lesson {hour}", hub_year=year, host_school=visit, venue=None, starts_at=starts, ends_at=ends
        )
    SessionFactory(title="Elsewhere", hub_year=year)
    return visit


def sessions(visit):
    return list(visit.sessions.order_by("starts_at"))


def confirmed(session, email, **fields):
    held = places.hold(session.pk, party(email=email, **fields), clock=lambda: NOW)
    return places.confirm(held.pk, clock=lambda: NOW)


def statuses(visit):
    return list(visit.sessions.order_by("starts_at").values_list("places__status", flat=True))


def day_page(visit, name="cancel", *, school=None, day=DAY):
    address = reverse(f"admin:hubs_hubyear_school_{name}", args=[visit.hub_year.pk])
    return f"{address}?school={school or visit.school.pk}&day={day}"


def call_off(visit, verb=Verb.POSTPONE, *, now=MORNING):
    news = News("Snow", key=uuid.uuid4())
    wide = wide_changes.ask_for(visit, verb, sessions(visit), by=StaffFactory(), clock=lambda: now, news=news)
    wide_changes.carry_out_now(wide, lambda: now)
    return wide


# --- today ------------------------------------------------------------------------------------------------------------


def test_snow_takes_three_presses_from_today(client, visit):
    client.force_login(staff_of(visit.hub_year.hub))
    first, second, _later = sessions(visit)
    confirmed(first, ADA)
    today = in_a_line(client.get(reverse("today")))
    address = day_page(visit).replace("&", "&amp;")
    assert today.count(f'href="{address}"') == 2  # beside each of the two
    form = client.get(day_page(visit))  # the first press
    given = untouched(form)
    assert given["sessions"] == [str(first.pk), str(second.pk)]
    assert "Please do not set out." in given["message"]
    preview = client.post(day_page(visit), given)  # the second
    assert "1 visitor will be told." in in_a_line(preview)
    assert statuses(visit) == [SessionStatus.OPEN] * 3
    sent = untouched(preview)
    for _press in range(2):
        answer = client.post(day_page(visit), sent)  # the third
        wide = WideChange.objects.get()
        assert answer.headers["Location"] == reverse("admin:bookings_widechange_phone", args=[wide.pk])
        assert messages_of(answer)[-1] == "2 sessions are changed."
    assert statuses(visit) == [SessionStatus.CANCELLED, SessionStatus.CANCELLED, SessionStatus.OPEN]
    entries = AuditEntry.objects.filter(verb=Verb.CANCEL_SESSION)
    assert sorted(entries.values_list("session", flat=True)) == [first.pk, second.pk]
    assert ShowcaseSession.objects.get(title="Elsewhere").places.status == SessionStatus.OPEN


def test_whole_visit_stands_beside_one_session_and_a_lone_one_offers_nothing_wider(client, visit):
    client.force_login(staff_of(visit.hub_year.hub))
    today = in_a_line(client.get(reverse("today")))
    assert today.count(reverse("admin:hubs_hostschool_postpone", args=[visit.pk])) == 2
    assert "(2 sessions)" in today
    assert "(3 sessions)" in today
    visit.sessions.exclude(pk=sessions(visit)[0].pk).update(host_school=None, venue=SchoolFactory())
    today = in_a_line(client.get(reverse("today")))
    assert [said for said in ("The whole visit", "Everything at this school") if said in today] == []


def test_after_the_start_nothing_wider_is_offered(client, visit, at):
    at(london(DAY, dt.time(14)))
    client.force_login(staff_of(visit.hub_year.hub))
    assert "Everything at this school" not in client.get(reverse("today")).content.decode()


def test_what_was_called_off_is_brought_back_by_the_same_way(client, visit):
    client.force_login(staff_of(visit.hub_year.hub))
    for session in sessions(visit)[:2]:
        changes.postpone(session.pk, by=StaffFactory(), clock=lambda: MORNING)
    assert day_page(visit, "reinstate").replace("&", "&amp;") in client.get(reverse("today")).content.decode()
    preview = client.post(day_page(visit, "reinstate"), untouched(client.get(day_page(visit, "reinstate"))))
    client.post(day_page(visit, "reinstate"), untouched(preview))
    assert statuses(visit) == [SessionStatus.OPEN] * 3


def test_today_asks_as_often_for_six_sessions_as_for_three(client, visit):
    client.force_login(staff_of(visit.hub_year.hub))
    questions(client, reverse("today"))
    before = questions(client, reverse("today"))
    for hour in (10, 11, 12):
        starts, ends = london(DAY, dt.time(hour)), london(DAY, dt.time(hour + 1))
        SessionFactory(hub_year=visit.hub_year, host_school=visit, venue=None, starts_at=starts, ends_at=ends)
    assert questions(client, reverse("today")) == before


# --- who may ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("query", ["", "?school=1", "?day=2027-01-26", "?school=x&day=2027-01-26", "?school=1&day=x"])
def test_address_that_names_no_school_or_no_day_is_not_found(client, visit, query):
    client.force_login(staff_of(visit.hub_year.hub))
    assert client.get(day_page(visit).partition("?")[0] + query).status_code == 404


def test_day_without_sessions_is_not_found(client, visit):
    client.force_login(staff_of(visit.hub_year.hub))
    assert client.get(day_page(visit, day=DAY - dt.timedelta(days=1))).status_code == 404
    assert client.get(day_page(visit, school=SchoolFactory().pk)).status_code == 404


@pytest.mark.parametrize("who", ["other hub", "programme office"])
def test_nobody_else_calls_off_a_day_or_reads_whom_to_phone(client, visit, who):
    wide = call_off(visit)
    user = StaffFactory(is_programme_office=True) if who == "programme office" else staff_of(SessionFactory().hub)
    client.force_login(user)
    before = statuses(visit)
    for address in (day_page(visit), reverse("admin:bookings_widechange_phone", args=[wide.pk])):
        assert client.get(address).status_code in (403, 404)
        assert client.post(address, {"send": "1"}).status_code in (403, 404)
    assert statuses(visit) == before


def test_hub_calls_off_its_own_sessions_there_alone(client, visit):
    theirs = SessionFactory(venue=visit.school)
    client.force_login(staff_of(visit.hub_year.hub))
    given = untouched(client.get(day_page(visit))) | {"send": "1"}
    given["sessions"] = [*given["sessions"], str(theirs.pk)]
    assert client.post(day_page(visit), given).status_code == 422
    assert statuses(visit) == [SessionStatus.OPEN] * 3


# --- killed on the way ------------------------------------------------------------------------------------------------


def test_what_is_killed_on_the_way_is_done_by_the_worker_once(visit, monkeypatch):
    for session in sessions(visit):
        confirmed(session, ADA)
    news = News("Snow", key=uuid.uuid4())
    asked = (visit, Verb.CANCEL_SESSION, sessions(visit))
    wide = wide_changes.ask_for(*asked, by=StaffFactory(), clock=lambda: MORNING, news=news)
    first = wide.steps.order_by("pk").first()
    wide_changes._take(first.pk, lambda: MORNING)  # and then the power goes
    assert WideStep.objects.filter(done_at=None).count() == 2
    for _run in range(2):
        run_due(lambda: MORNING)
    assert statuses(visit) == [SessionStatus.CANCELLED] * 3
    assert SessionChange.objects.count() == 3
    assert Mail.objects.filter(kind="session_cancelled").count() == 3


def test_change_of_very_many_sessions_is_left_to_the_worker(visit, monkeypatch):
    monkeypatch.setattr(wide_changes, "AT_ONCE", 2)
    call_off(visit)
    assert statuses(visit) == [SessionStatus.OPEN] * 3
    run_due(lambda: MORNING)
    assert statuses(visit) == [SessionStatus.POSTPONED] * 3


# --- one mail a person ------------------------------------------------------------------------------------------------


def sent_to(address):
    return [message for message in outbox.outbox if message.to == [address]]


def later(seconds=15):
    return MORNING + dt.timedelta(seconds=seconds)


@pytest.mark.parametrize("verb", [Verb.CANCEL_SESSION, Verb.POSTPONE])
def test_who_has_places_at_several_gets_one_mail_with_each_link_and_entry(visit, verb):
    bookings = [confirmed(session, ADA, contact_name="Ada Lee") for session in sessions(visit)]
    confirmed(sessions(visit)[0], "bo@school.example", contact_name="Bo Day")
    Mail.objects.update(state="sent", answered_at=NOW)
    outbox.outbox.clear()
    call_off(visit, verb)
    send_due(lambda: later(14))
    assert outbox.outbox == []  # it waits for the others
    send_due(lambda: later())
    (message,) = sent_to(ADA)
    word = "Cancelled" if verb is Verb.CANCEL_SESSION else "Postponed"
    assert message.subject == f"{word}: 3 sessions"
    text, html = " ".join(message.body.split()), message.alternatives[0][0]
    for said in ("Snow", "Tuesday 26 January 2027", "Tuesday 2 February 2027", "9:00 to 11:00", "13:00 to 15:00"):
        assert said in text
    for booking in bookings:
        assert booking.reference_spaced in text
    assert len(set(re.findall(r"https://testserver/bookings/[^/\s]+/", message.body))) == 3
    assert [mark for mark in ("{{", "{%", "None", "&amp;") if mark in message.body + message.subject] == []
    assert "<script" not in html
    entries = [attached for attached in message.attachments if attached[0].endswith(".ics")]
    assert [name for name, _text, _type in entries] == [f"showcase-{n}.ics" for n in (1, 2, 3)]
    assert len({re.search(r"UID:(\S+)", entry[1]).group(1) for entry in entries}) == 3
    (other,) = sent_to("bo@school.example")
    assert other.subject.startswith(f"{word}: Lesson 9")  # of one alone, its own mail
    assert set(Mail.objects.values_list("state", flat=True)) == {"sent"}
    send_due(lambda: later(600))
    assert len(sent_to(ADA)) == 1


def test_in_chinese_it_is_in_chinese(visit):
    for session in sessions(visit)[:2]:
        confirmed(session, ADA, language="zh-hans")
    Mail.objects.update(state="sent", answered_at=NOW)
    outbox.outbox.clear()
    call_off(visit)
    send_due(lambda: later())
    (message,) = sent_to(ADA)
    assert message.subject.startswith("已延期：2场活动")
    assert "These sessions" not in message.body


def test_one_that_is_stale_by_then_is_dropped_alone(visit):
    first, second, third = [confirmed(session, ADA) for session in sessions(visit)]
    Mail.objects.update(state="sent", answered_at=NOW)
    outbox.outbox.clear()
    call_off(visit)
    places.cancel(first.pk, clock=lambda: later(1))
    changes.reinstate(third.session_id, by=StaffFactory(), clock=lambda: later(2))
    send_due(lambda: later())
    subjects = sorted(message.subject for message in sent_to(ADA))
    assert [subject for subject in subjects if "Postponed" in subject] == ["Postponed: Lesson 13, Tuesday 26 January"]
    assert [subject for subject in subjects if "after all" in subject] != []
    states = Mail.objects.filter(kind="session_postponed").order_by("booking")
    assert list(states.values_list("booking", "state")) == [
        (first.pk, "dropped"),
        (second.pk, "sent"),
        (third.pk, "dropped"),
    ]


def test_who_teaches_at_several_is_told_once_in_both_languages(visit):
    wang = VisitingTeacher.objects.create(hub_year=visit.hub_year, name_pinyin="Wang Fang", email="wang@school.example")
    visit.visiting_teachers.add(wang)
    outbox.outbox.clear()
    call_off(visit, Verb.CANCEL_SESSION)
    send_due(lambda: later())
    (message,) = sent_to("wang@school.example")
    assert "These sessions are cancelled" in message.body
    assert "以下活动已取消" in message.body
    assert "Lesson 9" in message.body
    assert "Lesson 13" in message.body


def test_server_that_is_away_leaves_them_all_to_be_sent(visit, monkeypatch):
    for session in sessions(visit):
        confirmed(session, ADA)
    Mail.objects.update(state="sent", answered_at=NOW)
    outbox.outbox.clear()
    call_off(visit)

    def broken(*_args, **_kwargs):
        raise ConnectionResetError

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", broken)
    send_due(lambda: later())
    assert set(Mail.objects.filter(kind="session_postponed").values_list("state", flat=True)) == {"waiting"}
    monkeypatch.undo()
    send_due(lambda: later(3600))
    assert [len(sent_to(ADA)), Mail.objects.filter(state="waiting").count()] == [1, 0]


def test_one_that_cannot_be_made_keeps_no_other_of_the_press_back(visit):
    """A fault of ours in one row would else hold the news of every other session back for three days."""
    first, *others = [confirmed(session, ADA) for session in sessions(visit)]
    Mail.objects.update(state="sent", answered_at=NOW)
    outbox.outbox.clear()
    call_off(visit)
    broken = Mail.objects.get(kind="session_postponed", booking=first)
    Mail.objects.filter(pk=broken.pk).update(facts=broken.facts | {"starts_at": 5})
    send_due(lambda: later())
    states = dict(Mail.objects.filter(kind="session_postponed").values_list("booking", "state"))
    assert states == {first.pk: "waiting"} | {one.pk: "sent" for one in others}
    assert [message.subject.partition(":")[0] for message in sent_to(ADA)] == ["Postponed"] * 2


def test_mail_of_one_session_goes_by_itself(visit):
    confirmed(sessions(visit)[0], ADA)
    changes.postpone(sessions(visit)[0].pk, by=StaffFactory(), clock=lambda: MORNING)
    mail = Mail.objects.get(kind="session_postponed")
    assert (mail.due_at, together.may_go_with_others(mail), claim_beside(mail, MORNING)) == (
        MORNING,
        False,
        [],
    )


# --- whom to phone ----------------------------------------------------------------------------------------------------


def test_after_send_stands_whom_to_phone_of_each_session_and_a_press_leads_back(client, visit):
    booking = confirmed(sessions(visit)[0], ADA, contact_name="Ada Lee", visitors=(NewVisitor(),))
    client.force_login(staff_of(visit.hub_year.hub))
    wide = call_off(visit)
    address = reverse("admin:bookings_widechange_phone", args=[wide.pk])
    page = in_a_line(client.get(address))
    assert page.count("Session postponed") == 3
    assert "Ada Lee" in page
    change = SessionChange.objects.get(session=booking.session)
    seen = reverse("admin:hubs_showcasesession_seen", args=[booking.session_id])
    answer = client.post(seen, {"change": change.pk, "told": f"b{booking.pk}", "wide": wide.pk})
    assert answer.headers["Location"] == address
    assert Phoned.objects.get().booking == Booking.objects.get(pk=booking.pk)
