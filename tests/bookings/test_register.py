"""The register: taps at the door, by several people, early and late; walk-ins; names; on paper."""

import datetime as dt
import re
import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from bookings import places
from bookings.attendance import recording, register
from bookings.attendance.register import Mark, read_mark
from bookings.mail_kinds import Kind
from bookings.models import AuditEntry, Booking, Mail, Places, Visitor
from bookings.rule.party import NewVisitor, VisitingSchool
from bookings.rule.refusals import NotBookable, NotItsDay
from bookings.sessions import changes
from bookings.states import Status, Verb
from bookings.verbs import staff_booking, waiting_list
from bookings.verbs import visitors as details
from hubs.models import Membership
from hubs.vocabulary.school_days import london
from tests.answers import errors_of, in_a_line, messages_of, untouched
from tests.bookings.observed import count, verbs
from tests.browser.rows import questions
from tests.factories import DAY, NOW, SchoolFactory, SessionFactory, StaffFactory, party, staff_of

pytestmark = pytest.mark.django_db
MINUTE = dt.timedelta(minutes=1)
HERE = london(DAY, dt.time(8, 45))  # on the day: before it nobody is marked
EXPECTED, ATTENDED, ABSENT = "expected", "attended", "absent"


@pytest.fixture
def session():
    return SessionFactory(title="Year 6 lesson", share=None)


@pytest.fixture
def at(monkeypatch, session):
    """Sets the clock of the pages; first to a quarter of an hour before the start."""

    def set_to(moment):
        monkeypatch.setattr(timezone, "now", lambda: moment)
        return moment

    set_to(session.starts_at - 15 * MINUTE)
    return set_to


@pytest.fixture
def hub_client(client, session, at):
    client.force_login(staff_of(session.hub))
    return client


def books(session, *names, email="", school=None, needs=""):
    """A confirmed party with these names; an empty one is to be named."""
    visitors = tuple(NewVisitor(full_name=name, needs=needs) for name in names)
    asked = party(email=email, school=school, contact_name=names[0] or "Contact", visitors=visitors)
    if not names[0]:
        asked = party(email=email, school=school, contact_comes=False, contact_name="Contact", visitors=visitors)
    made = staff_booking.staff_booking(session.pk, asked, by=StaffFactory(), clock=lambda: NOW, why="test")
    return list(made.visitors.all())


def state(visitor):
    visitor.refresh_from_db()
    return visitor.attendance


def page(session, name="", *more):
    return reverse("admin:hubs_showcasesession_register" + (f"_{name}" if name else ""), args=[session.pk, *more])


def press(client, session, visitor, to=ATTENDED, was=EXPECTED):
    return client.post(page(session, "marks"), {"mark": f"{visitor.pk}:{to}:{was}"})


# --- taps -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text, tap",
    [
        ("12:attended:expected", Mark(12, ATTENDED, EXPECTED, 0)),
        ("12:attended:absent:90", Mark(12, ATTENDED, ABSENT, 90)),
        ("12:expected:attended:99999999", Mark(12, EXPECTED, ATTENDED, 86400)),
        *[
            (bad, None)
            for bad in (
                *("", "12", "12:attended", "12:absent:expected", "12:attended:attended", "12:expected:absent"),
                *("x:attended:expected", "-1:attended:expected", "١:attended:expected", "12:attended:expected:x"),
                *("12:attended:expected:-5", "12:late:expected", "9" * 40 + ":attended:expected", ":::", "\x00:a:b"),
                "12:attended:expected:1:1",
            )
        ],
    ],
)
def test_tap_is_read_or_is_none(text, tap):
    assert read_mark(text) == tap


def test_mark_says_when_and_by_whom_and_changes_no_place(session):
    (ada,) = books(session, "Ada Lee")
    by, before = StaffFactory(), count(session)
    assert register.mark(session, Mark(ada.pk, ATTENDED, EXPECTED), by=by, now=HERE)
    ada.refresh_from_db()
    assert (ada.attendance, ada.marked_at, ada.marked_by) == (ATTENDED, HERE, by)
    assert register.mark(session, Mark(ada.pk, EXPECTED, ATTENDED), by=None, now=HERE + MINUTE)
    ada.refresh_from_db()
    assert (ada.attendance, ada.marked_at, ada.marked_by) == (EXPECTED, HERE + MINUTE, None)
    assert (count(session), verbs(session)) == (before, [Verb.BOOK])


def test_mark_that_is_there_already_keeps_who_was_first(session):
    (ada,) = books(session, "Ada Lee")
    first = StaffFactory()
    register.mark(session, Mark(ada.pk, ATTENDED, EXPECTED), by=first, now=HERE)
    assert not register.mark(session, Mark(ada.pk, ATTENDED, EXPECTED), by=StaffFactory(), now=HERE + MINUTE)
    ada.refresh_from_db()
    assert (ada.marked_at, ada.marked_by) == (HERE, first)


def test_tap_of_a_telephone_that_was_out_of_reach_does_not_undo_what_came_after_it(session):
    (ada,) = books(session, "Ada Lee")
    by = StaffFactory()
    register.mark(session, Mark(ada.pk, ATTENDED, EXPECTED), by=by, now=HERE)
    register.mark(session, Mark(ada.pk, EXPECTED, ATTENDED), by=by, now=HERE + 2 * MINUTE)  # it was somebody else
    late = Mark(ada.pk, ATTENDED, EXPECTED, ago=60)
    assert not register.mark(session, late, by=by, now=HERE + 2 * MINUTE)
    assert state(ada) == EXPECTED
    assert register.mark(session, Mark(ada.pk, ATTENDED, EXPECTED), by=by, now=HERE + 3 * MINUTE)
    undone_before_that = Mark(ada.pk, EXPECTED, ATTENDED, ago=90)
    assert not register.mark(session, undone_before_that, by=by, now=HERE + 4 * MINUTE)
    assert state(ada) == ATTENDED


def test_undo_undoes_only_what_the_tapper_saw(session):
    (ada,) = books(session, "Ada Lee")
    recording.record(session.pk, by=StaffFactory(), clock=lambda: session.ends_at)
    seen_before = Mark(ada.pk, EXPECTED, ATTENDED)
    assert not register.mark(session, seen_before, by=StaffFactory(), now=session.ends_at + MINUTE)
    assert state(ada) == ABSENT


def test_mark_all_marks_those_still_expected_and_undo_all_those_alone(session):
    ada, bo, cy = books(session, "Ada Lee", "Bo Day", "Cy Fox")
    by = StaffFactory()
    register.mark(session, Mark(ada.pk, ATTENDED, EXPECTED), by=by, now=HERE)
    assert register.mark_all(session, by=by, now=HERE + MINUTE) == 2
    register.mark(session, Mark(bo.pk, EXPECTED, ATTENDED), by=by, now=HERE + 2 * MINUTE)
    register.mark(session, Mark(bo.pk, ATTENDED, EXPECTED), by=by, now=HERE + 3 * MINUTE)
    assert register.undo_all(session, HERE + MINUTE, by=by, now=HERE + 4 * MINUTE) == 1
    assert [state(one) for one in (ada, bo, cy)] == [ATTENDED, ATTENDED, EXPECTED]


@pytest.mark.parametrize("off", [changes.cancel_session, changes.postpone])
def test_nobody_is_marked_at_a_session_that_is_off(session, off):
    (ada,) = books(session, "Ada Lee")
    by = StaffFactory()
    off(session.pk, by=by, clock=lambda: NOW)
    session.places.refresh_from_db()
    with pytest.raises(NotBookable):
        register.mark_all(session, by=by, now=session.ends_at)
    with pytest.raises(NotBookable):
        register.mark(session, Mark(ada.pk, ATTENDED, EXPECTED), by=by, now=HERE)
    assert state(ada) == EXPECTED


def test_only_who_has_a_confirmed_place_here_is_marked(session):
    held = places.hold(session.pk, party(), clock=lambda: NOW).visitors.get()
    ada, bo = books(session, "Ada Lee", "Bo Day")
    details.release(bo.pk, clock=lambda: NOW)
    (other,) = books(SessionFactory(), "Cy Fox")
    for visitor in (held, bo, other):
        assert not register.mark(session, Mark(visitor.pk, ATTENDED, EXPECTED), by=StaffFactory(), now=HERE)
    assert register.mark_all(session, by=StaffFactory(), now=HERE) == 1
    assert [state(one) for one in (ada, held, bo, other)] == [ATTENDED, EXPECTED, EXPECTED, EXPECTED]


# --- before the day -------------------------------------------------------------------------------------------------


# Days on which London's clocks change, an ordinary one, and the day after they go back: each has its own midnight.
@pytest.mark.parametrize("day", [dt.date(2027, 3, 28), DAY, dt.date(2027, 10, 31), dt.date(2027, 11, 1)])
def test_marks_are_live_from_midnight_in_london_on_the_day_and_stay_so(day, at):
    that = SessionFactory(starts_at=london(day, dt.time(9)), ends_at=london(day, dt.time(11)), share=None)
    (ada,) = books(that, "Ada Lee")
    by, midnight = StaffFactory(), london(day, dt.time())
    marks = (
        lambda now: register.mark(that, Mark(ada.pk, ATTENDED, EXPECTED), by=by, now=now),
        lambda now: register.mark_all(that, by=by, now=now),
        lambda now: register.undo_all(that, midnight, by=by, now=now),
        lambda now: staff_booking.walk_in(that.pk, party(email=""), by=by, clock=lambda: now),
    )
    for does in marks:
        with pytest.raises(NotItsDay) as refused:
            does(midnight - dt.timedelta(microseconds=1))
        assert refused.value.opens == midnight
    assert not register.is_open(that, now=midnight - MINUTE)
    assert register.mark(that, Mark(ada.pk, ATTENDED, EXPECTED), by=by, now=midnight)
    assert register.is_open(that, now=midnight + dt.timedelta(days=9))  # what nobody marked on the day


def test_session_without_a_day_marks_nobody(at):
    that = SessionFactory(starts_at=None, ends_at=None, first_day=DAY, last_day=DAY + dt.timedelta(days=3))
    with pytest.raises(NotItsDay):
        register.mark_all(that, by=StaffFactory(), now=HERE)


def test_pages_of_the_door_say_when_before_the_day_and_have_no_live_button(hub_client, session, at):
    _ada, unnamed = books(session, "Ada Lee", "", email="ada@school.example")
    held = places.hold(session.pk, party(email="held@school.example"), clock=lambda: NOW)
    at(london(DAY, dt.time()) - MINUTE)
    shown = hub_client.get(page(session))
    html = shown.content.decode()
    assert "Marks open on the day of the session: Tuesday 26 January 2027." in in_a_line(shown)
    assert [what for what in ('name="mark"', 'name="do"', "Let in", page(session, "add")) if what in html] == []
    shown = hub_client.get(page(session, "add"))
    assert "added on the day of the session: Tuesday 26 January 2027" in in_a_line(shown)
    assert 'name="request_key"' not in shown.content.decode()
    assert "Has arrived" not in hub_client.get(page(session, "name", unnamed.pk)).content.decode()
    answer = hub_client.post(page(session, "marks"), {"do": "all"})
    assert messages_of(answer) == ["This is done on the day of the session: Tuesday 26 January 2027."]
    answer = hub_client.post(page(session, "let_in"), {"booking": held.pk})
    assert messages_of(answer) == ["This is done on the day of the session: Tuesday 26 January 2027."] * 2
    hub_client.post(page(session, "name", unnamed.pk), {"name": "Bo Day", "arrived": "on"})
    unnamed.refresh_from_db()
    assert (unnamed.full_name, unnamed.attendance) == ("Bo Day", EXPECTED)
    held.refresh_from_db()
    assert held.status == Status.HELD
    at(london(DAY, dt.time()))
    html = hub_client.get(page(session)).content.decode()
    assert "Marks open" not in html
    assert [what for what in ('name="mark"', 'name="do"', "Let in", page(session, "add")) if what not in html] == []


# --- order ----------------------------------------------------------------------------------------------------------


def test_people_stand_by_the_last_word_of_their_name_and_the_unnamed_last(session):
    books(session, "Ada van Dyk", "Émile Åström", "zoe adams", "", "Bo Day (maths lead)", "王芳", "Cher")
    people = register.people(session)
    names = [one.full_name for one in people]
    assert names == ["zoe adams", "Émile Åström", "Cher", "Bo Day (maths lead)", "Ada van Dyk", "王芳", None]
    headings = [group.heading for group in register.by_letter(people, unnamed="To be named")]
    assert headings == ["A", "C", "D", "王", "To be named"]


def test_people_stand_by_school(session):
    elm, ash = SchoolFactory(name="Elm School"), SchoolFactory(name="Ash School")
    books(session, "Ada Lee", school=elm)
    books(session, "Bo Day", school=ash)
    books(session, "Cy Abel", school=elm)
    groups = register.by_school(register.people(session))
    assert [(group.heading.split(",")[0], [str(one) for one in group.visitors]) for group in groups] == [
        ("Ash School", ["Bo Day"]),
        ("Elm School", ["Cy Abel", "Ada Lee"]),
    ]


# --- the page -------------------------------------------------------------------------------------------------------


def test_register_shows_who_is_coming_and_has_a_button_for_each(hub_client, session):
    ada, bo = books(session, "Ada Lee", "Bo Day", needs="Wheelchair")
    html = in_a_line(hub_client.get(page(session)))
    assert re.findall(r'<b class="name">(.*?)</b>', html) == ["Bo Day", "Ada Lee"]
    assert "0 of 2 arrived" in html
    assert "<b>Needs</b> Wheelchair" in html
    assert re.findall(r'name="mark" value="(.*?)"', html) == [f"{one.pk}:attended:expected" for one in (bo, ada)]


def test_tap_marks_and_leads_back_to_the_line(hub_client, session):
    ada, _bo = books(session, "Ada Lee", "Bo Day")
    answer = press(hub_client, session, ada)
    assert answer.headers["Location"] == f"{page(session)}#v{ada.pk}"
    assert state(ada) == ATTENDED
    html = in_a_line(hub_client.get(page(session)))
    assert "1 of 2 arrived" in html
    assert "arrived 8:45, Hub Staff" in html
    assert f'value="{ada.pk}:expected:attended"' in html
    press(hub_client, session, ada, EXPECTED, ATTENDED)
    assert state(ada) == EXPECTED


def test_tap_by_school_leads_back_to_schools(hub_client, session):
    (ada,) = books(session, "Ada Lee")
    answer = hub_client.post(page(session, "marks") + "?by=school", {"mark": f"{ada.pk}:attended:expected"})
    assert answer.headers["Location"] == f"{page(session)}?by=school#v{ada.pk}"


def test_looking_marks_nobody(hub_client, session):
    (ada,) = books(session, "Ada Lee")
    hub_client.get(page(session, "marks"), {"mark": f"{ada.pk}:attended:expected", "do": "all"})
    assert state(ada) == EXPECTED


def test_script_sends_many_taps_at_once_and_is_told_how_everybody_stands(hub_client, session, at):
    ada, bo, cy = books(session, "Ada Lee", "Bo Day", "Cy Fox")
    asks = {"headers": {"accept": "application/json"}}
    sent = {"mark": [f"{ada.pk}:attended:expected:300", "nonsense", f"{bo.pk}:attended:expected:0"]}
    answer = hub_client.post(page(session, "marks"), sent, **asks)
    assert answer.json() == {
        "marks": {str(ada.pk): ATTENDED, str(bo.pk): ATTENDED, str(cy.pk): EXPECTED},
        "problem": "",
    }
    ada.refresh_from_db()
    assert ada.marked_at == session.starts_at - 20 * MINUTE
    assert hub_client.get(page(session, "marks"), **asks).json()["marks"][str(cy.pk)] == EXPECTED
    assert "no-store" in answer["Cache-Control"]


def test_mark_all_and_undo_are_buttons(hub_client, session, at):
    ada, bo = books(session, "Ada Lee", "Bo Day")
    press(hub_client, session, ada)
    at(session.starts_at)
    answer = hub_client.post(page(session, "marks"), {"do": "all"})
    html = hub_client.get(answer.headers["Location"]).content.decode()
    assert "1 visitor marked as arrived." in html
    stamp = re.search(r'name="at" value="(\d+)"', html)[1]
    hub_client.post(page(session, "marks"), {"do": "undo_all", "at": stamp})
    assert [state(ada), state(bo)] == [ATTENDED, EXPECTED]


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"mark": ""},
        {"mark": "x:y:z"},
        {"mark": "999999999999999999:attended:expected"},
        {"do": "nothing"},
        {"do": "undo_all"},
        {"do": "undo_all", "at": "99999999999999999999"},
        {"do": "undo_all", "at": "99999999999999999"},
        {"do": "\x00"},
    ],
)
def test_nonsense_marks_nobody_and_leads_back(hub_client, session, sent):
    (ada,) = books(session, "Ada Lee")
    answer = hub_client.post(page(session, "marks"), sent)
    assert answer.headers["Location"].partition("#")[0] == page(session)
    assert state(ada) == EXPECTED


@pytest.mark.parametrize("asked", [{"by": "x"}, {"all": "x"}, {"all": "99999999999999999"}, {"all": "\x00"}])
def test_register_opens_whatever_its_address_says(hub_client, session, asked):
    books(session, "Ada Lee")
    assert "0 of 1 arrived" in hub_client.get(page(session), asked).content.decode()


def test_register_of_a_session_that_is_off_has_no_buttons(hub_client, session):
    (ada,) = books(session, "Ada Lee")
    changes.cancel_session(session.pk, by=StaffFactory(), clock=lambda: NOW)
    html = hub_client.get(page(session)).content.decode()
    assert "This session is cancelled. Nobody is expected." in html
    assert 'name="mark"' not in html
    assert messages_of(press(hub_client, session, ada)) == ["This session is cancelled."]
    assert state(ada) == EXPECTED


def test_register_of_a_session_without_a_date_or_anybody_opens(hub_client, session):
    bare = SessionFactory(hub_year=session.hub_year, starts_at=None, ends_at=None, first_day=None, venue=None)
    for name in ("", "print", "badges", "office", "add"):
        assert hub_client.get(page(bare, name)).status_code == 200
    assert "Nobody has a place." in hub_client.get(page(bare)).content.decode()


def test_names_stand_in_no_address(hub_client, session):
    books(session, "Ada Lee", "")
    html = hub_client.get(page(session)).content.decode()
    assert [one for one in re.findall(r'(?:href|action|value)="(.*?)"', html) if "Ada" in one or "Lee" in one] == []


PAGES = ["", "marks", "add", "let_in", "print", "badges", "office"]


@pytest.mark.parametrize("name", PAGES)
def test_other_hubs_staff_find_no_register(client, session, at, name):
    (ada,) = books(session, "Ada Lee")
    client.force_login(staff_of(SessionFactory().hub, Membership.Role.LEAD))
    for answer in (client.get(page(session, name)), client.post(page(session, name), {"do": "all"})):
        assert answer.status_code == 404
        assert "Ada" not in answer.content.decode()
    assert state(ada) == EXPECTED


@pytest.mark.parametrize("name", PAGES)
def test_programme_office_is_refused(client, session, at, name):
    (ada,) = books(session, "Ada Lee")
    client.force_login(StaffFactory(is_programme_office=True))
    for answer in (client.get(page(session, name)), client.post(page(session, name), {"do": "all"})):
        assert answer.status_code == 403
        assert "Ada" not in answer.content.decode()
    assert state(ada) == EXPECTED


def test_somebody_of_another_session_is_neither_named_nor_let_in_by_this_hub(hub_client, session):
    other = SessionFactory()
    (unnamed,) = books(other, "")
    held = places.hold(other.pk, party(), clock=lambda: NOW)
    assert hub_client.get(page(session, "name", unnamed.pk)).status_code == 404
    assert hub_client.post(page(session, "name", unnamed.pk), {"name": "X"}).status_code == 404
    hub_client.post(page(session, "let_in"), {"booking": held.pk})
    held.refresh_from_db()
    assert held.status == Status.HELD
    form = hub_client.get(page(session, "add"), {"booking": held.pk}).content.decode()
    assert "Test Teacher" not in form


def test_session_has_a_link_to_its_register_for_who_may_see_it(hub_client, session, client):
    overview = reverse("admin:hubs_showcasesession_overview", args=[session.pk])
    assert f'<a href="{page(session)}">Register</a>' in hub_client.get(overview).content.decode()
    client.force_login(StaffFactory(is_programme_office=True))
    assert page(session) not in client.get(overview).content.decode()


@pytest.mark.parametrize("name", ["", "print", "badges", "marks"])
def test_register_asks_as_often_for_three_visitors_as_for_one(hub_client, session, name):
    def one_more(n):
        books(session, f"Ada Lee {n}", "", email=f"ada{n}@school.example")
        places.hold(session.pk, party(email=f"held{n}@school.example"), clock=lambda: NOW)
        register.mark_all(session, by=StaffFactory(), now=HERE)

    hub_client.defaults["HTTP_ACCEPT"] = "application/json" if name == "marks" else "text/html"
    counts = []
    for n in range(3):
        one_more(n)
        questions(hub_client, page(session, name))
        counts.append(questions(hub_client, page(session, name)))
    assert counts == [counts[0]] * 3


# --- whoever is on no list ------------------------------------------------------------------------------------------


def add(client, session, *, button="", **said):
    sent = untouched(client.get(page(session, "add"))) | {"name": "Dee New", "school": ""} | said
    return client.post(page(session, "add"), sent | ({button: "1"} if button else {}))


def test_walk_in_needs_a_name_and_a_school_and_has_arrived(hub_client, session, at):
    ash = SchoolFactory(name="Ash School")
    answer = add(hub_client, session, school="ash school")
    visitor = Visitor.objects.get()
    assert answer.headers["Location"] == f"{page(session)}#v{visitor.pk}"
    assert messages_of(answer) == ["Added, and marked as arrived: Dee New."]
    assert (visitor.attendance, visitor.marked_at) == (ATTENDED, session.starts_at - 15 * MINUTE)
    assert (visitor.booking.school, visitor.booking.status, count(session)[0]) == (ash, Status.CONFIRMED, 1)
    assert (verbs(session), Mail.objects.count()) == ([Verb.BOOK], 0)


def test_walk_in_pressed_twice_is_added_once(hub_client, session):
    key = str(uuid.uuid4())
    for _press in range(2):
        add(hub_client, session, request_key=key)
    assert count(session)[0] == 1


def test_walk_in_of_one_of_several_schools_is_asked_which(hub_client, session):
    SchoolFactory(name="Ash School")
    church = SchoolFactory(name="Ash Church School", urn=118001)
    answer = add(hub_client, session, school="ash")
    assert (answer.status_code, errors_of(answer)) == (422, ["Choose the school"])
    assert "None of these: “ash” as it is written" in answer.content.decode()
    add(hub_client, session, school="ash", which="118001")
    assert Booking.objects.get().school == church


@pytest.mark.parametrize(
    "typed, which, school",
    [
        ("Nowhere College", "", "Nowhere College"),
        ("ash", "typed", "ash"),
        ("", "", "No school just now"),
    ],
)
def test_walk_in_from_a_school_that_is_in_no_register(hub_client, session, typed, which, school):
    SchoolFactory(name="Ash School")
    add(hub_client, session, school=typed, which=which)
    assert Booking.objects.get().school_in_words == school


def test_walk_in_of_a_full_room_raises_its_places_with_a_reason_and_both_are_kept(hub_client, session):
    Places.objects.update(capacity=1)
    books(session, "Ada Lee")
    refused = add(hub_client, session)
    assert errors_of(refused) == ["Every place at this session is taken."]
    assert "Add and raise the places to 2" in refused.content.decode()
    again = add(hub_client, session, button="raise", raise_to="2")
    assert errors_of(again) == ["Say why the room can hold more."]
    assert count(session) == (1, 0, 1)
    add(hub_client, session, button="raise", raise_to="2", why="One more chair")
    assert count(session) == (2, 0, 2)
    kept = AuditEntry.objects.filter(why="One more chair").order_by("pk").values_list("verb", flat=True)
    assert [*kept] == [Verb.SET_PLACES, Verb.BOOK]


def test_room_is_not_raised_where_a_place_has_come_free_meanwhile(hub_client, session):
    Places.objects.update(capacity=1)
    add(hub_client, session, button="raise", raise_to="2", why="One more chair")
    assert count(session) == (1, 0, 1)


def test_room_that_two_raise_to_the_same_number_takes_one_and_asks_again(hub_client, session):
    Places.objects.update(capacity=1)
    books(session, "Ada Lee")
    add(hub_client, session, button="raise", raise_to="2", why="One more chair")
    answer = add(hub_client, session, button="raise", raise_to="2", why="One more chair")
    assert "Add and raise the places to 3" in answer.content.decode()
    assert count(session) == (2, 0, 2)


def test_walk_in_takes_a_held_back_place_where_no_other_is_left(hub_client, session, at):
    Places.objects.update(capacity=2, held_back=1)
    books(session, "Ada Lee")
    session.release_at = None
    session.save()
    answer = add(hub_client, session)
    assert messages_of(answer) == ["Added, and marked as arrived: Dee New. A held-back place was used."]
    assert count(session) == (2, 0, 2)


def test_walk_in_beyond_the_share_of_the_school_says_why(hub_client, session):
    ash = SchoolFactory(name="Ash School")
    books(session, "Ada Lee", school=ash)
    session.share, session.share_until = 1, None
    session.save()
    answer = add(hub_client, session, school="Ash School")
    assert errors_of(answer) == ["The school would have more than its share: say why."]
    add(hub_client, session, school="Ash School", why="They came together")
    assert count(session)[0] == 2


def test_walk_in_who_has_a_booking_already_is_told_so(hub_client, session):
    books(session, "Ada Lee", email="ada@school.example")
    answer = add(hub_client, session, email="ADA@school.example")
    assert errors_of(answer) == ["This address already has a booking for this session."]


@pytest.mark.parametrize(
    "said, error",
    [
        ({"name": ""}, "Enter their full name"),
        ({"name": "x" * 201}, "Enter 200 characters or fewer"),
        ({"name": "\x00\u202e"}, "Enter their full name"),
        ({"school": "x" * 151}, "Enter 150 characters or fewer"),
        ({"school": "ash", "which": "77"}, "Choose the school"),
        ({"email": "ada"}, "Enter an email address in the correct format, like name@school.sch.uk"),
        ({"why": "x" * 301}, "Enter 300 characters or fewer"),
    ],
)
def test_walk_in_with_bad_answers_is_told_what_to_do(hub_client, session, said, error):
    SchoolFactory(name="Ash School")
    answer = add(hub_client, session, **said)
    assert (answer.status_code, errors_of(answer)) == (422, [error])
    assert not Booking.objects.exists()


@pytest.mark.parametrize("said", [{"request_key": "x"}, {"raise_to": "x"}, {"raise_to": "99999999999"}])
def test_crafted_walk_in_books_nobody_or_one(hub_client, session, said):
    assert add(hub_client, session, button="raise", **said).status_code == 422
    assert not Booking.objects.exists()


def test_held_party_is_let_in_by_staff(hub_client, session):
    held = places.hold(session.pk, party(size=2), clock=lambda: NOW)
    html = hub_client.get(page(session)).content.decode()
    assert "0 of 0 arrived" in html
    assert "to be confirmed" in html
    Booking.objects.filter(pk=held.pk).update(deadline=session.starts_at)
    answer = hub_client.post(page(session, "let_in"), {"booking": held.pk})
    held.refresh_from_db()
    assert (held.status, messages_of(answer)) == (Status.CONFIRMED, ["Confirmed: Test Teacher."])
    assert answer.headers["Location"] == f"{page(session)}#v{held.visitors.first().pk}"
    assert hub_client.get(page(session)).content.decode().count('name="mark"') == 2


def test_waiting_party_is_let_in_only_where_there_are_places(hub_client, session, at):
    session.waiting_closes_at = session.starts_at  # a list that still runs on the day
    session.save()
    Places.objects.update(capacity=1)
    books(session, "Ada Lee")
    waits = waiting_list.join(session.pk, party(), clock=lambda: NOW).booking
    answer = hub_client.post(page(session, "let_in"), {"booking": waits.pk})
    assert messages_of(answer) == ["Test Teacher: Every place at this session is taken."]
    waits.refresh_from_db()
    assert waits.status == Status.WAITING


def test_lapsed_party_is_added_from_what_is_known_of_it(hub_client, session, at):
    ash = SchoolFactory(name="Ash School")
    held = places.hold(session.pk, party(school=ash), clock=lambda: NOW)
    at(session.starts_at)
    with places.locked(session.pk, timezone.now):
        pass
    assert f"{page(session, 'add')}?booking={held.pk}" in hub_client.get(page(session)).content.decode()
    sent = untouched(hub_client.get(page(session, "add"), {"booking": held.pk}))
    hub_client.post(page(session, "add"), sent)
    made = Booking.objects.get(status=Status.CONFIRMED)
    assert (made.contact_name, made.school, made.contact_email) == ("Test Teacher", ash, "teacher@school.example")


@pytest.mark.parametrize("asked", ["", "x", "-1", "9" * 30, "999"])
def test_let_in_of_nobody_leads_back(hub_client, session, asked):
    answer = hub_client.post(page(session, "let_in"), {"booking": asked})
    assert answer.headers["Location"] == page(session)
    assert hub_client.get(page(session, "add"), {"booking": asked}).status_code == 200


# --- names ----------------------------------------------------------------------------------------------------------


def test_name_is_given_at_the_door_also_after_the_start_and_nobody_is_written_to(hub_client, session, at):
    (unnamed,) = books(session, "")
    at(session.starts_at + MINUTE)
    assert f'href="{page(session, "name", unnamed.pk)}"' in hub_client.get(page(session)).content.decode()
    answer = hub_client.post(page(session, "name", unnamed.pk), {"name": " Dee  New ", "arrived": "on"})
    assert answer.headers["Location"] == f"{page(session)}#v{unnamed.pk}"
    unnamed.refresh_from_db()
    assert (unnamed.full_name, unnamed.attendance, unnamed.first_time) == ("Dee New", ATTENDED, True)
    assert (verbs(session), Mail.objects.count()) == ([Verb.BOOK, Verb.CHANGE], 0)


def test_name_without_having_arrived(hub_client, session):
    (unnamed,) = books(session, "")
    hub_client.post(page(session, "name", unnamed.pk), {"name": "Dee New"})
    assert (str(Visitor.objects.get()), state(unnamed)) == ("Dee New", EXPECTED)


def test_name_that_somebody_else_has_given_meanwhile_stays(hub_client, session):
    (unnamed,) = books(session, "")
    hub_client.post(page(session, "name", unnamed.pk), {"name": "Dee New"})
    answer = hub_client.post(page(session, "name", unnamed.pk), {"name": "Eve Other"})
    assert errors_of(answer) == ["Somebody has just given the name: Dee New."]
    assert str(Visitor.objects.get()) == "Dee New"
    assert verbs(session) == [Verb.BOOK, Verb.CHANGE]


@pytest.mark.parametrize("name, error", [("", "Enter their full name"), ("x" * 201, "Enter 200 characters or fewer")])
def test_name_that_is_none_is_asked_for_again(hub_client, session, name, error):
    (unnamed,) = books(session, "")
    assert errors_of(hub_client.post(page(session, "name", unnamed.pk), {"name": name})) == [error]


def test_place_that_was_given_back_is_named_no_longer(hub_client, session):
    _ada, unnamed = books(session, "Ada Lee", "")
    details.release(unnamed.pk, clock=lambda: NOW)
    assert hub_client.post(page(session, "name", unnamed.pk), {"name": "Dee New"}).status_code == 404


# --- on paper -------------------------------------------------------------------------------------------------------


def test_printed_register_has_needs_a_column_to_sign_and_lines_for_others(hub_client, session):
    books(session, "Ada Lee", "Bo Day", needs="Hearing loop")
    places.hold(session.pk, party(contact_name="Cy Held"), clock=lambda: NOW)
    html = hub_client.get(page(session, "print")).content.decode()
    assert re.findall(r'<th scope="row">(.+?)</th>', html) == ["Bo Day", "Ada Lee", "Cy Held"]
    assert html.index("Ada Lee") < html.index("Not confirmed: ask at the door") < html.index("Cy Held")
    assert "Hearing loop" in html
    assert (html.count('class="blank"'), ">Signature</th>" in html) == (8, True)
    assert "teacher@school.example" not in html


@pytest.mark.parametrize("number, sheets", [(0, 1), (1, 1), (10, 1), (11, 2)])
def test_badges_fill_their_sheets(hub_client, session, number, sheets):
    if number:
        books(session, *[f"Ada Lee {n}" for n in range(number)])
    html = hub_client.get(page(session, "badges")).content.decode()
    assert (html.count('class="sheet"'), html.count('class="badge"')) == (sheets, 10 * sheets)


@pytest.mark.parametrize(
    "name, size",
    [
        ("Ada Lee", "large"),
        ("Bartholomew Featherstonehaugh", "middle"),
        ("Maria-Magdalena Wolfeschlegelsteinhausen-Bergerdorff", "small"),
    ],
)
def test_name_on_a_badge_is_as_large_as_it_fits(hub_client, session, name, size):
    books(session, name)
    assert f'<b class="name {size}">{name}</b>' in hub_client.get(page(session, "badges")).content.decode()


def test_a_programme_school_walk_in_has_its_kind(session):
    asked = party(email="", visiting=VisitingSchool(kind="university", name="Kent"), contact_name="Ada Lee")
    made = staff_booking.walk_in(session.pk, asked, by=StaffFactory(), clock=lambda: HERE)
    assert made.visitors.get().attendance == ATTENDED
    assert Mail.objects.filter(kind=Kind.CONFIRMED).count() == 0
