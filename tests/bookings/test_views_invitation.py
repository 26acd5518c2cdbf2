"""The pages of an invitation to a group: the teacher names who comes, the head says yes; opening changes nothing."""

import pytest
from django.urls import reverse
from django.utils import timezone

from bookings.groups import inviting
from bookings.mail import links
from bookings.mail.links import Purpose
from bookings.models import Booking, Invitation, Mail
from tests.factories import NOW, HubYearFactory, SchoolFactory, StaffFactory
from tests.groups import asked, clock, group_of, joined, meetings_of, named

pytestmark = pytest.mark.django_db

SENT = {
    "name": "Maths Lead",
    "name_1": "Maths Lead",
    "email_1": "lead@school.example",
    "lead_1": "on",
    "name_2": "Col League",
    "email_2": "",
    "head_name": "Pat Head",
    "head_email": "head@school.example",
}


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def staff():
    return StaffFactory()


@pytest.fixture
def group():
    return group_of(HubYearFactory(), cover_days=3, hub_pays="£190 a day of cover.", about="We watch each other teach.")


@pytest.fixture
def invitation(group, staff):
    (made,) = inviting.invite(group.pk, [asked(SchoolFactory())], by=staff, clock=clock)
    return made


def address(purpose, invitation, page="booking"):
    invitation.refresh_from_db()
    version = invitation.head_version if purpose is Purpose.HEAD else None
    return reverse(page, args=[links.token(purpose, invitation, version=version)])


def teachers(invitation, page="booking"):
    return address(Purpose.INVITATION, invitation, page)


def heads(invitation, page="booking"):
    return address(Purpose.HEAD, invitation, page)


def test_from_the_invitation_to_places_at_every_meeting(client, group, staff, invitation):
    made = meetings_of(group, staff)
    page = client.get(teachers(invitation))
    assert page.status_code == 200
    said = page.content.decode()
    assert "3 days for each of 2 teachers" in said
    assert "£190 a day of cover." in said
    assert said.count("13:00 to 16:00") == len(made)
    done = client.post(teachers(invitation, "invitation-names"), SENT)
    assert (done.status_code, done["Location"]) == (302, teachers(invitation))
    asks = client.get(teachers(invitation)).content.decode()
    assert "Pat Head is asked" in asks
    head = client.get(heads(invitation))
    said = head.content.decode()
    assert "Col League" in said
    assert "3 days for each of 2 teachers" in said
    assert said.count("13:00 to 16:00") == len(made)
    assert Booking.objects.count() == 0
    yes = client.post(heads(invitation, "invitation-join"), {"read": head.context["read"]})
    assert (yes.status_code, yes["Location"]) == (302, heads(invitation))
    assert Booking.objects.count() == len(made)
    assert client.get(heads(invitation)).content.decode().count("2 places booked") == len(made)
    mine = client.get(teachers(invitation)).content.decode()
    assert mine.count("See, change or hand over") == len(made)
    assert client.get(heads(invitation)).content.decode().count("See, change or hand over") == 0


@pytest.mark.parametrize("language", ["", "/zh-hans"])
def test_opening_a_page_changes_nothing(client, group, staff, language):
    meetings_of(group, staff)
    invitation = named(group, staff)
    pages = ("booking", "invitation-names", "invitation-decline", "invitation-join", "invitation-ask-again")
    before = list(Invitation.objects.values()), Mail.objects.count(), Booking.objects.count()
    for path in [*(teachers(invitation, page) for page in pages), *(heads(invitation, page) for page in pages)]:
        for method in (client.get, client.head):
            assert method(language + path).status_code in (200, 302, 404)
    assert (list(Invitation.objects.values()), Mail.objects.count(), Booking.objects.count()) == before


@pytest.mark.parametrize(
    "sent, said",
    [
        ({"name_1": ""}, "Enter the full name of at least one teacher"),
        ({"head_email": ""}, "Enter the head teacher’s email address"),
        ({"head_email": "no address"}, "Enter an email address in the correct format"),
        ({"email_2": "lead@school.example"}, "this one is already given above"),
        ({"name_2": "", "email_2": "other@school.example"}, "whoever has this address"),
        ({"name": "x" * 300}, "200 characters or fewer"),
        ({"name": "\x00"}, "Enter your full name"),
    ],
)
def test_mistake_is_said_changes_nothing_and_loses_nothing(client, invitation, sent, said):
    page = client.post(teachers(invitation, "invitation-names"), SENT | {"name_2": "Kept Name"} | sent)
    assert page.status_code == 422
    assert said in page.content.decode()
    assert sent.get("name_2") == "" or "Kept Name" in page.content.decode()
    invitation.refresh_from_db()
    assert (invitation.state, invitation.teachers.count()) == ("invited", 0)


def test_second_press_of_each_button_is_one(client, group, staff, invitation):
    meetings_of(group, staff, number=2)
    for _press in range(2):
        client.post(teachers(invitation, "invitation-names"), SENT)
    assert Mail.objects.filter(kind="group_head").count() == 1
    read = client.get(heads(invitation)).context["read"]
    for _press in range(2):
        assert client.post(heads(invitation, "invitation-join"), {"read": read}).status_code == 302
    assert Booking.objects.count() == 2
    assert Mail.objects.filter(kind="group_joined").count() == 1  # the colleague has no address


def test_head_who_has_read_other_names_reads_them_first(client, group, staff, invitation):
    client.post(teachers(invitation, "invitation-names"), SENT)
    read = client.get(heads(invitation)).context["read"]
    client.post(teachers(invitation, "invitation-names"), SENT | {"name_2": "Somebody Else"})
    page = client.post(heads(invitation, "invitation-join"), {"read": read})
    assert page.status_code == 409
    assert "Somebody Else" in page.content.decode()
    invitation.refresh_from_db()
    assert invitation.state == "named"


def test_each_link_opens_its_own_pages_alone(client, group, staff):
    invitation = named(group, staff)
    for path in (heads(invitation, "invitation-names"), heads(invitation, "invitation-ask-again")):
        assert client.post(path, SENT).status_code == 404
    assert client.post(teachers(invitation, "invitation-join")).status_code == 404
    assert client.post(teachers(invitation, "booking-confirm")).status_code == 404
    version = links.token(Purpose.HEAD, invitation, version=9)
    assert client.get(reverse("booking", args=[version])).status_code == 404


@pytest.mark.parametrize("of", [teachers, heads], ids=["teacher", "head"])
def test_either_says_no_after_being_asked_once(client, group, staff, of):
    invitation = named(group, staff)
    assert b"Not join" in client.get(of(invitation, "invitation-decline")).content
    for _press in range(2):
        assert client.post(of(invitation, "invitation-decline")).status_code == 302
    invitation.refresh_from_db()
    assert invitation.state == "declined"
    assert b"does not join" in client.get(of(invitation)).content
    assert (
        client.post(heads(invitation, "invitation-join"), {"read": inviting.who_comes(invitation)}).status_code == 409
    )


def test_school_that_is_in_does_not_decline_by_a_link(client, group, staff):
    invitation = joined(group, staff)
    assert client.post(heads(invitation, "invitation-decline")).status_code == 302
    assert client.post(teachers(invitation, "invitation-names"), SENT).status_code == 302
    invitation.refresh_from_db()
    assert (invitation.state, invitation.teachers.first().full_name) == ("joined", "Maths Lead")


def test_head_can_be_mailed_again_but_not_without_end(client, group, staff):
    invitation = named(group, staff)
    answers = [client.post(teachers(invitation, "invitation-ask-again")).status_code for _press in range(4)]
    assert answers == [302, 302, 409, 409]
    assert Mail.objects.filter(kind="group_head").count() == 3


def test_erased_invitation_opens_nothing(client, group, staff):
    invitation = named(group, staff)
    Invitation.objects.update(asked_name=None, asked_email=None, head_name=None, head_email=None)
    assert [client.get(of(invitation)).status_code for of in (teachers, heads)] == [404, 404]
