"""The outbox and the audit trail as staff read them, and a mail that was given up, sent again."""

import datetime as dt

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from bookings import places
from bookings.mail import links, sending
from bookings.mail_kinds import Kind
from bookings.models import AuditEntry, Mail
from hubs.models import Membership
from tests.answers import messages_of
from tests.factories import NOW, HubYearFactory, SessionFactory, StaffFactory, party

pytestmark = pytest.mark.django_db
MAILS, AUDIT = "admin:bookings_mail_changelist", "admin:bookings_auditentry_changelist"
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def hub():
    return HubYearFactory()


@pytest.fixture
def client(hub):
    user = StaffFactory(full_name="Ada Admin")
    Membership.objects.create(user=user, hub=hub.hub)
    client = Client()
    client.force_login(user)
    return client


def held(session, **asked):
    return places.hold(session.pk, party(**asked), clock=lambda: NOW)


def given_up(hub, **asked):
    booking = held(SessionFactory(hub_year=hub), **asked)
    failed = {"state": Mail.State.FAILED, "tries": 9, "last_error": "SMTPServerDisconnected: gone"}
    Mail.objects.filter(booking=booking).update(**failed, created_at=NOW - 4 * DAY)
    return Mail.objects.get(booking=booking)


def press(client, *mails):
    sent = {"action": "send_again", "_selected_action": [mail.pk for mail in mails]}
    return client.post(reverse(MAILS), sent)


def page_of(mail):
    return reverse("admin:bookings_mail_change", args=[mail.pk])


def test_mail_that_was_given_up_is_sent_again(client, hub, mailoutbox):
    mail = given_up(hub)
    answer = press(client, mail)
    assert messages_of(answer) == ["On its way again: confirm your places (teacher@school.example)"]
    sending.send_due(lambda: NOW)
    assert [message.to for message in mailoutbox] == [["teacher@school.example"]]
    mail.refresh_from_db()
    assert (mail.state, mail.tries) == (Mail.State.SENT, 10)
    entry = LogEntry.objects.get()
    assert (entry.user.full_name, entry.object_id, entry.change_message) == ("Ada Admin", str(mail.pk), "Sent again.")


def test_mail_sent_again_has_three_days_once_more(client, hub, settings):
    settings.EMAIL_BACKEND = "bookings.mail.line.Line"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1  # nobody listens
    mail = given_up(hub)
    press(client, mail)
    for at, state in ((NOW, "waiting"), (NOW + 2 * DAY, "waiting"), (NOW + 3 * DAY, "failed")):
        sending.send_due(lambda at=at: at)
        mail.refresh_from_db()
        assert mail.state == state


@pytest.mark.parametrize("state", [Mail.State.WAITING, Mail.State.SENT, Mail.State.REFUSED, Mail.State.DROPPED])
def test_any_other_mail_is_not_sent_again(client, hub, state):
    mail = given_up(hub)
    Mail.objects.update(state=state, answered_at=NOW)
    assert messages_of(press(client, mail)) == [
        f"{Mail.objects.get()}: There is nothing to decide about this email: it was sent, or will be, or is not needed."
    ]
    assert Mail.objects.get().state == state
    assert not LogEntry.objects.exists()


def test_mail_about_what_is_over_is_not_sent_again(client, hub):
    mail = given_up(hub)
    Mail.objects.update(expires_at=NOW)
    assert messages_of(press(client, mail)) == [f"{mail}: It is too late for this email: what it is about is over."]


def test_another_hubs_mail_is_neither_seen_nor_sent(client, hub):
    mail = given_up(HubYearFactory(), email="leak@school.example")
    press(client, mail)
    assert Mail.objects.get().state == Mail.State.FAILED
    assert client.get(page_of(mail)).status_code == 302
    for asked in ({}, {"q": "leak@school.example"}, {"session__id__exact": mail.session_id}):
        assert "leak@" not in client.get(reverse(MAILS), asked).content.decode().replace('value="leak@', "")


def test_outbox_says_what_became_of_each_and_never_how_to_open_it(client, hub):
    mail = given_up(hub)
    link = links.token(links.Purpose.CONTACT, mail.booking)
    for page in (client.get(reverse(MAILS)), client.get(page_of(mail))):
        text = page.content.decode()
        assert "given up, 9 tries, SMTPServerDisconnected: gone" in text
        assert reverse("admin:bookings_booking_overview", args=[mail.booking_id]) in text
        assert reverse("admin:hubs_showcasesession_overview", args=[mail.session_id]) in text
        for secret in (link, str(mail.booking.public_id), "reply_to", "joining"):
            assert secret not in text
    assert ">Send again</button>" in client.get(page_of(mail)).content.decode()


def test_failed_and_waiting_mails_can_be_looked_for(client, hub):
    given_up(hub)
    held(SessionFactory(hub_year=hub), email="other@school.example")
    for state, address in (("failed", "teacher@school.example"), ("waiting", "other@school.example")):
        page = client.get(reverse(MAILS), {"state__exact": state})
        assert [mail.recipient for mail in page.context["cl"].result_list] == [address]


def test_audit_says_who_did_what_and_how_it_changed(client, hub):
    booking = held(SessionFactory(hub_year=hub), size=2)
    sent = {"action": "confirm", "_selected_action": booking.pk}
    client.post(reverse("admin:bookings_booking_changelist"), sent)
    page = client.get(reverse(AUDIT)).content.decode()
    for words in (
        "4 Jan 2027, 09:30",
        "booked by staff",
        "by Ada Admin",
        "to be confirmed → confirmed",
        "2 places taken",
        "by visitor",
    ):
        assert words in page
    assert reverse("admin:bookings_booking_overview", args=[booking.pk]) in page


def test_session_page_leads_to_its_history_and_mails(client, hub):
    booking = held(SessionFactory(hub_year=hub))
    held(SessionFactory(hub_year=hub), email="other@school.example")
    page = client.get(reverse("admin:hubs_showcasesession_overview", args=[booking.session_id])).content.decode()
    for name in (MAILS, AUDIT):
        address = f"{reverse(name)}?session__id__exact={booking.session_id}"
        assert address in page
        assert {row.session_id for row in client.get(address).context["cl"].result_list} == {booking.session_id}


@pytest.mark.parametrize("name", [MAILS, AUDIT])
def test_list_asks_as_often_for_three_rows_as_for_one(client, hub, name):
    counts = []
    for n in range(1, 4):
        held(SessionFactory(hub_year=hub, title=f"Session {n}"), email=f"{n}@school.example")
        client.get(reverse(name))
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse(name))
        counts.append(len(asked))
    assert counts == [counts[0]] * 3
    assert AuditEntry.objects.count() == Mail.objects.filter(kind=Kind.CONFIRM).count() == 3
