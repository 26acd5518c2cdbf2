"""Every page of the admin opens for a superuser, with rows on it, in a count of queries that does not grow."""

import uuid
from unittest.mock import patch

import pytest
from django.apps import apps
from django.contrib.admin import site
from django.contrib.admin.utils import quote
from django.db.models import Q
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bookings.mail import itinerary_link
from bookings.mail_kinds import Kind
from bookings.models import (
    Asked,
    AuditEntry,
    Booking,
    Certificate,
    DayAnswer,
    Draft,
    Erasure,
    Interest,
    Invitation,
    KeptReport,
    LaterAnswer,
    Letter,
    Mail,
    NetworkUse,
    NewsConsent,
    OfficeLink,
    Opened,
    Person,
    Places,
    Quote,
    Register,
    Running,
    SessionChange,
    TellMe,
    Told,
    TurnedAway,
    Visitor,
    WideChange,
)
from hubs.models import Cost, Remark, SchoolWord, VisitingTeacher
from hubs.models.stored_file import StoredFile, StoredPiece
from tests.browser.rows import questions
from tests.factories import NOW, StaffFactory
from tests.one_of_each import one_of_each

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

MODELS = sorted(site._registry, key=lambda model: model._meta.label)
READ_ONLY = [AuditEntry, Booking, Draft, Mail, NetworkUse, Person, Places, SessionChange, TellMe, Told, Visitor]
READ_ONLY += [Letter, OfficeLink, Register, TurnedAway, WideChange, Cost, Remark, Certificate]
READ_ONLY += [KeptReport, Opened]
READ_ONLY += [Interest, Invitation, NewsConsent, Quote]
names = [model._meta.label_lower for model in MODELS]


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture(scope="module")
def rows(shared_rows):
    return one_of_each(1)


@pytest.fixture(scope="module")
def kept(rows):
    """Each page of what one superuser was answered, by its address: asked for once, for all tests that read it."""
    client, pages = Client(), {}
    with patch.object(timezone, "now", lambda: NOW):  # or the session were over
        client.force_login(StaffFactory(is_superuser=True))

    def answer(address):
        if address not in pages:
            pages[address] = client.get(address)
        return pages[address]

    return answer


def page_of(model, page, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


@pytest.mark.parametrize("label", sorted({model._meta.app_label for model in MODELS}))
def test_page_of_an_app_names_lists_of_it_alone(client, label):
    client.force_login(StaffFactory(is_superuser=True))
    page = client.get(reverse("admin:app_list", args=[label])).content.decode().partition('id="content-main"')[2]
    shown = {model._meta.app_label for model in MODELS if f'"{page_of(model, "changelist")}"' in page}
    assert shown == {label}


def test_every_model_is_registered_or_part_of_a_page():
    inlines = {inline.model for admin in site._registry.values() for inline in admin.inlines}
    ours = {model for app in ("hubs", "bookings") for model in apps.get_app_config(app).get_models()}
    without_names = {Asked, DayAnswer, LaterAnswer}  # pages of ours show what may be read of them (0039)
    not_looked_at = (
        {SchoolWord, StoredFile, StoredPiece, Running, Erasure}
        | without_names
        | {model for model in ours if hasattr(model, "history_id")}
    )  # an index, bytes, what Home says, ids of nobody any longer, old versions
    assert ours - not_looked_at <= inlines | set(site._registry)


def test_index_lists_every_model_by_a_plain_name(admin_client):
    page = admin_client.get(reverse("admin:index")).content.decode()
    assert "<h1>Good morning</h1>" in page
    for model in MODELS:
        assert f'href="{page_of(model, "changelist")}"' in page


@pytest.mark.parametrize("model", MODELS, ids=names)
def test_list_shows_its_rows(kept, model):
    page = kept(page_of(model, "changelist"))
    rows = page.context["cl"].result_list
    assert len(rows) >= 1
    assert page.content.decode().count('<input type="checkbox" name="_selected_action"') in (0, len(rows))
    assert f"{len(rows)} " in page.content.decode()


@pytest.mark.usefixtures("rows")
def test_lists_ask_as_often_for_three_rows_as_for_one(admin_client):
    lists = {name: page_of(model, "changelist") for model, name in zip(MODELS, names, strict=True)}
    for page in lists.values():
        admin_client.get(page)  # what is asked once in a process is not counted
    one = {name: questions(admin_client, page) for name, page in lists.items()}
    for number in (2, 3):
        one_of_each(number)
    three = {name: questions(admin_client, page) for name, page in lists.items()}
    assert three == one


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize("model", MODELS, ids=names)
def test_list_can_be_searched(admin_client, model):
    page = admin_client.get(page_of(model, "changelist"), {"q": "no row of any table says this"})
    if site._registry[model].search_fields:
        assert len(page.context["cl"].result_list) == 0
    else:
        assert model in (Draft, NetworkUse)


@pytest.mark.parametrize("model", MODELS, ids=names)
def test_page_of_a_row_shows_it(kept, model):
    row = model.objects.first()
    page = kept(page_of(model, "change", quote(row.pk)))
    assert page.context["original"] == row
    assert str(page.context["title"]).split()[0] == ("View" if model in READ_ONLY else "Change")


@pytest.mark.parametrize("model", [m for m in MODELS if m not in READ_ONLY], ids=lambda m: m._meta.label_lower)
def test_add_page_has_a_form(admin_client, model):
    """A session asks seven questions first, unless somebody wants to say everything at once."""
    page = admin_client.get(page_of(model, "add"), {"whole": 1}).content.decode()
    assert 'name="_save"' in page


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize("model", READ_ONLY, ids=lambda model: model._meta.label_lower)
def test_what_verbs_write_cannot_be_added_changed_or_deleted(admin_client, model):
    row = model.objects.first()
    before = model.objects.filter(pk=row.pk).values().get()
    crafted = {**dict.fromkeys(before, "1"), "status": "cancelled", "party": "9", "capacity": "500"}
    assert admin_client.post(page_of(model, "change", quote(row.pk)), crafted).status_code == 403
    if model is not Booking:
        assert admin_client.get(page_of(model, "add")).status_code == 403
    if model not in (TellMe, NetworkUse, NewsConsent, Quote):
        crafted = {"action": "delete_selected", "_selected_action": str(row.pk), "post": "yes"}
        assert admin_client.post(page_of(model, "delete", quote(row.pk)), {"post": "yes"}).status_code == 403
        admin_client.post(page_of(model, "changelist"), crafted)
    assert model.objects.filter(pk=row.pk).values().get() == before


@pytest.mark.parametrize("model", [TellMe, VisitingTeacher])
def test_whom_a_mail_went_to_can_be_deleted_with_it(admin_client, model, rows):
    """Nobody deletes a mail alone, and that must not keep the row it was about."""
    row = model.objects.order_by("pk").last()
    if model is TellMe:
        Mail.objects.create(kind=Kind.TELL_ME, wish=row, created_at=NOW, due_at=NOW, dedupe_key="wish")
    else:
        row = VisitingTeacher.objects.create(hub_year=rows, name_pinyin="Li Na", email="li@school.example")
        itinerary_link.send(row.pk, key=uuid.uuid4(), by=StaffFactory(), clock=lambda: NOW)
    admin_client.post(page_of(model, "delete", row.pk), {"post": "yes"})
    assert not model.objects.filter(pk=row.pk).exists()
    assert not Mail.objects.filter(Q(dedupe_key="wish") | Q(recipient="li@school.example")).exists()


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize("model", [TellMe, NetworkUse])
def test_wish_to_be_told_and_count_of_a_network_can_be_deleted(admin_client, model):
    admin_client.post(page_of(model, "delete", model.objects.get().pk), {"post": "yes"})
    assert not model.objects.exists()


def test_no_page_shows_what_opens_something(kept):
    secrets = {"Half Typed"}
    for model in MODELS:
        for row in model.objects.values():
            secrets |= {str(row[name]) for name in ("public_id", "request_key", "key", "dedupe_key") if row.get(name)}
    assert len(secrets) > 10
    for model in MODELS:
        pages = [page_of(model, "changelist")]
        pages += [page_of(model, page, quote(model.objects.first().pk)) for page in ("change", "history")]
        for page in pages:
            html = kept(page).content.decode()
            assert [secret for secret in secrets if secret in html or secret.replace("-", "") in html] == []


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize("model", [Booking, Visitor, AuditEntry, Mail], ids=lambda m: m._meta.label_lower)
def test_long_lists_do_not_count_all_their_rows(admin_client, model):
    page = admin_client.get(page_of(model, "changelist"), {"q": "nothing"})
    assert page.context["cl"].full_result_count is None


def test_row_that_is_not_there_leads_back_in_words(admin_client):
    answer = admin_client.get(page_of(Booking, "change", 12345), follow=True)
    assert "Perhaps it was deleted?" in answer.content.decode()
