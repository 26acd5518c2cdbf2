"""A session's page in the admin: how it stands, what is next, everything about it; and nobody's name for the office."""

import datetime as dt
import re

import pytest
from django.contrib.admin import site
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from bookings import places
from bookings.admin.base.pages import WithPages
from bookings.admin.session.overview import by_itself, lines, more, steps
from bookings.admin.session.overview.facts import Facts
from bookings.attendance import office, recording
from bookings.mail import reminders
from bookings.models import Booking, Mail, OfficeLink, Visitor
from bookings.rule.party import NewVisitor
from bookings.sessions import changes, messages, moving
from bookings.sessions.moving import Plan
from bookings.states import SessionStatus, Status
from bookings.verbs import needs, staff_booking, waiting_list
from hubs.models import HubYear, Lesson, Resource, ShowcaseSession, VisitingTeacher
from hubs.vocabulary.school_days import london
from tests.answers import in_a_line, messages_of, untouched
from tests.factories import DAY, NOW, HubYearFactory, SchoolFactory, SessionFactory, StaffFactory, party, staff_of

pytestmark = pytest.mark.django_db

SESSION = ShowcaseSession.objects.with_names().select_related("places")
AFTER = london(DAY, dt.time(13))


class Clock:
    """The time, for the pages and for what is written."""

    def __init__(self):
        self.now = NOW

    def __call__(self):
        return self.now


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(timezone, "now", clock)
    return clock


@pytest.fixture
def hub_year():
    return HubYearFactory(name="Kent Maths Hub")


@pytest.fixture
def staff(hub_year):
    return staff_of(hub_year.hub)


@pytest.fixture
def client(staff):
    return signed_in(staff)


@pytest.fixture
def session(hub_year):
    venue = SchoolFactory(name="West Borough Primary School")
    return SessionFactory(hub_year=hub_year, venue=venue, title="Year 6 lesson", share=None)


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def overview(session):
    return reverse("admin:hubs_showcasesession_overview", args=[session.pk])


def page_of(client, session, **asked):
    answer = client.get(overview(session), asked)
    assert answer.status_code == 200
    return in_a_line(answer)


def text_of(page):
    """What the page says in its own part, without its tags."""
    main = page[page.index('id="content-main"') :]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def booked(session, name, *, size=1, confirmed=True, at=NOW, **fields):
    asked = party(size=size, email=f"{name.replace(' ', '.').lower()}@school.example", contact_name=name, **fields)
    made = places.hold(session.pk, asked, clock=lambda: at)
    if confirmed:
        places.confirm(made.pk, clock=lambda: at)
    return Booking.objects.get(pk=made.pk)


def facts_of(session, user, now=NOW):
    return Facts(SESSION.get(pk=session.pk), user, now)


def names_of(session, user, now=NOW):
    """The steps that apply, in their order."""
    return [step.name for step in steps.next_steps(facts_of(session, user, now))]


# --- where it is ------------------------------------------------------------------------------------------------------


def test_bare_id_is_the_page_and_no_redirect_to_the_form(client, session):
    assert overview(session) == f"/admin/hubs/showcasesession/{session.pk}/"
    assert "<h1>Year 6 lesson</h1>" in page_of(client, session)


def test_lists_home_and_today_lead_to_it(client, session, staff, clock):
    link = f'href="{overview(session)}'
    assert link in client.get(reverse("admin:hubs_showcasesession_changelist")).content.decode()
    assert link in client.get(reverse("admin:index")).content.decode()
    clock.now = session.starts_at - dt.timedelta(hours=3)
    assert link in signed_in(staff).get(reverse("today")).content.decode()


def test_trail_register_and_pages_of_the_session_lead_to_it(client, session):
    booked(session, "Ann Lee")
    link = f'href="{overview(session)}"'
    for name in ("auditentry", "mail"):
        assert link in client.get(reverse(f"admin:bookings_{name}_changelist")).content.decode()
    for name in ("register", "places", "cancel", "change"):
        address = reverse(f"admin:hubs_showcasesession_{name}", args=[session.pk])
        assert (name, link in client.get(address).content.decode()) == (name, True)


def test_saving_the_form_leads_to_it(client, session):
    change = reverse("admin:hubs_showcasesession_change", args=[session.pk])
    answer = client.post(change, untouched(client.get(change)) | {"parking": "In the yard"})
    assert answer["Location"] == overview(session)
    session.refresh_from_db()
    assert session.parking == "In the yard"


def test_form_has_no_button_or_link_that_would_lose_what_is_typed(client, session):
    change = reverse("admin:hubs_showcasesession_change", args=[session.pk])
    html = client.get(change).content.decode()
    tools = html[html.index("object-tools") : html.index("</ul>", html.index("object-tools"))]
    assert "Back to the session" in tools
    for words in ("Open booking", "Close booking", "Register", "Set places", "Cancel session", "_then"):
        assert (words, words in tools, f"{words}</button>" in html) == (words, False, False)


# --- verbs ------------------------------------------------------------------------------------------------------------


def test_verbs_are_pressed_on_the_page_and_lead_back_to_it(client, hub_year):
    draft = SessionFactory(hub_year=hub_year, room__status=SessionStatus.DRAFT)
    answer = client.post(overview(draft), {"do": "announce"})
    assert answer["Location"] == overview(draft)
    draft.places.refresh_from_db()
    assert draft.places.status == SessionStatus.ANNOUNCED
    assert messages_of(answer) == [f"Announced: {draft}"]
    client.post(overview(draft), {"do": "open_booking"})
    draft.places.refresh_from_db()
    assert draft.places.status == SessionStatus.OPEN


def test_verb_that_is_refused_says_why_and_changes_nothing(client, hub_year):
    draft = SessionFactory(hub_year=hub_year, room__status=SessionStatus.DRAFT, room__capacity=0)
    answer = client.post(overview(draft), {"do": "open_booking"})
    assert messages_of(answer) == [f"{draft}: Before booking opens it needs its number of places."]
    draft.places.refresh_from_db()
    assert draft.places.status == SessionStatus.DRAFT


@pytest.mark.parametrize("does", ["", "delete_selected", "send_link", "cancel"])
def test_only_the_sessions_own_verbs_can_be_pressed(client, session, does):
    assert client.post(overview(session), {"do": does}).status_code == 403


def test_party_that_waits_is_given_places_where_there_are_some(client, session):
    booked(session, "Ann Lee")
    changes.set_places(session.pk, capacity=1, held_back=0, by=StaffFactory(), clock=lambda: NOW)
    asked = party(contact_name="Ben Wu", email="ben@school.example")
    waits = waiting_list.join(session.pk, asked, clock=lambda: NOW).booking
    assert "Give them" not in page_of(client, session)
    answer = client.post(overview(session), {"do": "confirm", "booking": waits.pk})
    assert messages_of(answer) == ["Ben Wu: Every place at this session is taken."]
    changes.set_places(session.pk, capacity=2, held_back=0, by=StaffFactory(), clock=lambda: NOW)
    assert "Give them the place" in page_of(client, session)
    answer = client.post(overview(session), {"do": "confirm", "booking": waits.pk})
    assert messages_of(answer) == ["Confirmed: Ben Wu."]
    assert Booking.objects.get(pk=waits.pk).status == Status.CONFIRMED
    answer = client.post(overview(session), {"do": "confirm", "booking": waits.pk})
    assert messages_of(answer)[-1:] == ["That party does not wait any longer."]


def test_party_of_another_session_cannot_be_confirmed_here(client, session):
    other = SessionFactory(room__capacity=1)
    booked(other, "Ann Lee")
    waits = waiting_list.join(other.pk, party(email="ben@school.example"), clock=lambda: NOW).booking
    changes.set_places(other.pk, capacity=9, held_back=0, by=StaffFactory(), clock=lambda: NOW)
    client.post(overview(session), {"do": "confirm", "booking": waits.pk})
    assert Booking.objects.get(pk=waits.pk).status == Status.WAITING


# --- how it stands ----------------------------------------------------------------------------------------------------


def test_how_it_stands_is_said_in_words_beside_its_ten_frames(client, session):
    changes.set_places(session.pk, capacity=10, held_back=2, by=StaffFactory(), clock=lambda: NOW)
    booked(session, "Ann Lee", size=4)
    booked(session, "Ben Wu", size=2, confirmed=False)
    page = page_of(client, session)
    assert '<h2 id="how">4 of 10 are coming, 2 places are left</h2>' in page
    key = [words for words in re.findall(r"<li(?: class=\"\w+\")?>([^<]*)</li>", page) if words[0].isdigit()]
    assert key == ["4 coming", "2 kept until they answer", "2 kept for guests", "2 left"]
    assert 'href="#f4-4-10"' in page


@pytest.mark.parametrize(
    "fields, words",
    [
        ({"room__status": SessionStatus.DRAFT}, "A draft with 30 places"),
        ({"room__status": SessionStatus.DRAFT, "room__capacity": 0}, "Nobody has said yet how many places it has"),
        ({"booked_elsewhere": "Write to the office."}, "It is booked elsewhere, so nobody books here"),
        ({"visibility": "link"}, "Only by its link: it stands on no list."),
        ({"visibility": "staff"}, "Staff only: nobody outside the hub sees it."),
        ({"share": 2}, "Each school may take 2 places until 8:00 on Tue 19 Jan."),
        ({"closes_at": NOW}, "To let teachers book again, give “Booking closes” a later time."),
    ],
    ids=["draft", "no places", "elsewhere", "link", "staff", "share", "closed"],
)
def test_each_way_to_stand_is_said(client, hub_year, fields, words):
    late = {"release_at": None, "share_until": None} if "closes_at" in fields else {}
    session = SessionFactory(hub_year=hub_year, **({"share": None} | fields))
    if late:
        ShowcaseSession.objects.filter(pk=session.pk).update(**late, **fields)
    assert words in page_of(client, session)


def test_reported_numbers_stand_where_no_register_was_kept(session, staff, clock):
    clock.now = AFTER
    ShowcaseSession.objects.filter(pk=session.pk).update(
        visitors_reported=217, schools_reported=77, reported_source="the hub"
    )
    page = page_of(signed_in(staff), session)
    assert "217 visitors from 77 schools, as the hub reported" in page
    assert "No register was kept. Reported: 217 visitors, by the hub." in page


# --- what to do next: each step, in its order -------------------------------------------------------------------------


def test_draft_without_anything_is_to_say_when_and_where(hub_year, staff):
    draft = ShowcaseSession.objects.create(hub_year=hub_year)
    places.create(draft, by=staff, clock=lambda: NOW)
    assert names_of(draft, staff) == ["fill_in", "announce", "fill_in"]


def test_draft_that_can_open_is_to_be_opened_and_else_announced(hub_year, staff):
    ready = SessionFactory(hub_year=hub_year, room__status=SessionStatus.DRAFT)
    assert names_of(ready, staff) == ["open", "announce"]
    not_yet = SessionFactory(hub_year=hub_year, room__status=SessionStatus.DRAFT, room__capacity=0)
    assert names_of(not_yet, staff) == ["announce", "fill_in"]


def test_opening_too_late_is_not_offered_but_the_field_that_mends_it(hub_year, staff):
    draft = SessionFactory(hub_year=hub_year, room__status=SessionStatus.DRAFT)
    ShowcaseSession.objects.filter(pk=draft.pk).update(closes_at=NOW, release_at=None, share_until=None)
    first = next(steps.next_steps(facts_of(draft, staff)))
    assert (first.name, first.button, first.verb) == ("fill_in", "Change when it closes", "")


def test_hub_without_a_contact_cannot_announce_so_that_comes_first(hub_year, staff):
    HubYear.objects.filter(pk=hub_year.pk).update(contact_email="")
    draft = SessionFactory(hub_year=hub_year, room__status=SessionStatus.DRAFT)
    assert names_of(draft, staff) == ["contact"]
    first = next(steps.next_steps(facts_of(draft, staff)))
    assert "Ask the hub’s lead" in first.why
    lead = next(steps.next_steps(facts_of(draft, staff_of(hub_year.hub, "lead"))))
    assert lead.button == "Give the contact email"


def test_announced_session_is_to_be_opened_once_nothing_is_missing(hub_year, staff):
    ready = SessionFactory(hub_year=hub_year, room__status=SessionStatus.ANNOUNCED)
    assert names_of(ready, staff) == ["open"]
    without = SessionFactory(hub_year=hub_year, room__status=SessionStatus.ANNOUNCED, room__capacity=0)
    step = next(steps.next_steps(facts_of(without, staff)))
    assert (step.button, step.why) == ("Set places", "Before booking opens it needs its number of places")
    elsewhere = SessionFactory(hub_year=hub_year, room__status=SessionStatus.ANNOUNCED, booked_elsewhere="By post.")
    assert names_of(elsewhere, staff) == []


def test_whoever_has_not_seen_a_change_is_phoned_before_anything_else(session, staff):
    booked(session, "Ann Lee", visitors=(NewVisitor(needs="Step-free"),))
    later = Plan.of(session, starts_at=session.starts_at + dt.timedelta(minutes=15))
    moving.move(session.pk, later, by=staff, clock=lambda: NOW)
    assert names_of(session, staff) == ["phone", "arrange"]
    first, second = list(steps.next_steps(facts_of(session, staff)))
    assert first.why == "1 person does not know yet that it was moved"  # the office, which no mail reaches
    for later in (NOW + dt.timedelta(days=2), session.starts_at - dt.timedelta(hours=30)):
        first = next(steps.next_steps(facts_of(session, staff, later)))
        assert first.why == "2 people do not know yet that it was moved"
    assert (second.why, second.by) == (
        "Ann Lee needs something, and nobody has said what is arranged",
        "",
    )


def test_need_is_to_be_answered_before_the_office_reads_it(session, staff):
    ShowcaseSession.objects.filter(pk=session.pk).update(office_email="office@school.example")
    booked(session, "Ann Lee", visitors=(NewVisitor(needs="Step-free"),))
    step = next(steps.next_steps(facts_of(session, staff)))
    assert (step.name, step.by) == ("arrange", "12:00 on Mon 25 Jan")
    visitor = Visitor.objects.get()
    needs.arrange(visitor.pk, "The side door", read=visitor.what_they_need, by=staff, clock=lambda: NOW)
    assert names_of(session, staff) == []


def test_mail_that_was_not_delivered_and_files_that_nobody_sees(session, staff):
    booked(session, "Ann Lee")
    Mail.objects.filter(kind="confirmed").update(state=Mail.State.REFUSED, answered_at=NOW)
    Resource.objects.create(session=session, title="Slides", url="https://slides.example")
    assert names_of(session, staff) == ["emails", "files"]


def test_places_that_are_left_while_somebody_waits(session, staff):
    booked(session, "Ann Lee")
    changes.set_places(session.pk, capacity=1, held_back=0, by=staff, clock=lambda: NOW)
    waiting_list.join(session.pk, party(email="ben@school.example"), clock=lambda: NOW)
    assert names_of(session, staff) == []
    changes.set_places(session.pk, capacity=2, held_back=0, by=staff, clock=lambda: NOW)
    assert names_of(session, staff) == ["offer"]


def test_office_without_an_address_is_missed_in_the_last_fortnight(session, staff):
    booked(session, "Ann Lee")
    near = session.starts_at - dt.timedelta(days=13)
    assert (names_of(session, staff, near - dt.timedelta(days=2)), names_of(session, staff, near)) == ([], ["office"])


def test_booking_that_has_closed_with_places_left(session, staff):
    ShowcaseSession.objects.filter(pk=session.pk).update(office_email="office@school.example")
    assert names_of(session, staff, session.closes_at) == ["book"]


def test_register_is_next_from_two_hours_before_and_until_it_is_recorded(session, staff):
    booked(session, "Ann Lee")
    starts_at, ends_at = session.starts_at, session.ends_at
    assert names_of(session, staff, starts_at - dt.timedelta(hours=2))[0] == "arrive"
    assert "arrive" not in names_of(session, staff, starts_at - dt.timedelta(hours=2, minutes=1))
    assert names_of(session, staff, ends_at) == ["record"]
    Visitor.objects.update(attendance="attended", marked_at=ends_at)
    assert names_of(session, staff, ends_at) == ["record", "write"]
    recording.record(session.pk, by=staff, clock=lambda: ends_at)
    assert names_of(session, staff, ends_at) == ["write"]
    words = messages.Message("confirmed", "Thank you", "For coming.")
    messages.write([session.pk], words, by=staff, clock=lambda: ends_at)
    assert names_of(session, staff, ends_at) == []


def test_session_that_is_over_without_bookings_is_to_say_how_many_came(session, staff):
    assert names_of(session, staff, AFTER) == ["report"]
    ShowcaseSession.objects.filter(pk=session.pk).update(visitors_reported=12)
    assert names_of(session, staff, AFTER) == []


def test_postponed_session_is_to_have_a_new_date_and_a_cancelled_one_nothing(session, staff):
    changes.postpone(session.pk, by=staff, clock=lambda: NOW)
    assert names_of(session, staff) == ["phone", "move"]  # the school's office, which no mail told
    changes.cancel_session(session.pk, by=staff, clock=lambda: NOW)
    assert names_of(session, staff) == ["phone"]
    assert "It is cancelled" in steps.nothing_to_do(facts_of(session, staff))


def test_page_shows_the_first_step_as_its_one_big_button_and_mentions_the_second(client, session, staff):
    booked(session, "Ann Lee", visitors=(NewVisitor(needs="Step-free"),))
    Resource.objects.create(session=session, title="Slides", url="https://slides.example")
    page = page_of(client, session)
    assert page.count('class="button big"') == 1
    assert "Ann Lee needs something, and nobody has said what is arranged" in page
    assert "publish its materials" in page


def test_saying_what_is_arranged_leads_back_to_the_needs(client, session):
    booked(session, "Ann Lee", visitors=(NewVisitor(needs="Step-free"),))
    address = reverse("admin:bookings_visitor_arrange", args=[Visitor.objects.get().pk]) + "?from=session"
    assert address in page_of(client, session)
    answer = client.post(address, untouched(client.get(address)) | {"arranged": "The side door"})
    assert answer["Location"] == overview(session) + "#needs"
    assert "<b>Arranged:</b> The side door" in page_of(client, session)


# --- what happens by itself -------------------------------------------------------------------------------------------


def test_times_are_those_by_which_it_happens(session, staff):
    ShowcaseSession.objects.filter(pk=session.pk).update(office_email="office@school.example")
    changes.set_places(session.pk, capacity=5, held_back=1, by=staff, clock=lambda: NOW)
    booked(session, "Ann Lee", visitors=(NewVisitor(needs="Step-free"),))
    held = booked(session, "Ben Wu", size=3, confirmed=False)
    waiting_list.join(session.pk, party(email="waits@school.example"), clock=lambda: NOW)
    found = [(event.when, event.what) for event in by_itself.events(facts_of(session, staff))]
    assert found == [
        ("Tomorrow 18:00", "An unconfirmed booking lapses"),
        ("Tue 19 Jan, 9:00", "A reminder goes to everyone: in a week"),
        ("Thu 21 Jan, 12:00", "1 place kept for guests comes free"),
        ("Fri 22 Jan, 12:00", "Booking closes"),
        ("Mon 25 Jan, 9:00", "A reminder goes to everyone"),
        ("Mon 25 Jan, 12:00", "The register goes to the office"),
        ("Mon 25 Jan, 16:00", "The waiting list ends"),
        ("Tue 26 Jan, 7:00", "It goes again, if somebody has come or gone"),
        ("Tue 26 Jan, 9:00", "The session starts"),
        ("Tue 26 Jan, 11:45", "The session ends"),
        ("Tue 2 Feb", "What people need is erased"),
    ]
    assert held.deadline == london(dt.date(2027, 1, 5), dt.time(18))


def test_mail_that_has_gone_to_everybody_is_not_announced_again(session, staff):
    ShowcaseSession.objects.filter(pk=session.pk).update(office_email="office@school.example")
    booked(session, "Ann Lee")
    day_before = london(dt.date(2027, 1, 25), dt.time(12))
    to_come = [
        "A reminder goes to everyone",
        "The register goes to the office",
        "It goes again, if somebody has come or gone",
    ]

    def announced():
        found = [event.what for event in by_itself.events(facts_of(session, staff))]
        return [what for what in to_come if what in found]

    assert announced() == to_come
    reminders.make(session.pk, day_before)
    assert announced() == to_come[1:]
    office.make(session.pk, day_before)
    assert announced() == to_come[2:]


def test_nothing_happens_by_itself_to_a_draft_or_to_what_is_off(client, session, hub_year, staff):
    booked(session, "Ann Lee", confirmed=False)
    changes.postpone(session.pk, by=staff, clock=lambda: NOW)
    assert by_itself.events(facts_of(session, staff)) == []
    assert "no place lapses, and no reminder is sent" in page_of(client, session)
    draft = SessionFactory(hub_year=hub_year, room__status=SessionStatus.DRAFT)
    assert by_itself.events(facts_of(draft, staff)) == []


def test_office_whose_link_was_withdrawn_gets_nothing(session, staff):
    ShowcaseSession.objects.filter(pk=session.pk).update(office_email="office@school.example")
    words = [event.what for event in by_itself.events(facts_of(session, staff))]
    assert "The register goes to the office" in words
    OfficeLink.objects.create(session=session, given_to="office@school.example", given_at=NOW, withdrawn_at=NOW)
    words = [event.what for event in by_itself.events(facts_of(session, staff))]
    assert "The register goes to the office" not in words


# --- bookings, the waiting list, needs, mails, history ----------------------------------------------------------------


def test_each_booking_says_who_where_how_many_and_how_it_stands(client, session):
    school = SchoolFactory(name="Elm Primary School", town="Dover")
    booked(session, "Ann Lee", size=2, school=school, contact_mobile="07700 900107")
    booked(session, "Ben Wu", confirmed=False)
    text = text_of(page_of(client, session))
    assert "Ann Lee , Colleague 2 Elm Primary School, Dover ME16 8TL 07700 900107 2 Coming" in text
    assert "Kept until 18:00 tomorrow: not confirmed yet" in text
    assert 'href="tel:07700900107"' in page_of(client, session)


def test_page_shows_twenty_bookings_and_leads_to_all(client, session):
    for number in range(22):
        asked = party(contact_name=f"Person {number:02}", email=f"p{number}@school.example")
        staff_booking.staff_booking(session.pk, asked, by=StaffFactory(), clock=lambda: NOW)
    page = page_of(client, session)
    shown = set(re.findall(r">(Person \d\d)</a>", page))
    assert (len(shown), "All 22 bookings" in page) == (20, True)


@pytest.mark.parametrize(
    "asked", ["ann", "LEE", "lee ann", "elm", "900107", "07700 900107", "ann.lee@school.example", "by reference"]
)
def test_search_inside_the_session_finds_by_whatever_somebody_says_on_the_phone(client, session, asked):
    school = SchoolFactory(name="Elm Primary School")
    ann = booked(session, "Ann Lee", school=school, contact_mobile="07700 900107")
    booked(session, "Ben Wu", contact_mobile="07700 900222")
    page = page_of(client, session, q=ann.reference_spaced.lower() if asked == "by reference" else asked)
    assert (">Ann Lee</a>" in page, ">Ben Wu</a>" in page) == (True, False)


def test_search_finds_a_party_by_the_number_of_whoever_comes(session, staff):
    ann = booked(session, "Ann Lee", visitors=(NewVisitor(), NewVisitor(full_name="Cy Li")))
    booked(session, "Ben Wu", contact_mobile="07700 900222")
    Visitor.objects.filter(full_name="Cy Li").update(mobile="07700 900333")
    facts = Facts(SESSION.get(pk=session.pk), staff, NOW, looked_for="900 333")
    assert [line.booking for line in lines.found_lines(facts)] == [ann]


def test_search_finds_what_has_ended_too_and_says_so_where_there_is_nothing(client, session):
    ann = booked(session, "Ann Lee")
    places.cancel(ann.pk, clock=lambda: NOW)
    assert ">Ann Lee</a>" not in page_of(client, session)
    assert "Cancelled" in text_of(page_of(client, session, q="Ann"))
    assert "Nobody of this session is found by “Zed”." in page_of(client, session, q="Zed")
    for odd in ("\x00", "&lt;", "²", "x" * 5000):
        assert client.get(overview(session), {"q": odd}).status_code == 200


def test_waiting_list_says_in_which_order_who_wants_what(client, session):
    booked(session, "Ann Lee")
    changes.set_places(session.pk, capacity=1, held_back=0, by=StaffFactory(), clock=lambda: NOW)
    asked = party(size=2, contact_name="Ben Wu", email="ben@school.example")
    waiting_list.join(session.pk, asked, clock=lambda: NOW)
    Booking.objects.filter(status="waiting").update(smallest_party=1)
    text = text_of(page_of(client, session))
    assert "1 Ben Wu , Colleague 2" in text
    assert "Wants 2 places, would come with 1, since 9:30 today." in text
    assert "The link that they were sent has not been pressed" in text


def test_history_and_emails_say_what_happened_and_what_was_sent(client, session, staff):
    booked(session, "Ann Lee")
    changes.close_booking(session.pk, by=staff, clock=lambda: NOW)
    text = text_of(page_of(client, session))
    assert "Today 9:30 Booking closed, by Hub Staff" in text
    assert "Places held: Ann Lee, 1 place taken, by visitor" in text
    assert "0 sent, 2 to be sent" in text


def test_mail_that_was_refused_says_whose_and_leads_to_where_it_is_put_right(client, session):
    ann = booked(session, "Ann Lee")
    refused = {"state": Mail.State.REFUSED, "answered_at": NOW, "last_error": "no such address"}
    Mail.objects.filter(kind="confirmed").update(**refused)
    page = page_of(client, session)
    assert "Refused by the address" not in page
    assert "refused by the address: no such address." in page
    assert reverse("admin:bookings_booking_contact", args=[ann.pk]) in page
    assert "Email not delivered" in page


# --- more you can do --------------------------------------------------------------------------------------------------


def test_each_page_and_verb_of_a_session_has_a_sentence(client, session, staff):
    booked(session, "Ann Lee")
    seen = set()
    for change in (None, changes.postpone, changes.reinstate):
        if change:
            change(session.pk, by=staff, clock=lambda: NOW)
        groups = client.get(overview(session)).context["more"]
        seen |= {action.label for group in groups for action in group.actions}
        unsaid = [action.label for group in groups for action in group.actions if not action.says]
        assert unsaid == []
    assert {"Set places", "Move", "Reinstate", "Register", "Close booking", "Write to everyone"} <= seen


def test_every_link_of_a_page_class_is_known_by_its_name(hub_year):
    """A page that is added later gets a sentence too."""
    session_admin = site.get_model_admin(ShowcaseSession)
    assert isinstance(session_admin, WithPages)
    named = {one.name.removeprefix(more.ADMIN) for pages in session_admin.pages for one in pages.urls()}
    no_links = {"overview", "new", "register_marks", "register_record", "register_let_in", "register_name", "quote"}
    no_links |= {"certificates_print"}
    assert named - no_links - more.SAID.keys() == set()


# --- who may see what -------------------------------------------------------------------------------------------------


def test_programme_office_reads_numbers_and_no_name_address_phone_or_need(session, staff):
    office = signed_in(StaffFactory(is_programme_office=True))
    lesson = Lesson.objects.get(session=session)
    teacher = VisitingTeacher.objects.create(hub_year=session.hub_year, name_pinyin="Secretly Min")
    lesson.visiting_teachers.add(teacher)
    own = {"contact_mobile": "07700 900107", "visitors": (NewVisitor(needs="Secretly a ramp"),)}
    booked(session, "Secretly Lee", school=SchoolFactory(name="Secretly School"), **own)
    booked(session, "Secretly Wu", size=2, confirmed=False)
    ShowcaseSession.objects.filter(pk=session.pk).update(office_email="secretly@school.example")
    Mail.objects.filter(kind="confirmed").update(state=Mail.State.REFUSED, answered_at=NOW)
    later = Plan.of(session, starts_at=session.starts_at + dt.timedelta(minutes=15))
    moving.move(session.pk, later, by=staff, clock=lambda: NOW)
    own_page, page = page_of(signed_in(staff), session), page_of(office, session)
    assert (own_page.count("Secretly") > 5, "900107" in own_page) == (True, True)
    assert ("secretly" in page.casefold(), "900107" in page) == (False, False)
    assert "1 of 30 is coming, 27 places are left" in page
    assert "<dt>Parties waiting</dt>" in page
    assert office.post(overview(session), {"do": "close_booking"}).status_code == 403
    assert "<button" not in page[page.index('id="content-main"') :]
    asked = page_of(office, session, q="Secretly")
    assert "secretly" not in text_of(asked).casefold()


def test_staff_of_another_hub_find_no_such_page(session):
    other = signed_in(staff_of(HubYearFactory().hub))
    assert [other.get(overview(session)).status_code, other.post(overview(session)).status_code] == [404, 404]


# --- how many statements ----------------------------------------------------------------------------------------------


def fill(session, number, *, first=0):
    """Bookings of every kind, with needs, and mails that were not delivered."""
    by = StaffFactory()
    for n in range(first, first + number):
        asked = party(
            size=2,
            contact_name=f"Person {n}",
            email=f"person{n}@school.example",
            visitors=(NewVisitor(needs="A seat"), NewVisitor(full_name=f"Other {n}")),
        )
        if n % 3 == 0:
            places.hold(session.pk, asked, clock=lambda: NOW)
        else:
            staff_booking.staff_booking(session.pk, asked, by=by, clock=lambda: NOW)
    places_left = session.places.__class__.objects.get(pk=session.pk)
    changes.set_places(session.pk, capacity=places_left.places_taken, held_back=0, by=by, clock=lambda: NOW)
    for n in range(first, first + number):
        waits = party(contact_name=f"Waits {n}", email=f"waits{n}@school.example")
        waiting_list.join(session.pk, waits, clock=lambda: NOW)
    changes.set_places(session.pk, capacity=300, held_back=0, by=by, clock=lambda: NOW)
    Mail.objects.filter(kind="confirmed").update(state=Mail.State.REFUSED, answered_at=NOW)


def test_page_takes_the_same_few_statements_for_three_bookings_and_for_sixty(client, hub_year, staff):
    session = SessionFactory(hub_year=hub_year, room__capacity=300, share=None)
    counts = {}
    client.get(overview(session))  # notes once in ten minutes who looks
    for number, first in ((3, 0), (57, 3)):
        fill(session, number, first=first)
        later = Plan.of(
            SESSION.get(pk=session.pk), starts_at=SESSION.get(pk=session.pk).starts_at + dt.timedelta(minutes=5)
        )
        moving.move(session.pk, later, by=staff, clock=lambda: NOW)
        for asked in ({}, {"q": "person"}):
            with CaptureQueriesContext(connection) as statements:
                assert client.get(overview(session), asked).status_code == 200
            counts.setdefault(str(asked), []).append(len(statements))
    assert {found[0] - found[1] for found in counts.values()} == {0}, counts
    assert max(max(found) for found in counts.values()) <= 34, counts  # five of them note who looks
