"""What of a session's files and a teacher's photograph anybody may see, and when it goes."""

import datetime as dt
import uuid

import pytest
from django.db import IntegrityError, transaction
from django.forms import FileField
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from bookings import places
from bookings.due import run_due
from bookings.mail import links
from bookings.mail.links import Purpose
from bookings.rule.party import NewVisitor
from bookings.sessions import changes
from bookings.verbs import hand_over, visitors
from hubs.models import Consent, Photograph, Resource, StoredFile, VisitingTeacher
from hubs.vocabulary.school_days import london
from tests.browser.reading import Page
from tests.factories import DAY, NOW, SessionFactory, StaffFactory, party, staff_of
from tests.files import pdf, photograph

pytestmark = pytest.mark.django_db
TODAY = dt.date(2027, 1, 4)
ONE_DAY = dt.timedelta(days=1)
SEEN = [("none", None, True), ("agreed", TODAY + ONE_DAY, True), ("agreed", TODAY, False), ("", None, False)]


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def session():
    return SessionFactory()


def content(response):
    return b"".join(response.streaming_content) if response.streaming else response.content


# --- readings and materials ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pupils, until, seen", SEEN)
def test_nothing_is_published_without_its_mark_nor_from_the_day_it_ends(client, session, pupils, until, seen):
    said = {"session": session, "pupils": pupils, "agreed_until": until}
    file = Resource.objects.create(title="The plan", file=pdf(), **said)
    Resource.objects.create(title="A link", url="https://hub.example/", **said)
    page = Page(client.get(f"/sessions/{session.ref}/"))
    assert ("The plan" in page.links, "A link" in page.links) == (seen, seen)
    assert ("To read" in page.text) == seen
    for start in ("", "/zh-hans"):
        answer = client.get(f"{start}/sessions/{session.ref}/files/{file.pk}/")
        assert answer.status_code == (200 if seen else 404)


def test_file_is_saved_under_its_title(client, session):
    file = Resource.objects.create(session=session, title="A plan: 7/8 − 3/8?", file=pdf(), pupils="none")
    answer = client.get(f"/sessions/{session.ref}/files/{file.pk}/")
    assert (content(answer), answer["Content-Disposition"]) == (
        b"%PDF-1.7\n",
        'attachment; filename="a-plan-78-38.pdf"',
    )
    assert answer["Content-Length"] == "9"


def test_file_that_was_lost_is_a_page_with_a_sentence(client, session):
    file = Resource.objects.create(session=session, title="The plan", file=pdf(), pupils="none")
    StoredFile.objects.all().delete()
    answer = client.get(f"/sessions/{session.ref}/files/{file.pk}/")
    assert answer.status_code == 404
    assert "We no longer have “The plan”. The hub can put it here again: ask them." in Page(answer).text
    assert "office@hub.example" in Page(answer).links


@pytest.mark.parametrize("pupils, until", [("agreed", None), ("none", TODAY), ("", TODAY)])
def test_agreement_has_its_day_and_nothing_else_has_one(session, pupils, until):
    with pytest.raises(IntegrityError), transaction.atomic():
        Resource.objects.create(session=session, title="x", url="https://x.example/", pupils=pupils, agreed_until=until)


def test_whoever_is_to_come_reads_what_is_for_them(client, session):
    said = {"session": session, "file": pdf(), "only_with_a_place": True}
    file = Resource.objects.create(title="The plan", pupils="none", **said)
    unmarked = Resource.objects.create(title="Unmarked", **said)
    booking = places.hold(session.pk, party(size=2), clock=lambda: NOW)
    opens = f"/bookings/{links.token(Purpose.CONTACT, booking)}/"
    assert client.get(f"{opens}files/{file.pk}/").status_code == 404
    places.confirm(booking.pk, clock=lambda: NOW)
    visitor = booking.visitors.get(is_contact=False)
    for address in (opens, f"/bookings/{links.token(Purpose.VISITOR, visitor)}/"):
        page = Page(client.get(address))
        answer = client.get(page.links["The plan"])
        assert (answer.status_code, content(answer)) == (200, b"%PDF-1.7\n")
        assert (answer["Cache-Control"], "Unmarked" in page.text) == ("no-store", False)
        assert client.get(f"{address}files/{unmarked.pk}/").status_code == 404
    assert client.get(f"/sessions/{session.ref}/files/{file.pk}/").status_code == 404


AFTER = london(DAY, dt.time(12))


@pytest.fixture
def had_a_place(session):
    """A booking of three: the contact, and two colleagues with links of their own."""
    booking = places.hold(session.pk, party(size=3), clock=lambda: NOW)
    return places.confirm(booking.pk, clock=lambda: NOW)


def link_of(visitor):
    return f"/bookings/{links.token(Purpose.VISITOR, visitor)}/"


@pytest.mark.parametrize("only_with_a_place", [True, False])
def test_materials_are_for_those_who_had_a_place_once_it_is_over(
    client, monkeypatch, session, had_a_place, only_with_a_place
):
    said = {"session": session, "kind": "material", "pupils": "none", "only_with_a_place": only_with_a_place}
    slides = Resource.objects.create(title="The slides", file=pdf(), **said)
    Resource.objects.create(title="The film", url="https://films.example/lesson", **said)
    came, absent = had_a_place.visitors.filter(is_contact=False)
    contact = f"/bookings/{links.token(Purpose.CONTACT, had_a_place)}/"
    for address in (contact, link_of(came)):
        assert "The slides" not in client.get(address).content.decode()
        assert client.get(f"{address}files/{slides.pk}/").status_code == 404
    monkeypatch.setattr(timezone, "now", lambda: AFTER)
    type(absent).objects.filter(pk=absent.pk).update(attendance="absent", marked_at=AFTER)
    for address in (contact, link_of(came), link_of(absent)):
        page = Page(client.get(address))
        assert page.links["The film"] == "https://films.example/lesson"
        answer = client.get(page.links["The slides"])
        assert (answer.status_code, content(answer)) == (200, b"%PDF-1.7\n")
        assert answer["Content-Disposition"] == 'attachment; filename="the-slides.pdf"'
        assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("application/pdf", "nosniff")
        assert (answer["Cache-Control"], answer["X-Robots-Tag"]) == ("no-store", "noindex")
    for start in ("", "/zh-hans"):
        assert "slides" not in client.get(f"{start}/sessions/{session.ref}/").content.decode()
        assert client.get(f"{start}/sessions/{session.ref}/files/{slides.pk}/").status_code == 404


@pytest.mark.parametrize("pupils, until, seen", SEEN)
def test_material_needs_its_mark_and_goes_on_the_day_that_parents_named(
    client, monkeypatch, session, had_a_place, pupils, until, seen
):
    until = until and DAY + (until - TODAY)
    said = {"session": session, "kind": "material", "pupils": pupils, "agreed_until": until}
    file = Resource.objects.create(title="The slides", file=pdf(), **said)
    Resource.objects.create(title="The film", url="https://films.example/lesson", **said)
    monkeypatch.setattr(timezone, "now", lambda: AFTER)
    address = link_of(had_a_place.visitors.last())
    page = Page(client.get(address))
    assert ("The slides" in page.links, "The film" in page.links) == (seen, seen)
    assert client.get(f"{address}files/{file.pk}/").status_code == (200 if seen else 404)


@pytest.mark.parametrize("how", ["released", "given", "cancelled", "off"])
def test_who_has_no_place_any_longer_gets_no_materials(client, monkeypatch, session, had_a_place, how):
    said = {"session": session, "title": "The slides", "pupils": "none"}
    files = [Resource.objects.create(file=pdf(), kind="material", **said)]
    files.append(Resource.objects.create(file=pdf(), only_with_a_place=True, **said))
    visitor = had_a_place.visitors.last()
    address = link_of(visitor)
    if how == "released":
        visitors.release(visitor.pk, clock=lambda: NOW, pressed_by="visitor")
    elif how == "given":
        taker = NewVisitor(full_name="Zoë Taker", email="zoe@school.example")
        hand_over.hand_over(visitor.pk, taker, clock=lambda: NOW, pressed_by="visitor")
    elif how == "cancelled":
        places.cancel(had_a_place.pk, clock=lambda: NOW)
    else:
        changes.cancel_session(session.pk, by=StaffFactory(), clock=lambda: NOW)
    monkeypatch.setattr(timezone, "now", lambda: AFTER)
    assert "The slides" not in client.get(address).content.decode()
    assert [client.get(f"{address}files/{file.pk}/").status_code for file in files] == [404, 404]


# --- photographs of visiting teachers --------------------------------------------------------------------------------


@pytest.fixture
def teacher(session):
    teacher = VisitingTeacher.objects.create(hub_year=session.hub_year, name_pinyin="Wang Fang", photo_agreed_at=NOW)
    session.lessons.get().visiting_teachers.add(teacher)
    return teacher


def with_photograph(teacher, pupils="none", until=None):
    return Photograph.objects.create(teacher=teacher, file=photograph(), pupils=pupils, agreed_until=until)


def photographs_on(client, session):
    html = client.get(f"/sessions/{session.ref}/").content.decode()
    return html.count("/photographs/")


@pytest.mark.parametrize("pupils, until, seen", SEEN)
def test_photograph_is_published_with_its_mark_and_until_its_day(client, session, teacher, pupils, until, seen):
    kept = with_photograph(teacher, pupils, until)
    assert photographs_on(client, session) == seen
    assert client.get(f"/photographs/{kept.file.name}").status_code == (200 if seen else 404)


def test_photograph_is_small_says_nobodys_name_and_is_kept_as_a_page_is(client, session, teacher):
    kept = with_photograph(teacher)
    assert Image.open(kept.file).size == (480, 320)
    html = client.get(f"/sessions/{session.ref}/").content.decode()
    assert 'alt="Photograph of the teacher"' in html
    assert "Wang" not in html
    answer = client.get(f"/photographs/{kept.file.name}")
    assert answer["Cache-Control"] == "public, max-age=0, s-maxage=5"
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")
    assert (len(answer.content) < 60_000, dict(answer.cookies)) == (True, {})
    assert client.get(f"/photographs/{kept.file.name}", HTTP_IF_NONE_MATCH=answer["ETag"]).status_code == 304


def test_photograph_goes_with_the_consent_at_once_and_nothing_of_it_stays(client, session, teacher):
    kept = with_photograph(teacher)
    teacher.say(Consent.NAME, agrees=False, now=NOW, why="test")
    assert photographs_on(client, session) == 1
    client.post(f"/bookings/{links.token(Purpose.ITINERARY, teacher)}/agree/", {"choice": "photo:no"})
    assert photographs_on(client, session) == 0
    assert client.get(f"/photographs/{kept.file.name}").status_code == 404
    assert not StoredFile.objects.exists()


def test_consent_that_was_taken_back_past_every_form_is_heeded_all_the_same(client, session, teacher):
    kept = with_photograph(teacher)
    VisitingTeacher.objects.update(photo_agreed_at=None)
    assert photographs_on(client, session) == 0
    assert client.get(f"/photographs/{kept.file.name}").status_code == 404


def test_photograph_that_is_replaced_is_forgotten_by_the_worker(teacher):
    kept = with_photograph(teacher)
    kept.file = photograph(colour="blue")
    kept.save()
    assert StoredFile.objects.count() == 2
    StoredFile.objects.update(stored_at=NOW - ONE_DAY)
    run_due(lambda: NOW)
    assert [file.name for file in StoredFile.objects.all()] == [kept.file.name]


def test_two_photographs_are_asked_for_as_often_as_one(client, session, teacher, django_assert_max_num_queries):
    with_photograph(teacher)
    for n in range(3):
        other = VisitingTeacher.objects.create(hub_year=session.hub_year, name_pinyin=f"{n}", photo_agreed_at=NOW)
        session.lessons.get().visiting_teachers.add(other)
        Photograph.objects.create(teacher=other, file=photograph(colour=(n, 0, 0)), pupils="none")
    with django_assert_max_num_queries(10):
        assert photographs_on(client, session) == 4


# --- the forms of staff ----------------------------------------------------------------------------------------------


@pytest.fixture
def staff(session):
    client = Client()
    client.force_login(staff_of(session.hub))
    return client


def filled_in(page):
    """What a form of the admin sends as it stands."""
    sets = [one.formset for one in page.context["inline_admin_formsets"]]
    forms = [page.context["adminform"].form, *(one.management_form for one in sets)]
    forms += [form for one in sets for form in one.forms]
    said = {}
    for form in forms:
        for bound in form:
            value = None if isinstance(bound.field, FileField) else bound.value()
            for n, widget in enumerate(getattr(bound.field.widget, "widgets", [])):
                parts = bound.field.widget.decompress(value)
                said[f"{bound.html_name}_{n}"] = widget.format_value(parts[n]) or ""
                if bound.field.show_hidden_initial:
                    said[f"initial-{bound.html_name}_{n}"] = widget.format_value(parts[n]) or ""
            if not hasattr(bound.field.widget, "widgets") and value not in (None, ""):
                said[bound.html_name] = value
    return said


def address_of(teacher):
    return reverse("admin:hubs_visitingteacher_change", args=[teacher.pk])


def with_a_photograph(said, **more):
    return said | {
        "photographs-TOTAL_FORMS": "1",
        "photographs-0-file": photograph(),
        "photographs-0-pupils": "none",
        **more,
    }


def test_staff_give_a_photograph_of_a_teacher_who_agreed(staff, teacher, client, session):
    said = with_a_photograph(filled_in(staff.get(address_of(teacher))))
    assert staff.post(address_of(teacher), said).status_code == 302
    assert photographs_on(client, session) == 1


def test_staff_keep_no_photograph_of_a_teacher_who_did_not(staff, teacher):
    teacher.say(Consent.PHOTO, agrees=False, now=NOW, why="test")
    answer = staff.post(address_of(teacher), with_a_photograph(filled_in(staff.get(address_of(teacher)))))
    assert "They have not agreed to photographs, so none is kept." in answer.content.decode()
    assert (Photograph.objects.count(), StoredFile.objects.count()) == (0, 0)


def test_form_that_was_opened_before_the_teacher_said_no_keeps_nothing(staff, teacher):
    said = with_a_photograph(filled_in(staff.get(address_of(teacher))))
    teacher.say(Consent.PHOTO, agrees=False, now=NOW, why="test")
    staff.post(address_of(teacher), said)
    teacher.refresh_from_db()
    assert teacher.photo_agreed_at is None
    assert (Photograph.objects.count(), StoredFile.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    "file, why",
    [
        (pdf("a.jpg"), "This is not a jpg file, whatever its name says."),
        (pdf(), "Choose a photograph: jpg, jpeg, png."),
    ],
    ids=["not one", "a PDF"],
)
def test_staff_are_told_what_is_no_photograph(staff, teacher, file, why):
    said = with_a_photograph(filled_in(staff.get(address_of(teacher))), **{"photographs-0-file": file})
    assert why in staff.post(address_of(teacher), said).content.decode()
    assert not Photograph.objects.exists()


def test_form_of_a_session_whose_file_was_lost_can_still_be_saved(staff, session):
    Resource.objects.create(session=session, title="The plan", file=pdf(), pupils="none")
    StoredFile.objects.all().delete()
    address = reverse("admin:hubs_showcasesession_change", args=[session.pk])
    said = filled_in(staff.get(address)) | {"resources-0-title": "Another title", "key": uuid.uuid4()}
    answer = staff.post(address, said)
    assert (answer.status_code, Resource.objects.get().title) == (302, "Another title")


def test_staff_say_until_when_parents_agreed(staff, session):
    Resource.objects.create(session=session, title="Slides", url="https://hub.example/", pupils="none")
    address = reverse("admin:hubs_showcasesession_change", args=[session.pk])
    said = filled_in(staff.get(address)) | {"resources-0-pupils": "agreed"}
    assert "Say until when the parents agreed" in staff.post(address, said).content.decode()
    assert staff.post(address, said | {"resources-0-agreed_until": f"{DAY:%d/%m/%Y}"}).status_code == 302
    assert Resource.objects.get().agreed_until == DAY
