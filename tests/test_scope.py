"""Nobody sees or touches another hub's rows: every page of every model, as every role, with rows that could leak.

The walk takes its addresses from the admin's own, so that a page added later is walked too.
"""

import re
import uuid

import pytest
from django.apps import apps
from django.contrib.admin import site
from django.contrib.admin.utils import quote
from django.db import models
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from bookings.models import Booking
from hubs.models import Hub, HubYear, Membership, ShowcaseSession, StaffUser
from hubs.staff import scope
from tests.factories import NOW, StaffFactory
from tests.one_of_each import one_of_each

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

MODELS = sorted(site._registry, key=lambda model: model._meta.label)
OURS = [model for app in ("hubs", "bookings") for model in apps.get_app_config(app).get_models()]
PUBLIC, PERSONAL = "Leakwood", "Secretly"
SHARED = {"hubs.School", "hubs.SchoolWord", "hubs.LocalAuthority", "hubs.Exchange"}


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def keys():
    """Every row of the hubs' and the bookings' tables: (model, key)."""
    return {(model, pk) for model in OURS for pk in model.objects.values_list("pk", flat=True)}


def contents(rows):
    """Those rows as they stand, with what they are tied to."""
    found = {}
    for model, pk in rows:
        row = model.objects.filter(pk=pk).values().first()
        ties = [
            sorted(getattr(model(pk=pk), field.name).values_list("pk", flat=True)) for field in model._meta.many_to_many
        ]
        found[model._meta.label, pk] = (row, ties)
    return found


@pytest.fixture(scope="module")
def theirs(shared_rows):
    """Another hub, whose every row could leak: {model: key of one row}, and all its rows."""
    before = keys()
    one_of_each(2, public=PUBLIC, personal=PERSONAL)
    rows = keys() - before
    return dict(sorted(rows, key=lambda row: (row[0]._meta.label, str(row[1])))), rows


@pytest.fixture(scope="module")
def mine(shared_rows):
    return one_of_each(1).hub


def signed_in(role, hub):
    user = StaffFactory(is_programme_office=role == "office")
    if role in Membership.Role:
        Membership.objects.create(user=user, hub=hub, role=role)
    client = Client(raise_request_exception=True)
    client.force_login(user)
    return client


def address(model, page, *args):
    try:
        return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)
    except NoReverseMatch:
        return None


def pages_of(model, pk):
    """Every address that the model's admin answers: those of a row with `pk`."""
    found = set()
    for pattern in site._registry[model].get_urls():
        name = (pattern.name or "").removeprefix(f"{model._meta.app_label}_{model._meta.model_name}_")
        takes = list(pattern.pattern.converters)
        found.add(address(model, name, *[quote(pk)] * len(takes)))
    return sorted(found - {None})


def crafted(model, theirs):
    """A form that names the other hub's rows wherever a row can be named, and presses every button."""
    rows, _all = theirs
    said = {"post": "yes", "send": "1", "message": "Leave", "why": "Leave", "key": str(uuid.uuid4()), "capacity": "1"}
    said |= {"_selected_action": str(rows.get(model, 0)), "index": "0"}
    for field in model._meta.get_fields():
        named = field.is_relation and field.related_model in rows and not field.auto_created
        if named and f"{model._meta.label}.{field.name}" not in scope.ANYWHERE:
            said[field.name] = str(rows[field.related_model])
    return said


def label_of(field):
    return f"{field.model._meta.label}.{field.name}"


def sort_of(field):
    """What decides which rows it may be filled in with: who may change its own, whose those are, and which of them."""
    return scope.reach_of(field.model).change, field.related_model, str(field.get_limit_choices_to())


RELATIONS = [field for model in OURS for field in model._meta.get_fields() if field.is_relation]
LOOK_UPS = [one for one in RELATIONS if not one.auto_created and label_of(one) not in scope.ANYWHERE]
ONE_OF_EACH_SORT = list({sort_of(field): field for field in LOOK_UPS}.values())


def walk(client, theirs, look_ups):
    """The other hub's pages and every page that could name its rows: (address, what was answered)."""
    rows, _all = theirs
    for model in MODELS:
        for page in pages_of(model, rows[model]) if model in rows else [address(model, "changelist")]:
            yield page, client.get(page)
            yield page, client.post(page, crafted(model, theirs))
        for word in (PUBLIC, PERSONAL):
            page = f"{address(model, 'changelist')}?q={word}"
            yield page, client.get(page)
        for action in [*site._registry[model].actions, "delete_selected"]:
            page = address(model, "changelist")
            yield f"{action} at {page}", client.post(page, crafted(model, theirs) | {"action": action})
    for field in look_ups:
        asked = {"app_label": field.model._meta.app_label, "model_name": field.model._meta.model_name, "term": ""}
        yield (
            f"look-up for {label_of(field)}",
            client.get(reverse("admin:autocomplete"), asked | {"field_name": field.name}),
        )
    yield "index", client.get(reverse("admin:index"))
    for word in (PUBLIC, PERSONAL):
        yield "find", client.post(reverse("find"), {"q": word}, follow=True)


def said_in(response):
    """All that a page says, but for the words that were looked for."""
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return re.sub(rf'(?:\bq(?:=|%3D)|value=")(?:{PUBLIC}|{PERSONAL})\b', "", content.decode(errors="replace"))


@pytest.mark.parametrize("role", [*Membership.Role.values, "office", "nobody"])
def test_nobody_sees_or_touches_another_hubs_rows(mine, theirs, role):
    """Whoever sees most tries every look-up; the others one of each sort."""
    look_ups = LOOK_UPS if role == Membership.Role.LEAD else ONE_OF_EACH_SORT
    before, everything = contents(theirs[1]), keys()
    client = signed_in(role, mine)
    words = (PERSONAL,) if role == "office" else (PUBLIC, PERSONAL)
    leaks, walked = [], 0
    for page, response in walk(client, theirs, look_ups):
        walked += 1
        assert response.status_code in (200, 302, 400, 403, 404, 405, 422), page
        text = said_in(response).casefold()
        leaks += [
            (page, text[max(0, text.index(word.casefold()) - 60) :][:100]) for word in words if word.casefold() in text
        ]
    assert leaks == []
    assert contents(theirs[1]) == before
    assert tied_to(keys() - everything, theirs) == []
    assert walked > 150


def tied_to(new, theirs):
    """Those new rows that name a row of the other hub."""
    rows = {(model, pk) for model, pk in theirs[1] if model._meta.label not in SHARED and scope.reach_of(model).hub}
    found = []
    for model, pk in new:
        row = model.objects.get(pk=pk)
        for field in model._meta.concrete_fields:
            if isinstance(field, models.ForeignKey) and (field.related_model, getattr(row, field.attname)) in rows:
                found.append((model._meta.label, field.name))
    return found


@pytest.mark.parametrize("role", Membership.Role.values)
def test_staff_see_their_own_hubs_rows(mine, role):
    """The walk above would pass if nobody saw anything."""
    client = signed_in(role, mine)
    shut = {"hubs.Membership", "bookings.Opened"} if role == Membership.Role.ADMINISTRATOR else set()
    for model in MODELS:
        if model._meta.label in scope.REACH and model._meta.label not in shut:
            page = client.get(address(model, "changelist"))
            assert (model._meta.label, len(page.context["cl"].result_list) > 0) == (model._meta.label, True)


def test_programme_office_sees_every_hubs_sessions_and_nobodys_name(mine, theirs):
    client = signed_in("office", mine)
    assert len(client.get(address(ShowcaseSession, "changelist")).context["cl"].result_list) == 4  # a meeting each
    assert len(client.get(address(HubYear, "changelist")).context["cl"].result_list) == 2
    for label in ("Booking", "Visitor", "Mail", "AuditEntry", "TellMe"):
        assert client.get(reverse(f"admin:bookings_{label.lower()}_changelist")).status_code == 403


def test_role_counts_in_its_own_hub_alone(mine, theirs):
    """A lead here who is an administrator there may change this hub and not that one."""
    there = Hub.objects.get(pk=theirs[0][Hub])
    client = signed_in(Membership.Role.LEAD, mine)
    Membership.objects.create(user=StaffUser.objects.latest("pk"), hub=there, role=Membership.Role.ADMINISTRATOR)
    own, other = (client.get(address(Hub, "change", hub.pk)).content.decode() for hub in (mine, there))
    assert ('name="_save"' in own, 'name="_save"' in other) == (True, False)
    assert client.post(address(Hub, "change", there.pk), {"slug": "mine-now"}).status_code == 403
    chosen = client.get(
        reverse("admin:autocomplete"),
        {"app_label": "hubs", "model_name": "membership", "field_name": "hub", "term": ""},
    )
    assert [row["id"] for row in chosen.json()["results"]] == [str(mine.pk)]


def test_each_registered_model_is_in_the_table_or_for_superusers_alone(mine):
    lead = signed_in(Membership.Role.LEAD, mine)
    for model in MODELS:
        if model._meta.label not in scope.REACH:
            assert (model, lead.get(address(model, "changelist")).status_code) == (model, 403)


def test_table_names_models_that_are_there_and_paths_that_lead_to_a_hub():
    for label, reach in scope.REACH.items():
        model = apps.get_model(label)
        for path in reach.hub:
            if path == "pk":
                assert model is Hub
            else:
                query = model.objects.filter(**{path: 1}).query
                assert str(query)


@pytest.mark.parametrize("action", scope.ACTIONS)
@pytest.mark.parametrize("role", ["office", "nobody"])
def test_who_has_no_hub_may_do_nothing_to_bookings(mine, role, action):
    user = StaffFactory(is_programme_office=role == "office")
    assert scope.may(user, action, Booking) is False
    assert scope.rows(user, Booking.objects.all(), action).count() == 0


def test_staff_who_left_may_do_nothing(mine):
    user = StaffFactory(is_active=False)
    Membership.objects.create(user=user, hub=mine, role=Membership.Role.LEAD)
    assert user.has_perm("hubs.view_hub") is False
    assert user.has_module_perms("hubs") is False


def test_another_hubs_session_can_be_offered_instead(mine, theirs):
    """Where teachers may go is no secret: any hub's open public sessions."""
    client = signed_in(Membership.Role.ADMINISTRATOR, mine)
    from tests.factories import SessionFactory

    open_one = SessionFactory(title="Open to all")
    SessionFactory(title="Staff only", visibility=ShowcaseSession.Visibility.STAFF)
    asked = {"app_label": "bookings", "model_name": "sessionchange", "field_name": "instead", "term": ""}
    found = client.get(reverse("admin:autocomplete"), asked).json()["results"]
    assert [row["id"] for row in found] == [str(open_one.pk)]
