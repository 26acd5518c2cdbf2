"""What to do next with a group: the first that applies is the page's one button, the second is mentioned."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.admin.groups.facts import GroupFacts
from bookings.models import Invitation
from hubs.vocabulary.dates import short_day


class GroupStep(NamedTuple):
    """What is to be done, and the button that does it (`verb`, of `row`) or leads there."""

    why: str
    button: str
    then: str
    address: str = ""
    verb: str = ""
    row: int = 0


def next_steps(facts: GroupFacts) -> Iterator[GroupStep]:
    """All that apply, in their order."""
    return (step for does in STEPS if (step := does(facts)))


def page(facts: GroupFacts, name: str) -> str:
    return reverse(f"admin:hubs_workgroup_{name}", args=[facts.group.pk])


def _problems(facts: GroupFacts) -> GroupStep | None:
    number = len(facts.problems)
    if not number:
        return None
    why = ngettext(
        "A school said yes and has no places at %(n)d meeting",
        "Schools said yes and have no places at %(n)d meetings",
        number,
    )
    return GroupStep(why % {"n": number}, _("Try to book again"), _("try to book again what is promised"), verb="again")


def _left(facts: GroupFacts) -> GroupStep | None:
    for line in facts.left_with_places:
        why = _("%(school)s has left and still has places") % {"school": line.invitation.school.name}
        address = f"{page(facts, 'leave')}?invitation={line.invitation.pk}"
        return GroupStep(why, _("Give them back"), _("give back the places of who has left"), address)
    return None


def _not_reached(facts: GroupFacts) -> GroupStep | None:
    for line in facts.in_state(Invitation.State.INVITED):
        if line.not_reached:
            why = _("The email to %(school)s did not arrive") % {"school": line.invitation.school.name}
            address = f"{page(facts, 'invite')}?again={line.invitation.pk}"
            return GroupStep(why, _("Ask at another address"), _("ask at another address"), address)
    return None


def _late(facts: GroupFacts) -> GroupStep | None:
    for line in facts.late:
        why = _("%(school)s has not answered for five school days") % {"school": line.invitation.school.name}
        then = _("write again to who has not answered")
        return GroupStep(why, _("Send the email again"), then, verb="ask_again", row=line.invitation.pk)
    return None


def _dates(facts: GroupFacts) -> GroupStep | None:
    if facts.meetings:
        return None
    if facts.joined:
        why = _("Schools have joined, and there is no meeting yet")
    else:
        why = _("Heads want to read the dates before they say yes")
    return GroupStep(why, _("Make the meetings"), _("make the meetings"), page(facts, "meetings"))


def _invite(facts: GroupFacts) -> GroupStep | None:
    if not facts.room:
        return None
    room = ngettext("There is room for %(n)d school", "There is room for %(n)d schools", facts.room) % {"n": facts.room}
    near = len(facts.candidates)
    interest = ngettext(
        "%(n)d interested school is not asked yet", "%(n)d interested schools are not asked yet", near
    ) % {"n": near}
    why = (
        f"{room}, {interest}"
        if near
        else _("%(room)s, and nobody else has said so far that they would join") % {"room": room}
    )
    return GroupStep(why, _("Invite schools"), _("invite schools"), page(facts, "invite"))


def _open(facts: GroupFacts) -> GroupStep | None:
    if not facts.drafts:
        return None
    placed = [line for line in facts.drafts if line.session.can_open]
    if placed:
        why = ngettext("%(n)d meeting is not open yet", "%(n)d meetings are not open yet", len(placed))
        then = _("open the meetings, which books who has joined")
        return GroupStep(why % {"n": len(placed)}, _("Open booking"), then, verb="open")
    first = facts.drafts[0].session
    why = _("The meeting of %(day)s has no place yet") % {"day": short_day(first.starts_at)}
    address = reverse("admin:hubs_showcasesession_change", args=[first.pk])
    return GroupStep(why, _("Say where"), _("say where the meetings are"), address)


STEPS: tuple[Callable[[GroupFacts], GroupStep | None], ...] = (
    _problems,
    _left,
    _not_reached,
    _late,
    _dates,
    _open,
    _invite,
)


def nothing_to_do(facts: GroupFacts) -> str:
    """What is said where no step applies."""
    if not facts.to_come:
        return _("All its meetings are over.")
    first = facts.to_come[0].session
    return _("The next meeting is on %(day)s.") % {"day": short_day(first.starts_at or first.first_day)}
