"""A hub's report that was kept from the night, read as staff do."""

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from hubs.models import HubYear
from tests.factories import NOW, StaffFactory

NIGHT = NOW - dt.timedelta(hours=7)  # half past two


def kept_page(
    hub_year: HubYear, monkeypatch: pytest.MonkeyPatch, *, at: dt.datetime = NOW, leaves: bool = False
) -> tuple[str, bool]:
    """The hub's report as a superuser reads it at that moment, and whether any visitor was counted for it."""
    monkeypatch.setattr(timezone, "now", lambda: at)
    client = Client()
    client.force_login(StaffFactory(is_superuser=True))
    with CaptureQueriesContext(connection) as asked:
        page = client.get(reverse("report", args=["exchange", hub_year.pk]), {"copy": "out"} if leaves else {})
    counted = any('"bookings_visitor"' in one["sql"] for one in asked.captured_queries)
    return page.content.decode(), counted
