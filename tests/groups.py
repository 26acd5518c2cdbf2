"""A group and how a school comes into it, for tests."""

import datetime as dt
import uuid

from bookings.groups import enrolling, inviting, meetings
from bookings.groups.meetings import Meeting
from bookings.models import Invitation
from bookings.rule.invited import Asked, Named, Sends
from hubs.models import WorkGroup
from hubs.vocabulary.teaching import Years
from tests.factories import NOW, SchoolFactory

DAYS = [dt.date(2027, 1, 28), dt.date(2027, 2, 25), dt.date(2027, 3, 18)]


def clock():
    return NOW


def group_of(year, *, name="Maidstone work group", **fields):
    school = fields.pop("school", None) or SchoolFactory()
    return WorkGroup.objects.create(hub_year=year, name=name, school=school, **fields)


def plan(number):
    return [Meeting(day, dt.time(13), dt.time(16), SchoolFactory(), Years.Y3, "A Teacher") for day in DAYS[:number]]


def meetings_of(group, staff, *, capacity=0, number=3):
    return meetings.make_meetings(group.pk, plan(number), by=staff, clock=clock, key=uuid.uuid4(), capacity=capacity)


def asked(school, email="lead@school.example"):
    return Asked(school=school, email=email, name="Maths Lead")


def named(group, staff, *, school=None, email="lead@school.example", teachers=None):
    """A school whose head is asked."""
    school = school or SchoolFactory()
    inviting.invite(group.pk, [asked(school, email)], by=staff, clock=clock)
    invitation = Invitation.objects.get(group=group, school=school)
    colleague = email.replace("lead", "colleague")
    comes = teachers or [Named("Maths Lead", email, is_lead=True), Named("Col League", colleague)]
    head = email.replace("lead", "head")
    return inviting.name(invitation.pk, Sends("Maths Lead", "Head Teacher", head, comes), clock=clock)


def joined(group, staff, **fields):
    """A school that is in, with its places at what can be booked."""
    invitation = named(group, staff, **fields)
    inviting.join(invitation.pk, clock=clock)
    enrolling.carry_out_now(invitation.pk, clock)
    invitation.refresh_from_db()
    return invitation
