"""The few figures of its year that a hub shows to the public: chosen by its lead, rounded as what leaves the hub."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from bookings.public.chosen_figures import FIGURES, numbers, sentences
from hubs.models import HubYear, LocalAuthority, Membership
from tests.answers import errors_of
from tests.bookings.past import past_session, visitor
from tests.bookings.voices import asked_later
from tests.factories import NOW, HubYearFactory, SchoolFactory, staff_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    cache.clear()


@pytest.fixture
def year():
    return HubYearFactory(shows=list(FIGURES))


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def page_of(year):
    return reverse("admin:hubs_hubyear_figures", args=[year.pk])


def public_page(client, year, language=""):
    return client.get(f"{language}{reverse('hub', args=[year.hub.slug])}").content.decode()


def some_came(year, n=23, asked=20, changed=8):
    session = past_session(year)
    kent = LocalAuthority.objects.create(code="886", name="Kent")
    year.area.add(kent)
    for number in range(n):
        visitor(session, school=SchoolFactory(easting=580000 + number, local_authority=kent))
    for number in range(asked):
        asked_later(year, changed="how_i_teach" if number < changed else "tried")
    return session


def test_figures_are_those_of_the_copy_that_leaves(client, year):
    some_came(year)
    found = numbers(year, now=NOW)
    assert found["teachers"] == {"n": "20"}  # a form is still open: nothing has settled, and 23 places are no 25 people
    assert found["places"] == {"n": "30"}
    assert found["reached"] == {"n": "20"}
    assert found["changed"] == {"n": "10", "asked": "20", "answered": "20"}
    page = public_page(client, year)
    assert "<b>20</b> teachers came" in page
    assert "<b>10</b> said six weeks later that their teaching has changed: 20 were asked, 20 answered" in page


def test_chinese_page_says_them_in_chinese(client, year):
    some_came(year)
    page = public_page(client, year, "/zh-hans")
    assert "<b>20</b>" in page
    assert "teachers came" not in page


def test_fewer_than_ten_are_not_shown_and_too_few_answers_say_nothing(client, year):
    session = past_session(year)
    for _n in range(7):
        visitor(session)
    asked_later(year, changed="how_i_teach")
    page = public_page(client, year)
    assert "fewer than" not in page
    assert sentences(year, year.shows, now=NOW) == ["<b>30</b> places were offered"]


def test_nothing_is_shown_unless_the_lead_chose_it(client, year):
    some_came(year)
    HubYear.objects.update(shows=["places", "no such figure"])
    page = public_page(client, year)
    assert "<b>30</b> places were offered" in page
    assert "teachers came" not in page
    HubYear.objects.update(shows=[])
    assert "in figures" not in public_page(client, year)


def test_public_page_asks_nothing_for_figures_that_it_has_and_the_same_for_many_as_for_few(client, year):
    some_came(year)
    counts = []
    for _n in range(2):
        cache.clear()
        for _again in range(2):
            with CaptureQueriesContext(connection) as asked:
                public_page(client, year)
            counts.append(len(asked))
        session = past_session(year, 1)
        for _more in range(12):
            visitor(session)
    assert counts[0] > counts[1]
    assert counts[0] == counts[2]


def test_lead_ticks_figures_that_read_as_the_public_will_read_them(year):
    some_came(year)
    HubYear.objects.update(shows=[])
    client = signed_in(staff_of(year.hub, Membership.Role.LEAD))
    page = client.get(page_of(year)).content.decode()
    assert "<b>20</b> teachers came" in page
    answer = client.post(page_of(year), {"shows": ["settings", "teachers"]})
    assert answer.status_code == 302
    assert HubYear.objects.get().shows == ["teachers", "settings"]
    client.post(page_of(year), {})
    assert HubYear.objects.get().shows == []


def test_figure_that_may_not_be_shown_says_so_where_it_is_ticked(year):
    page = signed_in(staff_of(year.hub, Membership.Role.LEAD)).get(page_of(year)).content.decode()
    assert "… teachers came (not shown while it is fewer than 10, or not known)" in page


@pytest.mark.parametrize("ticked", [["teachers", "gossip"], list(FIGURES)])
def test_unknown_or_too_many_ticks_are_refused_and_change_nothing(year, ticked):
    HubYear.objects.update(shows=["teachers"])
    client = signed_in(staff_of(year.hub, Membership.Role.LEAD))
    answer = client.post(page_of(year), {"shows": ticked})
    assert answer.status_code == 422
    assert errors_of(answer)
    assert HubYear.objects.get().shows == ["teachers"]


def test_administrators_and_other_hubs_do_not_choose(year):
    assert signed_in(staff_of(year.hub)).get(page_of(year)).status_code == 403
    other = staff_of(HubYearFactory().hub, Membership.Role.LEAD)
    assert signed_in(other).get(page_of(year)).status_code == 404
