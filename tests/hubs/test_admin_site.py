"""Who may come in to the staff pages, and what their answers say to browsers."""

import pytest
from django.contrib import admin
from django.contrib.admin import site
from django.test import Client
from django.urls import reverse

from hubs.models import StaffUser
from showcase.admin_site import ShowcaseAdminSite
from tests.factories import SchoolFactory, StaffFactory

pytestmark = pytest.mark.django_db

POLICY = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "font-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
}


def policy_of(response):
    return set(response["Content-Security-Policy"].split("; "))


def test_admin_site_is_the_one_that_everything_registers_with():
    assert isinstance(admin.site, ShowcaseAdminSite)
    assert site is admin.site
    assert StaffUser in site._registry


@pytest.mark.parametrize(
    "page",
    [
        "admin:index",
        "admin:password_change",
        "admin:jsi18n",
        "admin:hubs_school_changelist",
        "admin:hubs_school_add",
        "admin:hubs_showcasesession_add",
        "admin:bookings_booking_add",
    ],
)
def test_admin_pages_have_their_own_policy_and_may_use_scripts(admin_client, page):
    assert policy_of(admin_client.get(reverse(page))) == POLICY


def test_sign_in_and_sign_out_have_the_admin_policy(client, admin_client):
    assert policy_of(client.get(reverse("admin:login"))) == POLICY
    assert policy_of(client.post(reverse("admin:login"), {"username": "x", "password": "y"})) == POLICY
    assert policy_of(admin_client.post(reverse("admin:logout"))) == POLICY


def test_admin_pages_are_not_kept_by_anybody(client, admin_client):
    assert "no-store" in admin_client.get(reverse("admin:hubs_school_changelist"))["Cache-Control"]
    assert "no-store" in client.get(reverse("admin:login"))["Cache-Control"]


def test_sign_in_asks_for_an_address_and_takes_it_in_any_case(client):
    StaffUser.objects.create_user("Lead@Hub.example", "a long password", full_name="Hub Lead")
    page = client.get(reverse("admin:login"))
    assert "Email address:" in page.content.decode()
    answers = {"username": "LEAD@hub.example", "password": "a long password", "next": page.context["next"]}
    assert client.post(reverse("admin:login"), answers).headers["Location"] == reverse("admin:index")


def test_sign_in_refuses_a_wrong_password_in_words(client):
    StaffFactory(email="lead@hub.example")
    page = client.post(reverse("admin:login"), {"username": "lead@hub.example", "password": "not this one"})
    assert "That address and password do not belong together." in page.content.decode()


def test_strangers_are_sent_to_sign_in(client):
    page = reverse("admin:hubs_school_changelist")
    assert client.get(page).headers["Location"] == f"{reverse('admin:login')}?next={page}"


def test_an_account_without_a_hub_shows_nothing():
    SchoolFactory(name="Secret Primary School")
    client = Client()
    client.force_login(StaffFactory())
    index = client.get(reverse("admin:index")).content.decode()
    assert "You don’t have permission to view or edit anything." in index
    for model in site._registry:
        names = model._meta.app_label, model._meta.model_name
        for page in ("changelist", "add"):
            assert client.get(reverse("admin:{}_{}_{}".format(*names, page))).status_code == 403


def test_an_account_without_a_hub_may_not_look_schools_up():
    client = Client()
    client.force_login(StaffFactory())
    asked = {"term": "test", "app_label": "bookings", "model_name": "booking", "field_name": "school"}
    assert client.get(reverse("admin:autocomplete"), asked).status_code == 403
