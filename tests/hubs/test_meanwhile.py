"""Two people edit one row at the same time: neither overwrites what the other has saved."""

import threading
import time
from contextlib import suppress

import pytest
from django.contrib.admin import site
from django.contrib.admin.utils import quote
from django.db import IntegrityError, connection, models, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from hubs.admin.meanwhile import AS_SHOWN
from hubs.models import Lesson, ShowcaseSession
from hubs.vocabulary.teaching import Years
from tests.answers import errors_of, untouched
from tests.factories import NOW, HubYearFactory, SessionFactory, StaffFactory
from tests.one_of_each import one_of_each

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def staff():
    client = Client()
    client.force_login(StaffFactory(is_superuser=True))
    return client


@pytest.fixture
def session():
    return SessionFactory(title="Year 6 lesson", parking="None", refreshments="Tea")


def page_of(row):
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[quote(row.pk)])


def open_page(client, row):
    """What the browser would send of the page as it is now."""
    return untouched(client.get(page_of(row)))


def save(client, row, sent, **typed):
    answer = client.post(page_of(row), sent | typed)
    row.refresh_from_db()
    return answer


def test_what_one_alone_has_changed_merges_by_itself(staff, session):
    shown = open_page(staff, session)  # to both
    assert save(staff, session, shown, parking="In the playground").status_code == 302
    assert save(staff, session, shown, refreshments="Lunch").status_code == 302
    assert (session.parking, session.refreshments) == ("In the playground", "Lunch")


def test_where_both_have_nothing_is_saved_and_both_are_shown(staff, session):
    shown = open_page(staff, session)  # to both
    save(staff, session, shown, parking="In the playground", bring="A pencil")
    answer = save(staff, session, shown, parking="On the field", refreshments="Lunch")
    assert errors_of(answer) == [
        "Somebody has saved this meanwhile: “In the playground”. Save again to have yours, or type theirs."
    ]
    assert (session.parking, session.refreshments) == ("In the playground", "Tea")
    again = untouched(answer)
    assert again["parking"] == ["On the field"]
    save(staff, session, again)
    assert (session.parking, session.refreshments, session.bring) == ("On the field", "Lunch", "A pencil")


def test_what_merged_still_merges_when_the_page_is_sent_again_after_a_mistake(staff, session):
    shown = open_page(staff, session)  # to both
    save(staff, session, shown, parking="In the playground")
    answer = save(staff, session, shown, kind="no kind", refreshments="Lunch")
    assert errors_of(answer) == ["Select a valid choice. no kind is not one of the available choices."]
    save(staff, session, untouched(answer), kind="talk")
    assert (session.parking, session.refreshments, session.kind) == ("In the playground", "Lunch", "talk")


def test_same_words_from_both_are_no_dispute(staff, session):
    shown = open_page(staff, session)  # to both
    save(staff, session, shown, parking="On the field")
    assert save(staff, session, shown, parking="On the field").status_code == 302


def test_third_person_between_two_saves_is_heard_too(staff, session):
    shown = open_page(staff, session)
    save(staff, session, shown, parking="One")
    answer = save(staff, session, shown, parking="Mine")
    save(staff, session, open_page(staff, session), parking="Two")
    assert "“Two”" in errors_of(save(staff, session, untouched(answer)))[0]
    assert session.parking == "Two"


OF_EVERY_SORT = {
    "suits_years": ["32", "64"],
    "visibility": "link",
    "filming": "on",
    "share": "5",
    "about": "Two\r\nlines",
    "closes_at_0": "2027-01-21",
    "closes_at_1": "12:00",
}


def of_every_sort(row):
    about = row.about.splitlines()
    return row.suits_years, row.visibility, row.filming, row.share, about, timezone.localtime(row.closes_at).hour


def test_every_sort_of_field_merges(staff, session):
    shown = open_page(staff, session)
    assert save(staff, session, shown, **OF_EVERY_SORT).status_code == 302
    assert of_every_sort(session) == (Years(96), "link", "on", 5, ["Two", "lines"], 12)
    assert save(staff, session, shown, refreshments="Lunch").status_code == 302
    assert of_every_sort(session) == (Years(96), "link", "on", 5, ["Two", "lines"], 12)
    assert session.refreshments == "Lunch"


def test_rows_that_are_chosen_merge(staff, session):
    other = HubYearFactory(name="Kent Maths Hub")
    earlier = open_page(staff, session)
    save(staff, session, earlier, also_run_by=[str(other.pk)])
    save(staff, session, earlier, refreshments="Lunch")
    assert list(session.also_run_by.all()) == [other]
    third = HubYearFactory()
    answer = save(staff, session, earlier, also_run_by=[str(third.pk)])
    assert errors_of(answer) == [
        "Somebody has saved this meanwhile: “Kent Maths Hub, 2026–27”. Save again to have yours, or type theirs."
    ]


def test_line_of_a_list_merges(staff, session):
    (lesson,) = session.lessons.all()
    earlier = open_page(staff, session)
    Lesson.objects.filter(pk=lesson.pk).update(topic="Fractions")
    assert save(staff, session, earlier, **{"lessons-0-class_note": "30 pupils"}).status_code == 302
    lesson.refresh_from_db()
    assert (lesson.topic, lesson.class_note) == ("Fractions", "30 pupils")
    answer = save(staff, session, earlier, **{"lessons-0-topic": "Angles"})
    assert "“Fractions”" in errors_of(answer)[0]
    lesson.refresh_from_db()
    assert lesson.topic == "Fractions"


def test_line_that_is_gone_meanwhile_is_said(staff, session):
    earlier = open_page(staff, session)
    session.lessons.all().delete()
    answer = save(staff, session, earlier, refreshments="Lunch")
    assert "Somebody has deleted a line of this list meanwhile." in " ".join(errors_of(answer))
    assert session.refreshments == "Tea"


def test_line_that_came_meanwhile_stays(staff, session):
    earlier = open_page(staff, session)
    Lesson.objects.create(session=session, position=2, years=Years.Y5)
    assert save(staff, session, earlier, refreshments="Lunch").status_code == 302
    assert session.lessons.count() == 2


@pytest.mark.parametrize("carried", ["", "x:y", "eyJhIjoxfQ:1:2"])
def test_page_that_carries_nothing_we_signed_saves_what_was_typed(staff, session, carried):
    sent = open_page(staff, session)
    assert save(staff, session, sent, **{AS_SHOWN: carried, "parking": "Here"}).status_code == 302
    assert session.parking == "Here"


def test_what_is_carried_is_no_text_of_the_row(staff, session):
    session.joining_instructions = "The gate code is 1234"
    session.save()
    assert "1234" not in open_page(staff, session)[AS_SHOWN]


EDITED = [model for model, admin in site._registry.items() if getattr(admin, "form", None)]


def written_by_others(row, form):
    """Write into each field of text, time and number of a form that may say anything; those fields."""
    concrete = {field.name for field in row._meta.concrete_fields}
    written = []
    for field in (row._meta.get_field(name) for name in form.fields if name in concrete):
        if not isinstance(field, models.CharField | models.TextField) or field.choices or field.unique:
            continue
        with suppress(IntegrityError), transaction.atomic():  # not without other fields
            type(row)._default_manager.filter(pk=row.pk).update(**{field.name: "Theirs"})
            written.append(field.name)
    return written


@pytest.mark.slow
def test_every_page_that_is_saved_as_it_was_shown_disputes_nothing_and_keeps_what_others_wrote(staff):
    """For each field of text, time and number that somebody may edit, in every model."""
    one_of_each(1)
    walked = 0
    for model in EDITED:
        row = model._default_manager.order_by("pk").last()
        page = staff.get(page_of(row)) if row else None
        form = page.context["adminform"].form if page and page.context and "adminform" in page.context else None
        if form is None or not form.fields:
            continue
        written = written_by_others(row, form)
        if not written:
            continue
        answer = staff.post(page_of(row), untouched(page))
        said = errors_of(answer) if answer.status_code == 200 else []
        assert (model.__name__, [one for one in said if "meanwhile" in one]) == (model.__name__, [])
        now = model._default_manager.values(*written).get(pk=row.pk)
        assert (model.__name__, now) == (model.__name__, dict.fromkeys(written, "Theirs"))
        walked += len(written)
    assert walked > 40


@pytest.mark.django_db(transaction=True)
def test_save_that_had_to_wait_for_another_hears_of_it():
    """The other has not committed yet when this one is sent."""
    staff, session = Client(), SessionFactory(parking="None", refreshments="Tea")
    staff.force_login(StaffFactory(is_superuser=True))
    sent, written = open_page(staff, session), threading.Event()

    def writes():
        try:
            with transaction.atomic():
                ShowcaseSession.objects.select_for_update().filter(pk=session.pk).update(parking="In the playground")
                written.set()
                time.sleep(0.5)  # until the other one waits for this row; nothing tells of that
        finally:
            connection.close()

    other = threading.Thread(target=writes)
    other.start()
    assert written.wait(60)  # on a busy machine a thread begins late
    answer = save(staff, session, sent, parking="On the field", refreshments="Lunch")
    other.join()
    assert "“In the playground”" in errors_of(answer)[0]
    assert (session.parking, session.refreshments) == ("In the playground", "Tea")
