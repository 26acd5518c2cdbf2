"""What Prometheus is told: figures of our own words, asked at each scrape, where nobody outside reaches them."""

import datetime as dt

import pytest
from django.core.management.base import CommandError
from django.db import OperationalError
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from bookings import places
from bookings.management.commands import metrics as command
from bookings.models import Mail, Running
from bookings.operations import metrics
from tests.factories import NOW, SessionFactory, party

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


def scraped(now=NOW):
    """Every figure by its name and label."""
    registry = CollectorRegistry()
    registry.register(metrics.Figures(lambda: now, "1.2.3"))
    text = generate_latest(registry).decode()
    families = text_string_to_metric_families(text)
    return {(one.name, *one.labels.values()): one.value for family in families for one in family.samples}, text


def test_figures_say_how_much_there_is_and_how_old():
    session = SessionFactory(room__capacity=5)
    Running.objects.update_or_create(pk=1, defaults={"round_at": NOW - HOUR})
    for n in range(3):
        booking = places.hold(session.pk, party(email=f"zebedee{n}@school.example"), clock=lambda: NOW)
    places.confirm(booking.pk, clock=lambda: NOW)
    Mail.objects.filter(booking=booking).update(state=Mail.State.SENT, answered_at=NOW)
    found, text = scraped(NOW + HOUR / 2)
    assert found["showcase_up",] == found["showcase_version", "1.2.3"] == 1
    assert found["showcase_mails", "waiting"] == found["showcase_mails_due",] == 2
    assert found["showcase_mails", "sent"] >= 1
    assert found["showcase_oldest_mail_seconds",] == 1800
    assert (found["showcase_events", "hold"], found["showcase_events", "confirm"]) == (3, 1)
    assert found["showcase_bookings", "held"] == 2
    assert (found["showcase_sessions_open",], found["showcase_places",], found["showcase_places_taken",]) == (1, 5, 3)
    assert found["showcase_worker_age_seconds",] == 5400
    assert found["showcase_check", "worker"] == 2
    assert "zebedee" not in text
    later, _text = scraped(NOW + 2 * HOUR)
    assert ("showcase_events", "hold") not in later  # of the last hour


def test_scrape_asks_as_often_however_much_there_is(django_assert_num_queries, django_assert_max_num_queries):
    with django_assert_max_num_queries(25) as first:
        scraped()
    session = SessionFactory()
    for n in range(4):
        places.hold(session.pk, party(email=f"a{n}@school.example", size=2), clock=lambda: NOW)
    with django_assert_num_queries(len(first)):
        scraped()


def test_database_that_fails_is_a_figure(monkeypatch):
    def away(_now):
        raise OperationalError

    monkeypatch.setattr(metrics, "_mails", away)
    assert scraped()[0] == {("showcase_up",): 0, ("showcase_version", "1.2.3"): 1}


@pytest.mark.parametrize("said", ["127.0.0.1:9464", "[::1]:9464", "10.1.2.3:80", "192.168.0.9:9464"])
def test_address_that_nobody_outside_reaches_is_taken(said):
    assert command.address(said)[1] == int(said.rpartition(":")[2])


@pytest.mark.parametrize("said", ["0.0.0.0:9464", "[::]:9464", "8.8.8.8:9464", "localhost:9464", "127.0.0.1", "x"])
def test_address_that_the_world_could_reach_is_refused(said):
    with pytest.raises(CommandError):
        command.address(said)
