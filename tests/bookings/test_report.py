"""The report: which figures it has, for whom, and that every one of them is a plain count over the rows."""

import datetime as dt
import re

import pytest
from django.test import Client
from django.urls import reverse

from bookings.models import Register, Visitor
from bookings.report.facts import Facts
from bookings.report.report import Report
from bookings.report.selection import Of, Selection, selection
from hubs.models import HostSchool, Remark
from tests.bookings.past import ABSENT, past_exchange, past_session, visitor
from tests.factories import NOW, HubYearFactory, SchoolFactory, StaffFactory, staff_of

pytestmark = pytest.mark.django_db
TODAY = dt.date(2027, 1, 4)


@pytest.fixture
def hub_year():
    return HubYearFactory()


def of(row, kind=Of.EXCHANGE):
    return Selection(kind, row, TODAY)


def facts(row, kind=Of.EXCHANGE):
    return Facts(of(row, kind), now=NOW)


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def table(report, name):
    """A table's rows as the report's copy prints them."""
    [found] = [one for one in report.tables() if one.name == name]
    return {head: cells for head, *cells in list(found.lines(report.copy))[1:]}


def test_report_counts_places_offered_taken_and_used(hub_year):
    session = past_session(hub_year, places=12)
    for _n in range(3):
        visitor(session)
    visitor(session, ABSENT)
    report = Report(of(hub_year), leaves=False, now=NOW)
    [line] = [cells for head, cells in table(report, "places").items() if head != "All together"]
    assert line == ["12", "4", "3", "1", "0", "0"]


def test_register_that_was_not_recorded_is_not_known_and_never_0(hub_year):
    session = past_session(hub_year, recorded=False)
    visitor(session, ABSENT)
    report = Report(of(hub_year), leaves=False, now=NOW)
    [line] = [cells for head, cells in table(report, "places").items() if head != "All together"]
    assert line[2:4] == ["not known", "not known"]
    assert table(report, "together")["Not known: the register was not recorded"] == ["1"]


def test_hosts_own_staff_trainees_and_guests_are_apart_from_visitors(hub_year):
    host = SchoolFactory()
    visit = HostSchool.objects.create(hub_year=hub_year, school=host)
    session = past_session(hub_year, host_school=visit)
    visitor(session, school=host)
    visitor(session, role=32)
    visitor(session, uses_held_back=True)
    visitor(session)
    found = facts(hub_year)
    counted = {kind: found.visits([kind], "attended") for kind in ("visitor", "host", "trainee", "guest")}
    assert counted == {"visitor": 1, "host": 1, "trainee": 1, "guest": 1}


def test_who_came_twice_is_one_person_and_who_gave_no_address_may_be(hub_year):
    one, two = past_session(hub_year, 0), past_session(hub_year, 1)
    known = visitor(one, email="a@school.example")
    visitor(two, email="a@school.example")
    visitor(two, perhaps_id=known.person_id)
    visitor(two, person_id=None, full_name=None)
    found = facts(hub_year)
    assert (found.people["visits"], found.people_least, found.people_most) == (4, 1, 3)


def test_one_of_anything_is_said_in_the_singular(hub_year):
    visit = HostSchool.objects.create(hub_year=hub_year, school=SchoolFactory())
    visitor(past_session(hub_year, host_school=visit))
    past_session(hub_year, 1, host_school=visit, status="cancelled")
    for kind, row in [(Of.EXCHANGE, hub_year), (Of.HUB, hub_year.hub), (Of.VISIT, visit)]:
        report = Report(of(row, kind), leaves=False, now=NOW)
        said = f"{report.shown()} {report.heads()} {report.figures()}"
        assert re.findall(r"\b1 (?:sessions|registers|settings|visits|people|schools|days|teachers)\b", said) == []
        assert "1 setting, in 1 visit." in said


def test_nothing_is_called_0_that_nobody_wrote_down(hub_year):
    past_session(hub_year, places=0, status="announced", recorded=False)
    report = Report(of(hub_year), leaves=False, now=NOW)
    assert "How many places there were was not kept" in str(report.shown())
    assert table(report, "exchanges")[hub_year.exchange.academic_year][1:3] == ["not kept", "not kept"]
    cancelled = past_session(HubYearFactory(), status="cancelled")
    report = Report(of(cancelled, Of.SESSION), leaves=False, now=NOW)
    assert "No session is over that took place." in str(report.shown())
    assert "0 of 0" not in str(report.shown())


def test_exchange_that_is_to_come_has_no_places_yet(hub_year):
    report = Report(of(hub_year), leaves=False, now=NOW)
    assert table(report, "exchanges")[hub_year.exchange.academic_year][:3] == ["0", "none yet", "none yet"]


def test_first_time_names_the_unknown_only_where_there_are_some(hub_year):
    session = past_session(hub_year)
    for _n in range(12):
        visitor(session, seen_before=False)
    assert "12 came for the first time, 0 had seen one before" in str(
        Report(of(hub_year), leaves=False, now=NOW).shown()
    )


def test_session_that_was_cancelled_counts_for_nothing(hub_year):
    session = past_session(hub_year, status="cancelled")
    visitor(session, ABSENT)
    found = facts(hub_year)
    assert (found.held, len(found.taken_off), found.attendance) == ([], 1, {})


@pytest.mark.parametrize("seed", range(3))
def test_every_selection_counts_what_its_rows_say(hub_year, seed):
    sessions = past_exchange(hub_year, seed=seed)
    for kind, row, held in [
        (Of.COUNTRY, hub_year.exchange, sessions),
        (Of.HUB, hub_year.hub, sessions),
        (Of.EXCHANGE, hub_year, sessions),
        (Of.VISIT, sessions[0].host_school, sessions),
        (Of.SESSION, sessions[0], sessions[:1]),
    ]:
        recorded = {one.pk for one in held if Register.objects.filter(session=one).exists()}
        came = [
            one
            for one in Visitor.objects.select_related("booking")
            if one.booking.session_id in recorded and one.attendance == "attended" and one.role != 32
        ]
        found = facts(row, kind)
        assert found.visits(["visitor"], "attended") == len(came)
        assert found.people_most == len({one.person_id for one in came})
        assert found.people["settings"] == len({one.booking.school_key for one in came})


# --- who may read it ------------------------------------------------------------------------------------------------


def test_staff_read_their_own_hubs_report_and_no_other(hub_year):
    past_exchange(hub_year, seed=1)
    other = HubYearFactory()
    user = staff_of(hub_year.hub)
    client = signed_in(user)
    assert "The hub’s own copy" in client.get(reverse("report", args=["exchange", hub_year.pk])).content.decode()
    assert client.get(reverse("report", args=["exchange", other.pk])).status_code == 404
    assert client.get(reverse("report", args=["country", hub_year.exchange_id])).status_code == 404
    assert client.get(reverse("report-table", args=["hub", other.hub_id, "places"])).status_code == 404


def test_programme_office_reads_every_hub_in_the_copy_that_leaves_alone(hub_year):
    past_exchange(hub_year, seed=1)
    client = signed_in(StaffFactory(is_programme_office=True))
    for kind, pk in (("exchange", hub_year.pk), ("country", hub_year.exchange_id), ("hub", hub_year.hub_id)):
        page = client.get(reverse("report", args=[kind, pk])).content.decode()
        assert ("Copy to send out, rounded." in page, "The hub’s own copy" in page) == (True, False)
        saved = client.get(reverse("report-table", args=[kind, pk, "every-table"])).content.decode()
        assert "Copy to send out: rounded" in saved


def test_nobody_else_reads_any(hub_year):
    client = signed_in(StaffFactory())
    assert client.get(reverse("reports")).status_code == 403
    assert client.get(reverse("report", args=["exchange", hub_year.pk])).status_code == 404


@pytest.mark.parametrize("kind, pk", [("exchange", 0), ("nothing", 1), ("hub", 10**18)])
def test_what_there_is_not_is_not_found(hub_year, kind, pk):
    client = signed_in(StaffFactory(is_superuser=True))
    assert client.get(reverse("report", args=[kind, pk])).status_code == 404


def test_remark_of_the_hub_stands_under_its_heading(hub_year):
    past_exchange(hub_year, seed=1)
    Remark.objects.create(hub_year=hub_year, section="places", text="Snow: two sessions cancelled.")
    page = signed_in(staff_of(hub_year.hub)).get(reverse("report", args=["exchange", hub_year.pk])).content.decode()
    assert "Snow: two sessions cancelled." in page


def test_list_of_reports_names_what_somebody_may_read(hub_year):
    other = HubYearFactory(name="Another Maths Hub")
    page = signed_in(staff_of(hub_year.hub)).get(reverse("reports")).content.decode()
    assert (hub_year.name in page, other.name in page) == (True, False)


# --- files ----------------------------------------------------------------------------------------------------------


def test_file_says_first_after_which_day_it_is_to_be_deleted(hub_year):
    past_session(hub_year, title="=cmd()")
    saved = signed_in(staff_of(hub_year.hub)).get(reverse("report-table", args=["exchange", hub_year.pk, "places"]))
    lines = saved.content.decode().splitlines()
    assert lines[0] == "\ufeffDelete after 2027-11-03"
    assert "own copy" in lines[1]


def test_no_cell_of_a_file_is_a_formula():
    hub_year = HubYearFactory(name="=SUM(A1)")
    saved = signed_in(staff_of(hub_year.hub)).get(
        reverse("report-table", args=["exchange", hub_year.pk, "every-table"])
    )
    assert "'=SUM(A1)" in saved.content.decode()


def test_table_that_there_is_not_is_not_found(hub_year):
    client = signed_in(staff_of(hub_year.hub))
    assert client.get(reverse("report-table", args=["exchange", hub_year.pk, "nothing"])).status_code == 404


def test_report_takes_the_same_statements_however_much_there_is(hub_year, django_assert_num_queries):
    past_exchange(hub_year, seed=1, sessions=1)
    client = signed_in(staff_of(hub_year.hub))
    few = statements(client, hub_year)
    past_exchange(hub_year, seed=2, sessions=3)
    assert statements(client, hub_year) == few


def statements(client, hub_year):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as asked:
        client.get(reverse("report", args=["exchange", hub_year.pk]))
    return len(asked)


def test_selection_of_another_hub_is_none(hub_year):
    assert selection(staff_of(HubYearFactory().hub), Of.EXCHANGE, hub_year.pk, today=TODAY) is None


def test_session_that_is_over_leads_to_its_report(hub_year):
    session = past_session(hub_year)
    page = signed_in(staff_of(hub_year.hub)).get(reverse("admin:hubs_showcasesession_overview", args=[session.pk]))
    assert f'href="{reverse("report", args=["session", session.pk])}"' in page.content.decode()
