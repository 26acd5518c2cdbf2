"""Staff find people as they type their names: without accents, apostrophes or case, in every script (school_words)."""

import uuid

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bookings import places
from bookings.models import Booking, SchoolKind, Visitor
from bookings.rule.party import Correction, NewVisitor, VisitingSchool
from bookings.verbs import contact, details, hand_over, staff_booking, visitors, waiting_list
from bookings.verbs import visitors as parties
from hubs.models import HostSchool, MasterySpecialist, Membership, VisitingTeacher
from tests.bookings.conftest import wrong_words
from tests.factories import NOW, HubYearFactory, SchoolFactory, SessionFactory, StaffFactory, party

pytestmark = pytest.mark.django_db
ONE_NAME = [
    "Sean O'Neill",
    "Séan O’Neill",
    "SEAN OʼNEILL",
    "sean oneill",
    "Seán O`Neill",
    "Sean O‘Neill",
    "Sean O´Neill",
]
# What is kept, and what somebody types for it.
TYPED = [
    ("Zoë Núñez", "zoe nunez"),
    ("Zoe Nunez", "Zoë NÚÑEZ"),
    ("Łukasz Sørensen", "lukasz sorensen"),
    ("Æthel Þór", "aethel thor"),
    ("Jürgen Groß", "JURGEN GROSS"),
    ("علی‌رضا", "علیرضا"),
    ("刘中华", "中华"),
    ("Ｌｉ　Ｗｅｉ", "li wei"),
    ("Мария Иванова", "мария"),
    ("राम", "राम"),
    ("Anne-Marie D'Arcy", "marie darcy"),
    ("Jane Smith", "smith jane"),
]


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def client():
    client = Client()
    client.force_login(StaffFactory(is_superuser=True, full_name="Sam Super"))
    return client


def clock():
    return NOW


def held(session, **asked):
    return places.hold(session.pk, party(**asked), clock=clock)


def found(client, model, typed):
    """How many rows of a list a search finds."""
    answer = client.get(reverse(f"admin:{model}_changelist"), {"q": typed})
    return len(answer.context["cl"].result_list)


# --- bookings and visitors -------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_name_is_found_however_its_apostrophe_is_typed(client):
    for n, kept in enumerate(ONE_NAME):
        held(SessionFactory(), contact_name=kept, email=f"sean{n}@school.example")
    held(SessionFactory(), contact_name="Sheila Neil", email="other@school.example")
    for typed in [*ONE_NAME, "O'Neill", "O’Neill", "ONeill", "O Neill", "sean o neil"]:
        rows = [found(client, f"bookings_{model}", typed) for model in ("booking", "visitor")]
        assert rows == [len(ONE_NAME)] * 2, typed


@pytest.mark.parametrize("kept, typed", TYPED)
def test_name_is_found_in_every_script(client, kept, typed):
    held(SessionFactory(), contact_name=kept, email="sean@school.example")
    held(SessionFactory(), contact_name="रम Other 李", email="other@school.example")
    assert [found(client, f"bookings_{model}", typed) for model in ("booking", "visitor")] == [1, 1]


def test_what_is_no_word_finds_nobody_and_nothing_typed_finds_all(client):
    held(SessionFactory())
    assert [found(client, "bookings_visitor", typed) for typed in ("--", "' '", "%", "", " ")] == [0, 0, 0, 1, 1]


@pytest.mark.parametrize(
    "typed", ["St Mary’s", "st marys", "Saint Mary's Church of England", "o neil mary", "O’Neill St Mary's", "118568"]
)
def test_booking_is_found_by_words_of_its_school(client, typed):
    school = SchoolFactory(urn=118568, name="St Mary's CofE Primary School")
    held(SessionFactory(), contact_name="Sean O'Neill", school=school)
    held(SessionFactory(), contact_name="Sean Other", email="other@school.example")
    assert found(client, "bookings_booking", typed) == 1


@pytest.mark.parametrize("typed", ["King’s College", "kings", "o'neill kings", "hawkhurst"])
def test_booking_is_found_by_a_school_as_it_was_typed(client, typed):
    school = VisitingSchool(kind=SchoolKind.INDEPENDENT, name="King's College", place="Hawkhurst")
    held(SessionFactory(), contact_name="Sean O’Neill", visiting=school)
    held(SessionFactory(), contact_name="Sean Other", email="other@school.example")
    assert found(client, "bookings_booking", typed) == 1
    assert found(client, "bookings_booking", "independent") == 0  # what kind it is, is no word of it


# --- the words are never those of another name -----------------------------------------------------------------------


def test_every_way_to_write_a_name_writes_its_words(client):
    session, by = SessionFactory(room__capacity=4), StaffFactory()
    booking = held(session, size=2, contact_name="Zoë One")
    booking = places.confirm(booking.pk, clock=clock)
    parties.add_visitor(booking.pk, NewVisitor(full_name="Zoë Two"), clock=clock, key=uuid.uuid4())
    hand_over.hand_over(
        booking.visitors.get(position=2).pk, NewVisitor(full_name="Zoë Three", email="3@school.example"), clock=clock
    )
    first = booking.visitors.get(position=1)
    named = {first.pk: Correction(full_name="Zoë Four")}
    details.change_details(booking.pk, clock=clock, contact_name="Zoë Four", visitors=named)
    contact.put_right(
        booking.pk, name="Zoë Five", email="5@school.example", mobile="", why="Typed wrong", by=by, clock=clock
    )
    asked = party(contact_name="Zoë Six", email="6@school.example", visitors=(NewVisitor(), NewVisitor()))
    staff_booking.staff_booking(SessionFactory().pk, asked, by=by, clock=clock)
    later = Visitor.objects.get(full_name=None)
    visitors.name_at_the_door(later.pk, "Zoë Seven", by=by, clock=clock)
    walks_in = party(contact_name="Zoë Eight", email="8@school.example")
    staff_booking.walk_in(session.pk, walks_in, by=by, clock=lambda: session.starts_at)
    waiting_list.join(session.pk, party(contact_name="Zoë Nine", email="9@school.example", size=2), clock=clock)
    assert Booking.objects.waiting().count() == 1
    assert wrong_words() == []
    counted = {typed: found(client, "bookings_visitor", f"zoe {typed}") for typed in (["two", "three", "five", "six"])}
    assert counted == {"two": 1, "three": 1, "five": 1, "six": 1}
    assert [found(client, "bookings_visitor", f"zoe {typed}") for typed in ("one", "four")] == [0, 0]
    assert [found(client, "bookings_booking", f"zoe {typed}") for typed in ("five", "eight", "nine")] == [1, 1, 1]


@pytest.mark.parametrize("model, name", [(Booking, "contact_name"), (Visitor, "full_name")])
def test_django_has_no_way_to_write_a_name_without_its_words(model, name):
    held(SessionFactory())
    row = model.objects.get()

    def kept():
        return model.objects.values_list("name_words", flat=True).get()

    model.objects.update(**{name: "Zoë One"})
    assert kept() == "zoe one"
    setattr(row, name, "Zoë Two")
    row.save(update_fields=[name])
    assert (row.name_words, kept()) == ("zoe two", "zoe two")
    setattr(row, name, "Zoë Three")
    model.objects.bulk_update([row], [name])
    assert kept() == "zoe three"
    part = model.objects.defer("name_words").get()
    setattr(part, name, "Zoë Four")
    part.save()
    assert kept() == "zoe four"
    model.objects.update_or_create(pk=row.pk, defaults={name: "Zoë Five"})
    assert kept() == "zoe five"
    row.refresh_from_db()
    row.name_words = "somebody else"
    row.save()
    assert kept() == "zoe five"


@pytest.mark.parametrize("model, name", [(Booking, "contact_name"), (Visitor, "full_name")])
def test_erasing_a_name_erases_its_words(model, name):
    held(SessionFactory(), contact_name="Zoë One")
    model.objects.update(**{name: None})
    assert model.objects.get().name_words == ""
    row = model.objects.get()
    setattr(row, name, None)
    row.save(update_fields=[name])
    assert model.objects.get().name_words == ""
    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.update(**{name: None, "name_words": "zoe one"})


# --- other lists of the staff pages ----------------------------------------------------------------------------------


@pytest.fixture
def named(client):
    """Everybody and everything of one hub, named with accents and apostrophes."""
    year = HubYearFactory(name="King’s & Medway Maths Hub", hub__slug="kings")
    school = SchoolFactory(name="St Mary's Primary School")
    VisitingTeacher.objects.create(hub_year=year, name_pinyin="Lǐ Wěi", name_characters="李伟", home_school="Xi'an")
    MasterySpecialist.objects.create(hub_year=year, full_name="Séan O’Neill", school=school)
    HostSchool.objects.create(hub_year=year, school=school)
    SessionFactory(hub_year=year, title="Pythagoras’ Theorem", venue=school)
    user = StaffFactory(full_name="Séan O’Neill", email="sean@hub.example")
    Membership.objects.create(user=user, hub=year.hub, invited_as="Séan O’Neill", invited_at=NOW)


@pytest.mark.slow
@pytest.mark.parametrize(
    "model, typed",
    [
        ("hubs_staffuser", ["O'Neill", "sean oneill", "sean@hub.example", "ｓｅａｎ＠hub"]),
        ("hubs_membership", ["O'Neill", "sean oneill", "SEAN@hub.example"]),
        ("hubs_visitingteacher", ["li wei", "李伟", "Xi’an", "xian"]),
        ("hubs_masteryspecialist", ["O'Neill", "oneill", "st mary’s"]),
        ("hubs_hostschool", ["St Mary’s", "st marys", "King's"]),
        ("hubs_hubyear", ["King's", "kings medway"]),
        ("hubs_hub", ["King's", "KINGS"]),
        ("hubs_showcasesession", ["pythagoras theorem", "Pythagoras' theorem", "St Mary’s", "kings"]),
    ],
)
def test_other_lists_compare_names_too(client, named, model, typed):
    assert {one: found(client, model, one) for one in typed} == dict.fromkeys(typed, 1)
    assert [found(client, model, one) for one in ("zzz", "--")] == [0, 0]


def test_visiting_teacher_is_chosen_by_a_name_without_accents(client, named):
    asked = {"term": "li wei", "app_label": "hubs", "model_name": "hostschool", "field_name": "visiting_teachers"}
    answer = client.get(reverse("admin:autocomplete"), asked)
    assert [one["text"] for one in answer.json()["results"]] == ["Lǐ Wěi 李伟"]
