"""What has had its time goes, everywhere that it stands, and counts stay as they were."""

import datetime as dt
from collections import Counter

import pytest
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import connection, models
from django.test.utils import CaptureQueriesContext

from bookings import places
from bookings.attendance import perhaps
from bookings.due import run_due
from bookings.forgetting import exchanges, goes, staff, steps
from bookings.forgetting.nothing import NOTHING
from bookings.mail.links import Purpose, token
from bookings.models import (
    Asked,
    AuditEntry,
    Booking,
    Certificate,
    DayAnswer,
    GroupTeacher,
    HandOver,
    Interest,
    Invitation,
    LaterAnswer,
    Mail,
    NewsConsent,
    OfficeLink,
    Person,
    Quote,
    Visitor,
)
from bookings.models.feedback import Form
from bookings.report.report import Report
from bookings.report.selection import Of, Selection
from bookings.rule.party import Correction, NewVisitor, VisitingSchool
from bookings.verbs import details, hand_over
from hubs.models import (
    HostSchool,
    Lesson,
    MasterySpecialist,
    Membership,
    Resource,
    ShowcaseSession,
    StaffUser,
    StoredFile,
    VisitingTeacher,
    WorkGroup,
)
from tests.bookings.past import past_exchange
from tests.factories import (
    DAY,
    NOW,
    ExchangeFactory,
    HubYearFactory,
    SchoolFactory,
    SessionFactory,
    StaffFactory,
    party,
)
from tests.files import pdf
from tests.one_of_each import one_of_each

pytestmark = pytest.mark.django_db

A_YEAR = dt.timedelta(days=366)
TYPED = VisitingSchool(kind="state", name="Elm Academy", place="ME16 8TL")


def at(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(12), tzinfo=dt.UTC)


LATER = at(DAY + A_YEAR)


def booked(session, *, size=2, email="teacher@school.example", **asked):
    booking = places.hold(session.pk, party(size=size, email=email, **asked), clock=lambda: NOW)
    return places.confirm(booking.pk, clock=lambda: NOW)


def everything():
    """Every text that stands in a column of which nothing.py does not say that it holds nothing of anybody."""
    nothing = {(model, name) for table in NOTHING.values() for model, names in table.items() for name in names.split()}
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.concrete_fields:
            if field.is_relation or not isinstance(field, models.CharField | models.TextField | models.JSONField):
                continue
            of = getattr(model, "instance_type", model)
            if (of._meta.label, field.name) in nothing:
                continue
            for value in model._base_manager.order_by().values_list(field.name, flat=True):
                yield f"{model._meta.label}.{field.name}", str(value)


def forget_all(now):
    while steps.forget(now=now):
        pass


# --- a booking -------------------------------------------------------------------------------------------------------


def test_names_go_on_the_day_that_the_hub_says_and_not_before():
    session = SessionFactory()
    booking = booked(session)
    steps.forget(now=at(dt.date(2028, 1, 25)))
    assert Booking.objects.get().contact_name == "Test Teacher"
    steps.forget(now=at(dt.date(2028, 1, 26)))
    booking.refresh_from_db()
    assert (booking.contact_name, booking.contact_email, booking.email_key) == (None, None, None)
    assert {*Visitor.objects.values_list("full_name", "email", "email_key", "name_words")} == {(None, None, None, "")}


def test_each_hub_has_its_own_months():
    one, other = SessionFactory(), SessionFactory()
    hub = one.hub_year.hub
    hub.retention_months = 1
    hub.save()
    booked(one)
    booked(other, email="other@school.example")
    steps.forget(now=at(dt.date(2027, 2, 26)))
    assert [*Booking.objects.order_by("pk").values_list("contact_name", flat=True)] == [None, "Test Teacher"]


def test_names_stay_until_the_figures_are_due():
    session = SessionFactory(hub_year__exchange__reporting_date=dt.date(2028, 3, 1))
    booked(session)
    steps.forget(now=at(dt.date(2028, 3, 1)))
    assert Booking.objects.get().contact_name == "Test Teacher"
    steps.forget(now=at(dt.date(2028, 3, 2)))
    assert Booking.objects.get().contact_name is None


def test_whatever_is_written_to_a_forgotten_booking_is_forgotten_too():
    booking = booked(SessionFactory())
    forget_all(LATER)
    visitor = booking.visitors.last()
    by = StaffFactory()
    details.correct(visitor.pk, Correction(full_name="Late Name"), by=by, clock=lambda: LATER)
    assert Visitor.objects.filter(full_name="Late Name").exists()
    forget_all(LATER)
    assert [text for text in everything() if "Late" in text[1]] == []


def test_numbers_that_figures_need_stay():
    booked(SessionFactory(), size=3)
    kept = ("pk", "person_id", "first_time", "seen_before", "attendance", "role", "years", "released_at")
    of_bookings = ("pk", "school_id", "school_key", "party", "status", "created_at", "reference")
    before = [*Visitor.objects.values_list(*kept)], [*Booking.objects.values_list(*of_bookings)], Person.objects.count()
    forget_all(LATER)
    after = [*Visitor.objects.values_list(*kept)], [*Booking.objects.values_list(*of_bookings)]
    assert (*after, before[2]) == before
    assert Person.objects.count() == 0


@pytest.mark.parametrize("seed", range(3))
def test_every_figure_of_the_report_is_the_same_before_and_after(seed):
    """To the digit: people and settings, first time, how often, what they said."""
    year = HubYearFactory()
    past_exchange(year, seed=seed)
    for visitor in Visitor.objects.filter(attendance="attended")[:6]:
        answered(visitor, said="Test and I liked it")
    for session_id in Visitor.objects.values_list("booking__session", flat=True).distinct():
        perhaps.make(session_id, LATER)
    before = figures(year)
    forget_all(LATER)
    assert not Visitor.objects.exclude(full_name=None).exists()
    assert figures(year) == before


def figures(year):
    report = Report(Selection(Of.EXCHANGE, year, LATER.date()), leaves=False, now=LATER)
    return {one.name: [*one.lines(report.copy)] for one in report.tables()}


def test_person_lives_as_long_as_a_booking_of_that_address():
    early = SessionFactory()
    late = SessionFactory(starts_at=NOW + dt.timedelta(days=60), ends_at=NOW + dt.timedelta(days=60, hours=2))
    booked(early, size=1)
    booked(late, size=1)
    person = Person.objects.get()
    steps.forget(now=LATER)
    assert [one.contact_name for one in Booking.objects.order_by("pk")] == [None, "Test Teacher"]
    assert [*Person.objects.all()] == [person]
    assert {*Visitor.objects.values_list("person_id", flat=True)} == {person.pk}


def test_who_may_be_whom_is_found_out_before_the_names_go():
    one, other = SessionFactory(), SessionFactory()
    known = booked(one, size=1, visiting=TYPED, contact_name="Ada Lovelace").visitors.get()
    new = booked(other, size=1, visiting=TYPED, contact_name="Ada Lovelace", email="two@school.example").visitors.get()
    Visitor.objects.filter(pk=new.pk).update(email=None, email_key=None)
    forget_all(LATER)
    new.refresh_from_db()
    assert (new.full_name, new.perhaps_id) == (None, known.person_id)


def test_typed_school_goes_and_goes_on_being_counted_as_one():
    one, other = SessionFactory(), SessionFactory()
    booked(one, size=1, visiting=TYPED)
    other.hub_year.hub.retention_months = 1
    other.hub_year.hub.save()
    booked(other, size=1, visiting=TYPED, email="other@school.example")
    assert {key for (key,) in Booking.objects.values_list("school_key")} == {Booking.objects.first().school_key}
    steps.forget(now=at(dt.date(2027, 3, 1)))
    assert {*Booking.objects.values_list("school_name", flat=True)} == {"Elm Academy", ""}
    assert Booking.objects.order_by().values("school_key").distinct().count() == 1
    forget_all(LATER)
    assert [text for text in everything() if "elm" in text[1].lower()] == []


def test_links_of_a_forgotten_booking_open_nothing(client):
    booking = booked(SessionFactory())
    address = f"/bookings/{token(Purpose.CONTACT, booking)}/"
    assert client.get(address).status_code == 200
    forget_all(LATER)
    assert client.get(address).status_code == 404


def test_hand_overs_mails_certificates_answers_and_reasons_go_with_the_booking():
    session = SessionFactory()
    booking = booked(session)
    visitor = booking.visitors.last()
    hand_over.hand_over(
        visitor.pk, NewVisitor(full_name="Second Person", email="second@school.example"), clock=lambda: NOW
    )
    places.cancel(
        booked(session, email="third@school.example").pk, by=StaffFactory(), why="Test said so", clock=lambda: NOW
    )
    Certificate.objects.create(session=session, visitor=visitor, full_name="Second Person", issued_at=NOW)
    asked = answered(visitor, said="Test and I liked it")
    forget_all(LATER)
    assert [*HandOver.objects.values_list("from_name", "from_email", "to_name", "to_email")] == [(None,) * 4]
    assert {*Mail.objects.exclude(booking=None).values_list("recipient", "recipient_key")} == {(None, None)}
    assert all(mail.facts == {} for mail in Mail.objects.exclude(booking=None))
    assert Certificate.objects.get().full_name is None
    assert {*AuditEntry.objects.values_list("why", flat=True)} == {"", "4 people"}
    assert DayAnswer.objects.get().take == ""
    asked.refresh_from_db()
    assert asked.visitor is None
    assert [(quote.voice, quote.text) for quote in Quote.objects.all()] == [(None, "I liked it")]


def answered(visitor, *, said):
    year, session = visitor.booking.session.hub_year, visitor.booking.session
    of = {"hub_year": year, "visitor": visitor, "asked_at": NOW, "closes_at": NOW}
    asked = Asked.objects.create(form=Form.DAY, session=session, **of)
    DayAnswer.objects.create(voice=asked.voice, hub_year=year, session=session, answered_at=NOW, take=said)
    Quote.objects.create(
        hub_year=year,
        session=session,
        voice=asked.voice,
        of="take",
        text="I liked it",
        released_at=NOW,
        released_by=StaffFactory(),
    )
    return asked


# --- numbers, needs, mails, files -------------------------------------------------------------------------------------


def test_numbers_go_the_day_after_and_needs_a_week_after():
    session = SessionFactory()
    booking = booked(session, contact_mobile="07700 900123")
    visitor = booking.visitors.first()
    needs = {"needs": "a chair", "arranged": "done", "arranged_at": NOW, "arranged_by": StaffFactory()}
    Visitor.objects.filter(pk=visitor.pk).update(mobile="07700 900124", **needs)
    OfficeLink.objects.create(session=session, given_to="office@school.example", given_at=NOW, known={"1": "x"})

    def stands():
        visitor.refresh_from_db()
        booking.refresh_from_db()
        return bool(booking.contact_mobile or visitor.mobile), visitor.needs, visitor.arranged_by is None

    run_due(lambda: at(DAY))
    assert stands() == (True, "a chair", False)
    run_due(lambda: at(DAY + dt.timedelta(days=2)))
    assert stands() == (False, "a chair", False)
    run_due(lambda: at(DAY + dt.timedelta(days=7)))
    assert stands() == (False, "", True)
    assert (OfficeLink.objects.get().given_to, OfficeLink.objects.get().known) == ("", {})


def test_mails_about_no_booking_go_after_three_months():
    def mail(key, age):
        of = {"recipient": "test@school.example", "recipient_key": "test@school.example", "facts": {"name": "Test"}}
        made = {"created_at": LATER - dt.timedelta(days=age), "due_at": LATER, "dedupe_key": key}
        return Mail.objects.create(kind="my_bookings", state="sent", answered_at=LATER, **of, **made)

    old, new = mail("old", 93), mail("new", 91)
    steps.forget(now=LATER)
    for one in (old, new):
        one.refresh_from_db()
    assert (old.recipient, old.facts) == (None, {})
    assert (new.recipient, new.facts) == ("test@school.example", {"name": "Test"})


def test_files_go_from_the_database_on_the_day_on_which_consent_ends():
    session = SessionFactory()
    until = {"pupils": "agreed", "agreed_until": DAY}
    Resource.objects.create(session=session, title="Film", file=pdf(), **until)
    StoredFile.objects.update(stored_at=NOW - dt.timedelta(days=30))
    run_due(lambda: at(DAY - dt.timedelta(days=1)))
    assert (Resource.objects.count(), StoredFile.objects.count()) == (1, 1)
    run_due(lambda: at(DAY))
    assert (Resource.objects.count(), StoredFile.objects.count()) == (0, 0)


# --- an exchange ------------------------------------------------------------------------------------------------------


@pytest.fixture
def wordy(versions_kept):
    """A hub's year with words of its own in every place, and versions of them."""
    session = SessionFactory(day_contact="Test on the day", joining_instructions="ask for Test")
    session.save()
    year = session.hub_year
    visit = HostSchool.objects.create(hub_year=year, office_email="test@school.example", reported_source="Test")
    Lesson.objects.filter(session=session).update(other_teacher="Test Teacher")
    lesson = Lesson.objects.get()
    lesson.save()
    VisitingTeacher.objects.create(hub_year=year, name_pinyin="Test Min", email="min@school.example", mobile="07700 9")
    VisitingTeacher.objects.create(hub_year=year, name_pinyin="Li Na", name_agreed_at=NOW)
    MasterySpecialist.objects.create(hub_year=year, full_name="Test Specialist", email="s@school.example")
    group = WorkGroup.objects.create(hub_year=year, name="Maidstone")
    of = {"group": group, "school": SchoolFactory(), "invited_at": NOW, "invited_by": StaffFactory()}
    invited = Invitation.objects.create(asked_name="Test Lead", head_email="head@school.example", **of)
    GroupTeacher.objects.create(invitation=invited, position=1, full_name="Test Teacher")
    LaterAnswer.objects.create(hub_year=year, sentence="Test", answered_at=NOW)
    return session, visit


def test_addresses_of_who_taught_and_was_invited_end_with_the_exchange(wordy):
    visitor = booked(wordy[0]).visitors.first()
    Interest.objects.create(hub_year=wordy[0].hub_year, visitor=visitor, wants="yes", at=NOW)
    steps.forget(now=at(dt.date(2027, 8, 31)))
    assert VisitingTeacher.objects.exclude(email="").count() == 1
    steps.forget(now=at(dt.date(2027, 9, 1)))
    assert [*VisitingTeacher.objects.exclude(email="", mobile="")] == []
    assert MasterySpecialist.objects.get().email == ""
    assert (Invitation.objects.get().asked_name, Invitation.objects.get().head_email) == (None, None)
    assert GroupTeacher.objects.get().full_name is None
    assert Interest.objects.count() == 0
    assert MasterySpecialist.objects.get().full_name == "Test Specialist"


def test_exchange_is_over_when_its_figures_have_been_due():
    exchange = ExchangeFactory(reporting_date=dt.date(2027, 10, 31))
    assert exchanges.over_on(exchange) == dt.date(2027, 11, 1)
    exchange.reporting_date = dt.date(2027, 7, 1)
    assert exchanges.over_on(exchange) == dt.date(2027, 9, 1)


def test_words_of_the_hub_and_their_versions_go_when_its_months_are_over(wordy):
    steps.forget(now=at(dt.date(2028, 8, 31)))
    assert ShowcaseSession.objects.get().day_contact == "Test on the day"
    forget_all(at(dt.date(2028, 9, 1)))
    found = [where for where, text in everything() if "test" in text.lower()]
    assert [where for where in found if not where.startswith("hubs.StaffUser")] == []
    assert sorted(str(one) for one in VisitingTeacher.objects.all()) == ["Li Na", "a visiting teacher from Shanghai"]
    assert str(MasterySpecialist.objects.get()) == "a mastery specialist"


def test_year_that_is_over_is_looked_over_again_once_a_month(wordy):
    over = at(dt.date(2028, 9, 1))
    forget_all(over)
    ShowcaseSession.objects.update(day_contact="Test again")
    forget_all(over + dt.timedelta(days=29))
    assert ShowcaseSession.objects.get().day_contact == "Test again"
    forget_all(over + dt.timedelta(days=31))
    assert ShowcaseSession.objects.get().day_contact == ""


# --- staff ------------------------------------------------------------------------------------------------------------


def test_member_of_staff_who_left_is_a_former_one_after_a_year():
    gone = StaffFactory(full_name="Test Gone", is_active=False, date_joined=NOW)
    here = StaffFactory(full_name="Still Here", date_joined=NOW)
    Membership.objects.create(user=here, hub=SessionFactory().hub_year.hub)
    of_them = {"content_type": ContentType.objects.get_for_model(StaffUser), "object_id": str(gone.pk)}
    LogEntry.objects.create(user=here, action_flag=CHANGE, object_repr="Test Gone", **of_them)
    steps.forget(now=NOW + dt.timedelta(days=364))
    assert StaffUser.objects.filter(full_name="Test Gone").exists()
    steps.forget(now=NOW + dt.timedelta(days=366))
    gone.refresh_from_db()
    assert (str(gone), gone.full_name, gone.email) == (
        "a former member of staff",
        "",
        f"former-{gone.pk}@staff.invalid",
    )
    assert not gone.has_usable_password()
    assert StaffUser.objects.get(pk=here.pk).full_name == "Still Here"
    assert staff.forget_member(gone.pk, now=NOW) is False


def test_log_of_the_admin_is_kept_for_a_year():
    user = StaffFactory(date_joined=LATER)
    for days in (400, 10):
        entry = LogEntry.objects.create(user=user, action_flag=CHANGE, object_repr="Test")
        LogEntry.objects.filter(pk=entry.pk).update(action_time=LATER - dt.timedelta(days=days))
    steps.forget(now=LATER)
    assert LogEntry.objects.count() == 1


# --- all of it --------------------------------------------------------------------------------------------------------


def test_when_everything_is_due_no_word_of_anybody_stands_anywhere(versions_kept):
    """But for a quote, which staff released with names taken out; whoever agreed to news takes it back themselves."""
    one_of_each(1, personal="Secretly")
    StaffUser.objects.update(is_active=False)
    assert [where for where, text in everything() if "secretly" in text.lower()] != []
    far = NOW + dt.timedelta(days=1500)
    run_due(lambda: far)
    forget_all(far)
    run_due(lambda: far)
    NewsConsent.objects.all().delete()
    stands = [(where, text) for where, text in everything() if "secretly" in text.lower()]
    assert stands == [("bookings.Quote.text", "Secretly quote")]


def test_round_with_nothing_to_do_only_reads():
    one_of_each(1)
    run_due(lambda: NOW)
    with CaptureQueriesContext(connection) as asked:
        steps.forget(now=NOW)
    assert [one["sql"] for one in asked if not one["sql"].lower().startswith("select")] == []
    assert len(asked) <= 16


def test_what_would_go_is_counted_and_not_done():
    booked(SessionFactory(), size=2)
    counted: Counter[str] = Counter()
    for one in steps.all_due(now=LATER):
        counted.update(one.by_column())
    assert (counted["bookings.Visitor.full_name"], counted["bookings.Booking.contact_name"]) == (2, 1)
    assert Booking.objects.get().contact_name == "Test Teacher"


@pytest.mark.parametrize(
    "day, months, before",
    [
        (dt.date(2027, 3, 31), 1, dt.date(2027, 2, 28)),
        (dt.date(2027, 1, 31), 1, dt.date(2026, 12, 31)),
        (dt.date(2028, 2, 29), 12, dt.date(2027, 2, 28)),
        (dt.date(2027, 12, 31), 25, dt.date(2025, 11, 30)),
    ],
)
def test_months_before_a_day(day, months, before):
    assert goes.months_before(day, months) == before
