"""The staff's pages of a work group: what is next, whom to invite, the meetings, and who leaves."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from bookings import places
from bookings.admin.groups.facts import GroupFacts
from bookings.admin.groups.steps import next_steps
from bookings.admin.groups.ticked import invite_actions
from bookings.admin.home import needs
from bookings.groups import inviting
from bookings.models import Booking, Interest, Invitation, Mail
from hubs.models import Membership, SchoolList, WorkGroup
from tests.factories import (
    NOW,
    ExchangeFactory,
    HubYearFactory,
    SchoolFactory,
    SessionFactory,
    StaffFactory,
    party,
    staff_of,
)
from tests.groups import asked, clock, group_of, joined, meetings_of, named

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def group():
    return group_of(HubYearFactory(lead_school=SchoolFactory(), contact_email="office@hub.example"))


@pytest.fixture
def staff(group):
    return staff_of(group.hub_year.hub)


@pytest.fixture
def mine(client, staff):
    client.force_login(staff)
    return client


def page(group, name="overview"):
    return reverse(f"admin:hubs_workgroup_{name}", args=[group.pk])


def interest(year, school, *, wants="yes", role="teacher", email="t@school.example"):
    session = SessionFactory(hub_year=year)
    booking = places.hold(session.pk, party(school=school, email=email), clock=clock)
    return Interest.objects.create(hub_year=year, visitor=booking.visitors.get(), wants=wants, role=role, at=NOW)


def rows_of(*days, **first):
    said = {"key": uuid.uuid4(), "capacity": "12"}
    for n in range(1, 7):
        day = days[n - 1] if n <= len(days) else ""
        said |= {f"m{n}-day": day, f"m{n}-starts": "13:00", f"m{n}-ends": "16:00", f"m{n}-teacher": ""}
        said |= {f"m{n}-venue": "", f"m{n}-years": ""}
    return said | first


def test_group_is_made_by_a_form_and_leads_to_its_page(mine, group):
    sent = {"hub_year": group.hub_year.pk, "name": "TRG 3", "phase": 2, "schools_wanted": 6, "teachers_each": 2}
    done = mine.post(reverse("admin:hubs_workgroup_add"), sent)
    made = WorkGroup.objects.get(name="TRG 3")
    assert (done.status_code, done["Location"]) == (302, page(made))
    said = mine.get(page(made)).content.decode()
    assert "Heads want to read the dates before they say yes" in said
    refused = mine.post(reverse("admin:hubs_workgroup_add"), sent | {"name": "Large", "teachers_each": 11})
    assert "10 at most" in refused.content.decode()
    refused = mine.post(reverse("admin:hubs_workgroup_add"), sent | {"name": "Less", "cover_days": "-1"})
    assert "greater than or equal to 0" in refused.content.decode()
    assert not WorkGroup.objects.filter(name="Less").exists()


def test_nearest_are_ticked_and_invited_with_one_press(mine, group):
    near, far = SchoolFactory(easting=575609), SchoolFactory(easting=590093)
    first = interest(group.hub_year, near, email="near@school.example", role="lead")
    interest(group.hub_year, far, email="far@school.example")
    said = mine.get(page(group, "invite"))
    assert [(one.school, one.miles, ticked) for one, ticked in said.context["nearest"]] == [
        (near, "1 mile", True),
        (far, "10 miles", True),
    ]
    done = mine.post(page(group, "invite"), {"interest": [first.pk, "x", ""]})
    assert (done.status_code, done["Location"]) == (302, page(group))
    assert list(Mail.objects.filter(kind="group_invited").values_list("recipient", flat=True)) == [
        "near@school.example"
    ]
    invitation = Invitation.objects.get()
    assert (invitation.interest, invitation.school, invitation.language) == (first, near, "en-gb")
    assert "Left over" not in mine.get(page(group)).content.decode()


def test_schools_are_invited_as_long_as_there_is_room(group, staff):
    def steps():
        return [step.button for step in next_steps(GroupFacts(group, NOW))]

    group.schools_wanted = 1
    assert "Invite schools" in steps()
    inviting.invite(group.pk, [asked(SchoolFactory())], by=staff, clock=clock)
    assert "Invite schools" not in steps()


def test_school_that_nobody_was_interested_from_is_named(mine, group):
    school = SchoolFactory()
    sent = {"other1-school": str(school.urn), "other1-name": "Head", "other1-email": "someone@school.example"}
    assert mine.post(page(group, "invite"), sent).status_code == 302
    assert Invitation.objects.get().asked_email == "someone@school.example"
    again = mine.post(page(group, "invite"), sent, follow=True).content.decode()
    assert "Asked or in already" in again
    assert Mail.objects.filter(kind="group_invited").count() == 1


@pytest.mark.parametrize(
    "sent, said",
    [
        ({}, "Tick a school, or name one."),
        ({"other1-school": "No Such School"}, "We cannot tell which school this is"),
        ({"other1-school": "900000"}, "Enter an email address"),
        ({"other1-email": "a@school.example"}, "Say which school"),
        ({"interest": "99999999999999999999"}, "Tick a school, or name one."),
        ({"other1-school": "\x00", "other1-email": "\x00"}, "Tick a school, or name one."),
    ],
)
def test_invitation_that_cannot_be_is_said_and_nobody_is_written_to(mine, group, sent, said):
    refused = mine.post(page(group, "invite"), sent)
    assert refused.status_code == 422
    assert said in refused.content.decode()
    assert Mail.objects.count() == 0


def test_meetings_are_made_going_round_the_schools(mine, group, staff):
    invitation = joined(group, staff)
    form = mine.get(page(group, "meetings"))
    turn = [row.initial["venue"] for row in form.context["rows"]]
    assert turn == [str(group.school.urn), str(invitation.school.urn)] * 3
    sent = rows_of("28 Jan 2027", "25/2/27", **{"m1-venue": turn[0], "m1-years": "8", "m1-teacher": "Jo Teacher"})
    for _press in range(2):
        done = mine.post(page(group, "meetings"), sent)
        assert (done.status_code, done["Location"]) == (302, page(group))
    assert group.meetings.count() == 2
    said = mine.get(page(group)).content.decode()
    assert "Jo Teacher" in said
    assert "has no place yet" in said
    assert Booking.objects.filter(school=invitation.school).count() == 1  # the other waits for its place


@pytest.mark.parametrize(
    "sent, said",
    [
        ({}, "Enter at least one date."),
        ({"m1-day": "nonsense"}, "date"),
        ({"m1-day": "28 Jan 2027", "m1-ends": "12:00"}, "The end must come after the start."),
        ({"m1-day": "28 Jan 2027", "m1-starts": ""}, "Say when it starts."),
        ({"m1-day": "28 Jan 2027", "m1-venue": "123"}, "Select a valid choice"),
        ({"m1-day": "28 Jan 2020"}, "still to come"),
        ({"m1-day": "28 Jan 2027", "key": "x"}, "problem"),
        ({"m1-day": "28 Jan 2027", "capacity": "0"}, "greater than or equal to 1"),
    ],
)
def test_plan_with_a_mistake_makes_nothing_and_loses_nothing(mine, group, sent, said):
    refused = mine.post(page(group, "meetings"), rows_of(**{"m2-teacher": "Kept Teacher"} | sent))
    assert refused.status_code == 422
    assert said in refused.content.decode()
    assert "Kept Teacher" in refused.content.decode()
    assert group.meetings.count() == 0


def test_more_lines_than_six_can_be_asked_for(mine, group):
    assert len(mine.get(page(group, "meetings") + "?rows=12").context["rows"]) == 12
    for odd in ("0", "-1", "9999999", "x", "٣"):
        assert mine.get(page(group, "meetings"), {"rows": odd}).status_code == 200


def test_school_is_taken_out_with_a_reason(mine, group, staff):
    meetings_of(group, staff)
    invitation = joined(group, staff)
    address = f"{page(group, 'leave')}?invitation={invitation.pk}"
    assert "3 bookings" in mine.get(address).content.decode()
    assert "Say why" in mine.post(address, {"why": ""}).content.decode()
    done = mine.post(address, {"why": "The head rang."})
    assert (done.status_code, done["Location"]) == (302, page(group))
    assert set(Booking.objects.values_list("status", flat=True)) == {"cancelled"}
    assert mine.get(page(group, "leave") + "?invitation=99").status_code == 404


def test_full_meeting_is_tried_again_from_the_page(mine, group, staff):
    (meeting,) = meetings_of(group, staff, capacity=2, number=1)
    joined(group, staff)
    joined(group, staff, email="lead@other.example")
    said = mine.get(page(group)).content.decode()
    assert "Schools said yes" in said or "A school said yes" in said
    assert "Every place at this session is taken." in said
    mine.post(page(group), {"do": "again"})
    assert Booking.objects.count() == 1
    places_page = reverse("admin:hubs_showcasesession_places", args=[meeting.pk])
    mine.post(places_page, {"capacity": 4, "held_back": 0})
    mine.post(page(group), {"do": "again"})
    assert Booking.objects.count() == 2


def test_who_has_not_answered_is_written_to_again_and_stands_on_home(mine, group, staff, monkeypatch):
    (invitation,) = inviting.invite(group.pk, [asked(SchoolFactory())], by=staff, clock=clock)
    later = NOW.replace(day=11)  # a week later: five school days
    before = NOW.replace(day=8)
    found = [[one.name for one in needs.groups(staff, now=now)] for now in (before, later)]
    assert ["group_unanswered" in names for names in found] == [False, True]
    monkeypatch.setattr(timezone, "now", lambda: later)
    mine.force_login(staff)
    assert "has not answered for five school days" in mine.get(page(group)).content.decode()
    mine.post(page(group), {"do": "ask_again", "row": invitation.pk})
    assert Mail.objects.filter(kind="group_invited").count() == 2
    assert "group_unanswered" not in [one.name for one in needs.groups(staff, now=later)]


def test_home_says_that_a_group_has_no_meeting_and_that_a_promise_is_not_kept(mine, group, staff):
    joined(group, staff)
    assert "group_meetings" in [one.name for one in needs.groups(staff, now=NOW)]
    meetings_of(group, staff, capacity=2, number=1)
    assert {"group_meetings", "group_problems"} & {one.name for one in needs.groups(staff, now=NOW)} == set()
    joined(group, staff, email="lead@other.example")
    assert "group_problems" in [one.name for one in needs.groups(staff, now=NOW)]
    listed = mine.get(reverse("admin:hubs_workgroup_changelist") + "?needs=group_problems").content.decode()
    assert group.name in listed


@pytest.mark.parametrize("what", ["", "nothing", "leave"])
def test_press_of_no_button_is_refused(mine, group, what):
    assert mine.post(page(group), {"do": what}).status_code == 403
    assert mine.post(page(group), {"do": "ask_again", "row": "1"}).status_code == 403


def test_another_hubs_staff_and_the_programme_office_see_none_of_it(client, group):
    for user in (staff_of(HubYearFactory().hub), StaffFactory(is_programme_office=True)):
        client.force_login(user)
        for name in ("overview", "invite", "meetings", "leave", "change", "costs"):
            assert client.get(page(group, name)).status_code in (302, 403, 404)
            assert group.name not in client.get(page(group, name), follow=True).content.decode()


def test_page_asks_as_often_for_many_schools_as_for_one(mine, group, staff):
    meetings_of(group, staff)
    counts = []
    for n in range(3):
        joined(group, staff, email=f"lead@s{n}.example")
        named(group, staff, email=f"lead@n{n}.example")
        interest(group.hub_year, SchoolFactory(), email=f"i{n}@school.example")
        mine.get(page(group))
        with CaptureQueriesContext(connection) as captured:
            mine.get(page(group))
        counts.append(len(captured))
    assert counts[0] == counts[1] == counts[2]


def test_list_of_a_groups_schools_fills_as_they_join(mine, group, staff):
    invitation = joined(group, staff)
    kept = SchoolList.objects.get(group=group)
    assert list(kept.schools.all()) == [invitation.school]
    assert Membership.objects.filter(hub=kept.hub, user=staff).exists()


def test_invitation_that_did_not_arrive_is_said_on_home_until_its_school_is_asked_elsewhere(mine, group, staff):
    school = SchoolFactory(name="Ash Junior")
    inviting.invite(group.pk, [asked(school, "wrong@school.example")], by=staff, clock=clock)
    Mail.objects.update(state=Mail.State.REFUSED, answered_at=NOW)
    (failed,) = [one for one in needs.groups(staff, now=NOW) if one.name == "failed"]
    assert [row.detail for row in failed.rows] == ["Ash Junior, wrong@school.example"]
    assert [one.recipient for one in mine.get(failed.address).context["cl"].result_list] == ["wrong@school.example"]
    assert needs.groups(staff_of(HubYearFactory().hub), now=NOW) == []

    said = mine.get(page(group))
    assert said.context["step"].why == "The email to Ash Junior did not arrive"
    assert "email not delivered" in said.content.decode()
    again = said.context["step"].address
    form = mine.get(again).context["others"][0]
    assert (form["school"].value(), form["name"].value()) == (str(school.urn), "Maths Lead")
    sent = {"other1-school": str(school.urn), "other1-name": "Maths Lead", "other1-email": "right@school.example"}
    assert "Asked or in already" in mine.post(page(group, "invite"), sent, follow=True).content.decode()
    assert "Invited: Ash Junior." in mine.post(again, sent, follow=True).content.decode()
    assert Invitation.objects.get().asked_email == "right@school.example"
    assert list(Mail.objects.order_by("pk").values_list("recipient", flat=True))[1:] == ["right@school.example"]
    assert "Asked or in already" in mine.post(again, sent, follow=True).content.decode()  # a second press
    assert needs.groups(staff, now=NOW) == []
    assert "email not delivered" not in mine.get(page(group)).content.decode()


def test_school_that_has_answered_is_not_asked_elsewhere(mine, group, staff):
    invitation = named(group, staff)
    Mail.objects.filter(kind="group_head").update(state=Mail.State.FAILED, answered_at=NOW)
    said = mine.get(page(group)).content.decode()
    assert "email not delivered" in said
    assert "Ask at another address" not in said
    other = [asked(invitation.school, "other@school.example")]
    assert inviting.invite(group.pk, other, by=staff, clock=clock, elsewhere=invitation.pk) == []
    invitation.refresh_from_db()
    assert (invitation.state, invitation.asked_email) == ("named", "lead@school.example")
    inviting.decline(invitation.pk, clock=clock)
    assert "failed" not in [one.name for one in needs.groups(staff, now=NOW)]


# --- the session's own pages ------------------------------------------------------------------------------------------


def boxes(html):
    """What each select of a form offers."""
    return {name: html.split(f'name="{name}"')[1].split("</select>")[0] for name in ("kind", "visibility")}


def test_form_of_a_meeting_keeps_it_one_and_on_no_public_list(mine, group, staff):
    (meeting,) = meetings_of(group, staff, number=1)
    other = SessionFactory(hub_year=group.hub_year)
    of_meeting, of_other = (
        boxes(mine.get(reverse("admin:hubs_showcasesession_change", args=[one.pk])).content.decode())
        for one in (meeting, other)
    )
    assert "Work group meeting" in of_meeting["kind"]
    assert "Showcase lesson" not in of_meeting["kind"]
    assert 'value="public"' not in of_meeting["visibility"]
    assert "Work group meeting" not in of_other["kind"]
    assert 'value="public"' in of_other["visibility"]
    new = mine.get(reverse("admin:hubs_showcasesession_new")).content.decode()
    assert "Work group meeting" not in new


def test_overview_of_a_meeting_leads_to_its_group_and_offers_no_more_dates(mine, group, staff):
    (meeting,) = meetings_of(group, staff, number=1)
    joined(group, staff)
    said = mine.get(reverse("admin:hubs_showcasesession_overview", args=[meeting.pk])).content.decode()
    assert page(group) in said
    assert "Make more dates" not in said
    dates = reverse("admin:hubs_showcasesession_dates", args=[meeting.pk])
    assert mine.get(dates).status_code == 403
    for name in ("register", "register_print", "register_office", "sheet", "write", "move", "postpone", "cancel"):
        assert mine.get(reverse(f"admin:hubs_showcasesession_{name}", args=[meeting.pk])).status_code == 200
    assert mine.get(reverse("admin:hubs_showcasesession_changelist")).status_code == 200


def test_interests_are_ticked_in_their_list_and_lead_to_whom_a_group_invites(mine, group):
    near, far = SchoolFactory(easting=575609), SchoolFactory(easting=590093)
    interest(group.hub_year, near, email="near@school.example")
    ticked = interest(group.hub_year, far, email="far@school.example")
    interests = reverse("admin:bookings_interest_changelist")
    listed = mine.get(interests).content.decode()
    assert "Invite to Maidstone work group…" in listed
    assert "10 miles" in listed
    done = mine.post(interests, {"action": f"invite_to_{group.pk}", "_selected_action": [ticked.pk]})
    assert (done.status_code, done["Location"]) == (302, f"{page(group, 'invite')}?interest={ticked.pk}")
    shown = mine.get(done["Location"]).context["nearest"]
    assert [(one.school, is_ticked) for one, is_ticked in shown] == [(near, False), (far, True)]
    assert Mail.objects.filter(kind="group_invited").count() == 0


def test_list_of_interests_names_no_group_of_another_hub(client, group):
    other = staff_of(HubYearFactory().hub)
    client.force_login(other)
    assert "Invite to" not in client.get(reverse("admin:bookings_interest_changelist")).content.decode()


def test_ticked_are_invited_by_groups_of_this_year_or_a_later_one_alone(rf, group, staff):
    def group_in(year):
        return group_of(HubYearFactory(hub=group.hub_year.hub, exchange=ExchangeFactory(year=year)))

    _before, after = group_in(2025), group_in(2027)
    request = rf.get("/")
    request.user = staff
    assert set(invite_actions(request)) == {f"invite_to_{one.pk}" for one in (group, after)}
