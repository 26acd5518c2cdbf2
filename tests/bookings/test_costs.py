"""What staff enter of a hub's exchange: pounds, days, a day's cover, a remark under each heading."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from hubs.models import Cost, HostSchool, HubYear, Membership, Remark, WorkGroup
from hubs.vocabulary.typed import read_days
from tests.answers import errors_of, untouched
from tests.factories import NOW, HubYearFactory, SchoolFactory, SessionFactory, StaffFactory, staff_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def year():
    return HubYearFactory()


@pytest.fixture
def client(year):
    return signed_in(staff_of(year.hub))


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def page_of(row):
    return reverse(f"admin:hubs_{row._meta.model_name}_costs", args=[row.pk])


def form_of(client, row):
    """What its page sends where nothing is typed."""
    return {name: values[0] for name, values in untouched(client.get(page_of(row))).items()}


def line_of(form, kind):
    """The number of the line of that kind that stands ready or is there."""
    return next(name.split("-")[1] for name, value in form.items() if name.endswith("-kind") and value == kind)


def entered(client, row, **amounts):
    """Type these amounts, or (amount, who pays), in the lines of their kinds, and save."""
    form = form_of(client, row)
    for kind, said in amounts.items():
        amount, who = said if isinstance(said, tuple) else (said, None)
        number = line_of(form, kind)
        form[f"cost-{number}-amount"] = amount
        if who is not None:
            form[f"cost-{number}-who_pays"] = who
    return client.post(page_of(row), form)


def kept(**of):
    return list(Cost.objects.filter(**of).order_by("pk").values_list("kind", "pence", "days", "who_pays"))


def test_pounds_and_days_are_kept_as_they_are_typed(client, year):
    answer = entered(client, year, travel=("£5,640", "The programme"), cover="12.5", specialists="20", hosts="2½")
    assert answer.status_code == 302
    assert kept() == [
        ("travel", 564000, None, "The programme"),
        ("cover", 1250, None, ""),
        ("specialists", None, Decimal(20), ""),
        ("hosts", None, Decimal("2.5"), ""),
    ]


@pytest.mark.usefixtures("versions_kept")
def test_nothing_typed_makes_no_line_and_no_version(client, year):
    entered(client, year, travel="12")
    client.post(page_of(year), form_of(client, year))
    entered(client, year, travel="£12.00")
    assert [row.pence for row in Cost.objects.all()] == [1200]
    assert Cost.history.count() == 1
    assert not Remark.objects.exists()


@pytest.mark.usefixtures("versions_kept")
def test_emptied_line_goes_and_its_versions_stay(client, year):
    entered(client, year, travel="12", other="0")
    entered(client, year, travel="")
    assert kept() == [("other", 0, None, "")]
    assert [one.history_type for one in Cost.history.filter(kind="travel").order_by("history_id")] == ["+", "-"]
    assert Cost.history.latest("history_id").history_user is not None


def test_two_lines_of_one_kind_are_both_kept(client, year):
    entered(client, year, travel=("100", "The programme"))
    form = form_of(client, year)
    spare = line_of(form, "")
    form |= {f"cost-{spare}-kind": "travel", f"cost-{spare}-amount": "20", f"cost-{spare}-who_pays": "Schools"}
    client.post(page_of(year), form)
    assert kept() == [("travel", 10000, None, "The programme"), ("travel", 2000, None, "Schools")]


@pytest.mark.parametrize("kind, typed", [("travel", "lots"), ("travel", "-3"), ("hosts", "0"), ("hosts", "half"),
                                         ("hosts", "1.25"), ("travel", "1\x002"), ("hosts", "9" * 400)])  # fmt: skip
def test_amount_that_is_none_is_refused_in_words_and_nothing_is_saved_or_lost(client, year, kind, typed):
    answer = entered(client, year, **{kind: typed}, cover="77.50")
    assert answer.status_code == 422
    assert errors_of(answer)
    assert 'value="77.50"' in answer.content.decode()
    assert kept() == []


def test_who_pays_without_an_amount_asks_for_it(client, year):
    answer = entered(client, year, venue=("", "The trust"))
    assert "Enter an amount, or empty the line." in errors_of(answer)
    assert "The trust" in answer.content.decode()


def test_forged_kind_and_forged_row_change_nothing(client, year):
    theirs = Cost.objects.create(hub_year=HubYearFactory(), kind="travel", pence=5)
    form = form_of(client, year)
    for forged in ({"cost-0-kind": "gifts", "cost-0-amount": "5"}, {"cost-INITIAL_FORMS": "1", "cost-0-id": theirs.pk}):
        assert client.post(page_of(year), form | forged).status_code in (302, 422)
    assert client.post(page_of(year), {}).status_code == 422
    assert kept() == [("travel", 5, None, "")]


def test_visit_and_session_have_lines_of_their_own_and_the_year_shows_them(client, year):
    visit = HostSchool.objects.create(hub_year=year, school=SchoolFactory(name="West Borough"))
    session = SessionFactory(hub_year=year)
    entered(client, visit, venue="100")
    entered(client, session, venue="20")
    entered(client, year, venue="3")
    assert kept(host_school=visit, hub_year=year) == [("venue", 10000, None, "")]
    assert kept(session=session, hub_year=year) == [("venue", 2000, None, "")]
    page = client.get(page_of(year))
    assert dict(page.context["totals"])["venue and food"] == "£123"
    assert dict(page.context["totals"])["travel"] == "not entered"
    assert [one["of"] for one in page.context["others"]] == [visit, session]
    assert [line.initial.get("amount") for line in page.context["costs"].initial_forms] == ["3"]


def test_cover_and_remarks_are_kept_emptied_and_versioned(client, year):
    form = form_of(client, year)
    number = next(name.split("-")[1] for name, value in form.items() if value == "reach")
    client.post(page_of(year), form | {"cover_day_pence": "£190", f"remark-{number}-text": "Snow on Wednesday."})
    year.refresh_from_db()
    assert year.cover_day_pence == 19000
    assert list(Remark.objects.values_list("section", "text")) == [("reach", "Snow on Wednesday.")]
    form = form_of(client, year)
    number = next(name.split("-")[1] for name, value in form.items() if value == "reach")
    client.post(page_of(year), form | {"cover_day_pence": "", f"remark-{number}-text": ""})
    year.refresh_from_db()
    assert year.cover_day_pence is None
    assert not Remark.objects.exists()


def test_remark_that_is_too_long_is_refused_and_kept_on_the_page(client, year):
    form = form_of(client, year)
    answer = client.post(page_of(year), form | {"remark-0-text": "x" * 501})
    assert answer.status_code == 422
    assert "x" * 501 in answer.content.decode()


def test_what_somebody_else_has_entered_meanwhile_is_not_overwritten(client, year):
    entered(client, year, travel="100")
    form = form_of(client, year)
    entered(client, year, travel="200")
    answer = client.post(page_of(year), form | {f"cost-{line_of(form, 'travel')}-amount": "300"})
    assert "Somebody has saved this meanwhile: “200”." in " ".join(errors_of(answer))
    client.post(page_of(year), form | {f"cost-{line_of(form, 'cover')}-amount": "7"})
    assert [(kind, pence) for kind, pence, *_rest in kept()] == [("travel", 20000), ("cover", 700)]


def test_two_who_write_under_one_heading_are_told(client, year):
    form = form_of(client, year)
    client.post(page_of(year), form | {"remark-0-text": "Snow."})
    assert client.post(page_of(year), form | {"remark-0-text": "Ice."}).status_code == 422
    assert Remark.objects.get().text == "Snow."


def test_page_asks_as_often_for_many_lines_as_for_few(client, year):
    counts = []
    for number in (1, 3):
        for one in range(number):
            visit = HostSchool.objects.create(hub_year=year, school=SchoolFactory())
            Cost.objects.create(hub_year=year, host_school=visit, kind="travel", pence=one)
            Cost.objects.create(hub_year=year, kind="travel", pence=one)
        with CaptureQueriesContext(connection) as asked:
            client.get(page_of(year))
        counts.append(len(asked))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("role", Membership.Role.values)
def test_leads_and_administrators_enter_costs_and_nobody_else(year, role):
    assert signed_in(staff_of(year.hub, role)).get(page_of(year)).status_code == 200
    office = signed_in(StaffFactory(is_programme_office=True))
    assert office.get(page_of(year)).status_code == 403
    assert signed_in(staff_of(HubYearFactory().hub, role)).get(page_of(year)).status_code == 404


def test_list_is_saved_with_pounds_and_of_what(client, year):
    visit = HostSchool.objects.create(hub_year=year, school=SchoolFactory(name="West Borough"))
    entered(client, visit, cover=("12.50", "=cmd"))
    answer = client.get(reverse("admin:hubs_cost_changelist") + "export.csv")
    said = b"".join(answer.streaming_content).decode()
    assert "cover,12.5," in said
    assert ",=cmd" not in said


@pytest.mark.parametrize(
    "typed, days", [("3", "3"), ("2.5", "2.5"), ("2½", "2.5"), ("½ day", "0.5"), ("1,000 days", "1000"), (" 4 ", "4")]
)
def test_days_are_read_as_people_write_them(typed, days):
    assert read_days(typed) == Decimal(days)


@pytest.mark.parametrize("typed", ["", "0", "0.0", "-1", "1.25", "many", "days", ".", "½½"])
def test_what_is_no_number_of_days_is_refused(typed):
    with pytest.raises(ValidationError):
        read_days(typed)


def test_line_of_a_group_stands_on_the_page_of_its_year(client, year):
    group = WorkGroup.objects.create(hub_year=year, name="Moor group")
    Cost.objects.create(hub_year=year, group=group, kind="cover", pence=500)
    page = client.get(page_of(year))
    assert "Moor group" in page.content.decode()
    assert dict(page.context["totals"])["cover"] == "£5"


def test_year_without_costs_says_so_of_each_kind(client, year):
    totals = client.get(page_of(HubYear.objects.get())).context["totals"]
    assert {much for _kind, much in totals} == {"not entered"}
