"""Every version of what staff edit, who changed it, and who may read it."""

import datetime as dt
import uuid

import pytest
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from hubs.models import Lesson, Membership, Notice, ShowcaseSession
from hubs.vocabulary.teaching import Years
from tests.factories import NOW, HubYearFactory, SessionFactory, StaffFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("versions_kept")]


def lead_of(hub, name="Ada Lead"):
    user = StaffFactory(full_name=name)
    Membership.objects.create(user=user, hub=hub, role=Membership.Role.LEAD)
    client = Client()
    client.force_login(user)
    return client


def versions(client, row):
    page = client.get(reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_history", args=[row.pk]))
    return page, page.content.decode()


def test_version_says_who_changed_what_from_what_to_what():
    year = HubYearFactory(name="Kent Maths Hub")
    client = lead_of(year.hub)
    form = {"hub": year.hub_id, "exchange": year.exchange_id, "name": "Kent & Medway Maths Hub", "partners": ""}
    client.post(reverse("admin:hubs_hubyear_change", args=[year.pk]), form)
    _page, html = versions(client, year)
    assert "<strong>Name:</strong> Kent Maths Hub → Kent &amp; Medway Maths Hub" in html
    assert "Ada Lead" in html


def test_version_says_times_in_london_and_choices_in_words():
    session = SessionFactory()
    session.opens_at = dt.datetime(2026, 6, 1, 8, 0, tzinfo=dt.timezone.utc)
    session.kind = ShowcaseSession.Kind.WORKSHOP
    session.save()
    _page, html = versions(lead_of(session.hub), session)
    assert "<strong>Booking opens:</strong> – → Mon 1 Jun 2026, 09:00" in html
    assert "<strong>Kind:</strong> Showcase lesson → Workshop" in html


def test_history_of_a_session_tells_of_its_lessons():
    session = SessionFactory()
    lesson = Lesson.objects.get(session=session)
    lesson.topic = "fractions"
    lesson.save()
    _page, html = versions(lead_of(session.hub), session)
    assert "Its lessons" in html
    assert "Year 6: fractions" in html


def test_lesson_makes_no_version_of_its_session():
    session = SessionFactory()
    before = session.history.count()
    Lesson.objects.create(session=session, position=2, years=Years.Y3, topic="subtraction")
    assert session.history.count() == before
    assert ShowcaseSession.objects.get(pk=session.pk).name == "Year 6, and Year 3: subtraction"


def test_another_hubs_versions_are_not_there_even_once_the_row_is_gone():
    notice = Notice.objects.create(
        hub=HubYearFactory().hub, text="Secret snow", from_at=NOW, until_at=NOW.replace(year=2028)
    )
    other, own = lead_of(HubYearFactory().hub), lead_of(notice.hub)
    assert "Secret snow" in versions(own, notice)[1]
    page, html = versions(other, notice)
    assert (page.status_code, "Secret snow" in html) == (404, False)
    pk = notice.pk
    notice.delete()
    notice.pk = pk
    for client in (other, own):
        assert versions(client, notice)[0].status_code == 404


def test_no_old_version_can_be_put_back():
    session = SessionFactory()
    client = lead_of(session.hub)
    with pytest.raises(NoReverseMatch):
        reverse("admin:hubs_showcasesession_simple_history", args=[session.pk, session.history.first().pk])
    old = f"/admin/hubs/showcasesession/{session.pk}/history/{session.history.first().pk}/"
    assert client.post(old, {"title": "Back"}, follow=True).redirect_chain[-1][0] == reverse("admin:index")
    assert ShowcaseSession.objects.get(pk=session.pk).title == ""


def test_version_that_a_verb_makes_says_who_pressed_its_button(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    session = SessionFactory()
    client = lead_of(session.hub, "Pat Lead")
    page = reverse("admin:hubs_showcasesession_move", args=[session.pk])
    new = {"starts_at_0": "27/01/2027", "starts_at_1": "9:00", "ends_at": "11:00"}
    said = new | {"capacity": "30", "venue": session.venue_id, "key": str(uuid.uuid4()), "message": "", "send": "1"}
    assert client.post(page, said).status_code == 302
    assert session.history.latest().history_user.full_name == "Pat Lead"
