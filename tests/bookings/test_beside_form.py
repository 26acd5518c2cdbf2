"""What leads on from a form that somebody has typed in saves it first: pages about the row as well as verbs."""

import pytest
from django.contrib.admin import site
from django.urls import reverse
from django.utils import timezone

from bookings.admin.base.beside_form import WithButtonsBeside
from bookings.admin.base.pages import WithPages
from bookings.admin.base.read_only import ReadOnlyAdmin
from hubs.models import HostSchool
from tests.answers import errors_of, messages_of, untouched
from tests.browser.reading import Page
from tests.factories import NOW, HubYearFactory, SchoolFactory, SessionFactory, StaffFactory


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def visit(db):
    hub_year = HubYearFactory()
    visit = HostSchool.objects.create(hub_year=hub_year, school=SchoolFactory())
    SessionFactory(hub_year=hub_year, host_school=visit, venue=None)
    return visit


def page_of(row, name="change"):
    return reverse(f"admin:hubs_{row._meta.model_name}_{name}", args=[row.pk])


def pressed(client, row, to, **typed):
    form = page_of(row)
    return client.post(form, untouched(client.get(form)) | typed | {"_on_to": page_of(row, to)})


def test_every_form_that_is_its_rows_own_page_has_its_pages_behind_buttons():
    """A link beside a form loses what is typed; not where nothing can be typed, nor on a page of the row's own."""
    bare = [
        type(one).__name__
        for one in site._registry.values()
        if isinstance(one, WithPages)
        and one.page_classes
        and one.main_page == "change"
        and not isinstance(one, WithButtonsBeside | ReadOnlyAdmin)
    ]
    assert bare == []


@pytest.mark.parametrize("of", ["visit", "hub_year"])
def test_page_beside_a_form_is_a_button_for_whoever_may_type(admin_client, visit, of):
    row = visit if of == "visit" else visit.hub_year
    page = Page(admin_client.get(page_of(row)))
    assert "Write to everyone" in page.buttons
    assert page_of(row, "write") not in page.links.values()


def test_whoever_only_looks_has_no_such_button(client, visit):
    client.force_login(StaffFactory(is_programme_office=True))
    page = Page(client.get(page_of(visit)))
    assert "Write to everyone" not in page.buttons
    assert "What else can be done with it" not in page.links


def test_what_is_typed_is_saved_before_the_page_opens(admin_client, visit):
    answer = pressed(admin_client, visit, "write", joining_instructions="Ring at the gate.")
    visit.refresh_from_db()
    assert (answer.status_code, answer["Location"]) == (302, page_of(visit, "write"))
    assert visit.joining_instructions == "Ring at the gate."
    assert "Saved." in messages_of(answer)


def test_mistake_in_the_form_stays_with_what_was_typed(admin_client, visit):
    answer = pressed(admin_client, visit, "write", first_day="soon", joining_instructions="Ring at the gate.")
    assert errors_of(answer)
    assert "Ring at the gate." in answer.content.decode()
    assert HostSchool.objects.get().joining_instructions == ""


def test_nothing_typed_writes_no_version(admin_client, visit):
    before = visit.history.count()
    pressed(admin_client, visit, "write")
    assert visit.history.count() == before


@pytest.mark.parametrize("address", ["https://elsewhere.example/", "/admin/", ""])
def test_button_leads_to_the_rows_own_pages_alone(admin_client, visit, address):
    form = page_of(visit)
    answer = admin_client.post(form, untouched(admin_client.get(form)) | {"_on_to": address})
    assert answer["Location"] in (form, reverse("admin:hubs_hostschool_changelist"))
