"""Pages of the admin that change sessions: a form, whom it touches, and a button that sends, once."""

import datetime as dt
import re
import uuid

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from bookings import places
from bookings.admin.base.sessions import name_and_day
from bookings.attendance import office
from bookings.mail_kinds import Kind
from bookings.models import Booking, Mail, Places, SessionChange, Visitor, WideChange, WideStep
from bookings.rule.party import NewVisitor
from bookings.sessions import changes
from bookings.sessions.moving import OF_THE_PLACE
from bookings.states import SessionStatus, Verb
from bookings.verbs import waiting_list
from bookings.verbs.needs import arrange
from hubs.models import HostSchool, Lesson, ProgrammeSegment, ShowcaseSession, VisitingTeacher
from hubs.vocabulary.access import FEATURES
from hubs.vocabulary.school_days import london
from tests.answers import errors_of, messages_of, untouched
from tests.bookings.observed import everything
from tests.factories import DAY, NOW, HubYearFactory, SchoolFactory, SessionFactory, StaffFactory, party

pytestmark = pytest.mark.django_db
WEEK = dt.timedelta(days=7)


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def session():
    return SessionFactory(title="Year 6 lesson")


def page_of(row, page):
    return reverse(f"admin:hubs_{row._meta.model_name}_{page}", args=[row.pk])


def lesson_page(session):
    return page_of(session, "substitute") + f"?lesson={Lesson.objects.get(session=session).pk}"


def confirmed(session, email="teacher@school.example", **fields):
    held = places.hold(session.pk, party(email=email, **fields), clock=lambda: NOW)
    return places.confirm(held.pk, clock=lambda: NOW)


def status(session):
    return Places.objects.get(pk=session.pk).status


def fill_in(client, address, **said):
    """The form as it came, with what is said; gives the page of whom it touches."""
    return client.post(address, untouched(client.get(address)) | said)


def said_on(page):
    return [
        " ".join(re.sub(r"<[^>]+>", "", row).split()) for row in re.findall(r"<li>(.*?)</li>", words_of(page), re.S)
    ]


def words_of(page):
    return page.content.decode().partition('id="content-main"')[2]


def links_of(client, row):
    """What the session's page says under "More you can do"; what stands beside the form of a visit or a hub."""
    if not isinstance(row, ShowcaseSession):
        page = client.get(page_of(row, "change")).content.decode().partition('id="content"')[2]
        return re.findall(r'name="_on_to" value="([^"]*)">([^<]*)</button>', page)
    groups = client.get(page_of(row, "overview")).context["more"]
    return [(one.address, one.label) for group in groups for one in group.actions if one.address]


# --- links ----------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    "was, shown",
    [
        (SessionStatus.DRAFT, ["Move", "Substitute", "Preview", "Delete this draft"]),
        (
            SessionStatus.ANNOUNCED,
            ["Cancel session", "Postpone", "Move", "Substitute", "Flyer"],
        ),
        (
            SessionStatus.OPEN,
            ["Cancel session", "Postpone", "Move", "Substitute", "Flyer"],
        ),
        (
            SessionStatus.CLOSED,
            ["Cancel session", "Postpone", "Move", "Substitute"],
        ),
        (SessionStatus.POSTPONED, ["Cancel session", "Reinstate", "Move"]),
        (SessionStatus.CANCELLED, ["Reinstate", "Move"]),
    ],
)
def test_session_links_to_what_the_table_allows(admin_client, was, shown):
    session = SessionFactory(room__status=was)
    links = links_of(admin_client, session)
    found = {label for _address, label in links}
    of_all = {"Register", "Set places", "Make more dates", "Bookings", "Book for somebody", "What happened", "Emails"}
    of_all |= {"Change the details", "Changes of the details", "Add a walk-in", "Print the register", "Badges"}
    of_all |= {"The school’s office", "Visitors", "Visitors’ sheet", "Costs"}
    of_all |= set() if was == SessionStatus.DRAFT else {"Write to everyone"}
    assert found == {*shown, *of_all}
    for address, label in links:
        assert admin_client.get(address).status_code == 200, label


def test_each_of_several_lessons_has_a_link(admin_client, session):
    Lesson.objects.create(session=session, position=2, topic="division")
    labels = [label for _address, label in links_of(admin_client, session)]
    assert [label for label in labels if label.startswith("Substitute")] == [
        "Substitute: Year 6",
        "Substitute: division",
    ]


# --- cancel, postpone, reinstate ------------------------------------------------------------------------------------


@pytest.mark.parametrize("page, becomes", [("cancel", SessionStatus.CANCELLED), ("postpone", SessionStatus.POSTPONED)])
def test_session_is_taken_off_after_a_look_at_whom_it_touches(admin_client, session, page, becomes):
    confirmed(session, size=2)
    waiting_list.join(session.pk, party(email="waits@school.example"), clock=lambda: NOW)
    Booking.objects.filter(party=1).update(contact_email=None, email_key=None)
    other = SessionFactory(title="Other")
    before = everything(session)
    preview = fill_in(admin_client, page_of(session, page), message="Snow & ice", instead=[other.pk])
    assert everything(session) == before
    assert said_on(preview) == [
        name_and_day(session),
        "2 visitors and 1 waiting party will be told.",
        "1 booking has places",
        "2 visitors",
        "1 party waits",
        "1 of them has no email address: ring or write to them",
        "Your message: Snow &amp; ice",
        "Nothing has been sent yet. Go back in your browser to change it.",
    ]
    assert 'value="Send"' in words_of(preview)
    sent = untouched(preview)
    answer = admin_client.post(page_of(session, page), sent)
    assert answer.headers["Location"] == page_of(session, "seen")
    assert messages_of(answer) == ["Done. 2 emails are on their way."]
    assert status(session) == becomes
    change = SessionChange.objects.get()
    assert (change.message, list(change.instead.all())) == ("Snow & ice", [other])
    after = everything(session)
    again = admin_client.post(page_of(session, page), sent)  # a double press
    assert again.headers["Location"] == page_of(session, "seen")
    assert everything(session) == after


def test_session_that_is_taken_off_is_not_offered_instead_of_itself(admin_client, session):
    page = fill_in(admin_client, page_of(session, "cancel"), instead=[session.pk])
    assert errors_of(page) == ["Offer sessions that take place."]


def test_page_that_takes_a_session_off_says_which_day_it_is(admin_client, session):
    named = f"Year 6 lesson ({session.ref}), Tuesday 26 January 2027, 9:00, {session.where_name}"
    places.confirm(places.hold(session.pk, party(), clock=lambda: NOW).pk, clock=lambda: NOW)
    changes.close_booking(session.pk, by=StaffFactory(), clock=lambda: NOW)
    assert said_on(admin_client.get(page_of(session, "cancel"))) == [named, "Booking has closed", "1 of 30 taken"]
    assert said_on(fill_in(admin_client, page_of(session, "cancel")))[0] == named


def test_session_that_was_cancelled_meanwhile_is_not_told_twice(admin_client, session):
    preview = fill_in(admin_client, page_of(session, "cancel"))
    changes.cancel_session(session.pk, by=StaffFactory(), clock=lambda: NOW)
    answer = admin_client.post(page_of(session, "cancel"), untouched(preview))
    assert messages_of(answer) == ["That had been done already. Nobody was written to."]


def test_reinstating_brings_it_back(admin_client, session):
    confirmed(session)
    changes.postpone(session.pk, by=StaffFactory(), clock=lambda: NOW)
    preview = fill_in(admin_client, page_of(session, "reinstate"), message="Thaw")
    admin_client.post(page_of(session, "reinstate"), untouched(preview))
    assert status(session) == SessionStatus.OPEN
    assert Mail.objects.get(kind=Kind.SESSION_REINSTATED).facts["message"] == "Thaw"


def test_what_the_table_forbids_is_said_in_a_sentence(admin_client):
    draft = SessionFactory(room__status=SessionStatus.DRAFT)
    before = everything(draft)
    preview = fill_in(admin_client, page_of(draft, "cancel"))
    page = admin_client.post(page_of(draft, "cancel"), untouched(preview))
    assert page.status_code == 422
    assert errors_of(page) == ["This session is draft, so that cannot be done."]
    assert everything(draft) == before


@pytest.mark.parametrize(
    "said, sentence",
    [
        ({"message": "x" * 1001}, "Write 1,000 characters or fewer."),
        ({"instead": ["x"]}, "“x” is not a valid value."),
        ({"instead": ["999999"]}, "Choose sessions that can be booked now."),
        ({"key": "x"}, "Enter a valid UUID."),
        ({"instead": ["9" * 30]}, "Choose sessions that can be booked now."),
    ],
    ids=["long", "no-number", "no-session", "no-key", "long-number"],
)
def test_bad_input_is_refused_in_a_sentence(admin_client, session, said, sentence):
    before = everything(session)
    for sends in ({}, {"send": "1"}):
        page = fill_in(admin_client, page_of(session, "cancel"), **said, **sends)
        assert page.status_code == 422
        assert errors_of(page) == [sentence]
    assert everything(session) == before


def test_only_sessions_that_can_be_booked_are_offered_instead(admin_client, session):
    full = SessionFactory(title="Full", room__capacity=1)
    confirmed(full)
    page = fill_in(admin_client, page_of(session, "cancel"), instead=[full.pk])
    assert errors_of(page) == [f"{full} cannot be booked now."]
    page = fill_in(admin_client, page_of(session, "cancel"), instead=[SessionFactory().pk for _ in range(4)])
    assert errors_of(page) == ["Choose three sessions or fewer."]
    preview = fill_in(admin_client, page_of(session, "cancel"), instead=[session.pk])
    page = admin_client.post(page_of(session, "cancel"), untouched(preview))
    assert page.status_code == 422
    assert len(errors_of(page)) == 1
    assert status(session) == SessionStatus.OPEN


# --- move -----------------------------------------------------------------------------------------------------------


NEXT_WEEK = {"starts_at_0": "2027-02-02"}


def test_moving_shows_the_new_day_and_then_tells_everyone(admin_client, session):
    confirmed(session)
    preview = fill_in(admin_client, page_of(session, "move"), **NEXT_WEEK)
    assert "New: Tuesday 2 February 2027, 9:00 to 11:45" in said_on(preview)
    asked = "Everyone is asked if they can still come at the new time: only they know. Whoever does not answer keeps"
    assert f"{asked} the place." in said_on(preview)
    admin_client.post(page_of(session, "move"), untouched(preview))
    moved = ShowcaseSession.objects.get(pk=session.pk)
    assert (moved.starts_at, moved.venue) == (session.starts_at + WEEK, session.venue)
    assert Mail.objects.filter(kind=Kind.SESSION_MOVED).count() == 1


def test_moving_names_who_needs_something_before_anything_is_sent(admin_client, session):
    ash, new = SchoolFactory(name="Ash School", town="Dover"), SchoolFactory(name="New School")
    ShowcaseSession.objects.filter(pk=session.pk).update(step_free="yes")
    needing = NewVisitor(full_name="Ada Lee", email="ada@school.example", needs="Wheelchair")
    booking = confirmed(
        session, school=ash, contact_mobile="07700 900456", visitors=(NewVisitor(needs="No nuts"), needing)
    )
    confirmed(session, email="other@school.example")
    ada = booking.visitors.get(position=2)
    Visitor.objects.filter(pk=ada.pk).update(mobile="07700 900123")
    arrange(ada.pk, "The ramp.", read=ada.what_they_need, by=StaffFactory(), clock=lambda: NOW)
    sent = Mail.objects.count()
    there = {"venue": new.urn, "step_free": "no", "step_free_note": "four steps"}
    preview = fill_in(admin_client, page_of(session, "move"), **NEXT_WEEK, **there)
    said = said_on(preview)
    first = said.index("Access there: Step-free access: no (four steps).")
    assert said[first + 1 : first + 5] == [
        "Not known of the new place: Accessible toilet, Reserved parking bay and Hearing loop.",
        "2 people need something:",
        "Test Teacher, Ash School, Dover: No nuts. 07700 900456",
        "Ada Lee, Ash School, Dover: Wheelchair. Arranged: The ramp. "
        "That was at the old place, so Home asks for an answer again. 07700 900123",
    ]
    assert 'href="tel:07700900123"' in words_of(preview)
    assert (Mail.objects.count(), ShowcaseSession.objects.get(pk=session.pk).venue) == (sent, session.venue)
    admin_client.post(page_of(session, "move"), untouched(preview))
    ada.refresh_from_db()
    assert (ada.arranged, ada.arranged_at, ada.arranged_by) == ("The ramp.", None, None)


def test_what_was_arranged_stands_where_the_place_is_the_same(admin_client, session):
    booking = confirmed(session, visitors=(NewVisitor(needs="Wheelchair"),))
    me = booking.visitors.get()
    arrange(me.pk, "The ramp", read=me.what_they_need, by=StaffFactory(), clock=lambda: NOW)
    preview = fill_in(admin_client, page_of(session, "move"), **NEXT_WEEK)
    said = said_on(preview)
    assert [row for row in said if "Access there" in row or "Not known of" in row or "old place" in row] == []
    assert "1 person needs something:" in said
    admin_client.post(page_of(session, "move"), untouched(preview))
    me.refresh_from_db()
    assert me.arranged_at == NOW


OLD = "old@office.example"


@pytest.fixture
def with_office(session):
    """A session of which everything has been said of its place, and whose office has the register."""
    said = {name: f"Old {name}" for name in OF_THE_PLACE} | dict.fromkeys(FEATURES, "no") | {"office_email": OLD}
    ShowcaseSession.objects.filter(pk=session.pk).update(**said)
    ProgrammeSegment.objects.create(session=session, text="Lesson", place="Hall")
    confirmed(session)
    office.give(session.pk, may_mark=False, key=uuid.uuid4(), by=StaffFactory(), clock=lambda: NOW)
    return session


def test_moving_asks_what_is_true_of_the_new_place_and_says_what_is_emptied(admin_client, with_office):
    new = SchoolFactory(name="New School")
    said = {"venue": new.pk, "entrance": "By the pond", "office_email": "new@office.example"}
    form = untouched(admin_client.get(page_of(with_office, "move")))
    assert [name for name in OF_THE_PLACE if "".join(form[name]).strip()] == []
    preview = fill_in(admin_client, page_of(with_office, "move"), **said)
    emptied = "parking, step-free access, step-free access, in words, accessible toilet, accessible toilet, in words, "
    emptied += "reserved parking bay, reserved parking bay, in words, hearing loop, hearing loop, in words, "
    emptied += "refreshments, what to bring, filming, school office's telephone, "
    emptied += "contact on the day, joining instructions and where in the building the programme is"
    for line in (
        "New place: New School",
        "Said of it: entrance and school office&#x27;s email.",
        f"Emptied, for it is true of the old place: {emptied}.".replace("'", "&#x27;"),
        f"The link of the old office ({OLD}) stops working.",
        "The office at new@office.example gets the register at 12:00 on the school day before.",
        "1 school office has the register: it gets an email, in numbers",
    ):
        assert line in said_on(preview)
    answer = admin_client.post(page_of(with_office, "move"), untouched(preview))
    assert messages_of(answer) == ["Done. 2 emails are on their way."]
    moved = ShowcaseSession.objects.get(pk=with_office.pk)
    assert (moved.venue, moved.entrance, moved.parking) == (new, "By the pond", "")


def test_place_without_an_office_says_that_nobody_gets_the_register(admin_client, with_office):
    preview = fill_in(admin_client, page_of(with_office, "move"), venue=SchoolFactory().pk)
    assert "No office gets the register: there is no address for it." in said_on(preview)
    admin_client.post(page_of(with_office, "move"), untouched(preview))
    page = admin_client.get(reverse("admin:hubs_showcasesession_register_office", args=[with_office.pk]))
    assert "No office has the link: the session has moved." in page.content.decode()


def test_another_day_at_the_same_place_says_nothing_of_the_place(admin_client, with_office):
    lines = said_on(fill_in(admin_client, page_of(with_office, "move"), **NEXT_WEEK))
    assert [line for line in lines if "place:" in line or "old office" in line] == []
    assert "1 school office has the register: it gets an email, in numbers" in lines


@pytest.mark.parametrize("page", ["cancel", "postpone", "reinstate", "substitute"])
def test_preview_counts_the_mail_to_the_office_and_so_does_what_was_done(admin_client, with_office, page):
    if page == "reinstate":
        changes.cancel_session(with_office.pk, by=StaffFactory(), clock=lambda: NOW)
    address = lesson_page(with_office) if page == "substitute" else page_of(with_office, page)
    preview = fill_in(admin_client, address, **({"topic": "division"} if page == "substitute" else {}))
    offices = [line for line in said_on(preview) if "school office" in line]
    assert offices == (
        [] if page == "substitute" else ["1 school office has the register: it gets an email, in numbers"]
    )
    number = 1 + len(offices)
    answer = admin_client.post(address, untouched(preview))
    assert messages_of(answer) == [f"Done. {'1 email is on its way' if number == 1 else '2 emails are on their way'}."]


def test_moving_to_a_smaller_room_names_whom_to_ask(admin_client, session):
    confirmed(session, "first@school.example", size=2, contact_mobile="07700 900 982")
    before = everything(session)
    preview = fill_in(admin_client, page_of(session, "move"), capacity="1", **NEXT_WEEK)
    page = admin_client.post(page_of(session, "move"), untouched(preview))
    assert page.status_code == 422
    assert errors_of(page) == ["2 places are taken or held back, so the room cannot hold fewer than 2."]
    booking = Booking.objects.select_related("school").get()
    asked = f"{booking}, Test Teacher, {booking.school}: 2 places. 07700 900 982, first@school.example"
    assert said_on(page)[:2] == ["Ask these to give places back, the last to book first:", asked]
    assert everything(session) == before


@pytest.mark.parametrize(
    "said, sentence",
    [
        ({}, "Nothing is different from what it was, so there is nothing to tell anybody."),
        ({"starts_at_0": "2026-12-01"}, "Enter a start that is still to come."),
        ({"ends_at": "08:00"}, "The end must come after the start, on the same day."),
        ({"place_name": "Hall"}, "Choose a school or name a place, not both."),
    ],
    ids=["nothing", "past", "end", "two-places"],
)
def test_plan_that_cannot_be_is_refused_in_a_sentence(admin_client, session, said, sentence):
    before = everything(session)
    page = fill_in(admin_client, page_of(session, "move"), send="1", **said)
    assert (page.status_code, errors_of(page)) == (422, [sentence])
    assert everything(session) == before


@pytest.mark.parametrize(
    "said", [{"starts_at_0": "soon"}, {"starts_at_1": ""}, {"venue": "x"}, {"capacity": "-1"}, {"starts_at_1": "25:00"}]
)
def test_field_that_says_nothing_is_refused(admin_client, session, said):
    page = fill_in(admin_client, page_of(session, "move"), send="1", **said)
    assert (page.status_code, len(errors_of(page))) == (422, 1)


# --- substitute -----------------------------------------------------------------------------------------------------


def test_substituting_changes_one_lesson_and_tells_everyone(admin_client, session):
    confirmed(session)
    teacher = VisitingTeacher.objects.create(hub_year=session.hub_year, name_pinyin="Zhang Min")
    preview = fill_in(
        admin_client, lesson_page(session), topic="division", visiting_teachers=[teacher.pk], other_teacher="Jo Brown"
    )
    answer = admin_client.post(lesson_page(session), untouched(preview))
    assert messages_of(answer) == ["Done. 1 email is on its way."]
    lesson = Lesson.objects.get(session=session)
    assert (lesson.topic, lesson.other_teacher, list(lesson.visiting_teachers.all())) == (
        "division",
        "Jo Brown",
        [teacher],
    )
    form = untouched(admin_client.get(lesson_page(session)))
    assert (form["topic"], form["visiting_teachers"]) == (["division"], [str(teacher.pk)])


@pytest.mark.parametrize("lesson", ["", "?lesson=x", "?lesson=999999"])
def test_lesson_of_no_session_is_not_found(admin_client, session, lesson):
    assert admin_client.get(page_of(session, "substitute") + lesson).status_code == 404


# --- who has seen it ------------------------------------------------------------------------------------------------


def test_session_that_never_changed_has_no_page_of_who_has_seen_it(admin_client, session):
    assert admin_client.get(page_of(session, "seen")).status_code == 404


# --- who may --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["cancel", "postpone", "reinstate", "move", "substitute", "seen"])
def test_pages_are_for_who_may_change_the_session(client, session, page):
    office = StaffFactory(is_programme_office=True)
    office.user_permissions.add(Permission.objects.get(codename="view_showcasesession"))
    client.force_login(office)
    before = everything(session)
    for answer in (client.get(page_of(session, page)), client.post(page_of(session, page), {"send": "1"})):
        assert answer.status_code == 403
    assert everything(session) == before


@pytest.mark.parametrize("page", ["cancel", "postpone", "reinstate", "move", "substitute", "seen"])
def test_page_of_no_session_is_not_found(admin_client, page):
    assert admin_client.get(reverse(f"admin:hubs_showcasesession_{page}", args=[12345])).status_code == 404


# --- a visit, a hub's exchange --------------------------------------------------------------------------------------


@pytest.fixture
def visit():
    hub_year = HubYearFactory()
    visit = HostSchool.objects.create(hub_year=hub_year, school=SchoolFactory())
    for number in range(2):
        session = SessionFactory(title=f"Session {number}", hub_year=hub_year, host_school=visit)
        confirmed(session, f"teacher{number}@school.example", size=number + 1)
    return visit


@pytest.mark.parametrize("of", ["visit", "hub"])
def test_sessions_of_a_visit_or_hub_are_called_off_together(admin_client, visit, of):
    row = visit if of == "visit" else visit.hub_year
    links = {label for _address, label in links_of(admin_client, row)}
    assert {"Cancel its sessions", "Postpone its sessions", "Write to everyone", "Report", "Costs"} <= links
    assert links & {"Add a session", "Copy to another year", "Flyer"} == (
        {"Add a session", "Copy to another year", "Flyer"} if of == "visit" else set()
    )
    preview = fill_in(admin_client, page_of(row, "postpone"), message="Snow")
    assert said_on(preview)[:6] == [
        *(name_and_day(session) for session in visit.sessions.order_by("pk")),
        "3 visitors will be told.",
        "2 bookings have places",
        "3 visitors",
        "0 parties wait",
    ]
    assert WideChange.objects.count() == 0
    sent = untouched(preview)
    for _ in range(2):  # a double press
        answer = admin_client.post(page_of(row, "postpone"), sent)
        assert messages_of(answer)[-1] == "2 sessions are changed."
        wide = WideChange.objects.get()
        assert answer.headers["Location"] == reverse("admin:bookings_widechange_phone", args=[wide.pk])
    assert (wide.verb, wide.message) == (Verb.POSTPONE, "Snow")
    assert WideStep.objects.count() == 2
    trail = admin_client.get(reverse("admin:bookings_widechange_changelist")).content.decode()
    assert "2 of 2 sessions" in trail


def test_only_the_sessions_that_are_ticked_are_changed(admin_client, visit):
    first = visit.sessions.order_by("pk").first()
    preview = fill_in(admin_client, page_of(visit, "cancel"), sessions=[first.pk])
    admin_client.post(page_of(visit, "cancel"), untouched(preview))
    assert WideStep.objects.get().session == first


@pytest.mark.parametrize(
    "said, sentence",
    [
        ({"sessions": []}, "Choose at least one session."),
        ({"sessions": ["999999"]}, "Select a valid choice. 999999 is not one of the available choices."),
        ({"message": "x" * 1001}, "Write 1,000 characters or fewer."),
    ],
    ids=["none", "foreign", "long"],
)
def test_bad_input_for_a_visit_is_refused(admin_client, visit, said, sentence):
    page = fill_in(admin_client, page_of(visit, "cancel"), send="1", **said)
    assert (page.status_code, errors_of(page)) == (422, [sentence])
    assert WideChange.objects.count() == 0


def test_session_of_the_visit_is_not_offered_instead_of_itself(admin_client, visit):
    first = visit.sessions.order_by("pk").first()
    page = fill_in(admin_client, page_of(visit, "cancel"), instead=[first.pk], send="1")
    assert errors_of(page) == ["Offer sessions that take place."]


def test_pages_of_a_visit_are_for_who_may_change_it(client, admin_client, visit):
    assert admin_client.get(reverse("admin:hubs_hostschool_cancel", args=[12345])).status_code == 404
    client.force_login(StaffFactory())
    assert client.get(page_of(visit, "cancel")).status_code == 404


def test_visit_without_sessions_to_come_links_to_nothing(admin_client):
    visit = HostSchool.objects.create(hub_year=HubYearFactory(), school=SchoolFactory())
    day = DAY - 4 * WEEK
    SessionFactory(host_school=visit, starts_at=london(day, dt.time(9)), ends_at=london(day, dt.time(10)))
    links = {label for _address, label in links_of(admin_client, visit)}
    assert links == {"Add a session", "Copy to another year", "Certificates", "Report", "Costs"}


def test_visit_goes_to_another_school_only_where_nobody_has_booked(admin_client, session):
    visit = HostSchool.objects.create(hub_year=session.hub_year, school=session.venue)
    ShowcaseSession.objects.update(host_school=visit, venue=None)
    new, page = SchoolFactory(), page_of(visit, "change")
    confirmed(session)
    refused = fill_in(admin_client, page, school=new.pk)
    assert errors_of(refused) == ["People have booked sessions here. Move these: it tells everyone."]
    assert HostSchool.objects.get().school == session.venue
    ShowcaseSession.objects.update(venue=session.venue)
    assert fill_in(admin_client, page, school=new.pk).status_code == 302
    assert HostSchool.objects.get().school == new
