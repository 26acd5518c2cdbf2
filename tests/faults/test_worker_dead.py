"""No worker for two days, as over a weekend on which nobody looks: what people see, what staff read, what is kept."""

import datetime as dt

import pytest
from django.core import mail as outgoing
from django.urls import reverse
from django.utils import timezone

from bookings import places
from bookings.due import run_due
from bookings.mail.links import Purpose, token
from bookings.mail_kinds import Kind
from bookings.models import AuditEntry, Mail, Running
from bookings.operations import status
from bookings.operations.counting import miscounts
from bookings.operations.found import Word
from bookings.operations.rounds import Rounds
from bookings.states import Status, Verb
from tests.browser.reading import Page
from tests.factories import NOW, SessionFactory, StaffFactory, party

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
TWO_DAYS = dt.timedelta(days=2)


def words(now):
    return {one.name: one.word for one in status.of_installation(now) if one.word is not Word.FINE}


def test_two_days_without_a_worker_lose_nothing_and_somebody_knows(client, monkeypatch):
    later = NOW + TWO_DAYS
    session = SessionFactory(room__capacity=2)
    told = places.hold(session.pk, party(email="told@school.example"), clock=lambda: NOW)
    run_due(lambda: NOW)
    Rounds().note(lambda: NOW)
    untold = places.hold(session.pk, party(email="untold@school.example"), clock=lambda: NOW)
    assert [message.to for message in outgoing.outbox] == [["told@school.example"]]
    monkeypatch.setattr(timezone, "now", lambda: later)

    # Staff read it at Home, and so does whoever is mailed or asks the metrics.
    assert words(later) == {"worker": Word.BAD, "emails": Word.BAD, "backup": Word.WARN}
    client.force_login(StaffFactory(is_superuser=True))
    said = Page(client.get(reverse("admin:index"))).text
    assert "The worker’s last round was at 9:30 on Monday 4 January: emails wait" in said
    assert "The oldest email that waits was due at 9:30 on Monday 4 January" in said

    # Visitors are served. A hold whose mail went gives way to whoever books; one that nobody was told of stands.
    fresh = places.hold(session.pk, party(email="fresh@school.example"), clock=lambda: later)
    assert fresh
    told.refresh_from_db()
    untold.refresh_from_db()
    assert [told.status, untold.status] == [Status.LAPSED, Status.HELD]
    link = token(Purpose.CONTACT, untold)
    assert client.get(reverse("booking", args=[link])).status_code == 200

    # The worker is back: each mail goes once, and the hold has its three hours from then.
    for minute in range(3):
        run_due(lambda: later + dt.timedelta(minutes=minute))  # noqa: B023
    Rounds().note(lambda: later)
    sent = sorted((message.to[0], message.subject) for message in outgoing.outbox[1:])
    assert [to for to, _subject in sent] == [f"{name}@school.example" for name in ("fresh", "told", "untold")]
    assert Mail.objects.exclude(state=Mail.State.SENT).count() == 0
    assert Mail.objects.filter(kind=Kind.LAPSED).count() == AuditEntry.objects.filter(verb=Verb.LAPSE).count() == 1
    run_due(lambda: later + dt.timedelta(hours=2))
    untold.refresh_from_db()
    assert untold.status == Status.HELD
    places.confirm(untold.pk, clock=lambda: later + dt.timedelta(hours=2))
    assert words(later) == {"backup": Word.WARN}
    assert Running.objects.now().round_at == later
    assert miscounts() == []
