"""More dates from one session, last year's again, and what a copy must never take along."""

import datetime as dt
import uuid

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bookings import places
from bookings.models import AuditEntry, Booking, Places
from bookings.rule.refusals import BadPlan
from bookings.sessions import changes, copying
from bookings.sessions.copying import When
from bookings.states import SessionStatus, Verb
from bookings.verbs.staff_booking import staff_booking, walk_in
from hubs.models import (
    HostSchool,
    Lesson,
    LocalAuthority,
    MasterySpecialist,
    Membership,
    ProgrammeSegment,
    Resource,
    ShowcaseSession,
    VisitingTeacher,
)
from hubs.vocabulary.school_days import london
from hubs.vocabulary.teaching import Years
from tests.answers import errors_of, messages_of, untouched
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

pytestmark = pytest.mark.django_db
NEXT_WEEK = dt.date(2027, 2, 2)
WEEK_AFTER = dt.date(2027, 2, 9)
KEY = uuid.UUID("00000000-0000-4000-8000-000000000001")


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def hub_year():
    return HubYearFactory()


@pytest.fixture
def administrator(hub_year):
    user = StaffFactory()
    Membership.objects.create(user=user, hub=hub_year.hub, role="administrator")
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def session(hub_year):
    """All that a session can say, two bookings' worth of people, and a report of last time."""
    school = SchoolFactory(name="West Borough Primary School")
    visit = HostSchool.objects.create(hub_year=hub_year, school=school, joining_instructions="Ring twice.")
    session = SessionFactory(
        hub_year=hub_year,
        host_school=visit,
        venue=None,
        title="Year 6 lesson",
        about="See the lesson.",
        arrival_at=london(DAY, dt.time(8, 45)),
        parking="In the street",
        joining_instructions="Phones off.",
        share=2,
        opens_at=london(dt.date(2027, 1, 5), dt.time(16)),
        visitors_reported=40,
        room__capacity=30,
        room__held_back=2,
    )
    lesson = session.lessons.get()
    lesson.topic, lesson.starts, lesson.ends, lesson.other_teacher = "fractions", dt.time(9, 30), dt.time(10), "Jo"
    lesson.save()
    lesson.visiting_teachers.add(VisitingTeacher.objects.create(hub_year=hub_year, name_pinyin="Wang Fang"))
    lesson.specialists.add(MasterySpecialist.objects.create(hub_year=hub_year, full_name="A Specialist"))
    Lesson.objects.create(session=session, position=2, years=Years.Y3)
    ProgrammeSegment.objects.create(session=session, starts=dt.time(8, 45), text="Coffee")
    Resource.objects.create(session=session, title="To read", url="https://hub.example/")
    Resource.objects.create(session=session, title="Slides", kind="material", url="https://hub.example/slides")
    session.only_authorities.add(LocalAuthority.objects.create(code="886", name="Kent"))
    session.also_run_by.add(HubYearFactory())
    staff_booking(session.pk, party(size=3), by=StaffFactory(), clock=lambda: NOW, why="test")
    session.refresh_from_db()
    return session


def more(session, *days, **said):
    whens = [day if isinstance(day, When) else When(day) for day in days]
    return copying.more_dates(session.pk, whens, by=StaffFactory(), clock=lambda: NOW, **({"key": KEY} | said))


def local(moment):
    return timezone.localtime(moment).strftime("%d %b %H:%M")


# --- what a copy takes ----------------------------------------------------------------------------------------------


def test_copy_says_what_the_session_says_on_another_day(session):
    (new,) = more(session, NEXT_WEEK)
    new = ShowcaseSession.objects.get(pk=new.pk)
    assert (new.name, new.about, new.parking, new.joining_instructions) == (
        session.name,
        "See the lesson.",
        "In the street",
        "Phones off.",
    )
    assert (new.hub_year, new.host_school, new.where_name) == (
        session.hub_year,
        session.host_school,
        "West Borough Primary School",
    )
    assert [local(at) for at in (new.arrival_at, new.starts_at, new.ends_at)] == [
        "02 Feb 08:45",
        "02 Feb 09:00",
        "02 Feb 11:45",
    ]
    first, second = new.lessons.all()
    assert (first.topic, first.starts, first.other_teacher) == ("fractions", dt.time(9, 30), "Jo")
    assert (first.visiting_teachers.count(), first.specialists.count(), second.years) == (1, 1, Years.Y3)
    assert [line.text for line in new.programme.all()] == ["Coffee"]
    assert [one.title for one in new.resources.all()] == ["To read"]
    assert (new.only_authorities.count(), new.also_run_by.count()) == (1, 1)


def test_copy_has_dates_for_booking_of_its_own_from_the_school_calendar(session):
    session.hub_year.hub.closed_days.create(first_day=dt.date(2027, 2, 1), last_day=dt.date(2027, 2, 1))
    (new,) = more(session, NEXT_WEEK)
    found = [local(at) for at in (new.closes_at, new.release_at, new.waiting_closes_at, new.share_until)]
    assert found == ["28 Jan 12:00", "27 Jan 12:00", "29 Jan 16:00", "25 Jan 08:00"]
    assert new.opens_at == session.opens_at


def test_copy_is_a_draft_with_as_many_places_and_nobody_in_them(session):
    (new,) = more(session, NEXT_WEEK)
    room = Places.objects.get(session=new)
    assert (room.status, room.capacity, room.held_back, room.places_taken) == (SessionStatus.DRAFT, 30, 2, 0)
    assert not Booking.objects.filter(session=new).exists()
    assert [entry.verb for entry in AuditEntry.objects.filter(session=new)] == [Verb.CREATE]
    assert new.visitors_reported is None


def test_lessons_go_with_another_start(session):
    (new,) = more(session, When(NEXT_WEEK, dt.time(13), dt.time(15, 45)))
    assert [local(at) for at in (new.arrival_at, new.starts_at, new.ends_at)] == [
        "02 Feb 12:45",
        "02 Feb 13:00",
        "02 Feb 15:45",
    ]
    first = new.lessons.first()
    assert (first.starts, first.ends, new.programme.get().starts) == (dt.time(13, 30), dt.time(14), dt.time(12, 45))


def test_opening_time_that_would_come_after_the_deadline_is_left_out(session):
    session.opens_at = london(dt.date(2027, 1, 20), dt.time(16))
    session.save()
    (new,) = more(session, dt.date(2027, 1, 21))
    assert new.opens_at is None


def test_session_without_times_gives_drafts_with_a_day_alone(hub_year):
    announced = SessionFactory(
        hub_year=hub_year, starts_at=None, ends_at=None, room__status=SessionStatus.ANNOUNCED, room__capacity=0
    )
    (new,) = more(announced, NEXT_WEEK)
    assert (new.first_day, new.last_day, new.starts_at) == (NEXT_WEEK, NEXT_WEEK, None)


# --- another year ---------------------------------------------------------------------------------------------------


@pytest.fixture
def next_year(hub_year):
    return HubYearFactory(hub=hub_year.hub, exchange=ExchangeFactory(year=2027, name="Next year"))


def test_copy_for_another_year_leaves_the_teachers_and_partners_of_the_old_one(session, next_year):
    (new,) = more(session, dt.date(2028, 1, 25), year=2027)
    assert (new.hub_year, new.host_school, new.where_name) == (next_year, None, "West Borough Primary School")
    first = new.lessons.first()
    assert (first.topic, first.visiting_teachers.count(), first.specialists.count(), first.other_teacher) == (
        "fractions",
        0,
        0,
        "",
    )
    assert (new.also_run_by.count(), new.opens_at) == (0, None)


def test_copy_for_another_year_belongs_to_the_visit_of_the_same_school(session, next_year):
    again = HostSchool.objects.create(hub_year=next_year, school=session.host_school.school)
    HostSchool.objects.create(hub_year=next_year, school=SchoolFactory())
    (new,) = more(session, dt.date(2028, 1, 25), year=2027)
    assert (new.host_school, new.venue) == (again, None)


def test_whole_visit_is_made_again_with_and_without_dates(session, next_year):
    visit = session.host_school
    other = SessionFactory(hub_year=visit.hub_year, host_school=visit, title="Other")
    whens = {session: When(dt.date(2028, 1, 25)), other: None}
    made = copying.visit_again(visit, whens, year=2027, by=StaffFactory(), clock=lambda: NOW, key=KEY)
    assert [(one.title, one.first_day) for one in made] == [("Year 6 lesson", dt.date(2028, 1, 25)), ("Other", None)]
    new = HostSchool.objects.get(hub_year=next_year)
    assert {one.host_school for one in made} == {new}
    assert (new.school, new.joining_instructions, new.visiting_teachers.count()) == (visit.school, "Ring twice.", 0)
    again = copying.visit_again(visit, whens, year=2027, by=StaffFactory(), clock=lambda: NOW, key=KEY)
    assert {one.pk for one in again} == {one.pk for one in made}
    assert (ShowcaseSession.objects.count(), HostSchool.objects.count()) == (4, 2)


# --- all or nothing, and once ---------------------------------------------------------------------------------------


def test_one_bad_date_makes_none(session):
    with pytest.raises(BadPlan) as refused:
        more(session, NEXT_WEEK, When(WEEK_AFTER, dt.time(12), dt.time(11)))
    assert refused.value.sentences == ("9 February 2027: The end must come after the start, on the same day.",)
    assert ShowcaseSession.objects.count() == 1


def test_same_key_makes_nothing_more(session):
    made = more(session, NEXT_WEEK, WEEK_AFTER)
    assert [one.pk for one in more(session, NEXT_WEEK, WEEK_AFTER)] == [one.pk for one in made]
    assert ShowcaseSession.objects.count() == 3
    more(session, NEXT_WEEK, key=uuid.uuid4())
    assert ShowcaseSession.objects.count() == 4


# --- the pages ------------------------------------------------------------------------------------------------------


def page_of(row, page):
    return reverse(f"admin:hubs_{row._meta.model_name}_{page}", args=[row.pk])


def test_page_makes_several_dates_at_once_and_once(administrator, session):
    address = page_of(session, "dates")
    sent = untouched(administrator.get(address)) | {"day_1": "2027-02-02", "day_3": "2027-02-09", "starts_3": "10:00"}
    for _press in range(2):
        answer = administrator.post(address, sent)
        assert messages_of(answer)[-1] == "2 drafts made."
    made = ShowcaseSession.objects.exclude(pk=session.pk).order_by("first_day")
    assert [local(one.starts_at) for one in made] == ["02 Feb 09:00", "09 Feb 10:00"]
    shown = administrator.get(answer.headers["Location"]).context["cl"].result_list
    assert {one.pk for one in shown} == {one.pk for one in made}


@pytest.mark.parametrize(
    "said, sentence",
    [
        ({}, "Enter at least one date."),
        ({"day_1": "2027-02-02", "day_2": "2027-02-02"}, "Two of the dates are the same. Take one out."),
        ({"day_1": "soon"}, "Type a date like 22 January 2027 or 22/1/2027."),
        ({"day_1": "2027-02-02", "starts_1": "25:00"}, "Type a time like 9:00, 9am or 13:30."),
        ({"day_1": "2027-02-02", "year": "2018"}, "Select a valid choice. 2018 is not one of the available choices."),
        ({"day_1": "2027-02-02", "year": "x"}, "Select a valid choice. x is not one of the available choices."),
        ({"day_1": "2027-09-01"}, "1 September 2027: That day is not in the academic year 2026–27."),
        (
            {"day_1": "2027-08-31", "year": "2027"},
            "31 August 2027: That day is not in the academic year 2027–28.",
        ),
        ({"day_1": "2027-02-02", "key": "x"}, "Enter a valid UUID."),
        (
            {"day_1": "2027-02-02", "ends_1": "08:00"},
            "2 February 2027: The end must come after the start, on the same day.",
        ),
        ({"day_1": "2027-01-03"}, "3 January 2027: Enter a day that is still to come."),
        ({"day_1": "0001-01-01"}, "1 January 1: Enter a day that is still to come."),
    ],
)
def test_bad_dates_are_refused_in_a_sentence(administrator, session, said, sentence):
    address = page_of(session, "dates")
    page = administrator.post(address, untouched(administrator.get(address)) | said)
    assert (page.status_code, errors_of(page)) == (422, [sentence])
    assert ShowcaseSession.objects.count() == 1


def test_time_that_does_not_exist_is_refused(administrator, session):
    address = page_of(session, "dates")
    said = {"day_1": "2027-03-28", "starts_1": "01:30"}
    page = administrator.post(address, untouched(administrator.get(address)) | said)
    assert (page.status_code, len(errors_of(page))) == (422, 1)
    assert "it may be ambiguous or it may not exist" in errors_of(page)[0]


def test_last_day_of_the_calendar_breaks_nothing(administrator, session):
    address = page_of(session, "dates")
    page = administrator.post(address, untouched(administrator.get(address)) | {"day_1": "9999-12-31"})
    assert errors_of(page)[0] == "31 December 9999: That day is not in the academic year 2026–27."


def test_another_hubs_session_cannot_be_copied(administrator, session):
    theirs = SessionFactory()
    for sent in (None, {"day_1": "2027-02-02", "year": "2026", "key": KEY}):
        ask = administrator.get if sent is None else administrator.post
        assert ask(page_of(theirs, "dates"), sent).status_code == 404
    assert ShowcaseSession.objects.count() == 2


def test_page_of_a_visit_makes_it_again(administrator, session, next_year):
    visit = session.host_school
    address = page_of(visit, "again")
    page = administrator.get(address).content.decode()
    assert "Year 6 lesson" in page
    assert "The visit and its sessions are made as drafts: nobody sees them before you announce them." in page
    sent = untouched(administrator.get(address)) | {f"day_{session.pk}": "2028-01-25"}
    for _press in range(2):
        assert messages_of(administrator.post(address, sent))[-1] == "1 draft made."
    assert ShowcaseSession.objects.get(hub_year=next_year).first_day == dt.date(2028, 1, 25)
    foreign = HostSchool.objects.create(hub_year=HubYearFactory())
    assert administrator.get(page_of(foreign, "again")).status_code == 404


@pytest.mark.parametrize(
    "today, of_year, offered",
    [
        # the year that is, in whose spring somebody prepares the next one, which nobody has added yet
        (NOW, 2026, ["2027"]),
        (london(dt.date(2027, 8, 31), dt.time(9)), 2026, ["2027"]),
        (london(dt.date(2027, 9, 1), dt.time(9)), 2026, ["2027", "2028"]),
        (NOW, 2018, ["2026", "2027"]),  # a visit of long ago: this year, never one that is over
        (NOW, 2027, ["2028", "2026"]),
    ],
)
def test_copy_page_offers_years_that_are_not_over_the_likeliest_first(
    administrator, session, monkeypatch, today, of_year, offered
):
    visit = session.host_school
    HubYearFactory(hub=visit.hub_year.hub, exchange=ExchangeFactory(year=2018))
    visit.hub_year.exchange.year = of_year
    visit.hub_year.exchange.save() if of_year != 2018 else None
    if of_year == 2018:
        HostSchool.objects.filter(pk=visit.pk).update(hub_year=visit.hub_year.hub.years.get(exchange__year=2018))
    monkeypatch.setattr(timezone, "now", lambda: today)
    administrator.force_login(Membership.objects.get().user)
    page = administrator.get(page_of(visit, "again"))
    assert [str(year) for year, _label in page.context["form"].fields["year"].choices] == offered
    assert untouched(page)["year"] in ([offered[0]], [])


def test_copying_makes_the_next_year_of_the_hub_as_it_is_now(administrator, session):
    this = session.hub_year
    this.lead_school, this.about, this.programme_name = SchoolFactory(), "We teach.", "Shanghai Live 2027"
    this.save()
    this.area.add(LocalAuthority.objects.get())
    address = page_of(session.host_school, "again")
    page = administrator.get(address)
    assert "2027–28, which this makes for your hub" in page.content.decode()
    administrator.post(address, untouched(page) | {"year": "2027", f"day_{session.pk}": "2028-01-25"})
    made = this.hub.years.get(exchange__year=2027)
    assert (made.name, made.lead_school, made.about, made.contact_email, made.programme_name) == (
        this.name,
        this.lead_school,
        "We teach.",
        this.contact_email,
        "",
    )
    assert (list(made.area.all()), made.exchange.name) == (list(this.area.all()), this.exchange.name)
    assert made.host_schools.get().is_draft


def test_ticked_sessions_alone_are_copied(administrator, session):
    visit = session.host_school
    other = SessionFactory(hub_year=visit.hub_year, host_school=visit, title="Other")
    called_off = SessionFactory(hub_year=visit.hub_year, host_school=visit, room__status=SessionStatus.CANCELLED)
    address = page_of(visit, "again")
    sent = untouched(administrator.get(address)) | {"year": "2027"}
    assert {name for name in sent if name.startswith("copy_")} == {f"copy_{session.pk}", f"copy_{other.pk}"}
    assert f"copy_{called_off.pk}" not in sent  # nor is what did not take place proposed
    del sent[f"copy_{session.pk}"]
    refused = administrator.post(address, sent | {f"day_{session.pk}": "2028-01-25"})
    assert errors_of(refused) == ["Tick this session, or take its date out."]
    assert errors_of(administrator.post(address, {"key": KEY, "year": "2027"})) == ["Tick at least one session."]
    administrator.post(address, sent)
    assert [one.title for one in ShowcaseSession.objects.filter(hub_year__exchange__year=2027)] == ["Other"]


def test_copy_keeps_back_what_was_kept_and_has_no_place_for_a_walk_in(session):
    by = StaffFactory()
    changes.set_places(session.pk, capacity=30, held_back=4, by=by, clock=lambda: NOW)
    staff_booking(
        session.pk, party(email="guest@school.example"), by=by, clock=lambda: NOW, use_held_back=True, why="x"
    )
    late = session.starts_at
    places.settle_if_due(session.pk, lambda: late)
    crowd = party(size=27, email="crowd@school.example", contact_name="Crowd")
    walk_in(session.pk, crowd, by=by, clock=lambda: late, raise_to=31, why="they came")
    now = Places.objects.get(session=session)
    assert (now.capacity, now.held_back) == (31, 0)
    (new,) = more(session, NEXT_WEEK)
    again = Places.objects.get(session=new)
    assert (again.capacity, again.held_back) == (30, 4)


# --- a visit that is a draft ------------------------------------------------------------------------------------------


@pytest.fixture
def draft(session):
    visit = session.host_school
    HostSchool.objects.filter(pk=visit.pk).update(is_draft=True)
    Places.objects.filter(session=session).update(status=SessionStatus.DRAFT)
    visit.visiting_teachers.add(VisitingTeacher.objects.create(hub_year=visit.hub_year, name_pinyin="Li Na"))
    visit.refresh_from_db()
    return visit


def test_draft_visit_is_nowhere_that_the_public_looks(client, draft):
    hub = draft.hub_year.hub.slug
    SessionFactory(hub_year=draft.hub_year, title="Elsewhere")
    tell = reverse("tell-me-visit", args=[hub, draft.pk])
    pages = ["/", "/hubs/", f"/hubs/{hub}/", f"/hubs/{hub}/embed/", f"/hubs/{hub}/sessions.ics"]
    pages += [f"/zh-hans/hubs/{hub}/", "/sessions.json", "/sitemap.xml"]
    for address in pages:
        page = client.get(address)
        assert (page.status_code, "West Borough" in page.content.decode()) == (200, False), address
    assert client.get(tell).status_code == 404
    draft.announce()
    assert "West Borough" in client.get(f"/hubs/{hub}/").content.decode()
    assert client.get(tell).status_code == 200


def test_teacher_of_a_draft_visit_alone_stands_on_no_public_page(client, draft, session):
    """Setting a year up writes down who comes, and that they agree, months before the hub says so."""
    hub = f"/hubs/{draft.hub_year.hub.slug}/"
    year, agreed = draft.hub_year, {"hub_year": draft.hub_year, "name_agreed_at": NOW}
    VisitingTeacher.objects.filter(name_pinyin="Li Na").update(name_agreed_at=NOW)
    li_na = VisitingTeacher.objects.get(name_pinyin="Li Na")
    VisitingTeacher.objects.create(name_pinyin="Of no visit", **agreed)
    SessionFactory(hub_year=year, title="Elsewhere")

    def named():
        page = client.get(hub).content.decode()
        assert ("Of no visit" in page, "Li Na" in client.get(f"/zh-hans{hub}").content.decode()) == (
            True,
            "Li Na" in page,
        )
        return "Li Na" in page

    session.lessons.all().delete()
    assert not named()
    SessionFactory(hub_year=year, title="Hers").lessons.get().visiting_teachers.add(li_na)
    assert named()
    Places.objects.filter(session__title="Hers").update(status=SessionStatus.DRAFT)
    assert not named()
    draft.announce()
    assert named()


def test_session_that_the_public_knows_shows_the_visit_that_it_is_given(administrator, draft):
    session = SessionFactory(hub_year=draft.hub_year, title="Elsewhere")
    address = page_of(session, "change")
    saved = administrator.post(address, untouched(administrator.get(address)) | {"host_school": draft.pk})
    assert saved.status_code == 302, errors_of(saved)
    draft.refresh_from_db()
    assert not draft.is_draft


@pytest.mark.parametrize("verb", [changes.announce, changes.open_booking])
def test_session_that_is_shown_shows_its_visit(draft, session, verb, versions_kept):
    verb(session.pk, by=StaffFactory(), clock=lambda: NOW)
    draft.refresh_from_db()
    assert not draft.is_draft
    assert draft.history.count() == 1


@pytest.mark.parametrize("verb", [changes.announce, changes.open_booking])
def test_session_for_staff_alone_shows_no_visit_until_others_may_see_it(administrator, draft, session, verb):
    ShowcaseSession.objects.filter(pk=session.pk).update(visibility=ShowcaseSession.Visibility.STAFF)
    verb(session.pk, by=StaffFactory(), clock=lambda: NOW)
    visit, address = page_of(draft, "change"), page_of(session, "change")
    assert administrator.post(visit, untouched(administrator.get(visit))).status_code == 302
    draft.refresh_from_db()
    assert draft.is_draft
    saved = administrator.post(address, untouched(administrator.get(address)) | {"visibility": "public"})
    assert saved.status_code == 302, errors_of(saved)
    draft.refresh_from_db()
    assert not draft.is_draft


def test_visit_is_announced_alone_or_with_its_sessions(administrator, draft, session):
    address = page_of(draft, "announce")
    assert (address, "Announce") in administrator.get(page_of(draft, "change")).context["links"]
    page = administrator.get(address)
    assert "Announce with its session" in page.content.decode()
    administrator.post(address, untouched(page))
    draft.refresh_from_db()
    assert (draft.is_draft, Places.objects.get(session=session).status) == (False, SessionStatus.DRAFT)
    answer = administrator.post(address, untouched(page) | {"with_sessions": "x"})
    assert Places.objects.get(session=session).status == SessionStatus.ANNOUNCED
    assert any("West Borough" in said for said in messages_of(answer))
    assert (address, "Announce") not in administrator.get(page_of(draft, "change")).context["links"]


def test_visit_of_whose_sessions_the_public_knows_is_no_draft(administrator, session):
    address = page_of(session.host_school, "change")
    page = administrator.post(address, untouched(administrator.get(address)) | {"is_draft": "on"})
    assert errors_of(page) == ["The public knows of sessions of this visit, so it is no draft."]


def test_programme_office_copies_nothing(session):
    client = Client()
    client.force_login(StaffFactory(is_programme_office=True))
    for address in (page_of(session, "dates"), page_of(session.host_school, "again"), page_of(session, "discard")):
        assert client.post(address, {}).status_code == 403


def test_places_are_those_of_the_session_and_never_fewer_than_are_kept(session):
    assert Places.objects.get(session=session).places_taken == 3
    (new,) = more(session, NEXT_WEEK)
    assert Places.objects.get(session=new).left(now=NOW) == 28
