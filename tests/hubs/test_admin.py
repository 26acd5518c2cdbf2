"""The staff pages of hubs, schools, exchanges and staff."""

import datetime as dt
import re

import pytest
from django.urls import reverse

from hubs.models import Hub, HubYear, School, SchoolList, StaffUser
from tests.factories import ExchangeFactory, HubFactory, HubYearFactory, SchoolFactory, StaffFactory

pytestmark = pytest.mark.django_db


def empty_inlines(*prefixes):
    return {f"{prefix}-{name}_FORMS": "0" for prefix in prefixes for name in ("TOTAL", "INITIAL")}


def look_up(client, term):
    asked = {"term": term, "app_label": "bookings", "model_name": "booking", "field_name": "school"}
    return [row["text"] for row in client.get(reverse("admin:autocomplete"), asked).json()["results"]]


def test_school_look_up_finds_open_schools_by_name_town_and_postcode(admin_client):
    SchoolFactory(name="West Borough Primary School", town="Maidstone", postcode="ME16 8TL")
    SchoolFactory(name="West Borough Infants", town="Maidstone", status=School.Status.CLOSED)
    SchoolFactory(name="The Whitstable School", town="Whitstable", postcode="CT5 1PX")
    assert look_up(admin_client, "west maid") == ["West Borough Primary School, Maidstone ME16 8TL"]
    assert look_up(admin_client, "ct51px") == ["The Whitstable School, Whitstable CT5 1PX"]
    assert len(look_up(admin_client, "")) == 3


def test_school_list_finds_closed_schools_too(admin_client):
    SchoolFactory(name="St Joseph's Infants", status=School.Status.CLOSED)
    SchoolFactory(name="Another School")
    page = admin_client.get(reverse("admin:hubs_school_changelist"), {"q": "st josephs"}).content.decode()
    assert "St Joseph&#x27;s Infants" in page
    assert "Another School" not in page


def test_schools_are_never_a_long_select(admin_client):
    schools = SchoolFactory.create_batch(3)
    pages = ["hubs_hubyear_add", "hubs_hostschool_add", "hubs_schoollist_add", "hubs_showcasesession_add"]
    for page in [*pages, "bookings_booking_add"]:
        html = admin_client.get(reverse(f"admin:{page}"), {"whole": 1}).content.decode()
        assert not [school for school in schools if school.name in html]
        assert 'data-field-name="' in html


def test_schools_and_authorities_cannot_be_deleted(admin_client):
    school = SchoolFactory()
    assert admin_client.get(reverse("admin:hubs_school_delete", args=[school.pk])).status_code == 403
    page = admin_client.get(reverse("admin:hubs_school_changelist"))
    assert "delete_selected" not in page.content.decode()


def test_hub_list_shows_the_newest_name(admin_client):
    hub = HubFactory(slug="kent")
    HubYearFactory(hub=hub, exchange=ExchangeFactory(year=2017), name="Kent Maths Hub")
    HubYearFactory(hub=hub, exchange=ExchangeFactory(year=2018), name="Kent & Medway Maths Hub")
    page = admin_client.get(reverse("admin:hubs_hub_changelist")).content.decode()
    assert "Kent &amp; Medway Maths Hub</a></th>" in page


def test_hub_form_makes_a_hub_with_its_year(admin_client):
    exchange, school = ExchangeFactory(), SchoolFactory()
    data = empty_inlines("memberships", "closed_days", "old_addresses") | {
        "slug": "kent-and-medway",
        "share": "2",
        "hold_until": "18:00",
        "offer_hours": "10",
        "retention_months": "12",
        "years-TOTAL_FORMS": "1",
        "years-INITIAL_FORMS": "0",
        "years-0-exchange": exchange.pk,
        "years-0-name": "Kent & Medway Maths Hub",
        "years-0-lead_school": school.pk,
    }
    answer = admin_client.post(reverse("admin:hubs_hub_add"), data)
    assert answer.headers["Location"] == reverse("admin:hubs_hub_changelist")
    hub = Hub.objects.get()
    assert HubYear.objects.get(hub=hub).lead_school == school


def test_closed_days_out_of_order_are_refused_in_words(admin_client):
    hub = HubFactory()
    data = empty_inlines("years", "memberships", "old_addresses") | {
        "slug": hub.slug,
        "hold_until": "18:00",
        "offer_hours": "10",
        "retention_months": "12",
        "closed_days-TOTAL_FORMS": "1",
        "closed_days-INITIAL_FORMS": "0",
        "closed_days-0-first_day": "2027-02-19",
        "closed_days-0-last_day": "2027-02-15",
    }
    page = admin_client.post(reverse("admin:hubs_hub_change", args=[hub.pk]), data).content.decode()
    assert "The last day must not come before the first." in page


def test_school_list_counts_its_schools(admin_client):
    schools = SchoolList.objects.create(hub=HubFactory(), name="Programme schools")
    schools.schools.add(*SchoolFactory.create_batch(3))
    page = admin_client.get(reverse("admin:hubs_schoollist_changelist")).content.decode()
    assert 'class="field-how_many">3</td>' in page


def test_staff_cannot_be_deleted_in_bulk(admin_client):
    StaffFactory()
    page = admin_client.get(reverse("admin:hubs_staffuser_changelist")).content.decode()
    assert "delete_selected" not in page


def test_staff_page_never_holds_a_password_field_with_a_hash(admin_client):
    staff = StaffUser.objects.create_user("lead@hub.example", "shanghai exchange 2019", full_name="Lead")
    page = admin_client.get(reverse("admin:hubs_staffuser_change", args=[staff.pk])).content.decode()
    assert staff.password not in page


def test_visits_with_days_out_of_order_are_refused_in_words(admin_client):
    data = {
        "hub_year": HubYearFactory().pk,
        "phase": "2",
        "first_day": dt.date(2027, 1, 25),
        "last_day": dt.date(2027, 1, 14),
    }
    page = admin_client.post(reverse("admin:hubs_hostschool_add"), data).content.decode()
    assert re.search(r"errorlist nonfield.*The last day must not come before the first\.", page)
