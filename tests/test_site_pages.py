"""Pages of the site itself: privacy, and the accessibility statement that public bodies must make."""

import pytest
from django.utils import timezone

from tests.browser.reading import Page
from tests.factories import NOW, HubYearFactory

pytestmark = pytest.mark.django_db


def test_statement_has_what_public_bodies_must_say(client):
    page = Page(client.get("/accessibility/"))
    for said in (
        "Accessibility statement This statement applies to https://testserver, where teachers book places",
        "is partially compliant with the Web Content Accessibility Guidelines version 2.2, level AA, because",
        "Files that a hub adds to a session",
        "tell the hub that runs the session. You should hear within five working days.",
        "The Equality and Human Rights Commission (EHRC) is responsible for enforcing the Public Sector Bodies",
        "This statement was prepared on Sunday 29 November 2026. It was last reviewed on",
    ):
        assert said in page.text
    assert page.links["contact the Equality Advisory and Support Service (EASS)"].startswith("https://www.equality")
    assert page.links["Each hub’s email address is on its page"] == "/hubs/"


def test_statement_names_who_runs_the_site_and_whom_to_write_to(client, settings):
    settings.OPERATOR, settings.ACCESSIBILITY_EMAIL = "The Maths Hubs programme office", "access@hubs.example"
    page = Page(client.get("/accessibility/"))
    assert "It is run by The Maths Hubs programme office." in page.text
    assert "write to access@hubs.example. You will hear from us within five working days." in page.text
    assert page.links["access@hubs.example"] == "mailto:access@hubs.example"
    assert "我们会在五个工作日内答复您。" in Page(client.get("/zh-hans/accessibility/")).text


def test_statement_s_address_of_a_hub_stands_on_its_page(client):
    hub = HubYearFactory(contact_email="office@kent.example").hub
    assert "office@kent.example" in Page(client.get(f"/hubs/{hub.slug}/")).text


def test_privacy_says_of_each_hub_how_long_and_whom_to_ask(client):
    hub = HubYearFactory(name="Kent Maths Hub").hub
    text = Page(client.get("/privacy/")).text
    assert "How long each hub keeps names, and whom to ask Kent Maths Hub 12 months · Ask the hub" in text
    hub.data_contact, hub.retention_months = "data@kent.example", 1
    hub.save()
    assert "Kent Maths Hub 1 month · data@kent.example" in Page(client.get("/privacy/")).text


# --- where to report a hole -------------------------------------------------------------------------------------------


def test_security_txt_says_where_to_report_and_is_never_out_of_date(client, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    response = client.get("/.well-known/security.txt")
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response.content.decode().splitlines() == [
        "Contact: mailto:security@showcase.invalid",
        "Expires: 2027-07-05T00:00:00Z",
        "Preferred-Languages: en, zh",
        "Canonical: https://testserver/.well-known/security.txt",
    ]


def test_there_is_no_security_txt_without_somebody_to_write_to(client, settings):
    settings.SECURITY_EMAIL = ""
    assert client.get("/.well-known/security.txt").status_code == 404
