"""Pages of ours about a row: each kind is named by an admin class, and opens for those alone who are shown its link."""

import re

import pytest
from django.contrib.admin import site
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from bookings.admin.base.pages import RowPages, WithPages
from hubs.models import Membership
from tests.factories import NOW, StaffFactory
from tests.one_of_each import one_of_each

pytestmark = pytest.mark.django_db

ADMINS = [one for one in site._registry.values() if isinstance(one, WithPages) and one.page_classes]
LINK = re.compile(r'(?:<li><a href=|name="_on_to" value=)"(/admin/[^"]*)">[^<]*</(?:a></li|button)>')


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture(scope="module")
def hub(shared_rows):
    return one_of_each(1).hub


def user_of(hub, role):
    user = StaffFactory(is_programme_office=role == "office", is_superuser=role == "superuser")
    if role in Membership.Role:
        Membership.objects.create(user=user, hub=hub, role=role)
    return user


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def kinds_of_pages(of=RowPages):
    """Every class of pages that is no base of others' alone; those begin with an underscore or are in base/."""
    for found in of.__subclasses__():
        yield from kinds_of_pages(found)
        if found.urls is not RowPages.urls or found.links is not RowPages.links:
            yield found


def test_every_kind_of_pages_is_named_by_an_admin_class():
    named = {page_class for admin in ADMINS for page_class in admin.page_classes}
    forgotten = {found for found in kinds_of_pages() if not found.__name__.startswith("_")} - named
    assert sorted(found.__name__ for found in forgotten) == []


@pytest.mark.slow
@pytest.mark.parametrize("role", [*Membership.Role.values, "office", "superuser"])
def test_every_link_that_somebody_is_shown_opens(hub, role):
    client, shown = signed_in(user_of(hub, role)), set()
    for admin in ADMINS:
        row = admin.model._default_manager.last()
        page = client.get(reverse(f"admin:{admin.url_name('change')}", args=[row.pk]))
        shown.update(LINK.findall(page.content.decode()))
    for address in sorted(shown):
        assert client.get(address.replace("&amp;", "&")).status_code == 200, address
    assert shown or role == "office"


@pytest.mark.slow
@pytest.mark.parametrize("role", [*Membership.Role.values, "office", "nobody"])
def test_pages_without_permission_open_for_nobody(hub, role):
    """A view that forgot to ask would open here."""
    request = RequestFactory().get("/")
    request.user = user_of(hub, role)
    client, refused = signed_in(request.user), 0
    for admin in ADMINS:
        row = admin.model._default_manager.last()
        for pages in admin.pages:
            if pages.has_permission(request, row):
                continue
            for pattern in pages.urls():
                address = reverse(f"admin:{pattern.name}", args=[row.pk] * len(pattern.pattern.converters))
                assert [client.get(address).status_code, client.post(address).status_code] in ([403] * 2, [404] * 2)
                refused += 1
    assert refused
