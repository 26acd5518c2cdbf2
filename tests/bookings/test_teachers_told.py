"""Who teaches is told of every cancel, postpone, move and reinstate; and who has no address is named before that."""

import re
import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from bookings import places
from bookings.admin.home.needs import groups
from bookings.attendance import office
from bookings.mail import itinerary_link, links, rendering, sending
from bookings.mail.still_wanted import STILL_TRUE
from bookings.mail_kinds import Kind, Stale
from bookings.models import Mail
from bookings.sessions import changes, moving
from bookings.sessions.changes import News
from bookings.sessions.teachers import teachers_of
from bookings.states import SESSION_MAILS, SessionStatus, Verb
from hubs.models import HostSchool, HubYear, Lesson, MasterySpecialist, ShowcaseSession, VisitingTeacher
from tests.answers import untouched
from tests.factories import NOW, SessionFactory, StaffFactory, party, staff_of

pytestmark = pytest.mark.django_db
WANG, LI, SAM = "wang@school.example", "li@school.example", "sam@specialist.example"
OF_TEACHERS = (Kind.TEACHER_CHANGE, Kind.SPECIALIST_CHANGE)


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def session():
    """One lesson, of Wang Fang and the specialist Sam."""
    made = SessionFactory(title="Year 6 lesson", title_zh="六年级公开课", office_email="office@school.example")
    HubYear.objects.update(contact_name="Jo Hub", contact_phone="01622 000 000")
    lesson = Lesson.objects.get(session=made)
    lesson.visiting_teachers.add(visiting(made, "Wang Fang", WANG))
    lesson.specialists.add(specialist(made, "Sam Specialist", SAM))
    return ShowcaseSession.objects.get(pk=made.pk)


def visiting(session, name, email="", **fields):
    return VisitingTeacher.objects.create(hub_year=session.hub_year, name_pinyin=name, email=email, **fields)


def specialist(session, name, email="", **fields):
    return MasterySpecialist.objects.create(hub_year=session.hub_year, full_name=name, email=email, **fields)


def do(session, verb, *, message="", now=NOW):
    news, by = News(message), StaffFactory()
    if verb is Verb.MOVE:
        week = timedelta(days=7)
        known = ShowcaseSession.objects.with_names().get(pk=session.pk)
        plan = moving.Plan.of(known, starts_at=known.starts_at + week, ends_at=known.ends_at + week)
        moving.move(session.pk, plan, by=by, clock=lambda: now, news=news)
    else:
        does = {Verb.POSTPONE: changes.postpone, Verb.REINSTATE: changes.reinstate}.get(verb, changes.cancel_session)
        does(session.pk, by=by, clock=lambda: now, news=news)


def told():
    mails = Mail.objects.filter(kind__in=OF_TEACHERS).order_by("pk")
    return [(mail.recipient, mail.facts["verb"]) for mail in mails]


def words(mail):
    message = rendering.render(mail, now=NOW)
    text, html = str(message.body), str(message.alternatives[0][0])
    assert [mark for mark in ("{{", "{%", "None", "&amp;", "  \n", "\n\n\n") if mark in text + message.subject] == []
    return message.subject, " ".join(text.split()), html


@pytest.mark.parametrize("verb", [Verb.CANCEL_SESSION, Verb.POSTPONE, Verb.MOVE, Verb.REINSTATE])
def test_who_teaches_is_told_in_words_they_read_with_the_visitors_and_at_once(session, verb):
    places.confirm(places.hold(session.pk, party(), clock=lambda: NOW).pk, clock=lambda: NOW)
    if verb is Verb.REINSTATE:
        do(session, Verb.CANCEL_SESSION)
        Mail.objects.all().delete()
    do(session, verb, message="The heating <b>is</b> broken.")
    assert told() == [(WANG, verb), (SAM, verb)]
    both, english = Mail.objects.filter(kind__in=OF_TEACHERS).order_by("pk")
    assert both.urgent
    assert english.urgent
    assert both.expires_at == english.expires_at == ShowcaseSession.objects.get(pk=session.pk).ends_at
    subject, text, html = words(both)
    for said in ("Wang Fang", "六年级公开课", "Year 6 lesson", "The heating <b>is</b> broken.", "Jo Hub 01622 000 000"):
        assert said in text
    headline = {
        Verb.CANCEL_SESSION: "This session is cancelled",
        Verb.POSTPONE: "This session is postponed",
        Verb.MOVE: "This session has moved",
        Verb.REINSTATE: "This session takes place after all",
    }[verb]
    assert headline in subject
    assert headline in text
    assert re.search(r"[一-鿿]{4}", subject)
    assert "&lt;b&gt;is" in html
    assert "Test Teacher" not in text + html
    subject, text, html = words(english)
    assert "Year 6 lesson" in subject
    assert headline in text
    assert "The heating <b>is</b> broken." in text
    assert re.search(r"[一-鿿]", subject + text) is None
    assert f"https://testserver/sessions/{session.ref}/" in text


def test_substituting_tells_no_teacher_and_a_draft_is_told_to_nobody(session):
    lesson = session.lessons.get()
    moving.substitute(lesson.pk, moving.Teaching("Division"), by=StaffFactory(), clock=lambda: NOW)
    assert told() == []
    draft = SessionFactory(hub_year=session.hub_year, room__status=SessionStatus.DRAFT)
    draft.lessons.get().visiting_teachers.add(visiting(draft, "Li Na", LI))
    do(draft, Verb.MOVE)
    assert told() == []


def test_session_whose_lessons_name_nobody_is_the_visits_teachers(session):
    visit = HostSchool.objects.create(hub_year=session.hub_year, school=session.venue)
    li = visiting(session, "Li Na", LI)
    visit.visiting_teachers.add(li)
    ShowcaseSession.objects.update(host_school=visit)
    assert [str(one) for one in teachers_of([session.pk])] == ["Wang Fang", "Sam Specialist"]
    other = SessionFactory(hub_year=session.hub_year, host_school=visit)
    assert [*teachers_of([other.pk])] == [li]
    assert [str(one) for one in teachers_of([other.pk, session.pk])] == ["Li Na", "Wang Fang", "Sam Specialist"]


def test_link_to_the_itinerary_goes_with_it_only_where_the_teacher_has_it(session):
    wang = VisitingTeacher.objects.get()
    do(session, Verb.POSTPONE)
    mail = Mail.objects.get(kind=Kind.TEACHER_CHANGE)
    assert "/bookings/" not in words(mail)[2]
    itinerary_link.send(wang.pk, key=uuid.uuid4(), by=StaffFactory(), clock=lambda: NOW)
    do(session, Verb.REINSTATE)
    mail = Mail.objects.filter(kind=Kind.TEACHER_CHANGE).latest("pk")
    link = links.url(links.Purpose.ITINERARY, wang).replace("/bookings/", "/zh-hans/bookings/")
    assert link in words(mail)[2]
    itinerary_link.withdraw(wang.pk, by=StaffFactory())
    mail = Mail.objects.get(pk=mail.pk)
    assert "/bookings/" not in words(mail)[2]  # the news are still news
    assert STILL_TRUE[Stale.TEACHER_CHANGE](mail, now=NOW)


def test_mail_that_a_later_change_or_another_address_overtook_is_dropped(session):
    do(session, Verb.POSTPONE)
    do(session, Verb.REINSTATE)
    VisitingTeacher.objects.update(email="other@school.example")
    sending.send_due(lambda: NOW)
    states = list(Mail.objects.filter(kind__in=OF_TEACHERS).order_by("pk").values_list("recipient", "state"))
    assert states == [(WANG, "dropped"), (SAM, "dropped"), (WANG, "dropped"), (SAM, "sent")]


def test_change_of_a_session_hides_no_failed_itinerary(session):
    wang = VisitingTeacher.objects.get()
    itinerary_link.send(wang.pk, key=uuid.uuid4(), by=StaffFactory(), clock=lambda: NOW)
    Mail.objects.update(state="failed")
    do(session, Verb.POSTPONE)
    client_of = staff_of(session.hub)
    assert "1 email was not delivered" in [one.words for one in groups(client_of, now=NOW)]


def test_preview_counts_them_and_names_who_is_to_be_phoned(client, session):
    client.force_login(staff_of(session.hub))
    lesson = session.lessons.get()
    lesson.visiting_teachers.add(visiting(session, "Li Na", mobile="07700 900 777"), visiting(session, "Zhao", LI))
    lesson.specialists.add(specialist(session, "Kim Nobody"))
    places.confirm(places.hold(session.pk, party(size=2), clock=lambda: NOW).pk, clock=lambda: NOW)
    office.give(session.pk, may_mark=False, key=uuid.uuid4(), by=StaffFactory(), clock=lambda: NOW)
    for page in ("cancel", "postpone", "move"):
        address = reverse(f"admin:hubs_showcasesession_{page}", args=[session.pk])
        new_day = {"starts_at_0": "2027-02-02", "ends_at_0": "2027-02-02"} if page == "move" else {}
        preview = client.post(address, untouched(client.get(address)) | new_day)
        said = " ".join(re.sub(r"<[^>]+>", "", preview.content.decode()).split())
        assert "2 visitors, 1 office, 2 visiting teachers and 1 specialist will be told." in said
        assert "To be phoned, for there is no email address: Li Na, visiting teacher. 07700 900 777" in said
        assert "To be phoned, for there is no email address: Kim Nobody, mastery specialist." in said
        assert 'href="tel:07700900777"' in preview.content.decode()


def test_every_change_that_the_office_is_told_of_tells_who_teaches():
    assert set(office.TOLD_OF) == set(SESSION_MAILS) - {Verb.SUBSTITUTE}
