"""Sessions in the admin: the form describes them, verbs decide who has a place."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from bookings.models import AuditEntry, Places
from bookings.states import SessionStatus, Verb
from hubs.models import Lesson, LocalAuthority, ProgrammeSegment, ShowcaseSession, StaffUser
from hubs.vocabulary.school_days import london
from hubs.vocabulary.teaching import Years
from tests.answers import errors_of, untouched
from tests.factories import DAY, NOW, HubFactory, HubYearFactory, SchoolFactory, SessionFactory

pytestmark = pytest.mark.django_db

LIST = "admin:hubs_showcasesession_changelist"
INLINES = {f"{name}-{n}_FORMS": "0" for name in ("lessons", "programme", "resources") for n in ("TOTAL", "INITIAL")}
DATES = {"starts_at": london(DAY, dt.time(9)), "ends_at": london(DAY, dt.time(11, 45))}


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def new_session(**changes):
    """What staff send for a session with nothing but what is needed."""
    values = {"kind": "showcase", "visibility": "public", "who_may_book": "everyone"} | changes
    values = {"cost_pence": "0", "absence_charge_pence": "0"} | values
    sent = dict(INLINES)
    for name, value in values.items():
        local = timezone.localtime(value) if isinstance(value, dt.datetime) else None
        if local and name in ("ends_at", "arrival_at"):
            sent[name] = f"{local:%H:%M}"
        elif local:
            sent |= {f"{name}_0": f"{local:%Y-%m-%d}", f"{name}_1": f"{local:%H:%M}"}
        elif value is not None:
            sent[name] = value
    return sent


def change(session):
    return reverse("admin:hubs_showcasesession_change", args=[session.pk])


def press(client, session, action):
    """A button on the session's page, which posts the list's action for this row."""
    sent = {"action": action, "_selected_action": session.pk, "_from_row": session.pk}
    return client.post(reverse(LIST), sent)


# --- adding -----------------------------------------------------------------------------------------------------------


def add(client, **changes):
    return client.post(reverse("admin:hubs_showcasesession_add"), new_session(**changes))


def test_new_session_gets_its_places_as_a_draft_with_room_for_nobody(admin_client):
    add(admin_client, hub_year=HubYearFactory().pk)
    made = Places.objects.get()
    assert (made.status, made.capacity, made.held_back, made.places_taken) == (SessionStatus.DRAFT, 0, 0, 0)
    entry = AuditEntry.objects.get(session=made.session)
    assert (entry.verb, entry.staff) == (Verb.CREATE, StaffUser.objects.get())


def test_new_session_takes_the_share_of_its_hub(admin_client):
    add(admin_client, hub_year=HubYearFactory(hub=HubFactory(share=3)).pk)
    assert ShowcaseSession.objects.get().share == 3


def test_new_session_takes_the_share_for_good_of_its_hub_unless_another_is_typed(admin_client):
    hub_year = HubYearFactory(hub=HubFactory(share=3, share_for_good=True))
    add(admin_client, hub_year=hub_year.pk, **DATES)
    add(admin_client, hub_year=hub_year.pk, share="2", **DATES)
    first, second = ShowcaseSession.objects.order_by("pk")
    assert (first.share, first.share_for_good, first.share_until) == (3, True, None)
    assert (second.share, second.share_for_good) == (2, False)
    assert second.share_until == london(dt.date(2027, 1, 19), dt.time(8))


def test_share_is_made_one_for_good_though_its_end_was_filled_in(admin_client):
    session = SessionFactory(share=2)
    admin_client.post(change(session), untouched(admin_client.get(change(session))) | {"share_for_good": "on"})
    session.refresh_from_db()
    assert (session.share, session.share_for_good, session.share_until) == (2, True, None)


def test_new_session_keeps_the_share_that_was_typed(admin_client):
    add(admin_client, hub_year=HubYearFactory(hub=HubFactory(share=3)).pk, share="1")
    assert ShowcaseSession.objects.get().share == 1


def test_share_that_is_emptied_later_means_no_limit(admin_client):
    session = SessionFactory(share=2)
    admin_client.post(change(session), untouched(admin_client.get(change(session))) | {"share": ""})
    session.refresh_from_db()
    assert session.share is None


def test_empty_dates_for_booking_are_filled_in_from_the_start(admin_client):
    add(admin_client, hub_year=HubYearFactory().pk, **DATES)
    session = ShowcaseSession.objects.get()
    assert session.first_day == session.last_day == DAY
    assert session.closes_at == london(dt.date(2027, 1, 22), dt.time(12))
    assert session.release_at == london(dt.date(2027, 1, 21), dt.time(12))
    assert session.waiting_closes_at == london(dt.date(2027, 1, 25), dt.time(16))
    assert session.share_until == london(dt.date(2027, 1, 19), dt.time(8))


def test_dates_for_booking_follow_the_closed_days_of_the_hub(admin_client):
    hub_year = HubYearFactory()
    hub_year.hub.closed_days.create(first_day=dt.date(2027, 1, 25), last_day=dt.date(2027, 1, 25))
    add(admin_client, hub_year=hub_year.pk, **DATES)
    assert ShowcaseSession.objects.get().closes_at == london(dt.date(2027, 1, 21), dt.time(12))


def test_dates_that_were_typed_are_kept(admin_client):
    closes_at = london(dt.date(2027, 1, 25), dt.time(17))
    add(admin_client, hub_year=HubYearFactory().pk, closes_at=closes_at, **DATES)
    assert ShowcaseSession.objects.get().closes_at == closes_at


def test_session_without_a_start_has_no_dates_for_booking(admin_client):
    add(admin_client, hub_year=HubYearFactory().pk, first_day="2027-01-14", last_day="2027-01-25")
    session = ShowcaseSession.objects.get()
    assert (session.closes_at, session.release_at, session.share_until) == (None, None, None)


def test_times_are_london_times(admin_client):
    summer = {"starts_at_0": "2027-06-15", "starts_at_1": "09:00", "ends_at": "11:00"}
    sent = new_session(hub_year=HubYearFactory().pk) | summer
    admin_client.post(reverse("admin:hubs_showcasesession_add"), sent)
    assert ShowcaseSession.objects.get().starts_at == dt.datetime(2027, 6, 15, 8, tzinfo=dt.timezone.utc)


@pytest.mark.parametrize(
    "day, times",
    [
        ("2027-03-28", {"starts_at_1": "01:30"}),
        ("2027-03-28", {"starts_at_1": "00:30", "ends_at": "01:30"}),
        ("2027-10-31", {"starts_at_1": "00:30", "ends_at": "01:30"}),
    ],
    ids=["start in spring", "end in spring", "end in autumn"],
)
def test_time_that_does_not_exist_or_comes_twice_is_refused(admin_client, day, times):
    sent = new_session(hub_year=HubYearFactory().pk) | {"starts_at_0": day} | times
    page = admin_client.post(reverse("admin:hubs_showcasesession_add"), sent)
    assert "it may be ambiguous or it may not exist" in errors_of(page)[0]
    assert not ShowcaseSession.objects.exists()


def test_end_is_of_the_day_that_the_start_has(admin_client):
    """One day is asked for; across the night in which the clocks change, too."""
    sent = new_session(hub_year=HubYearFactory().pk, arrival_at="8.45", ends_at="11.45")
    sent |= {"starts_at_0": "28 March 2027", "starts_at_1": "00:15", "arrival_at": "00:05"}
    assert admin_client.post(reverse("admin:hubs_showcasesession_add"), sent).status_code == 302
    session = ShowcaseSession.objects.get()
    assert session.ends_at == london(dt.date(2027, 3, 28), dt.time(11, 45))
    assert session.ends_at - session.starts_at == dt.timedelta(hours=10, minutes=30)


def test_another_day_takes_the_end_and_the_arrival_along(admin_client):
    session = SessionFactory(arrival_at=london(DAY, dt.time(8, 45)))
    sent = untouched(admin_client.get(change(session)))
    admin_client.post(change(session), sent | {"starts_at_0": "28 Jan 2027"})
    session.refresh_from_db()
    day = dt.date(2027, 1, 28)
    assert (session.arrival_at, session.ends_at) == (london(day, dt.time(8, 45)), london(day, dt.time(11, 45)))


def test_end_typed_while_somebody_else_moves_the_day_is_of_the_new_day(admin_client):
    session = SessionFactory()
    mine = untouched(admin_client.get(change(session)))
    admin_client.post(change(session), mine | {"starts_at_0": "28 Jan 2027"})
    admin_client.post(change(session), mine | {"parking": "Greenway"})
    session.refresh_from_db()
    assert (session.ends_at, session.parking) == (london(dt.date(2027, 1, 28), dt.time(11, 45)), "Greenway")


# --- what the form refuses --------------------------------------------------------------------------------------------

LATER = london(dt.date(2027, 1, 25), dt.time(12))
EARLIER = london(dt.date(2027, 1, 20), dt.time(12))


@pytest.mark.parametrize(
    "dates, sentence",
    [
        (
            {"closes_at": EARLIER, "share": "2", "share_until": LATER},
            "The limit for each school must end before booking closes.",
        ),
        ({"closes_at": EARLIER, "release_at": LATER}, "Held-back places must come free before booking closes."),
        ({"release_at": LATER}, "Held-back places must come free before booking closes."),
        ({"opens_at": LATER}, "Booking must open before it closes."),
        ({"closes_at": DATES["ends_at"]}, "Booking must close before the session starts."),
        ({"arrival_at": DATES["ends_at"]}, "People must be able to arrive before the session starts."),
        ({"ends_at": "08:30"}, "The end must come after the start, on the same day."),
        ({"ends_at": "0:00"}, "The end must come after the start, on the same day."),
        ({"starts_at": None}, "Enter when it starts."),
        ({"starts_at": None, "ends_at": None, "first_day": "2027-01-14"}, "Enter both days, the first one first."),
        ({"starts_at": None, "ends_at": None, "last_day": "2027-01-14"}, "Enter both days, the first one first."),
    ],
    ids=[
        "share late",
        "release late",
        "release after default",
        "opens late",
        "closes late",
        "arrival",
        "end",
        "midnight",
        "no start",
        "one day",
        "other day",
    ],
)
def test_dates_in_the_wrong_order_are_refused_in_a_sentence(admin_client, dates, sentence):
    page = add(admin_client, hub_year=HubYearFactory().pk, **(DATES | dates))
    assert sentence in errors_of(page)
    assert not ShowcaseSession.objects.exists()


def test_early_deadline_brings_what_is_filled_in_forward(admin_client):
    closes_at = london(dt.date(2027, 1, 12), dt.time(12))
    add(admin_client, hub_year=HubYearFactory().pk, closes_at=closes_at, **DATES)
    session = ShowcaseSession.objects.get()
    assert (session.release_at, session.share_until) == (closes_at, closes_at)


def test_school_and_named_place_together_are_refused(admin_client):
    page = add(admin_client, hub_year=HubYearFactory().pk, venue=SchoolFactory().pk, place_name="The Hall")
    assert "Choose a school or name a place, not both." in errors_of(page)


def test_some_authorities_need_to_be_named(admin_client):
    hub_year = HubYearFactory()
    page = add(admin_client, hub_year=hub_year.pk, who_may_book="authorities")
    assert errors_of(page) == ["Choose the local authorities whose schools may book."]
    kent = LocalAuthority.objects.create(code="886", name="Kent")
    add(admin_client, hub_year=hub_year.pk, who_may_book="authorities", only_authorities=kent.pk)
    assert [*ShowcaseSession.objects.get().only_authorities.all()] == [kent]


def test_share_of_no_place_is_refused_in_a_sentence(admin_client):
    page = add(admin_client, hub_year=HubYearFactory().pk, share="0")
    assert errors_of(page) == ["Enter 1 or more, or leave it empty for no limit."]


def test_form_without_a_hub_is_refused(admin_client):
    assert errors_of(add(admin_client, **DATES)) == ["This field is required."]


def test_open_session_keeps_its_start_and_place(admin_client):
    session = SessionFactory()
    sent = untouched(admin_client.get(change(session)))
    page = admin_client.post(change(session), sent | {"venue": ""})
    assert "Booking is open, so a start, an end and a place are needed: close booking first." in errors_of(page)
    press(admin_client, session, "close_booking")
    assert admin_client.post(change(session), sent | {"venue": ""}).status_code == 302


# --- lessons and programme --------------------------------------------------------------------------------------------


def test_lessons_without_a_number_take_the_first_that_are_free(admin_client):
    rows = {
        "lessons-TOTAL_FORMS": "3",
        "lessons-0-position": "2",
        "lessons-0-topic": "division",
        "lessons-1-topic": "subtraction",
        "lessons-1-years": [str(int(Years.Y3)), str(int(Years.Y4))],
        "lessons-2-topic": "",
    }
    sent = new_session(hub_year=HubYearFactory().pk) | rows
    admin_client.post(reverse("admin:hubs_showcasesession_add"), sent)
    lessons = Lesson.objects.order_by("position").values_list("position", "topic", "years")
    assert [*lessons] == [(1, "subtraction", Years.Y3 | Years.Y4), (2, "division", Years(0))]


def test_fifth_lesson_is_refused(admin_client):
    rows = {"lessons-TOTAL_FORMS": "5"} | {f"lessons-{n}-topic": "fractions" for n in range(5)}
    sent = new_session(hub_year=HubYearFactory().pk) | rows
    page = admin_client.post(reverse("admin:hubs_showcasesession_add"), sent)
    assert "Please submit at most 4 forms." in errors_of(page)
    assert not ShowcaseSession.objects.exists()


def test_programme_keeps_its_order(admin_client):
    session = SessionFactory()
    sent = untouched(admin_client.get(change(session))) | {
        "programme-TOTAL_FORMS": "2",
        "programme-0-text": "Arrival",
        "programme-1-text": "Lesson",
    }
    admin_client.post(change(session), sent)
    assert [*ProgrammeSegment.objects.values_list("position", "text")] == [(1, "Arrival"), (2, "Lesson")]
