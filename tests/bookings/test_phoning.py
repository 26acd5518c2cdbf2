"""Whom to phone about a change: everybody whom it touches, and "told by phone" once, with who and when."""

import re

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from bookings import places
from bookings.admin.home.cards import cards
from bookings.models import AuditEntry, Booking, Phoned, Visitor
from bookings.rule.party import NewVisitor
from bookings.rule.refusals import Ended
from bookings.sessions import changes, phoning
from bookings.sessions.phoning import Whom, read_whom
from bookings.sessions.seen import mark_seen, not_seen
from bookings.states import Verb
from bookings.verbs import visitors, waiting_list
from hubs.models import MasterySpecialist, Membership, ShowcaseSession, VisitingTeacher
from tests.answers import in_a_line, messages_of, untouched
from tests.browser.rows import questions
from tests.factories import NOW, SchoolFactory, SessionFactory, StaffFactory, party, staff_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def session():
    return SessionFactory(title="Year 6 lesson", share=None)


@pytest.fixture
def ada(session):
    """Ada Lee's party of three: a colleague with an address, and one with neither address nor number."""
    names = (NewVisitor(), NewVisitor(full_name="Bo Day", email="bo@school.example"), NewVisitor(full_name="Cy Fox"))
    asked = party(contact_name="Ada Lee", contact_mobile="07700 900 001", visitors=names, school=SchoolFactory())
    held = places.hold(session.pk, asked, clock=lambda: NOW)
    return places.confirm(held.pk, clock=lambda: NOW)


@pytest.fixture
def change(session, ada):
    return changes.cancel_session(session.pk, by=StaffFactory(), clock=lambda: NOW)


def now():
    return NOW


def visitor(name):
    return Visitor.objects.get(full_name=name)


def page(session):
    return reverse("admin:hubs_showcasesession_seen", args=[session.pk])


def tell(change, whom, by=None):
    return phoning.tell(change, whom, by=by or StaffFactory(), clock=lambda: NOW)


def listed(change):
    """Who does not know yet, as they stand on the list."""
    return [(one.name, one.number, one.through, one.email) for one in phoning.to_tell(change) if not one.knows]


def audit():
    told = AuditEntry.objects.filter(verb__in=(Verb.PHONE, Verb.UNPHONE)).order_by("pk")
    return list(told.values_list("verb", "booking", "why"))


# --- who stands on it -------------------------------------------------------------------------------------------------


def test_each_person_of_a_party_stands_with_their_own_number_where_they_have_one(change):
    Visitor.objects.filter(full_name="Bo Day").update(mobile="07700 900 002")
    assert listed(change) == [
        ("", "", "", ""),  # the office: nothing says how to reach it
        ("Cy Fox", "07700 900 001", "Ada Lee", ""),
        ("Ada Lee", "07700 900 001", "", "teacher@school.example"),
        ("Bo Day", "07700 900 002", "", "bo@school.example"),
    ]


def test_whom_no_mail_reaches_stands_first_with_the_office_and_who_teaches(session, ada):
    ShowcaseSession.objects.update(office_phone="01622 000 111")
    lesson = session.lessons.get()
    lesson.visiting_teachers.add(
        VisitingTeacher.objects.create(hub_year=session.hub_year, name_pinyin="Li Na", mobile="07700 900 777"),
        VisitingTeacher.objects.create(hub_year=session.hub_year, name_pinyin="Wang", email="wang@school.example"),
    )
    lesson.specialists.add(MasterySpecialist.objects.create(hub_year=session.hub_year, full_name="Sam Sp"))
    Booking.objects.update(contact_email=None, email_key=None)
    change = changes.postpone(session.pk, by=StaffFactory(), clock=lambda: NOW)
    people = [(str(one.whom.kind), one.name, one.number) for one in phoning.to_tell(change)]
    assert people == [
        ("o", "", "01622 000 111"),
        ("t", "Li Na", "07700 900 777"),
        ("s", "Sam Sp", ""),
        ("b", "Ada Lee", "07700 900 001"),
        ("v", "Cy Fox", "07700 900 001"),
        ("v", "Bo Day", "07700 900 001"),
    ]


def test_who_holds_or_waits_stands_as_one_and_who_came_later_or_gave_back_not_at_all(session, ada):
    places.hold(session.pk, party(email="held@school.example", contact_name="Held", size=2), clock=lambda: NOW)
    waiting_list.join(session.pk, party(email="waits@school.example", contact_name="Waits"), clock=lambda: NOW)
    visitors.release(visitor("Bo Day").pk, clock=lambda: NOW)
    change = changes.cancel_session(session.pk, by=StaffFactory(), clock=lambda: NOW)
    Booking.objects.filter(contact_name="Waits").update(here_since=NOW + timezone.timedelta(hours=1))
    assert sorted(one.name for one in phoning.to_tell(change)) == ["", "Ada Lee", "Cy Fox", "Held"]


# --- told, and taken back ---------------------------------------------------------------------------------------------


def test_told_by_phone_says_who_and_when_counts_as_seen_and_has_its_entry(session, ada, change):
    by = StaffFactory()
    assert len(not_seen(change)) == 2
    row, new = tell(change, Whom("b", ada.pk), by)
    assert (row.at, row.staff, new) == (NOW, by, True)
    assert [one.name for one in not_seen(change)] == ["Bo Day"]
    tell(change, Whom("v", visitor("Bo Day").pk), by)
    assert not_seen(change) == []
    assert audit() == [("phone", ada.pk, ""), ("phone", ada.pk, f"visitor {visitor('Bo Day').pk}")]
    assert phoning.take_back(change, row.pk, by=by, clock=lambda: NOW)
    assert not phoning.take_back(change, row.pk, by=by, clock=lambda: NOW)
    assert [one.name for one in not_seen(change)] == ["Ada Lee"]
    assert audit()[2:] == [("unphone", ada.pk, "")]


def test_office_and_who_teaches_are_told_too_and_the_audit_names_nobody(session, change):
    lesson = session.lessons.get()
    li = VisitingTeacher.objects.create(hub_year=session.hub_year, name_pinyin="Li Na")
    lesson.visiting_teachers.add(li)
    for whom in (Whom("o"), Whom("t", li.pk)):
        row, new = tell(change, whom)
        assert (new, tell(change, whom)) == (True, (row, False))
    assert audit() == [("phone", None, "the school’s office"), ("phone", None, f"visiting teacher {li.pk}")]
    assert [one.name for one in phoning.to_tell(change) if one.phoned] == ["", "Li Na"]


def test_card_of_today_counts_no_longer_who_was_told(session, ada, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: session.starts_at - timezone.timedelta(hours=3))
    change = changes.cancel_session(session.pk, by=StaffFactory(), clock=timezone.now)
    user = staff_of(session.hub)

    def unseen():
        found = ShowcaseSession.objects.with_names().select_related("places")
        return [card.unseen for card in cards(user, list(found), now=timezone.now())]

    assert unseen() == [2]
    tell(change, Whom("b", ada.pk))
    assert unseen() == [1]


@pytest.mark.parametrize("kind", ["b", "v", "t", "s"])
def test_nobody_of_another_session_is_told_of_this_change(session, change, kind):
    other = SessionFactory(share=None)
    booking = places.hold(other.pk, party(email="x@school.example"), clock=lambda: NOW)
    lesson = other.lessons.get()
    teacher = VisitingTeacher.objects.create(hub_year=other.hub_year, name_pinyin="X")
    specialist = MasterySpecialist.objects.create(hub_year=other.hub_year, full_name="X")
    lesson.visiting_teachers.add(teacher)
    lesson.specialists.add(specialist)
    pks = {"b": booking.pk, "v": booking.visitors.get().pk, "t": teacher.pk, "s": specialist.pk}
    with pytest.raises(Ended):
        tell(change, Whom(kind, pks[kind]))
    assert (Phoned.objects.count(), audit()) == (0, [])


@pytest.mark.parametrize("text", ["", "b", "x1", "b-1", "b1.5", "v٣", "oo", "o1", "b" + "9" * 30, "\x00"])
def test_nonsense_is_nobody(text):
    assert read_whom(text) is None


def people(session, ada):
    """Columns of a row, by whom it is about."""
    teacher = VisitingTeacher.objects.create(hub_year=session.hub_year, name_pinyin="X")
    specialist = MasterySpecialist.objects.create(hub_year=session.hub_year, full_name="X")
    return {
        "contact": {"booking": ada},
        "visitor": {"booking": ada, "visitor": visitor("Bo Day")},
        "teacher": {"teacher": teacher},
        "specialist": {"specialist": specialist},
        "office": {},
    }


@pytest.mark.parametrize("who", ["contact", "visitor", "teacher", "specialist", "office"])
def test_database_refuses_to_have_one_person_told_twice_and_two_by_one_row(session, ada, change, who):
    of = people(session, ada)
    row = Phoned.objects.create(change=change, staff=StaffFactory(), at=NOW, **of[who])
    with pytest.raises(IntegrityError), transaction.atomic():
        Phoned.objects.create(change=change, staff=StaffFactory(), at=NOW, **of[who])
    another = of["contact"] if who in ("teacher", "specialist") else of["teacher"]
    if who != "office":
        with pytest.raises(IntegrityError), transaction.atomic():
            Phoned.objects.filter(pk=row.pk).update(**another)


# --- the page ---------------------------------------------------------------------------------------------------------


def test_after_send_one_lands_on_whom_to_phone(client, session, ada):
    client.force_login(staff_of(session.hub))
    address = reverse("admin:hubs_showcasesession_cancel", args=[session.pk])
    preview = client.post(address, untouched(client.get(address)))
    answer = client.post(address, untouched(preview))
    assert answer.headers["Location"] == page(session)
    html = in_a_line(client.get(page(session)))
    assert "4 people to phone" in html
    assert 'href="tel:07700900001"' in html


def test_page_marks_with_one_press_and_undoes_with_another(client, session, ada, change):
    user = staff_of(session.hub)
    user.full_name = "Jo Hub"
    user.save()
    client.force_login(user)
    pressed = {"change": change.pk, "told": f"b{ada.pk}"}
    answer = client.post(page(session), pressed)
    assert (answer.headers["Location"], messages_of(answer)) == (page(session), ["Told by phone."])
    html = in_a_line(client.get(page(session)))
    assert "told by phone by Jo Hub, 9:30 on Monday 4 January" in html
    other = client.__class__()
    other.force_login(staff_of(session.hub))
    answer = other.post(page(session), pressed)
    assert messages_of(answer) == ["Jo Hub had told them already, at 9:30."]
    assert Phoned.objects.get().staff == user
    (undo,) = re.findall(r'name="undo" value="(\d+)"', html)
    answer = client.post(page(session), {"change": change.pk, "undo": undo})
    assert (messages_of(answer)[-1], Phoned.objects.count()) == ("Taken back: not told by phone yet.", 0)


@pytest.mark.parametrize(
    "sent", [{}, {"told": "x"}, {"undo": "-1"}, {"undo": "9" * 30}, {"change": "x"}, {"change": "999", "told": "o"}]
)
def test_crafted_press_changes_nothing_and_leads_back(client, session, change, sent):
    client.force_login(staff_of(session.hub))
    answer = client.post(page(session), {"change": change.pk} | sent)
    assert (answer.status_code, Phoned.objects.count(), audit()) == (302, 0, [])


def test_who_is_gone_is_said(client, session, ada, change):
    client.force_login(staff_of(session.hub))
    places.cancel(ada.pk, clock=lambda: NOW)
    answer = client.post(page(session), {"change": change.pk, "told": f"b{ada.pk}"})
    assert messages_of(answer) == ["This booking has ended, so that cannot be done."]


@pytest.mark.parametrize("role", ["other hub", "programme office"])
def test_nobody_else_reads_or_marks(client, session, ada, change, role):
    user = StaffFactory(is_programme_office=True) if role == "programme office" else staff_of(SessionFactory().hub)
    client.force_login(user)
    wanted = 403 if role == "programme office" else 404
    assert client.get(page(session)).status_code == wanted
    assert client.post(page(session), {"change": change.pk, "told": f"b{ada.pk}"}).status_code == wanted
    assert Phoned.objects.count() == 0


def test_page_asks_as_often_for_three_parties_as_for_one(client):
    first = SessionFactory(share=None)
    client.force_login(staff_of(first.hub, Membership.Role.LEAD))
    counts = []
    for number in (1, 2, 3):
        session = SessionFactory(hub_year=first.hub_year, share=None)
        made = [
            places.confirm(
                places.hold(session.pk, party(email=f"t{n}@school.example", size=2), clock=now).pk, clock=now
            )
            for n in range(number)
        ]
        change = changes.cancel_session(session.pk, by=StaffFactory(), clock=now)
        for booking in made:
            tell(change, Whom("v", booking.visitors.get(is_contact=False).pk))
            mark_seen(booking, None, change.pk, clock=now)
        questions(client, page(session))
        counts.append(questions(client, page(session)))
    assert counts == [counts[0]] * 3
