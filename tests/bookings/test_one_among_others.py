"""What is done to one leaves the others alone: with two of a kind, where a slip takes both or the wrong one."""

import pytest
from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from bookings import places
from bookings.mail import links, openings
from bookings.models import AuditEntry, Places
from bookings.models.places import can_be_booked
from bookings.public.counting import with_counts
from bookings.public.instead import alternatives
from bookings.public.session import Showing, announced
from bookings.rule.party import NewVisitor
from bookings.sessions import changes
from bookings.states import SessionStatus
from bookings.verbs import hand_over, staff_booking
from bookings.views.access import open_link
from hubs.models import ShowcaseSession
from tests.answers import untouched
from tests.bookings.observed import count, everything
from tests.factories import DAY, NOW, SchoolFactory, SessionFactory, StaffFactory, party, staff_of

pytestmark = pytest.mark.django_db


def confirmed(session, **asked):
    booking = places.hold(session.pk, party(**asked), clock=lambda: NOW)
    return places.confirm(booking.pk, clock=lambda: NOW)


def test_draft_is_deleted_and_the_trail_of_every_other_session_stays():
    other, draft = SessionFactory(), SessionFactory(room__status=SessionStatus.DRAFT)
    confirmed(other)
    before = everything(other)
    changes.discard(draft.pk, by=StaffFactory(), clock=lambda: NOW)
    assert everything(other) == before
    assert AuditEntry.objects.exists()


def test_walk_in_of_a_full_room_raises_that_room(client, monkeypatch):
    """Another session is larger, and has places."""
    session, other = SessionFactory(room__capacity=1), SessionFactory(room__capacity=40)
    monkeypatch.setattr(timezone, "now", lambda: session.starts_at)
    staff_booking.staff_booking(session.pk, party(), by=StaffFactory(), clock=lambda: NOW)
    client.force_login(staff_of(session.hub))
    page = reverse("admin:hubs_showcasesession_register_add", args=[session.pk])
    said = untouched(client.get(page)) | {"name": "Dee New", "school": ""}
    assert "Add and raise the places to 2" in client.post(page, said).content.decode()
    client.post(page, said | {"raise": "1", "raise_to": "2", "why": "One more chair"})
    assert (count(session), count(other)) == ((2, 0, 2), (0, 0, 40))


def test_old_link_does_not_open_a_place_because_another_is_on_its_way():
    """Only who gave a place away still sees it; a link that was withdrawn is as dead as before."""
    session = SessionFactory(share=None)
    theirs, others = confirmed(session, size=2), confirmed(session, size=2, email="other@school.example")
    visitor, giver = theirs.visitors.get(is_contact=False), others.visitors.get(is_contact=False)
    dead, given = (links.token(links.Purpose.VISITOR, one) for one in (visitor, giver))
    visitor.link_version += 1
    visitor.save()
    cara = NewVisitor(full_name="Cara Colleague", email="cara@school.example")
    hand_over.hand_over(giver.pk, cara, clock=lambda: NOW)
    assert open_link(given).given
    with pytest.raises(Http404):
        open_link(dead)


# --- the last place, and places kept back ---------------------------------------------------------------------------


def test_last_place_is_a_place():
    session = SessionFactory(room__capacity=1)
    showing = Showing(announced().get(pk=session.pk), NOW)
    assert (showing.words, showing.shows_places) == ("1 place left", True)
    assert confirmed(session)
    assert Showing(announced().get(pk=session.pk), NOW).words == "Full"


def test_places_held_back_are_offered_to_nobody_who_looks_for_another_session():
    off = SessionFactory(title="off", room__status=SessionStatus.CANCELLED)
    kept = SessionFactory(title="kept", room__capacity=2, room__held_back=1)
    confirmed(kept)
    assert not announced().filter(can_be_booked(NOW)).exists()
    assert alternatives(Showing(announced().get(pk=off.pk), NOW)) == []


def test_nobody_is_told_of_a_session_whose_places_are_all_held_back():
    kept = SessionFactory(room__capacity=2, room__held_back=1)
    confirmed(kept)
    assert openings.due(NOW) == []
    Places.objects.filter(pk=kept.pk).update(held_back=0)
    assert openings.due(NOW) == [kept.pk]


def test_session_without_a_day_has_others_to_go_to_instead():
    off = SessionFactory(starts_at=None, ends_at=None, room__status=SessionStatus.CANCELLED)
    other = SessionFactory(title="other", venue=SchoolFactory())
    assert other.first_day == DAY
    assert [one.session for one in alternatives(Showing(announced().get(pk=off.pk), NOW))] == [other]


def test_only_who_has_a_place_is_counted_as_coming():
    session = SessionFactory()
    confirmed(session, size=2)
    places.hold(session.pk, party(email="held@school.example"), clock=lambda: NOW)
    gone = confirmed(session, email="gone@school.example")
    places.cancel(gone.pk, clock=lambda: NOW)
    one = with_counts(ShowcaseSession.objects.all()).get()
    assert (one.bookings_seated, one.schools_seated, one.visitors_confirmed, one.visitors_waiting) == (2, 2, 2, 0)
