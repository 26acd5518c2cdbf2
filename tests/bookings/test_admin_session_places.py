"""Sessions in the admin: no form touches who has a place; buttons and a page of their own do, by verbs."""

import datetime as dt
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from bookings import places
from bookings.models import AuditEntry, Places
from bookings.states import SessionStatus, Verb
from hubs.models import Lesson, ProgrammeSegment, ShowcaseSession
from hubs.vocabulary.school_days import london
from hubs.vocabulary.teaching import Years
from tests.answers import errors_of, messages_of, untouched
from tests.factories import DAY, NOW, SessionFactory, party

pytestmark = pytest.mark.django_db

LIST = "admin:hubs_showcasesession_changelist"


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def change(session):
    return reverse("admin:hubs_showcasesession_change", args=[session.pk])


def overview(session):
    return reverse("admin:hubs_showcasesession_overview", args=[session.pk])


def press(client, session, action):
    """A button on the session's page, which posts the list's action for this row."""
    sent = {"action": action, "_selected_action": session.pk, "_from_row": session.pk}
    return client.post(reverse(LIST), sent)


# --- the form and the places ------------------------------------------------------------------------------------------


def test_stale_form_saved_after_five_bookings_leaves_the_count_unharmed(admin_client):
    session = SessionFactory()
    stale = untouched(admin_client.get(change(session)))
    for number in range(5):
        places.hold(session.pk, party(email=f"teacher{number}@school.example"), clock=lambda: NOW)
    crafted = {"places_taken": "0", "taken": "0", "capacity": "500", "status": "draft", "held_back": "9"}
    answer = admin_client.post(change(session), stale | crafted | {"parking": "Behind the church"})
    assert answer.headers["Location"] == overview(session)
    row = Places.objects.get()
    assert (row.places_taken, row.capacity, row.held_back, row.status) == (5, 30, 0, SessionStatus.OPEN)
    session.refresh_from_db()
    assert session.parking == "Behind the church"


def test_untouched_form_changes_nothing(admin_client):
    session = SessionFactory(arrival_at=london(DAY, dt.time(8, 30)), share=2)
    before = ShowcaseSession.objects.values().get()
    lessons = [*Lesson.objects.values()]
    admin_client.post(change(session), untouched(admin_client.get(change(session))))
    assert ShowcaseSession.objects.values().get() == before
    assert [*Lesson.objects.values()] == lessons


def test_full_session_sends_fewer_fields_than_are_taken(admin_client, settings):
    """Four lessons, each for every year, and a programme of twelve lines fit into one form."""
    session = SessionFactory(suits_years=Years((1 << 14) - 1), suits_roles=255)
    Lesson.objects.all().delete()
    for position in range(1, 5):
        Lesson.objects.create(session=session, position=position, years=Years((1 << 14) - 1))
    for position in range(1, 13):
        ProgrammeSegment.objects.create(session=session, position=position, text="Talk")
    sent = untouched(admin_client.get(change(session)))
    fields = sum(len(value) if isinstance(value, list) else 1 for value in sent.values())
    assert fields < settings.DATA_UPLOAD_MAX_NUMBER_FIELDS
    assert admin_client.post(change(session), sent).status_code == 302


def test_form_shows_places_and_reference_but_no_field_for_them(admin_client):
    session = SessionFactory(room__held_back=4)
    page = admin_client.get(change(session))
    words = page.content.decode()
    assert f"{session.ref} · Booking is open" in words
    assert '<div class="readonly">30</div>' in words
    assert '<div class="readonly">4</div>' in words
    assert not {"ref", "status", "capacity", "taken", "held_back"} & set(untouched(page))


@pytest.mark.parametrize(
    "changed",
    [
        {"ends_at": "11:30"},
        {"starts_at_0": "2027-01-27"},
        {"arrival_at": "08:30"},
        {"venue": "", "place_name": "Village Hall"},
        {"place_address": "Greenway"},
    ],
    ids=["end", "day", "arrival", "place", "address"],
)
def test_session_that_is_booked_is_moved_by_move_and_not_by_the_form(admin_client, changed):
    session = SessionFactory()
    before = ShowcaseSession.objects.values().get(pk=session.pk)
    sent = untouched(admin_client.get(change(session)))
    places.hold(session.pk, party(size=2), clock=lambda: NOW)
    page = admin_client.post(change(session), sent | changed)
    assert "People have booked. Use Move: it tells everyone." in errors_of(page)
    assert ShowcaseSession.objects.values().get(pk=session.pk) == before


def test_session_that_nobody_has_booked_is_moved_by_the_form(admin_client):
    session = SessionFactory()
    sent = untouched(admin_client.get(change(session)))
    answer = admin_client.post(change(session), sent | {"ends_at": "11:30"})
    assert answer.headers["Location"] == overview(session)
    session.refresh_from_db()
    assert session.ends_at == london(DAY, dt.time(11, 30))


def test_view_on_site_leads_to_the_session(admin_client):
    session = SessionFactory()
    page = admin_client.get(change(session)).content.decode()
    link = re.search(r'<a href="([^"]*)" class="viewsitelink">', page)[1]
    assert link == f"/sessions/{session.ref}/"


def test_session_is_not_deleted_in_bulk_nor_once_it_has_a_trail(admin_client):
    session = SessionFactory()
    places.hold(session.pk, party(), clock=lambda: NOW)
    assert "delete_selected" not in admin_client.get(reverse(LIST)).content.decode()
    delete = reverse("admin:hubs_showcasesession_delete", args=[session.pk])
    assert admin_client.post(delete, {"post": "yes"}).status_code == 403
    assert ShowcaseSession.objects.get() == session


# --- the list ---------------------------------------------------------------------------------------------------------


def test_list_shows_day_place_and_how_a_session_stands(admin_client):
    SessionFactory(title="Division", room__held_back=4)
    SessionFactory(title="Later", starts_at=None, ends_at=None, first_day=None, room__status="announced")
    page = admin_client.get(reverse(LIST)).content.decode()
    assert ">Tue 26 Jan 2027, 9:00–11:45<" in page
    assert re.search(r">Booking is open</span> <span [^>]*>0 of 30 taken, 4 kept for guests<", page)
    assert "no date yet" in page
    assert ">Details to follow</span>" in page


def test_list_filters_what_is_to_come_and_past(admin_client):
    to_come = SessionFactory(title="Division")
    past = SessionFactory(
        title="Fractions",
        starts_at=london(dt.date(2026, 12, 1), dt.time(9)),
        ends_at=london(dt.date(2026, 12, 1), dt.time(11)),
    )
    for when, session in (("to_come", to_come), ("past", past)):
        page = admin_client.get(reverse(LIST), {"when": when})
        assert [*page.context["cl"].result_list] == [session]


# --- verbs ------------------------------------------------------------------------------------------------------------


def status_of(session):
    return Places.objects.get(session=session).status


def test_announce_opens_and_closes_as_buttons_on_the_session(admin_client):
    session = SessionFactory(room__status=SessionStatus.DRAFT)
    for action, status, next_ones in [
        ("announce", SessionStatus.ANNOUNCED, ["Open booking"]),
        ("open_booking", SessionStatus.OPEN, ["Close booking"]),
        ("close_booking", SessionStatus.CLOSED, ["Open booking"]),
    ]:
        answer = press(admin_client, session, action)
        assert answer.headers["Location"] == overview(session)
        assert status_of(session) == status
        more = admin_client.get(overview(session)).context["more"]
        assert [one.label for group in more for one in group.actions if one.verb] == next_ones
    verbs = AuditEntry.objects.order_by("pk").values_list("verb", "staff__email")
    assert [*verbs] == [(verb, "admin@example.com") for verb in (Verb.ANNOUNCE, Verb.OPEN, Verb.CLOSE)]


def test_buttons_change_nothing_by_looking(admin_client):
    session = SessionFactory(room__status=SessionStatus.DRAFT)
    admin_client.get(reverse(LIST), {"action": "announce", "_selected_action": session.pk})
    assert status_of(session) == SessionStatus.DRAFT


def test_action_on_the_list_opens_what_can_open_and_says_why_not(admin_client):
    ready = SessionFactory(title="Ready", room__status=SessionStatus.DRAFT)
    bare = SessionFactory(
        title="Bare", room__status=SessionStatus.DRAFT, room__capacity=0, ends_at=None, starts_at=None
    )
    elsewhere = SessionFactory(title="Elsewhere", room__status=SessionStatus.DRAFT, booked_elsewhere="Ask the school")
    selected = [ready.pk, bare.pk, elsewhere.pk]
    answer = admin_client.post(reverse(LIST), {"action": "open_booking", "_selected_action": selected, "index": 0})
    assert answer.headers["Location"] == reverse(LIST)
    assert sorted(messages_of(answer)) == [
        f"Bare ({bare.ref}): Before booking opens it needs a start, an end and its number of places.",
        f"Booking opened: Ready ({ready.ref})",
        f"Elsewhere ({elsewhere.ref}): It is booked elsewhere, so booking cannot open here.",
    ]
    assert [status_of(one) for one in (ready, bare, elsewhere)] == ["open", "draft", "draft"]


# --- set places -------------------------------------------------------------------------------------------------------


def set_places(client, session, capacity, held_back):
    page = reverse("admin:hubs_showcasesession_places", args=[session.pk])
    return client.post(page, {"capacity": capacity, "held_back": held_back})


def test_set_places_page_shows_what_there_is(admin_client):
    session = SessionFactory(room__held_back=4)
    page = admin_client.get(reverse("admin:hubs_showcasesession_places", args=[session.pk]))
    sent = untouched(page)
    assert (sent["capacity"], sent["held_back"]) == (["30"], ["4"])
    assert "0 of 30 taken" in page.content.decode()
    assert "script-src 'self'" in page["Content-Security-Policy"]


def test_set_places_says_what_it_did_and_leads_back(admin_client):
    session = SessionFactory()
    answer = set_places(admin_client, session, 40, 6)
    assert answer.headers["Location"] == overview(session)
    assert messages_of(answer) == ["Places set: 40, of which 6 held back."]
    row = Places.objects.get()
    assert (row.capacity, row.held_back) == (40, 6)


def test_set_places_refuses_fewer_than_are_taken_in_a_sentence(admin_client):
    session = SessionFactory(room__capacity=40, share=None)
    places.hold(session.pk, party(size=10), clock=lambda: NOW)
    page = set_places(admin_client, session, 31, 22)
    assert page.status_code == 422
    assert errors_of(page) == [
        "32 places are taken or held back, so the room cannot hold fewer than 32. "
        "Hold 1 place fewer back, or ask visitors to give 1 place back first."
    ]
    assert "<title>Error: Set places" in page.content.decode()
    assert untouched(page)["capacity"] == ["31"]
    assert Places.objects.get().capacity == 40


def test_set_places_says_nothing_of_held_back_places_where_there_are_none(admin_client):
    session = SessionFactory(room__capacity=40, share=None)
    places.hold(session.pk, party(size=10), clock=lambda: NOW)
    assert errors_of(set_places(admin_client, session, 9, 0)) == [
        "10 places are taken or held back, so the room cannot hold fewer than 10. "
        "Ask visitors to give 1 place back first."
    ]


def test_set_places_keeps_one_place_while_booking_is_open(admin_client):
    page = set_places(admin_client, SessionFactory(), 0, 0)
    assert errors_of(page) == ["There must be at least 1 place: it is taken or held back, or booking is open."]


@pytest.mark.parametrize("capacity, held_back", [("", "0"), ("-1", "0"), ("30", "-1"), ("many", "0"), ("99999", "0")])
def test_set_places_refuses_what_is_no_number_of_places(admin_client, capacity, held_back):
    page = set_places(admin_client, SessionFactory(), capacity, held_back)
    assert len(errors_of(page)) == 1
    assert Places.objects.get().capacity == 30


def test_set_places_of_no_session_is_not_found(admin_client):
    assert admin_client.get(reverse("admin:hubs_showcasesession_places", args=[12345])).status_code == 404


def test_opening_after_the_time_to_book_says_that_nobody_can(admin_client):
    session = SessionFactory(room__status=SessionStatus.ANNOUNCED, closes_at=NOW - dt.timedelta(hours=1))
    answer = press(admin_client, session, "open_booking")
    said = f"Open, but nobody can book any more: give “Booking closes” a later time: {session}"
    assert messages_of(answer) == [said]
    assert status_of(session) == SessionStatus.OPEN
