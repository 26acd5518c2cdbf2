"""What to do next with a session: an ordered list of small functions. The first that applies is the page's one button,
the second is mentioned.

Each looks at the facts and gives a step, or None where it does not apply. The order is by what cannot wait: people who
may stand at the wrong door, then people who need an answer, then what the session itself lacks.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import NamedTuple

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.admin.session.overview.facts import Facts
from bookings.admin.session.overview.moments import within
from bookings.attendance import office, register
from bookings.attendance.standing import RegisterStands
from bookings.models import Letter
from bookings.sessions.phoning import ToTell
from bookings.states import OFFERING, SessionStatus, Standing
from hubs.models import HubYear
from hubs.staff import scope
from hubs.vocabulary.dates import short_day
from hubs.vocabulary.teaching import listed

WRITE_WITHIN = dt.timedelta(days=14)  # after a session: thanks that come later are read by nobody
TIME_TO_READ = dt.timedelta(days=2)  # a mail about a change: who has not said by then that they have seen it is rung
OFFICE_WITHIN = dt.timedelta(days=14)  # before it: earlier a missing address is no news


class Step(NamedTuple):
    """What is to be done, and the button that does it or leads there. `then` is the same as the end of a sentence."""

    name: str
    why: str
    button: str
    then: str
    address: str = ""
    verb: str = ""
    by: str = ""  # until when, in words


def next_steps(facts: Facts) -> Iterator[Step]:
    """All that apply, in their order."""
    return (step for does in STEPS if (step := does(facts)))


def page(facts: Facts, name: str) -> str:
    return reverse(f"admin:hubs_showcasesession_{name}", args=[facts.session.pk])


# --- before all else: without it nothing can be announced -------------------------------------------------------------


def say_where_answers_go(facts: Facts) -> Step | None:
    year = facts.session.hub_year
    waits = not (facts.is_over or facts.is_off)
    if year.contact_email or not waits:
        return None
    if not scope.may(facts.user, "change", HubYear, year):
        why = _("The hub has no contact email, so nothing of it can be announced. Ask the hub’s lead to give one")
        return Step("contact", why, _("See the hub"), _("ask for the hub’s contact email"), _hub(facts))
    why = _("The hub has no contact email: answers to its emails would reach nobody, so nothing can be announced")
    return Step("contact", why, _("Give the contact email"), _("give the hub a contact email"), _hub(facts))


def _hub(facts: Facts) -> str:
    return reverse("admin:hubs_hubyear_change", args=[facts.session.hub_year_id])


# --- the day, and who may stand at the wrong door ---------------------------------------------------------------------


def mark_who_arrives(facts: Facts) -> Step | None:
    """From as early as the school's office may mark, until it is over."""
    starts_at = facts.session.starts_at
    if not facts.is_to_come or starts_at is None or facts.now < starts_at - register.OFFICE_FROM:
        return None
    marked = facts.attendance["attended"]
    all_of_them = sum(facts.attendance.values())
    if not all_of_them:
        return None
    why = _("%(n)d of %(all)d have arrived") % {"n": marked, "all": all_of_them}
    return Step("arrive", why, _("Open the register"), _("mark who arrives"), page(facts, "register"))


def phone_who_does_not_know(facts: Facts) -> Step | None:
    number = len(_to_phone_now(facts))
    if not number or not facts.change:
        return None
    why = ngettext(
        "%(n)d person does not know yet that it was %(what)s",
        "%(n)d people do not know yet that it was %(what)s",
        number,
    ) % {"n": number, "what": done_in_words(facts)}
    button = ngettext("Phone them", "Phone these %(n)d people", number) % {"n": number}
    then = ngettext("phone %(n)d person", "phone %(n)d people", number) % {"n": number}
    return Step("phone", why, button, then, page(facts, "seen"))


def _to_phone_now(facts: Facts) -> list[ToTell]:
    """Everybody who does not know, where the day is near or they have had time to read; before that, those alone whom
    no mail reaches."""
    starts_at = facts.session.starts_at
    near = starts_at is not None and starts_at <= facts.now + TIME_TO_READ
    waited = facts.change is not None and facts.change.at <= facts.now - TIME_TO_READ
    return facts.to_phone if near or waited else [one for one in facts.to_phone if one.no_mail]


def done_in_words(facts: Facts) -> str:
    """What the last change did to the session: "cancelled", "moved"."""
    words = {
        "cancel_session": _("cancelled"),
        "postpone": _("postponed"),
        "reinstate": _("reinstated"),
        "move": _("moved"),
        "substitute": _("changed"),
    }
    return words.get(facts.change.verb, _("changed")) if facts.change else ""


def say_what_is_arranged(facts: Facts) -> Step | None:
    people = facts.unanswered if facts.is_to_come else []
    if not people:
        return None
    if len(people) > 1:
        why = _("%(n)d people need something, and nobody has said what is arranged") % {"n": len(people)}
        address = "#needs"
    else:
        why = _("%(name)s needs something, and nobody has said what is arranged") % {"name": people[0]}
        address = reverse("admin:bookings_visitor_arrange", args=[people[0].pk]) + "?from=session"
    then = ngettext("answer %(n)d need", "answer %(n)d needs", len(people)) % {"n": len(people)}
    return Step("arrange", why, _("Say what is arranged"), then, address, by=_office_by(facts))


def _office_by(facts: Facts) -> str:
    """Before the school's office reads it."""
    withdrawn = bool(facts.office_link and facts.office_link.withdrawn_at)
    mails = office.still_to_tell(facts.session, facts.calendar, told=facts.told, withdrawn=withdrawn)
    first = next((at for of, at in mails if of == office.FIRST and at > facts.now), None)
    return within(first, now=facts.now) if first else ""


def see_to_failed_mails(facts: Facts) -> Step | None:
    number = len(facts.failed)
    if not number:
        return None
    why = ngettext("%(n)d email was not delivered", "%(n)d emails were not delivered", number) % {"n": number}
    then = ngettext("see to %(n)d email", "see to %(n)d emails", number) % {"n": number}
    return Step("emails", why, _("See whose"), then, "#emails")


# --- afterwards -------------------------------------------------------------------------------------------------------


def record_the_register(facts: Facts) -> Step | None:
    if not facts.is_over or facts.is_off or facts.is_draft or facts.session.visitors_reported is not None:
        return None
    everybody, expected = sum(facts.attendance.values()), facts.attendance["expected"]
    if not everybody or (facts.register and not expected):
        return None
    if expected:
        why = ngettext(
            "It is over, and nobody has said whether %(n)d person came",
            "It is over, and nobody has said whether %(n)d people came",
            expected,
        ) % {"n": expected}
    else:
        why = _("Everybody is marked. Once you record the register, it counts")
    if facts.register_stands is RegisterStands.NOT_RECORDED:
        why += _(". Until then it counts as not recorded: nobody as having come, nobody as absent")
    return Step("record", why, _("Record the register"), _("record the register"), page(facts, "register"))


def say_how_many_came(facts: Facts) -> Step | None:
    """Where nobody booked here there is no register to count by."""
    if not facts.is_over or facts.is_off or facts.is_draft or facts.numbers.confirmed:
        return None
    visit = facts.session.host_school
    if facts.session.visitors_reported is not None or (visit and visit.visitors_reported is not None):
        return None  # a number of the whole visit says it too
    why = _("It is over, and nobody booked here: say how many came, and who counted them")
    then = _("say how many came")
    return Step("report", why, _("Say how many came"), then, page(facts, "change"))


def write_to_those_who_came(facts: Facts) -> Step | None:
    ends_at = facts.session.ends_at
    if not facts.is_over or facts.is_off or ends_at is None or facts.now > ends_at + WRITE_WITHIN:
        return None
    to = (Letter.To.CONFIRMED, Letter.To.ALL)
    if not facts.attendance["attended"] or any(one.at >= ends_at and one.to in to for one in facts.letters):
        return None
    number = facts.attendance["attended"]
    why = ngettext("%(n)d person came: thank them", "%(n)d people came: thank them", number) % {"n": number}
    return Step("write", why, _("Write to everyone"), _("write to those who came"), page(facts, "write"))


# --- what the session lacks -------------------------------------------------------------------------------------------


def give_a_new_date(facts: Facts) -> Step | None:
    if facts.status != SessionStatus.POSTPONED:
        return None
    why = _("It is postponed: give it a new date. Everyone with a place is asked if they can still come")
    return Step("move", why, _("Give it a new date"), _("give it a new date"), page(facts, "move"))


def say_when_and_where(facts: Facts) -> Step | None:
    """A draft that says neither when nor where would tell nobody anything."""
    if not facts.is_draft or facts.session.first_day or facts.session.where_name:
        return None
    why = _("This draft does not say yet when and where it is")
    return Step("fill_in", why, _("Say when and where"), _("say when and where it is"), page(facts, "change"))


def open_booking(facts: Facts) -> Step | None:
    """A draft or an announced session that has all that booking needs."""
    waits = facts.status in (SessionStatus.DRAFT, SessionStatus.ANNOUNCED)
    if not waits or facts.is_over or facts.missing or facts.session.booked_elsewhere:
        return None
    if not facts.session.hub_year.contact_email:
        return None
    opens_at, closes_at = facts.session.opens_at, facts.session.closes_at
    if closes_at and closes_at <= facts.now:
        why = _("Booking would be closed already: it ended at %(at)s. Give “Booking closes” a later time") % {
            "at": within(closes_at, now=facts.now)
        }
        return Step("fill_in", why, _("Change when it closes"), _("change when booking closes"), page(facts, "change"))
    if opens_at and opens_at > facts.now:
        why = _("It has all that booking needs, and opens by itself at %(at)s once you press") % {
            "at": within(opens_at, now=facts.now)
        }
    else:
        why = _("It has all that booking needs. Once you press, teachers can book")
    return Step("open", why, _("Open booking"), _("open booking"), verb="open_booking")


def announce(facts: Facts) -> Step | None:
    if not facts.is_draft or facts.is_over or not facts.session.hub_year.contact_email:
        return None
    if facts.missing and not facts.session.booked_elsewhere:
        why = _("Nobody outside the hub sees this draft. Announce it, and say later: %(what)s") % {
            "what": listed(facts.missing)
        }
    else:
        why = _("Nobody outside the hub sees this draft. Announced, it is shown, and booking is not open yet")
    return Step("announce", why, _("Announce"), _("announce it"), verb="announce")


def say_what_is_missing(facts: Facts) -> Step | None:
    waits = facts.status in (SessionStatus.DRAFT, SessionStatus.ANNOUNCED) and not facts.session.booked_elsewhere
    if not waits or facts.is_over or not facts.missing:
        return None
    why = _("Before booking opens it needs %(what)s") % {"what": listed(facts.missing)}
    then = _("say what is missing: %(what)s") % {"what": listed(facts.missing)}
    only_places = facts.missing == [_("its number of places")]
    address = page(facts, "places") if only_places else page(facts, "change")
    return Step("fill_in", why, _("Set places") if only_places else _("Fill it in"), then, address)


def offer_freed_places(facts: Facts) -> Step | None:
    """Places are left although somebody waits: what cannot be offered by itself, somebody has to say on the phone."""
    left = facts.showing.left
    if not (facts.is_to_come and facts.status in OFFERING and left and facts.numbers.waiting):
        return None
    parties = ngettext("%(n)d party waits", "%(n)d parties wait", facts.numbers.waiting) % {"n": facts.numbers.waiting}
    why = ngettext(
        "%(left)d place is left that nobody who waits can be offered by itself: %(parties)s",
        "%(left)d places are left that nobody who waits can be offered by itself: %(parties)s",
        left,
    )
    words = {"left": left, "parties": parties}
    return Step("offer", why % words, _("Look at the waiting list"), _("ring those who wait"), "#waiting")


def publish_files(facts: Facts) -> Step | None:
    number = facts.unmarked
    if not number:
        return None
    why = ngettext(
        "%(n)d of its readings and materials is published nowhere: say whether pupils can be recognised in it",
        "%(n)d of its readings and materials are published nowhere: say whether pupils can be recognised in them",
        number,
    )
    return Step("files", why % {"n": number}, _("Say it"), _("publish its materials"), page(facts, "change"))


def give_the_office_address(facts: Facts) -> Step | None:
    starts_at = facts.session.starts_at
    if not facts.is_to_come or starts_at is None or starts_at > facts.now + OFFICE_WITHIN:
        return None
    if office.address_of(facts.session) or not facts.numbers.confirmed or not facts.session.school:
        return None
    why = _("The school’s office has no email here, so it does not get the register")
    return Step("office", why, _("Give its address"), _("give the office’s address"), page(facts, "change"))


def open_again(facts: Facts) -> Step | None:
    """Booking has closed with places left: known to be so, or forgotten."""
    if facts.standing != Standing.CLOSED or not facts.showing.left or not facts.is_to_come:
        return None
    starts_at = facts.session.starts_at
    if starts_at is None or starts_at <= facts.now:
        return None
    why = ngettext(
        "Booking has closed and %(n)d place is left. You can still book for somebody",
        "Booking has closed and %(n)d places are left. You can still book for somebody",
        facts.showing.left,
    )
    address = f"{reverse('admin:bookings_booking_add')}?session={facts.session.ref}"
    then = _("book for somebody")
    return Step("book", why % {"n": facts.showing.left}, _("Book for somebody"), then, address)


STEPS: tuple[Callable[[Facts], Step | None], ...] = (
    say_where_answers_go,
    mark_who_arrives,
    phone_who_does_not_know,
    say_what_is_arranged,
    see_to_failed_mails,
    record_the_register,
    say_how_many_came,
    write_to_those_who_came,
    give_a_new_date,
    say_when_and_where,
    open_booking,
    announce,
    say_what_is_missing,
    offer_freed_places,
    publish_files,
    give_the_office_address,
    open_again,
)


def nothing_to_do(facts: Facts) -> str:
    """What is said where no step applies."""
    session = facts.session
    if facts.status == SessionStatus.CANCELLED:
        return _("It is cancelled, and everyone has been told. It can be reinstated below.")
    if facts.is_over:
        return _("It is over, and nothing is left to do.")
    if facts.is_draft:
        return _("Nobody outside the hub sees this draft.")
    if session.booked_elsewhere:
        return _("It is booked elsewhere: %(how)s") % {"how": session.booked_elsewhere}
    if facts.standing == Standing.SOON and session.opens_at:
        return _("Booking opens by itself at %(at)s.") % {"at": within(session.opens_at, now=facts.now)}
    if facts.standing == Standing.FULL:
        return _("It is full. Whoever gives a place back, it goes to the waiting list by itself.")
    if session.day and session.closes_at and session.closes_at > facts.now:
        at = within(session.closes_at, now=facts.now)
        return _("Booking runs by itself until %(at)s, for the session on %(day)s.") % {
            "at": at,
            "day": short_day(session.day),
        }
    return _("Nothing waits for you here.")
