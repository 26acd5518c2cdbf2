"""A hub with a row of every model, tied together as real ones are."""

import datetime as dt
import uuid

from bookings import places
from bookings.mail import itinerary_link
from bookings.models import (
    AddressChange,
    Asked,
    Certificate,
    DayAnswer,
    Draft,
    Erasure,
    HandOver,
    Interest,
    KeptReport,
    LaterAnswer,
    NetworkUse,
    NewsConsent,
    OfficeLink,
    Opened,
    Quote,
    Register,
    Running,
    TellMe,
    Told,
    TurnedAway,
)
from bookings.rule.invited import Named
from bookings.sessions import changes, messages, phoning, seen, wide_changes
from bookings.states import Verb
from hubs.models import (
    ClosedDay,
    Cost,
    HostSchool,
    HubYear,
    LocalAuthority,
    MasterySpecialist,
    Membership,
    Notice,
    OldHubAddress,
    Photograph,
    Remark,
    Resource,
    SchoolList,
    VisitingTeacher,
)
from tests.factories import NOW, HubFactory, HubYearFactory, SchoolFactory, SessionFactory, StaffFactory, party
from tests.files import pdf, photograph
from tests.groups import group_of, joined, meetings_of

DAYS = {"first_day": dt.date(2027, 1, 14), "last_day": dt.date(2027, 1, 25)}


def one_of_each(number: int, *, public: str = "Kent", personal: str = "Test") -> HubYear:
    """`public` stands in every word of the hub's that anybody may read, `personal` in what its own staff alone may."""
    hub = HubFactory(slug=f"{public}-{number}".lower())
    hub_year = HubYearFactory(hub=hub, lead_school=SchoolFactory(), name=f"{public} Maths Hub {number}")
    visit = host_school(hub_year, public=public, personal=personal)
    LocalAuthority.objects.create(code=f"{number:03}", name="Kent")
    SchoolList.objects.create(hub=hub, name=f"{personal} schools", code=personal).schools.add(SchoolFactory())
    Notice.objects.create(hub=hub, text=f"{public} snow", from_at=NOW, until_at=NOW + dt.timedelta(days=1))
    ClosedDay.objects.create(hub=hub, note=f"{public} INSET", **DAYS)
    OldHubAddress.objects.create(hub=hub, slug=f"{public}-once-{number}".lower())
    staff = StaffFactory(full_name=f"{personal} Staff", email=f"{personal}.staff{number}@hub.example".lower())
    Membership.objects.create(user=staff, hub=hub)
    session = SessionFactory(
        hub_year=hub_year, host_school=visit, title=f"{public} session", day_contact=f"{personal} on the day"
    )
    paid = {"kind": Cost.Kind.TRAVEL, "pence": 12550, "who_pays": f"{personal} trust", "note": f"{personal} coach"}
    Cost.objects.create(hub_year=hub_year, **paid)
    Cost.objects.create(hub_year=hub_year, host_school=visit, kind=Cost.Kind.HOSTS, days="2.5", note=f"{personal} head")
    Remark.objects.create(hub_year=hub_year, section=Remark.Section.PLACES, text=f"{personal} snow")
    Resource.objects.create(session=session, title=f"{public} plan", file=pdf(), pupils="none")
    booking = booked(session, number, personal=personal)
    certificate = {"session": session, "visitor": booking.visitors.first(), "full_name": f"{personal} Certified"}
    Certificate.objects.create(issued_at=NOW, **certificate)
    words = messages.Message("all", f"{personal} subject", f"{personal} letter")
    messages.write([session.pk], words, by=staff, clock=lambda: NOW)
    changed(session, booking, visit, staff, public=public)
    OfficeLink.objects.create(session=session, given_to=f"{personal}.office@school.example".lower(), given_at=NOW)
    NetworkUse.objects.create(network=f"{number:032}", what="booking", hour=NOW, used=1)
    Erasure.objects.note([booking], at=NOW)
    Running.objects.update_or_create(pk=1, defaults={"round_at": NOW, "round_host": "app1"})
    Told.objects.create(session=session, of="open", at=NOW)
    opened = {"what": Opened.What.BOOKING, "page": "bookings_booking_overview", "at": NOW}
    Opened.objects.create(staff=staff, session=session, booking=booking, **opened)
    Register.objects.create(session=session, recorded_at=NOW, recorded_by=staff)
    figures = {"as_at": NOW, "page": f"{personal} figures"}
    for of in (None, hub_year):
        KeptReport.objects.get_or_create(exchange=hub_year.exchange, hub_year=of, leaves=False, defaults=figures)
    TurnedAway.objects.create(session=session, day=NOW.date(), why=TurnedAway.Why.FULL, times=1, places=2)
    in_a_group(hub_year, staff, number, public=public, personal=personal)
    Draft.objects.create(session=session, booking=booking, expires_at=NOW, answers={"name": "Half Typed"})
    wish = f"{personal}.me{number}@school.example".lower()
    TellMe.objects.create(email=wish, email_key=wish, host_school=visit, created_at=NOW)
    afterwards(session, booking, staff, personal=personal)
    return hub_year


def host_school(hub_year, *, public, personal):
    specialist = MasterySpecialist.objects.create(
        hub_year=hub_year, full_name=f"{personal} Specialist", school=SchoolFactory()
    )
    address = f"{personal}.min{hub_year.pk}@school.example".lower()
    teacher = VisitingTeacher.objects.create(hub_year=hub_year, name_pinyin=f"{personal} Min", email=address)
    itinerary_link.send(teacher.pk, key=uuid.uuid4(), by=StaffFactory(), clock=lambda: NOW)
    visit = HostSchool.objects.create(
        hub_year=hub_year,
        school=SchoolFactory(),
        joining_instructions=f"{personal} door",
        reported_source=f"{public} office",
        **DAYS,
    )
    teacher.photo_agreed_at = NOW
    teacher.save()
    Photograph.objects.create(teacher=teacher, file=photograph(), pupils="none")
    visit.visiting_teachers.add(teacher)
    visit.specialists.add(specialist)
    return visit


def booked(session, number, *, personal):
    email = f"{personal}.teacher{number}@school.example".lower()
    asked = party(size=2, email=email, contact_name=f"{personal} Teacher")
    booking = places.hold(session.pk, asked, clock=lambda: NOW)
    places.confirm(booking.pk, clock=lambda: NOW)
    given = {"from_contact": False, "from_version": 1, "to_name": f"{personal} Colleague", "at": NOW}
    HandOver.objects.create(visitor=booking.visitors.last(), **given)
    AddressChange.objects.create(booking=booking, email=f"{personal}.new@school.example", from_version=1, asked_at=NOW)
    return booking


def in_a_group(hub_year, staff, number, *, public, personal):
    """A group with a meeting that one school has joined."""
    said = {"about": f"{personal} about", "hub_pays": f"{personal} pays"}
    group = group_of(hub_year, name=f"{public} group {number}", **said)  # which its meetings are called by
    meetings_of(group, staff, number=1)
    teachers = [Named(f"{personal} Maths Lead", f"{personal}.lead{number}@school.example".lower())]
    joined(group, staff, email=f"{personal}.lead{number}@school.example".lower(), teachers=teachers)


def changed(session, booking, visit, staff, *, public):
    news = changes.News(message=f"{public} message")
    change = changes.postpone(session.pk, by=staff, clock=lambda: NOW, news=news)
    seen.mark_seen(booking, None, change.pk, clock=lambda: NOW)
    phoning.tell(change, phoning.Whom("b", booking.pk), by=staff, clock=lambda: NOW)
    news = changes.News(message=f"{public} message", key=uuid.uuid4())
    wide_changes.ask_for(visit, Verb.REINSTATE, [session], by=staff, clock=lambda: NOW, news=news)


def afterwards(session, booking, staff, *, personal):
    """What somebody said of it: without their name, and with it."""
    me, hub_year = booking.visitors.first(), session.hub_year
    asked = {"hub_year": hub_year, "visitor": me, "voice": uuid.uuid4(), "asked_at": NOW}
    Asked.objects.create(form="day", session=session, closes_at=NOW + dt.timedelta(days=14), **asked)
    Asked.objects.create(form="later", closes_at=NOW + dt.timedelta(days=14), **asked)
    said = {"hub_year": hub_year, "voice": asked["voice"], "answered_at": NOW, "may_quote": True}
    DayAnswer.objects.create(session=session, take=f"{personal} sentence", change=f"{personal} change", **said)
    LaterAnswer.objects.create(sentence=f"{personal} later", **said)
    quoted = {"voice": asked["voice"], "of": "take", "released_at": NOW, "released_by": staff}
    Quote.objects.create(hub_year=hub_year, session=session, text=f"{personal} quote", **quoted)
    Interest.objects.create(hub_year=hub_year, visitor=me, wants="yes", role="lead", at=NOW)
    news = {"email": me.email, "email_key": me.email_key, "full_name": f"{personal} Teacher", "agreed_at": NOW}
    NewsConsent.objects.create(hub=hub_year.hub, **news)
