"""The sessions and bookings that the browser tests meet: one of each kind, from five weeks ahead of today."""

import datetime as dt
from dataclasses import replace
from types import SimpleNamespace

from django.utils import timezone

from bookings import places
from bookings.mail import openings
from bookings.mail.links import Purpose, token
from bookings.models import Mail, TellMe
from bookings.rule.party import Correction, NewVisitor
from bookings.sessions import changes, moving
from bookings.sessions.changes import News
from bookings.sessions.moving import Plan
from bookings.states import SessionStatus
from bookings.verbs import addresses, hand_over, staff_booking, waiting_list
from bookings.verbs import details as put_right
from bookings.verbs import visitors as details
from bookings.verbs.needs import arrange
from hubs.models import (
    HostSchool,
    HubYear,
    Lesson,
    MasterySpecialist,
    Notice,
    Photograph,
    ProgrammeSegment,
    Resource,
    SchoolList,
    ShowcaseSession,
    VisitingTeacher,
)
from hubs.vocabulary.school_days import london
from hubs.vocabulary.teaching import Roles, Years
from tests.browser.cast_of_a_hub import fill_hub
from tests.factories import HubYearFactory, SchoolFactory, SessionFactory, StaffFactory, party
from tests.files import pdf, photograph

LONG_TOWN = "Llanfairpwllgwyngyll-under-Wychwood-sur-M"[:40]
LONG_SCHOOL = "Holy Rosary and St Anne's Catholic Voluntary Aided Primary School and Nursery with Specialist Provision"
LONG_WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
HOLIDAYS = ((12, 15), (12, 31)), ((1, 1), (1, 10)), ((8, 10), (9, 7))
WEEK, DAY, HOUR = dt.timedelta(weeks=1), dt.timedelta(days=1), dt.timedelta(hours=1)


def first_day():
    """A Tuesday at least five weeks ahead, in no holiday, and all of the fortnight after it in its academic year."""
    day = timezone.localdate() + 5 * WEEK
    day += dt.timedelta(days=(1 - day.weekday()) % 7)
    while any(first <= (day.month, day.day) <= last for first, last in HOLIDAYS):
        day += WEEK
    return day


def times(day, starts="09:00", ends="11:45"):
    return {
        "starts_at": london(day, dt.time.fromisoformat(starts)),
        "ends_at": london(day, dt.time.fromisoformat(ends)),
    }


def take(session, number, name="Somebody Else"):
    """So many places, booked by staff."""
    asked = party(size=number, email="", contact_name=name)
    staff_booking.staff_booking(session.pk, asked, by=StaffFactory(), clock=timezone.now, why="test")


def hold(session, email="ada@school.example", *, clock=lambda: timezone.now(), school=None, **fields):
    """Ada's hold of two places."""
    visitors = (NewVisitor(needs="Hearing loop"), NewVisitor(full_name="Ben Colleague", email="ben." + email))
    defaults = {"contact_name": "Ada Teacher", "contact_mobile": "07700 900 982", "visitors": visitors}
    asked = party(email=email, school=school or SchoolFactory(name="Elm Primary School"), **(defaults | fields))
    return places.hold(session.pk, asked, clock=clock)


def confirmed(session, email="ada@school.example", **fields):
    booking = hold(session, email, **fields)
    return places.confirm(booking.pk, clock=timezone.now)


def lapsed(session, email):
    """Held so long ago that Christmas is no reason to wait, and never confirmed; its mail was read."""
    then = timezone.now() - 4 * WEEK
    booking = hold(session, email, clock=lambda: then)
    Mail.objects.filter(booking=booking).update(state=Mail.State.SENT, answered_at=then, expires_at=None)
    with places.locked(session.pk, timezone.now):
        pass
    booking.refresh_from_db()
    assert booking.status == "lapsed"
    return booking


def link(booking, page=""):
    return f"/bookings/{token(Purpose.CONTACT, booking)}/{page}"


def link_of(visitor, page=""):
    return f"/bookings/{token(Purpose.VISITOR, visitor)}/{page}"


def make():
    """Everybody and everything, by name."""
    day = first_day()
    kent = HubYearFactory(
        hub__slug="kent-medway",
        name="Kent & Medway Maths Hub",
        programme_name="Shanghai Live",
        lead_school=SchoolFactory(name="The Lead School", town="Chatham"),
        partners="First partner school\nSecond partner school",
        about="We invite you to see and discuss lessons taught by the Shanghai teachers.",
        contact_phone="01622 000 000",
    )
    long = HubYearFactory(
        hub__slug="long",
        name="North Yorkshire, Teesside & the Very Long Name Maths Hub with its Partners and Associates, Limited"[:100],
    )
    HubYearFactory(hub__slug="quiet", name="Quiet Maths Hub")
    west = SchoolFactory(name="West Borough Primary School", town="Maidstone", postcode="ME16 8TL")
    cast = SimpleNamespace(day=day, kent=kent, long=long, west=west)
    _schools(cast)
    _sessions(cast)
    _bookings(cast)
    _wishes(cast)
    _visiting(cast)
    fill_hub(cast)
    return cast


def _schools(cast):
    cast.ash = SchoolFactory(name="Ash Primary School", town="Dover", postcode="CT16 1AA")
    SchoolFactory(name="Ash Church of England Primary School", town="Canterbury", postcode="CT3 2AA")
    SchoolFactory(name=LONG_SCHOOL, town=LONG_TOWN, postcode="LS7 4AW")
    for n in range(25):
        SchoolFactory(name="St Joseph’s Catholic Primary School", town=f"Town {n}", postcode=f"B{n} 1AA")


def _sessions(cast):
    day, kent, west = cast.day, cast.kent, cast.west
    undated = {"starts_at": None, "ends_at": None, "venue": None, "room__status": SessionStatus.ANNOUNCED}
    cast.open = SessionFactory(
        **times(day),
        hub_year=kent,
        venue=west,
        about="See the lesson, then talk it through with the teachers and with colleagues from nearby schools.",
        suits_years=Years.Y6 | Years.KS3,
        suits_roles=Roles.MATHS_LEAD | Roles.HEADTEACHER,
        suits_note="The Year 6 lessons will be very suitable for KS3 staff also.",
        arrival_at=london(day, dt.time(8, 45)),
        bring="photo ID or school badge",
        parking="In the streets around; please not in the bus stop.",
        step_free="yes",
        step_free_note="All on one floor, with a lift to the hall.",
        hearing_loop="partly",
        refreshments="Tea, coffee and cake on arrival",
        filming="The lesson is filmed for the hub.",
        interpreter="Mandarin and English throughout",
        entrance="The gate in Greenway.",
        office_phone="01622 000 001",
        day_contact="Sam, on the hub’s mobile 07700 900 111",
        joining_instructions="Ring the bell twice.\n\nPhones stay in bags.",
        cost_pence=250,
        absence_charge_pence=5000,
        absence_notice="two days before",
        share=2,
        room__held_back=2,
    )
    _tell_all_of(cast.open)
    take(cast.open, 11)
    cast.roomy = SessionFactory(**times(day + DAY, "09:15", "12:00"), hub_year=kent, venue=west, lessons_of=Years.Y3)
    cast.nearly = SessionFactory(**times(day + DAY, "13:00", "15:30"), hub_year=kent, lessons_of=Years.KS1)
    take(cast.nearly, 29)
    cast.full = SessionFactory(**times(day + DAY, "14:00", "16:00"), hub_year=kent, lessons_of=Years.KS2)
    take(cast.full, 30)
    cast.hall = SessionFactory(**times(day + 2 * DAY), title="A lesson in the hall", room__capacity=120)
    take(cast.hall, 87)
    cast.empty_hall = SessionFactory(**times(day + 2 * DAY), title="An empty hall", room__capacity=120)
    cast.small = SessionFactory(**times(day + 2 * DAY, "13:00", "14:00"), title="A small room", room__capacity=12)
    cast.long_names = SessionFactory(
        **times(day + 2 * DAY),
        hub_year=cast.long,
        title=f"Year 5: {LONG_WORD}, and Year 6: division of fractions by fractions with remainders and proof"[:150],
        venue=SchoolFactory(name=LONG_SCHOOL, town=LONG_TOWN, postcode="LS7 4AW"),
        suits_years=Years.Y5 | Years.Y6 | Years.KS1 | Years.KS3 | Years.RECEPTION,
    )
    cast.soon = SessionFactory(**times(day + 3 * DAY), hub_year=kent, opens_at=london(day - WEEK, dt.time(16)))
    cast.closed = SessionFactory(**times(day + 3 * DAY), hub_year=kent, room__status=SessionStatus.CLOSED)
    cast.elsewhere = SessionFactory(
        **times(day + 3 * DAY),
        hub_year=kent,
        booked_elsewhere="Write to the school office to book.",
        booked_elsewhere_url="https://hub.example/book",
        room__status=SessionStatus.ANNOUNCED,
    )
    cast.postponed = SessionFactory(**times(day + 3 * DAY), hub_year=kent, room__status=SessionStatus.OPEN)
    cast.cancelled = SessionFactory(**times(day + 3 * DAY), hub_year=kent, room__status=SessionStatus.OPEN)
    cast.announced = SessionFactory(**undated, room__capacity=0, suits_years=Years(0), hub_year=kent)
    cast.announced.lessons.get().delete()
    cast.range = SessionFactory(**undated, hub_year=kent, first_day=day, last_day=day + 11 * DAY)
    past = timezone.localdate() - 3 * WEEK
    cast.over = SessionFactory(
        **times(past), hub_year=kent, venue=west, visitors_reported=250, reported_source="the hub’s announcement"
    )
    cast.listed = SessionFactory(
        **times(day + 4 * DAY, "10:00", "12:00"),
        hub_year=kent,
        title="For the schools of a list",
        share=2,
        room__held_back=4,
        open_to_everyone_at=london(day - WEEK, dt.time(8)),
    )
    cast.listed.only_list = SchoolList.objects.create(hub=kent.hub, name="Programme schools", code="Shanghai")
    cast.listed.who_may_book = "list"
    cast.listed.save()
    cast.share = SessionFactory(**times(day + 4 * DAY), hub_year=kent, share=1, title="One place for each school")
    Notice.objects.create(
        text="Some schools may close early in snow: look here on the morning.",
        link="https://hub.example/snow",
        from_at=timezone.now() - HOUR,
        until_at=timezone.now() + DAY,
    )


def _tell_all_of(session):
    """Lessons, teachers, a programme and something to read."""
    first = session.lessons.get()
    first.starts, first.ends, first.topic = dt.time(9, 30), dt.time(10, 15), "multiplication of fractions"
    first.class_note = "lower prior attainment"
    first.picture, first.picture_of = "fraction", "7/8 − 3/8 = 4/8"
    first.watch_for = "The number line comes first, the column method last.\nWho answers, and in whole sentences."
    first.save()
    said = {"picture": "frames", "picture_of": "8 + ? = 13", "watch_for": "How ten is made."}
    second = Lesson.objects.create(session=session, position=2, years=Years.Y3, topic="making ten", **said)
    hub_year = session.hub_year
    agreed = {"name_agreed_at": timezone.now(), "photo_agreed_at": timezone.now()}
    wang = VisitingTeacher.objects.create(hub_year=hub_year, name_pinyin="Wang Fang", name_characters="王芳", **agreed)
    Photograph.objects.create(teacher=wang, file=photograph(), pupils="none")
    first.visiting_teachers.add(wang)
    second.visiting_teachers.add(VisitingTeacher.objects.create(hub_year=hub_year, name_pinyin="Li Na"))
    second.specialists.add(MasterySpecialist.objects.create(hub_year=session.hub_year, full_name="A Specialist"))
    lines = [("8:45", "Arrival and coffee", ""), ("9:30", "The lesson", "Hall"), ("10:30", "Discussion", "Library")]
    for position, (starts, text, place) in enumerate(lines):
        hour, minute = starts.split(":")
        ProgrammeSegment.objects.create(
            session=session,
            position=position,
            starts=dt.time(int(hour), int(minute)),
            text=text,
            place=place,
            is_lesson=text == "The lesson",
        )
    said = {"session": session, "pupils": "none"}
    Resource.objects.create(title="What a teaching for mastery lesson is", url="https://hub.example/", **said)
    Resource.objects.create(title="The plan", file=pdf(), **said)
    HostSchool.objects.create(
        hub_year=session.hub_year,
        school=session.venue,
        first_day=session.first_day,
        last_day=session.first_day + 11 * DAY,
    )
    session.refresh_from_db()
    session.__dict__.pop("name", None)


def _bookings(cast):
    cast.held = hold(cast.open, "ada.held@school.example")
    cast.confirmed = confirmed(cast.roomy, "ada.confirmed@school.example")
    ShowcaseSession.objects.filter(pk=cast.roomy.pk).update(
        arrival_at=cast.roomy.starts_at - HOUR / 4,
        entrance="The gate in Greenway.",
        bring="photo ID or school badge",
        parking="In the streets around.",
        office_phone="01622 000 001",
        day_contact="Sam, on the hub’s mobile 07700 900 111",
        joining_instructions="Ring the bell twice.\n\nPhones stay in bags.",
    )
    cast.ben = cast.confirmed.visitors.get(is_contact=False)
    needs = Correction(needs="Step-free access, please", role=Roles.MATHS_LEAD, years=Years.KS2, mobile="07700 900 444")
    put_right.change_own(cast.ben.pk, needs, clock=timezone.now)
    said = {cast.ben.pk: Correction(adds="Vegetarian")}
    put_right.change_details(cast.confirmed.pk, visitors=said, clock=timezone.now)
    cast.ben.refresh_from_db()
    needs = cast.ben.what_they_need
    arrange(cast.ben.pk, "The side door is level; ask at reception.", read=needs, by=StaffFactory(), clock=timezone.now)
    own = cast.confirmed.visitors.get(is_contact=True)
    put_right.change_details(cast.confirmed.pk, visitors={own.pk: Correction(needs="Vegan")}, clock=timezone.now)
    cast.moves = confirmed(cast.hall, "ada.moves.house@school.example")
    addresses.ask_for_address(cast.moves.pk, "ada.new@another-school.example", clock=timezone.now)
    cast.new_address = cast.moves.address_changes.get()
    pressed = confirmed(cast.hall, "ada.pressed@school.example")
    addresses.ask_for_address(pressed.pk, "ada.has.pressed@another-school.example", clock=timezone.now)
    cast.pressed = pressed.address_changes.get()
    addresses.take_address(cast.pressed.pk, cast.pressed.link_version, clock=timezone.now)
    cast.to_change = confirmed(
        cast.hall, "ada.change@school.example", visitors=(NewVisitor(), NewVisitor(), NewVisitor(full_name="Cara"))
    )
    cast.lapsed = lapsed(cast.small, "ada.lapsed@school.example")
    refilled = SessionFactory(**times(cast.day + 4 * DAY, "13:00", "15:00"), room__capacity=2, title="Full since")
    cast.lapsed_and_full = lapsed(refilled, "ada.late@school.example")
    take(refilled, 2)
    cast.booking_cancelled = confirmed(cast.hall, "ada.cancelled@school.example")
    places.cancel(cast.booking_cancelled.pk, clock=timezone.now)
    cast.of_cancelled = confirmed(cast.cancelled, "ada.snow@school.example")
    cast.of_postponed = confirmed(cast.postponed, "ada.fog@school.example")
    by, news = StaffFactory(), News("The school is shut because of snow.", [cast.roomy])
    changes.cancel_session(cast.cancelled.pk, by=by, clock=timezone.now, news=news)
    changes.postpone(cast.postponed.pk, by=by, clock=timezone.now, news=news)
    moved = SessionFactory(**times(cast.day + 3 * DAY), hub_year=cast.kent, title="It has moved")
    cast.of_moved = confirmed(moved, "ada.moves@school.example")
    plan = Plan.of(moved, **times(cast.day + 4 * DAY, "09:30", "11:30"))
    moving.move(moved.pk, plan, by=by, clock=timezone.now, news=News("The hall is being painted."))
    released = confirmed(cast.hall, "ada.released@school.example").visitors.get(is_contact=False)
    details.release(released.pk, clock=timezone.now)
    cast.released = released
    started = SessionFactory(
        title="It has started",
        starts_at=timezone.now() - HOUR / 2,
        ends_at=timezone.now() + HOUR,
        opens_at=None,
    )
    cast.of_started = _confirmed_before(started)
    _waiting(cast)
    _handed_over(cast)
    assert HubYear.objects.count() > 2


def join(session, email, **fields):
    asked = party(email=email, school=SchoolFactory(name="Elm Primary School"), contact_name="Ada Teacher", **fields)
    return waiting_list.join(session.pk, asked, clock=timezone.now, fewer=True).booking


def _waiting(cast):
    """A list with somebody of every kind on it, in a session of their own."""
    room = SessionFactory(**times(cast.day + 4 * DAY, "10:00", "12:00"), room__capacity=3, title="Somebody waits")
    take(room, 1)
    party_of_four = join(room, "ada.part@school.example", size=4)
    cast.part_waits = places.confirm(party_of_four.pk, clock=timezone.now)
    cast.unproved = join(room, "ada.asks@school.example")
    cast.waits = waiting_list.wait(join(room, "ada.waits@school.example", size=2).pk, clock=timezone.now)
    other = SessionFactory(**times(cast.day + 4 * DAY, "10:30", "12:00"), room__capacity=1, title="Somebody is offered")
    seated = confirmed(other, "ada.leaves@school.example", visitors=(NewVisitor(),))
    cast.offered = waiting_list.wait(join(other, "ada.offered@school.example").pk, clock=timezone.now)
    places.cancel(seated.pk, clock=timezone.now)
    ended = SessionFactory(**times(cast.day + 4 * DAY, "11:00", "12:00"), room__capacity=1, title="The list has ended")
    take(ended, 1)
    cast.list_ended = waiting_list.wait(join(ended, "ada.ended@school.example").pk, clock=timezone.now)
    ShowcaseSession.objects.filter(pk=ended.pk).update(waiting_closes_at=timezone.now())
    with places.locked(ended.pk, timezone.now):
        pass
    cast.ended = ended


def _handed_over(cast):
    """Three people: one gives a place away, one is given it; and the contact sees it. One comes twice that morning."""
    cast.gives = confirmed(cast.hall, "ada.gives@school.example")
    ben = cast.gives.visitors.get(is_contact=False)
    cast.old_link = f"/bookings/{token(Purpose.VISITOR, ben)}/"
    cara = NewVisitor(full_name="Cara Colleague", email="cara@school.example")
    hand_over.hand_over(ben.pk, cara, clock=timezone.now)
    ben.refresh_from_db()
    cast.taker = ben
    confirmed(cast.hall, "ada.twice@school.example")
    cast.twice = confirmed(cast.empty_hall, "ada.twice@school.example")


def _wishes(cast):
    """To be told when booking opens: asked for, proved, and of a session that has opened since."""
    cast.visit = HostSchool.objects.create(hub_year=cast.long, school=cast.west, first_day=cast.day, last_day=cast.day)
    HostSchool.objects.create(hub_year=cast.kent)
    wishes = {}
    for email in ("ada.asks@school.example", "ada.asked@school.example"):
        for thing in (cast.soon, cast.visit, cast.kent.hub):
            openings.ask(email, thing, language="en-gb", now=timezone.now())
        wishes[email] = TellMe.objects.get(email=email, session=cast.soon)
    openings.ask("ada.opened@school.example", cast.open, language="en-gb", now=timezone.now())
    cast.wish, cast.wish_proved = wishes.values()
    cast.wish_opened = TellMe.objects.get(session=cast.open)
    openings.prove(cast.wish_proved, now=timezone.now())


def _visiting(cast):
    """A visiting teacher with every kind of session, and one who has no dates yet."""
    wang = VisitingTeacher.objects.get(name_pinyin="Wang Fang")
    visit = HostSchool.objects.filter(hub_year=cast.kent, school=cast.west).get()
    visit.visiting_teachers.add(wang)
    visit.specialists.add(MasterySpecialist.objects.create(hub_year=cast.kent, full_name="Sara Host"))
    own_staff = SessionFactory(
        **times(cast.day + DAY, "15:30", "16:30"),
        hub_year=cast.kent,
        venue=cast.west,
        visibility=ShowcaseSession.Visibility.STAFF,
        title="For our own staff",
        lessons_of=Years.Y5 | Years.Y6,
    )
    for session in (own_staff, cast.postponed, cast.cancelled, cast.roomy, cast.range):
        for lesson in session.lessons.all():
            lesson.visiting_teachers.add(wang)
    ShowcaseSession.objects.filter(pk=cast.closed.pk).update(host_school=visit)
    for phase, name in ((2, "Primary"), (4, "Secondary")):
        asked = party(size=3, email="", school=SchoolFactory(name=f"Itinerary {name} School", phase=phase))
        visitors = tuple(NewVisitor(full_name=f"Hidden Name {n}", years=Years.Y5 | Years.Y7) for n in range(3))
        staff_booking.staff_booking(
            cast.open.pk, replace(asked, visitors=visitors), by=StaffFactory(), clock=timezone.now, why="test"
        )
    cast.teacher = wang
    cast.teacher_without_dates = VisitingTeacher.objects.create(hub_year=cast.long, name_pinyin="Ouyang Xiaoming")


def itinerary_link(teacher):
    return f"/bookings/{token(Purpose.ITINERARY, teacher)}/"


def link_to(asked):
    return f"/bookings/{token(Purpose.NEW_ADDRESS, asked)}/"


def wish_link(wish):
    return f"/bookings/{token(Purpose.UNSUBSCRIBE, wish)}/"


def _confirmed_before(session):
    while_open = session.closes_at - 7 * DAY
    booking = hold(session, "ada.started@school.example", clock=lambda: while_open)
    return places.confirm(booking.pk, clock=lambda: while_open)
