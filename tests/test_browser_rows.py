"""The rows of the browser's tests can be made whenever these are run, though its server reads the machine's clock."""

import datetime as dt

import pytest
from django.utils import timezone

from hubs.vocabulary.school_days import london
from tests import factories
from tests.browser import cast


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize(
    "day, hour",
    [
        (dt.date(2026, 11, 30), 17),  # a Monday afternoon
        (dt.date(2026, 12, 24), 10),
        (dt.date(2027, 1, 4), 15),
        (dt.date(2027, 3, 28), 3),  # the clocks have changed
        (dt.date(2027, 7, 28), 12),  # five weeks before another academic year
        (dt.date(2028, 2, 29), 23),
    ],
)
def test_rows_can_be_made_on_any_day(monkeypatch, day, hour):
    monkeypatch.setattr(timezone, "now", lambda: london(day, dt.time(hour)))
    monkeypatch.setattr(factories, "DAY", cast.first_day())
    assert cast.make().open.starts_at > timezone.now() + dt.timedelta(weeks=4)
