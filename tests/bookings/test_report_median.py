"""A hub beside the median of hubs: from ten up, from rounded figures, once a day, and never of what people said."""

import datetime as dt
import random
from statistics import median as plain_median

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.due import once_a_day
from bookings.report import median
from bookings.report.leaving import rounded
from bookings.report.report import Report
from bookings.report.selection import Of, Selection
from hubs.models import Cost, Exchange, HubYear
from tests.bookings.past import ABSENT, past_session, visitor
from tests.factories import NOW, HubYearFactory

pytestmark = pytest.mark.django_db
TODAY = dt.date(2027, 1, 4)


def hub(*, came, absent=0, places=30, recorded=True, pounds=None):
    year = HubYearFactory()
    session = past_session(year, places=places, recorded=recorded)
    for n in range(came):
        visitor(session, seen_before=n % 3 == 0)
    for _n in range(absent):
        visitor(session, ABSENT)
    if pounds is not None:
        Cost.objects.create(hub_year=year, kind="travel", pence=pounds * 100)
    return year, session


def report(year, *, leaves=False):
    row = HubYear.objects.select_related("exchange", "hub", "lead_school").get(pk=year.pk)
    return Report(Selection(Of.EXCHANGE, row, TODAY), leaves=leaves, now=NOW)


def table(of_report):
    [found] = [one for one in of_report.tables() if one.name == "median"]
    return {head: cells for head, *cells in list(found.lines(of_report.copy))[1:]}


def in_percent(part, of):
    return None if rounded(of) < 10 or rounded(part) < 5 else int(100 * rounded(part) / rounded(of) + 0.5)


def test_medians_are_those_of_a_plain_count_over_rounded_figures():
    chance = random.Random(3)
    said = [
        {"came": chance.randrange(10, 28), "absent": chance.randrange(5), "places": 40, "pounds": chance.randrange(500)}
        for _n in range(11)
    ]
    for one in said:
        hub(**one)
    found = median.figures_of(Exchange.objects.get(), now=NOW)
    taken = [int(100 * (one["came"] + one["absent"]) / one["places"] + 0.5) for one in said]
    came = [in_percent(one["came"], one["came"] + one["absent"]) for one in said]
    assert found["taken"] == [plain_median(taken), 11]
    assert found["came"] == [plain_median(came), 11]
    assert found["settings"] == [plain_median(rounded(one["came"]) for one in said), 11]
    pounds = sorted(one["pounds"] / rounded(one["came"]) for one in said)
    assert found["pounds"][0] == pytest.approx(pounds[5], abs=1)


def test_median_needs_ten_hubs_and_a_hub_without_a_register_is_none_of_them():
    for n in range(10):
        hub(came=12, recorded=n > 0)
    found = median.figures_of(Exchange.objects.get(), now=NOW)
    assert found == {"taken": [40, 10]}


def test_report_shows_the_hubs_own_figures_beside_what_stands_on_the_exchange():
    years = [hub(came=12, absent=3, pounds=120)[0] for _n in range(10)]
    once_a_day(lambda: NOW)
    assert Exchange.objects.get().medians["at"] == "2027-01-04"
    visitor(HubYear.objects.get(pk=years[0].pk).sessions.get(), seen_before=None)
    assert table(report(years[0])) == {
        "Places taken, of those offered": ["53%", "50%", "10"],
        "Came, of those expected where the register was recorded": ["81%", "67%", "10"],
        "First time, of those of whom it is known": ["67%", "100%", "10"],
        "Settings": ["13", "10", "10"],
        "Pounds a teacher, as entered": ["at least £9.23", "£12", "10"],
    }
    assert "said" not in str(list(table(report(years[0]))))


def test_fewer_than_ten_hubs_have_no_such_section_and_no_medians_are_kept():
    year, _session = hub(came=12)
    once_a_day(lambda: NOW)
    assert Exchange.objects.get().medians == {}
    assert "beside" not in [one["name"] for one in report(year).shown()]


def test_medians_are_worked_out_once_a_day(monkeypatch):
    for _n in range(10):
        hub(came=1)
    asked = []
    monkeypatch.setattr(median, "figures_of", lambda exchange, *, now: asked.append(now) or {})
    for later in (0, 3, 24):
        median.refresh(now=NOW + dt.timedelta(hours=later))
    assert asked == [NOW, NOW + dt.timedelta(hours=24)]


def test_statements_are_as_many_for_forty_hubs_as_for_ten():
    counts = []
    for number in (2, 6):
        for _n in range(number):
            hub(came=1, pounds=3)
        with CaptureQueriesContext(connection) as asked:
            median.figures_of(Exchange.objects.get(), now=NOW)
        counts.append(len(asked))
    assert counts[0] == counts[1]
