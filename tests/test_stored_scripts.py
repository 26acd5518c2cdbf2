"""What anybody has typed is text on every page and in every mail, whatever it looks like.

Every column of every row that holds words of somebody's is given a tag. Then every public page, every page of the staff
and every mail is made, and every private page that a mail leads to is opened.
"""

import re

import pytest
from django.apps import apps
from django.contrib.admin import site
from django.db import Error, models, transaction
from django.test import Client
from django.utils import timezone

from bookings.forgetting.nothing import FRAMEWORK, KEYED, MADE_ANEW, NOTHING, OF_OURS, RANDOM
from bookings.mail.rendering import can_be_written_to, render
from bookings.models import Mail
from hubs.models import ShowcaseSession
from tests.addresses import public_addresses
from tests.factories import NOW, StaffFactory
from tests.one_of_each import one_of_each
from tests.test_scope import address, pages_of

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

TAG = '"><img src=x onerror=1>'
AS_TEXT = re.compile(r"&quot;&gt;&lt;img src=x onerror=1&gt;|\\u0022\\u003E\\u003Cimg|&lt;img src=x")
ADDRESSES = {"email_key", "recipient", "recipient_key"}  # or no mail could be made
OURS = [model for app in ("hubs", "bookings") for model in apps.get_app_config(app).get_models()]
# What pages and verbs decide by, nobody's words: a value of no list breaks what reads it.
NOBODYS = {OF_OURS, RANDOM, KEYED, MADE_ANEW, FRAMEWORK}
DECIDES = {f"{label}.{name}" for why in NOBODYS for label, names in NOTHING[why].items() for name in names.split()}


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def words_of(model):
    """The columns of a model that hold what somebody has typed."""
    for field in model._meta.concrete_fields:
        if not isinstance(field, models.CharField | models.TextField) or isinstance(field, models.EmailField):
            continue
        decides = field.choices or field.unique or field.name in ADDRESSES
        if not decides and f"{model._meta.label}.{field.name}" not in DECIDES:
            yield field


@pytest.fixture(scope="module")
def tagged(shared_rows):
    """The columns that hold a tag by now."""
    one_of_each(1)
    done = set()
    for model in OURS:
        for field in words_of(model):
            for pk in model.objects.values_list("pk", flat=True):
                try:
                    with transaction.atomic():
                        model.objects.filter(pk=pk).update(**{field.name: TAG})
                    done.add(f"{model._meta.label}.{field.name}")
                except Error:
                    pass  # too long for it, or of a pattern: then it cannot stand there
    return done


def assert_text(where, html, found):
    assert "<img src=x" not in html, where
    found += [where] * bool(AS_TEXT.search(html))


def html_of(response):
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return content.decode() if "html" in response.get("Content-Type", "") else ""


def test_many_columns_were_tagged(tagged):
    assert len(tagged) > 80, sorted(tagged)


def test_public_pages(tagged):
    session = ShowcaseSession.objects.select_related("hub_year__hub", "hub_year__exchange").first()
    rows = {"ref": session.ref, "slug": session.hub_year.hub.slug, "pk": session.host_school_id}
    rows |= {"year": session.hub_year.exchange.year, "name": "0.jpg"}
    found = []
    for page in public_addresses(**rows):
        response = Client().get(page)
        assert response.status_code < 500, page
        assert_text(page, html_of(response), found)
    assert len(found) >= 8, found


def test_staff_pages(tagged):
    client, found = Client(), []
    client.force_login(StaffFactory(is_superuser=True))
    for model in sorted(site._registry, key=lambda model: model._meta.label):
        row = model.objects.order_by("pk").first()
        pages = pages_of(model, row.pk) if row else [address(model, "changelist")]
        for page in pages:
            response = client.get(page)
            assert response.status_code < 500, page
            assert_text(page, html_of(response), found)
    assert len(found) > 80, found


def test_mails_and_the_pages_that_they_lead_to(tagged):
    found, links = [], set()
    for mail in Mail.objects.order_by("pk"):
        if not can_be_written_to(mail.recipient):
            continue
        message = render(mail, now=NOW)
        html = message.alternatives[0][0]
        assert_text(f"{mail.kind}", html, found)
        links |= set(re.findall(r"https://testserver(/[^\s<>\"]*)", message.body))
    assert len(found) > 5, found
    for link in sorted(links):
        response = Client().get(link)
        assert response.status_code < 500, link
        assert_text(link, html_of(response), found)
    assert len(links) > 5
