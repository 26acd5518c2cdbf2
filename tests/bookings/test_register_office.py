"""The host school's office: its link, its page, what it may mark, and the mails that the worker sends it, once each."""

import datetime as dt
import re
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from bookings import places
from bookings.attendance import office, register
from bookings.attendance.register import Mark
from bookings.due import run_due
from bookings.mail import links, rendering
from bookings.mail.sending import send_due
from bookings.mail_kinds import Kind
from bookings.models import Mail, OfficeLink, Places, Told, Visitor
from bookings.rule.party import NewVisitor
from bookings.rule.refusals import NoOffice, NotBookable
from bookings.sessions import changes, moving
from bookings.sessions.moving import Plan
from bookings.states import SessionStatus, Verb
from bookings.verbs import staff_booking
from bookings.verbs import visitors as details
from hubs.models import ClosedDay, HostSchool
from hubs.vocabulary.school_days import london
from tests.answers import errors_of, in_a_line, messages_of, untouched
from tests.bookings.observed import verbs
from tests.browser.rows import questions
from tests.factories import DAY, NOW, HubYearFactory, SchoolFactory, SessionFactory, StaffFactory, party, staff_of

pytestmark = pytest.mark.django_db
SECOND, MINUTE, HOUR = (dt.timedelta(**{unit: 1}) for unit in ("seconds", "minutes", "hours"))
NOON = london(dt.date(2027, 1, 25), dt.time(12))  # the school day before
SEVEN = london(DAY, dt.time(7))
OFFICE = "office@school.example"


@pytest.fixture
def session():
    year = HubYearFactory(contact_name="Sam Hub", contact_phone="01622 000 000")
    return SessionFactory(title="Year 6 lesson", share=None, office_email=OFFICE, hub_year=year)


@pytest.fixture
def at(monkeypatch):
    def set_to(moment):
        monkeypatch.setattr(timezone, "now", lambda: moment)

    set_to(NOW)
    return set_to


def books(session, *names, needs=""):
    visitors = tuple(NewVisitor(full_name=name, needs=needs) for name in names)
    asked = party(email="", contact_name=names[0] or "Contact", contact_comes=bool(names[0]), visitors=visitors)
    made = staff_booking.staff_booking(session.pk, asked, by=StaffFactory(), clock=lambda: NOW)
    return list(made.visitors.all())


def give(session, *, now=NOW, may_mark=False, key=None):
    return office.give(session.pk, may_mark=may_mark, key=key or uuid.uuid4(), by=StaffFactory(), clock=lambda: now)


def page_of(link):
    return f"/bookings/{links.token(links.Purpose.OFFICE, link)}/"


def run(*moments):
    for moment in moments:
        run_due(lambda moment=moment: moment)


def mails():
    return [*Mail.objects.filter(kind=Kind.REGISTER).order_by("pk").values_list("recipient", "created_at", "state")]


def words(page):
    return " ".join(re.sub(r"<[^>]+>", " ", page.content.decode()).split())


# --- the mails ------------------------------------------------------------------------------------------------------


def test_office_is_told_at_noon_the_school_day_before_to_the_second_and_once(session):
    books(session, "Ada Lee")
    run(NOW, NOON - SECOND)
    assert mails() == []
    run(NOON, NOON + HOUR, SEVEN - SECOND)
    assert mails() == [(OFFICE, NOON, "sent")]


def test_office_is_told_again_at_seven_only_if_something_has_changed(session):
    books(session, "Ada Lee")
    run(NOON, SEVEN, SEVEN + HOUR)
    assert mails() == [(OFFICE, NOON, "sent")]


@pytest.mark.parametrize("change", ["new", "gone", "named", "needs"])
def test_office_is_told_at_seven_of_what_has_changed_and_once(session, change):
    _ada, bo, unnamed = books(session, "Ada Lee", "Bo Day", "")
    run(NOON)
    if change == "new":
        books(session, "Cy Fox")
    elif change == "gone":
        details.release(bo.pk, clock=lambda: NOON)
    elif change == "named":
        details.name_at_the_door(unnamed.pk, "Dee New", by=StaffFactory(), clock=lambda: NOON)
    else:
        Visitor.objects.filter(pk=bo.pk).update(needs="Wheelchair")
    run(SEVEN - SECOND)
    assert len(mails()) == 1
    run(SEVEN, SEVEN + MINUTE)
    assert mails() == [(OFFICE, NOON, "sent"), (OFFICE, SEVEN, "sent")]
    said = {"new": "1 new", "gone": "1 not coming"}.get(change, "1 with changed details")
    assert Mail.objects.filter(kind=Kind.REGISTER).order_by("pk").last().facts["coming"] == {"new": 4, "gone": 2}.get(
        change, 3
    )
    assert f"Since we wrote to you: {said}." in rendering.render(Mail.objects.order_by("pk").last(), now=SEVEN).body


def test_what_changes_after_seven_is_told_no_more(session):
    books(session, "Ada Lee")
    run(NOON, SEVEN)
    books(session, "Bo Day")
    run(SEVEN + HOUR)
    assert len(mails()) == 1


def test_worker_that_comes_late_tells_the_office_once(session):
    run(SEVEN + MINUTE)
    books(session, "Ada Lee")
    run(SEVEN + HOUR)
    assert mails() == [(OFFICE, SEVEN + MINUTE, "sent")]


def test_office_is_told_of_nothing_after_the_start(session):
    run(session.starts_at)
    assert mails() == []


@pytest.mark.parametrize(
    "day, closed, told_on",
    [
        (dt.date(2027, 1, 25), None, dt.date(2027, 1, 22)),  # a Monday: on Friday
        (dt.date(2027, 1, 5), None, dt.date(2027, 1, 4)),
        (dt.date(2027, 1, 26), dt.date(2027, 1, 25), dt.date(2027, 1, 22)),  # the hub has closed the day before
        (dt.date(2027, 3, 29), None, dt.date(2027, 3, 25)),  # Easter Monday and Good Friday, and the clocks go forward
    ],
)
def test_day_before_is_a_school_day(day, closed, told_on):
    times = {"starts_at": london(day, dt.time(9)), "ends_at": london(day, dt.time(11))}
    session = SessionFactory(office_email=OFFICE, **times)
    if closed:
        ClosedDay.objects.create(hub=session.hub, first_day=closed, last_day=closed)
    due = london(told_on, dt.time(12))
    assert (office.due(due - SECOND), office.due(due)) == ([], [session.pk])


def test_office_of_the_visit_is_told_unless_the_session_is_elsewhere_or_has_its_own():
    school = SchoolFactory()
    visit = {"office_email": "visit@school.example", "school": school}

    def one(**fields):
        year = HubYearFactory()
        return SessionFactory(hub_year=year, host_school=HostSchool.objects.create(hub_year=year, **visit), **fields)

    here, there = one(venue=None), one(venue=school)
    own = one(venue=None, office_email=OFFICE)
    elsewhere, hall = one(venue=SchoolFactory()), one(venue=None, place_name="Village Hall")
    addresses = [office.address_of(session) for session in (here, there, own, elsewhere, hall)]
    assert addresses == ["visit@school.example", "visit@school.example", OFFICE, "", ""]
    assert office.due(NOON) == sorted([here.pk, there.pk, own.pk])


@pytest.mark.parametrize("status", [s for s in SessionStatus if s not in ("open", "closed")])
def test_office_of_a_session_that_is_off_or_not_open_yet_is_not_told(session, status):
    Places.objects.update(status=status)
    office.make(session.pk, NOON)
    run(NOON, SEVEN)
    assert mails() == []


def test_mail_that_waits_is_dropped_once_the_session_is_off_moved_withdrawn_or_the_address_another(session):
    by = StaffFactory()

    def after(does):
        Mail.objects.all().delete()
        Told.objects.all().delete()
        office.make(session.pk, NOON)
        does()
        send_due(lambda: NOON + HOUR)
        session.refresh_from_db()
        return Mail.objects.get(kind=Kind.REGISTER).state

    assert after(lambda: None) == "sent"
    session.office_email = "other@school.example"
    assert after(session.save) == "dropped"
    assert after(lambda: changes.postpone(session.pk, by=by, clock=lambda: NOON)) == "dropped"
    changes.reinstate(session.pk, by=by, clock=lambda: NOON)
    later = Plan.of(session, starts_at=session.starts_at + HOUR, ends_at=session.ends_at + HOUR)
    assert after(lambda: moving.move(session.pk, later, by=by, clock=lambda: NOON)) == "dropped"
    assert after(lambda: office.withdraw(session.pk, by=by, clock=lambda: NOON)) == "dropped"


def test_office_of_a_session_that_moves_is_told_of_its_new_day(session):
    run(NOON)
    day = dt.timedelta(days=7)
    later = Plan.of(session, starts_at=session.starts_at + day, ends_at=session.ends_at + day)
    moving.move(session.pk, later, by=StaffFactory(), clock=lambda: NOON)
    run(NOON + day - SECOND)
    assert len(mails()) == 1
    run(NOON + day)
    assert [made for _to, made, _state in mails()] == [NOON, NOON + day]


def test_office_without_an_address_is_told_once_it_has_one(session):
    session.office_email = ""
    session.save()
    run(NOON)
    assert (mails(), Told.objects.filter(of__startswith="register").count()) == ([], 0)
    session.office_email = OFFICE
    session.save()
    run(NOON + HOUR)
    assert mails() == [(OFFICE, NOON + HOUR, "sent")]


def test_mail_of_the_register_names_nobody_and_carries_the_office_link(session):
    books(session, "Ada Lee", needs="Wheelchair")
    office.make(session.pk, NOON)
    mail = Mail.objects.get(kind=Kind.REGISTER)
    message = rendering.render(mail, now=NOON)
    whole = message.subject + message.body + message.alternatives[0][0] + str(mail.facts)
    assert [one for one in ("Ada", "Lee", "Wheelchair") if one in whole] == []
    assert message.subject == "Who is coming on Tuesday 26 January"
    assert "To speak to the hub: Sam Hub, 01622 000 000." in message.body
    assert "https://testserver" + page_of(OfficeLink.objects.get()) in message.body
    assert "my-bookings" not in whole
    assert (str(OfficeLink.objects.get().public_id) in str(mail.facts), mail.visitor, mail.booking) == (
        False,
        None,
        None,
    )


@pytest.mark.django_db(transaction=True)
def test_ten_workers_at_once_tell_the_office_once(session):
    books(session, "Ada Lee")

    def work(_n):
        try:
            office.make(session.pk, NOON)
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(work, range(10)))
    assert (len(mails()), OfficeLink.objects.count()) == (1, 1)
    books(session, "Bo Day")
    with ThreadPoolExecutor(10) as pool:
        list(pool.map(lambda n: (office.make(session.pk, SEVEN), connection.close()), range(10)))
    assert len(mails()) == 2


# --- the link -------------------------------------------------------------------------------------------------------


def test_link_is_given_with_a_mail_and_an_entry_and_the_same_press_once(session):
    key = uuid.uuid4()
    for _press in range(2):
        give(session, key=key, may_mark=True)
    link = OfficeLink.objects.get()
    assert (link.given_to, link.given_at, link.may_mark, link.known_at) == (OFFICE, NOW, True, None)
    assert verbs(session) == [Verb.GIVE_OFFICE]
    run(NOW)
    assert mails() == [(OFFICE, NOW, "sent")]


def test_link_of_a_withdrawn_register_opens_nothing_and_the_worker_brings_no_other(client, session, at):
    old = page_of(give(session))
    assert client.get(old).status_code == 200
    for _press in range(2):
        office.withdraw(session.pk, by=StaffFactory(), clock=lambda: NOW)
    assert client.get(old).status_code == 404
    assert client.post(old + "arrived/", {"mark": "1:attended:expected"}).status_code == 404
    run(NOW, NOON, SEVEN)
    assert [state for _to, _at, state in mails()] == ["dropped"]
    assert verbs(session) == [Verb.GIVE_OFFICE, Verb.WITHDRAW_OFFICE]
    new = page_of(give(session))
    assert new != old
    assert [client.get(address).status_code for address in (old, new)] == [404, 200]


def test_mail_whose_link_was_withdrawn_before_it_was_sent_is_dropped_although_there_is_a_new_one(session):
    give(session)
    office.withdraw(session.pk, by=StaffFactory(), clock=lambda: NOW)
    give(session)
    run(NOW)
    assert [state for _to, _at, state in mails()] == ["dropped", "sent"]


def test_who_had_the_link_at_a_mistyped_address_has_it_no_longer(client, session, at):
    old = page_of(give(session))
    session.office_email = "right@school.example"
    session.save()
    new = page_of(give(session))
    assert [client.get(address).status_code for address in (old, new)] == [404, 200]


def test_link_needs_an_address_and_a_session_that_is_to_come(session):
    with pytest.raises(NotBookable):
        give(session, now=session.ends_at)
    Places.objects.update(status="cancelled")
    with pytest.raises(NotBookable):
        give(session)
    Places.objects.update(status="open")
    session.office_email = ""
    session.save()
    with pytest.raises(NoOffice):
        give(session)
    assert (OfficeLink.objects.count(), mails(), verbs(session)) == (0, [], [])


def test_link_of_another_purpose_opens_no_register(client, session, at):
    link = give(session)
    books(session, "Ada Lee")
    for purpose in set(links.Purpose) - {links.Purpose.OFFICE}:
        assert client.get(f"/bookings/{links.token(purpose, link)}/").status_code == 404
    for page in ("confirm/", "cancel/", "change/", "tell-me/", "stop/", "calendar.ics", "hand-over/"):
        assert client.get(page_of(link) + page).status_code == 404


# --- the page -------------------------------------------------------------------------------------------------------


def test_office_sees_names_schools_and_needs_and_no_address_or_number(client, session, at):
    asked = party(
        email="ada@school.example",
        contact_name="Ada Lee",
        contact_mobile="07700 900 982",
        visitors=(
            NewVisitor(needs="Wheelchair"),
            NewVisitor(full_name="Bo Day", email="bo@school.example"),
            NewVisitor(),
        ),
    )
    made = staff_booking.staff_booking(session.pk, asked, by=StaffFactory(), clock=lambda: NOW)
    page = client.get(page_of(give(session)))
    html = in_a_line(page)
    assert re.findall(r'<th scope="row">(.*?)</th>', html) == ["Bo Day", "Ada Lee", "To be named"]
    assert ("Wheelchair" in html, made.school_in_words in words(page)) == (True, True)
    private = ("school.example", "07700", made.reference, str(made.public_id))
    assert [one for one in private if one in html] == []
    assert "To speak to the hub: Sam Hub 01622 000 000 ." in words(page)
    headers = {name: page.headers[name] for name in ("Cache-Control", "X-Robots-Tag", "Referrer-Policy")}
    assert headers == {"Cache-Control": "no-store", "X-Robots-Tag": "noindex", "Referrer-Policy": "strict-origin"}
    assert "script-src" not in page.headers["Content-Security-Policy"]
    assert "<form" not in html


def test_office_sees_only_confirmed_people_of_its_own_session(client, session, at):
    places.hold(session.pk, party(contact_name="Cy Held"), clock=lambda: NOW)
    books(SessionFactory(), "Other Person")
    page = words(client.get(page_of(give(session))))
    assert "0 visitors are coming" in page
    assert [name for name in ("Cy Held", "Other Person") if name in page] == []


def test_page_marks_what_has_changed_since_noon(client, session, at):
    _ada, bo, unnamed = books(session, "Ada Lee", "Bo Day", "")
    office.make(session.pk, NOON)
    at(NOON + HOUR)
    address = page_of(OfficeLink.objects.get())
    assert "Changed since" not in words(client.get(address))
    details.release(bo.pk, clock=lambda: NOON)
    details.name_at_the_door(unnamed.pk, "Dee New", by=StaffFactory(), clock=lambda: NOON)
    books(session, "Cy Fox")
    page = words(client.get(address))
    assert "Changed since 12:00 on Monday 25 January" in page
    assert "No longer coming: Bo Day," in page
    assert ("Cy Fox new" in page, "Dee New changed" in page, "Ada Lee new" in page) == (True, True, False)


def test_link_that_is_given_after_noon_marks_changes_from_then(client, session, at):
    books(session, "Ada Lee")
    at(NOON + HOUR)
    address = page_of(give(session, now=NOON + HOUR))
    books(session, "Bo Day")
    assert "Changed since 13:00 on Monday 25 January" in words(client.get(address))


def test_page_of_a_session_that_has_moved_marks_nothing_until_its_new_day_is_near(client, session, at):
    office.make(session.pk, NOON)
    books(session, "Ada Lee")
    day = dt.timedelta(days=7)
    later = Plan.of(session, starts_at=session.starts_at + day, ends_at=session.ends_at + day)
    moving.move(session.pk, later, by=StaffFactory(), clock=lambda: NOON)
    assert "Changed since" not in words(client.get(page_of(OfficeLink.objects.get())))


def test_page_of_a_session_that_is_off_says_so(client, session, at):
    address = page_of(give(session))
    changes.cancel_session(session.pk, by=StaffFactory(), clock=lambda: NOW)
    assert "This session is cancelled Nobody is expected." in words(client.get(address))


# --- the office marks -----------------------------------------------------------------------------------------------


def press(client, link, visitor, to="attended", was="expected"):
    return client.post(page_of(link) + "arrived/", {"mark": f"{visitor.pk}:{to}:{was}:3600"})


def test_office_marks_arrivals_if_the_hub_lets_it(client, session, at):
    ada, _bo = books(session, "Ada Lee", "Bo Day")
    link = give(session, may_mark=True)
    at(session.starts_at - HOUR)
    assert "0 of 2 have arrived." in words(client.get(page_of(link)))
    answer = press(client, link, ada)
    assert answer.headers["Location"] == f"{page_of(link)}#v{ada.pk}"
    ada.refresh_from_db()
    marked_at = session.starts_at - HOUR
    assert (ada.attendance, ada.marked_by, ada.marked_at) == ("attended", None, marked_at)
    html = client.get(page_of(link)).content.decode()
    assert ("1 of 2 have arrived." in html, f'value="{ada.pk}:expected:attended"' in html) == (True, True)
    press(client, link, ada, "expected", "attended")
    ada.refresh_from_db()
    assert ada.attendance == "expected"


@pytest.mark.parametrize(
    "before_start, marks",
    [(2 * HOUR + SECOND, False), (2 * HOUR, True), (-6 * HOUR, True), (-15 * HOUR + SECOND, True), (-15 * HOUR, False)],
)
def test_office_marks_from_two_hours_before_until_the_end_of_the_day(client, session, at, before_start, marks):
    (ada,) = books(session, "Ada Lee")
    link = give(session, may_mark=True)
    at(session.starts_at - before_start)
    assert ('name="mark"' in client.get(page_of(link)).content.decode()) == marks
    answer = press(client, link, ada)
    ada.refresh_from_db()
    assert (answer.status_code, ada.attendance) == ((302, "attended") if marks else (409, "expected"))
    if not marks:
        assert "Arrivals cannot be marked here now." in words(answer)


def test_office_that_may_not_mark_marks_nobody(client, session, at):
    (ada,) = books(session, "Ada Lee")
    link = give(session)
    at(session.starts_at)
    assert press(client, link, ada).status_code == 409
    assert 'name="mark"' not in client.get(page_of(link)).content.decode()
    assert client.get(page_of(link) + "arrived/", {"mark": f"{ada.pk}:attended:expected"}).status_code == 302
    ada.refresh_from_db()
    assert ada.attendance == "expected"


def test_office_marks_nobody_of_another_session_and_nonsense_leads_back(client, session, at):
    (other,) = books(SessionFactory(), "Cy Fox")
    link = give(session, may_mark=True)
    at(session.starts_at)
    press(client, link, other)
    other.refresh_from_db()
    assert other.attendance == "expected"
    for nonsense in ("", "x", "\x00", "9" * 30 + ":attended:expected"):
        assert client.post(page_of(link) + "arrived/", {"mark": nonsense}).headers["Location"] == page_of(link)


def test_office_page_asks_as_often_for_three_visitors_as_for_one(client, session, at):
    link = give(session, may_mark=True)
    office.make(session.pk, NOON)
    at(session.starts_at)
    counts = []
    for n in range(3):
        (one,) = books(session, f"Ada Lee {n}")
        register.mark(session, Mark(one.pk, "attended", "expected"), by=StaffFactory(), now=session.starts_at)
        counts.append(questions(client, page_of(link)))
    assert counts == [counts[0]] * 3


# --- what the hub does ----------------------------------------------------------------------------------------------


@pytest.fixture
def hub_client(client, session, at):
    client.force_login(staff_of(session.hub))
    return client


def office_page(session):
    return reverse("admin:hubs_showcasesession_register_office", args=[session.pk])


def test_hub_gives_and_withdraws_the_link_by_buttons(hub_client, session):
    page = hub_client.get(office_page(session))
    assert f"The office’s address: {OFFICE}." in words(page)
    sent = untouched(page)
    answer = hub_client.post(office_page(session), sent | {"may_mark": "on"})
    assert messages_of(answer) == [f"The link is on its way to {OFFICE}."]
    assert answer.status_code == 302  # so that nothing is sent again by loading the page anew
    shown = words(hub_client.get(office_page(session)))
    assert f"{OFFICE} has had the link since 9:30 on Monday 4 January. It may mark arrivals." in shown
    hub_client.post(office_page(session), {"withdraw": "1"})
    assert "Withdrawn at 9:30 on Monday 4 January." in words(hub_client.get(office_page(session)))
    assert verbs(session) == [Verb.GIVE_OFFICE, Verb.WITHDRAW_OFFICE]


def test_hub_without_the_offices_address_is_told_what_to_do(hub_client, session):
    session.office_email = ""
    session.save()
    page = hub_client.get(office_page(session))
    assert "Without it no mail goes to the office." in words(page)
    answer = hub_client.post(office_page(session), untouched(page))
    assert errors_of(answer) == ["Give the session the address of the school’s office first."]


def test_hub_is_never_shown_the_link_itself(hub_client, session):
    link = give(session)
    listed = reverse("admin:bookings_officelink_changelist")
    one = reverse("admin:bookings_officelink_change", args=[link.pk])
    for address in (office_page(session), listed, one):
        html = hub_client.get(address).content.decode()
        found = [secret for secret in (str(link.public_id), links.token(links.Purpose.OFFICE, link)) if secret in html]
        assert (address, found) == (address, [])


def test_other_hubs_and_the_programme_office_see_no_office_link(client, session, at):
    link = give(session)
    one = reverse("admin:bookings_officelink_change", args=[link.pk])
    client.force_login(staff_of(SessionFactory().hub))
    assert client.get(reverse("admin:bookings_officelink_changelist")).context["cl"].result_count == 0
    assert client.get(one).status_code == 302
    client.force_login(StaffFactory(is_programme_office=True))
    assert client.get(one).status_code == 403


def test_link_ends_a_week_after_the_session(client, session, at):
    books(session, "Ada Lee")
    address = page_of(give(session))
    at(session.ends_at + dt.timedelta(days=7))
    assert "Ada Lee" in words(client.get(address))
    at(session.ends_at + dt.timedelta(days=8))
    assert client.get(address).status_code == 404
