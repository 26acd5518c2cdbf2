"""What staff mean by what they type: a name, an address, a phone number, a reference, a school, a session, a day.

Each kind of row is asked for by an index, among the rows that somebody may see and no others: a name is looked for in
the hub's own sessions, a number among those of people who are still to come (all others are forgotten), a reference, an
address and a URN by themselves. The number of questions does not depend on what is found.
"""

import datetime as dt
import json
import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.admin.base.read_only import by_words
from bookings.admin.base.sessions import name_and_day
from bookings.admin.booking.overview import how_it_stands, page_of
from bookings.models import Booking, Visitor
from bookings.models.booking import MOBILE_KEPT, BookingQuerySet
from bookings.models.names import has_words
from bookings.models.visitor import VisitorQuerySet
from hubs.models import HostSchool, School, ShowcaseSession
from hubs.models.school import SchoolWord
from hubs.models.to_come import to_come
from hubs.schools.search import Search
from hubs.staff import scope
from hubs.vocabulary.dates import days_between
from hubs.vocabulary.email_address import email_key
from hubs.vocabulary.kept_words import kept_by_language
from hubs.vocabulary.phone_numbers import as_dialled
from hubs.vocabulary.references import ALPHABET
from hubs.vocabulary.school_words import MOST_WORDS, distinctive, searchable, words_of, words_typed
from hubs.vocabulary.teaching import taught_in_words
from hubs.vocabulary.typed import read_date

MOST_READ = 200
MOST = 20  # of each kind: whoever has more to choose from types more
LONGEST = 200
A_NUMBER = re.compile(r"\+?[\d ()/.-]+")
FEWEST_DIGITS = 7
# Names are erased after a year or so (rule.md#what-is-kept), so nobody is looked for in older sessions.
NAMES_KEPT = dt.timedelta(days=800)


class Hit(NamedTuple):
    """One thing that was found: where it leads, what it is called, and a sentence that tells it from the others."""

    page: str
    name: str
    says: str


class Group(NamedTuple):
    """What was found of one kind."""

    name: str
    hits: list[Hit]
    more: bool = False


def find(user: Any, typed: str) -> list[Group]:
    """Everything that somebody may mean by that, and may see; of each kind the likeliest first. Empty: nothing."""
    words = " ".join(typed.replace("\x00", "").split())[:LONGEST]
    if not words:
        return []
    if "@" in words:
        return _groups(people=_at_address(user, words))
    if number := _number(words):
        of_digits = _with_reference(user, words)  # such as 2222 2222: nobody can tell it from a number
        return _groups(people=_with_number(user, number), bookings=of_digits, schools=_schools(user, words))
    return _groups(
        people=_called(user, words),
        bookings=_with_reference(user, words),
        sessions=_sessions(user, words),
        schools=_schools(user, words),
    )


def only_one(groups: Sequence[Group]) -> Hit | None:
    """The one thing that was found, where it is one: then nobody has to choose."""
    hits = [hit for group in groups for hit in group.hits]
    return hits[0] if len(hits) == 1 else None


def _groups(**found: list[Hit]) -> list[Group]:
    names = {"people": _("People"), "bookings": _("Bookings"), "sessions": _("Sessions"), "schools": _("Schools")}
    return [Group(names[kind], hits[:MOST], len(hits) > MOST) for kind, hits in found.items() if hits]


# --- people -----------------------------------------------------------------------------------------------------------


def _at_address(user: Any, words: str) -> list[Hit]:
    """By the whole address, whoever typed it."""
    key = Q(email_key=email_key(words))
    return _as_people(_bookings(user).filter(key), _visitors(user).filter(key))


def _number(words: str) -> str:
    """A phone number as it is compared, however it is typed; empty where it is none."""
    if not A_NUMBER.fullmatch(words) or len(re.sub(r"\D", "", words)) < FEWEST_DIGITS or _day(words):
        return ""
    return _digits(words)


def _digits(number: str) -> str:
    """As it is dialled from the UK, whether it begins with +44, 0044, 44 or 0."""
    dialled = as_dialled(number).replace(" ", "")
    return f"0{dialled[2:]}" if dialled.startswith("44") and len(dialled) == 12 else dialled


def _with_number(user: Any, number: str) -> list[Hit]:
    """Among the numbers that are still kept: those of people to come."""
    kept = timezone.localdate() - MOBILE_KEPT
    of_booking = _bookings(user).with_mobile().filter(to_come(kept, of="session"))
    with_one = Visitor.objects.with_mobile().order_by().values("pk")  # few, so first
    of_place = _visitors(user).filter(to_come(kept, of="booking__session"), pk__in=with_one)
    booked = [pk for pk, one in of_booking.order_by().values_list("pk", "contact_mobile") if _digits(one) == number]
    placed = [pk for pk, one in of_place.order_by().values_list("pk", "mobile") if _digits(one) == number]
    return _as_people(_bookings(user).filter(pk__in=booked[:MOST]), _visitors(user).filter(pk__in=placed[:MOST]))


def _called(user: Any, words: str) -> list[Hit]:
    """By how words of a name begin, in the sessions whose people still have theirs."""
    called = by_words(words, has_words)
    if called is None:
        return []
    since = timezone.localdate() - NAMES_KEPT
    sessions = scope.rows(user, ShowcaseSession.objects.filter(to_come(since))).order_by()
    # Of each row that a name leads to: of a list of sessions, SQLite would look at every booking.
    return _as_people(
        _bookings(user).filter(called, Exists(sessions.filter(pk=OuterRef("session")))),
        _visitors(user).filter(called, Exists(sessions.filter(pk=OuterRef("booking__session")))),
    )


def _bookings(user: Any) -> BookingQuerySet:
    found: BookingQuerySet = scope.rows(user, Booking.objects.all())
    return found


def _visitors(user: Any) -> VisitorQuerySet:
    """Those whose place somebody else booked: a contact is found by the booking."""
    found: VisitorQuerySet = scope.rows(user, Visitor.objects.coming().filter(is_contact=False))
    return found


def _as_people(bookings: QuerySet[Booking], visitors: QuerySet[Visitor]) -> list[Hit]:
    """Each person once, by address: with one booking, that; with several, the page of all.

    Their keys are asked for first, in no order: asked for the last ones, PostgreSQL would read the table from its end.
    """
    rows = Booking.objects.filter(pk__in=_keys(bookings)).select_related("school", "session__places")
    rows = rows.prefetch_related("session__lessons")
    places = Visitor.objects.filter(pk__in=_keys(visitors)).select_related("booking__school")
    places = places.select_related("booking__session__places")
    people: dict[str, list[Booking | Visitor]] = {}
    for one in rows.order_by("-pk")[: MOST + 1]:
        people.setdefault(one.email_key or f"b{one.pk}", []).append(one)
    for place in places.prefetch_related("booking__session__lessons").order_by("-pk")[: MOST + 1]:
        people.setdefault(place.email_key or f"v{place.pk}", []).append(place)
    return [_person(several) for several in people.values()]


def _keys(rows: QuerySet[Any]) -> list[int]:
    return list(rows.order_by().values_list("pk", flat=True)[:MOST_READ])


def _person(several: Sequence[Booking | Visitor]) -> Hit:
    first = several[0]
    bookings = {one if isinstance(one, Booking) else one.booking for one in several}
    booking = first if isinstance(first, Booking) else first.booking
    name = (first.contact_name if isinstance(first, Booking) else first.full_name) or str(_("To be named"))
    if len(bookings) == 1:
        return Hit(page_of(booking), name, _of_booking(booking))
    model = first._meta.model_name
    says = ngettext("%(n)d booking", "%(n)d bookings", len(bookings)) % {"n": len(bookings)}
    page = reverse(f"admin:bookings_{model}_person", args=[first.pk])
    return Hit(page, name, f"{says}, {booking.school_in_words}")


def _of_booking(booking: Booking) -> str:
    day = days_between(booking.session.first_day, booking.session.last_day)
    parts = (how_it_stands(booking), booking.school_in_words, str(booking.session), day)
    return ", ".join(part for part in parts if part)


def _with_reference(user: Any, words: str) -> list[Hit]:
    """A booking by its reference, as it is read aloud."""
    compact = words.replace(" ", "").upper()
    if len(compact) != 8 or not set(compact) <= set(ALPHABET):
        return []
    found = _bookings(user).filter(reference=compact).select_related("school", "session__places")
    return [Hit(page_of(one), f"{one}, {one.contact_name or ''}".rstrip(", "), _of_booking(one)) for one in found]


# --- sessions and schools ---------------------------------------------------------------------------------------------


def _day(words: str) -> dt.date | None:
    """A day with its year, as people write one."""
    try:
        return read_date(words)
    except ValidationError:
        return None


def _sessions(user: Any, words: str) -> list[Hit]:
    """By reference, by day, or by words of what they are called and where they are; those to come first."""
    seen = scope.rows(user, ShowcaseSession.objects.all())
    if day := _day(words):
        asked = Q(first_day__lte=day, last_day__gte=day)
    else:
        asked = Q(ref=words.replace(" ", "").upper()) | Q(pk__in=_named(seen, words))
    found = seen.filter(asked).with_names().select_related("places")
    rows = found.order_by("-first_day", "pk")[: MOST + 1]
    today = timezone.localdate()
    order = sorted(rows, key=lambda one: bool(one.last_day and one.last_day < today))
    return [Hit(page_of(one), str(one), f"{name_and_day(one)}, {one.places.get_status_display()}") for one in order]


MOST_NAMED = 500  # sessions to come whose names are made of their lessons


def _named(seen: Any, words: str) -> list[int]:
    """Sessions that have each word in what they are called, or are at a school that is found by it: its words lead to
    them by an index. What hubs write themselves is compared here, for no database compares so.

    As words of schools, and as they were typed: "comp" may begin a comparison, and be no comprehensive school.
    """
    called = _called_themselves(seen)
    ways = words_typed(words), searchable(words).split()[:MOST_WORDS]
    having = {
        word: {pk for pk, own in called.items() if word in own}.union(
            seen.filter(_at_school(word)).order_by().values_list("pk", flat=True)
        )
        for word in {word for way in ways for word in way}
    }
    return list(set().union(*(set.intersection(*(having[word] for word in way)) for way in ways if way)))


def _at_school(word: str) -> Q:
    """At a school of the register, as its venue or its host: words of kind lead to none, and are looked for in each."""
    if not distinctive([word]):
        return _of_kind("venue", word) | _of_kind("host_school__school", word)
    schools = SchoolWord.objects.beginning(word).order_by().values("school")
    hosts = HostSchool.objects.filter(school__in=schools).order_by().values("pk")
    return Q(venue__in=schools) | Q(host_school__in=hosts)


def _of_kind(school: str, word: str) -> Q:
    """In the form in which they are compared, or as it is written: "church" is no word of "Church of England"."""
    return Q(**{f"{school}__search__contains": f" {word}"}) | Q(**{f"{school}__name__icontains": word})


def _called_themselves(seen: Any) -> dict[int, str]:
    """What sessions and their places are called, as it is compared: those that have a name of their own, and those to
    come by what their lessons make of one."""
    named = seen.exclude(title="", title_zh="", place_name="").order_by()
    said = {pk: _compared(" ".join(own)) for pk, *own in named.values_list("pk", "title", "title_zh", "place_name")}
    to_be = seen.filter(to_come(timezone.localdate())).order_by(F("last_day").asc(nulls_first=True))
    for pk, ref, kind, taught in to_be.values_list("pk", "ref", "kind", Cast("taught", TextField()))[:MOST_NAMED]:
        said[pk] = f"{said.get(pk, '')} {_by_lessons(kind, taught)} {ref.lower()}"
    return said


@kept_by_language
def _by_lessons(kind: str, taught: str) -> str:
    lessons = tuple((years, topic) for years, topic in json.loads(taught))
    return _compared(taught_in_words(lessons, kind=str(ShowcaseSession.Kind(kind).label)))


def _compared(name: str) -> str:
    return f"{' '.join(words_of(name))} | {searchable(name)}"


def _schools(user: Any, words: str) -> list[Hit]:
    """Schools of the register that have bookings or sessions here: by name, town, postcode or URN."""
    if not words_of(words):
        return []
    found = School.objects.open().in_order(Search(words).best(MOST, whole=True))
    schools = {school.pk: school for school in found}
    booked = _counted(_bookings(user).filter(school__in=list(schools)), "school")
    hosts = _counted(scope.rows(user, HostSchool.objects.filter(school__in=list(schools))), "school")
    held = _counted(scope.rows(user, ShowcaseSession.objects.filter(venue__in=list(schools))), "venue")
    known = [school for pk, school in schools.items() if booked.get(pk) or hosts.get(pk) or held.get(pk)]
    return [_school(user, school, booked.get(school.pk, 0), held.get(school.pk, 0)) for school in known]


def _counted(rows: QuerySet[Any], of: str) -> dict[int, int]:
    return dict(rows.order_by().values_list(of).annotate(n=Count("pk")))


def _school(user: Any, school: School, booked: int, held: int) -> Hit:
    """Its bookings, for whoever may see them; else the register's page of it."""
    says: Iterable[str] = (
        ngettext("%(n)d booking here", "%(n)d bookings here", booked) % {"n": booked} if booked else "",
        ngettext("%(n)d session there", "%(n)d sessions there", held) % {"n": held} if held else "",
        f"URN {school.urn}",
    )
    page = page_of(school)
    if booked and scope.may(user, "view", Booking):
        page = f"{reverse('admin:bookings_booking_changelist')}?school__urn__exact={school.urn}&of=all"
    return Hit(page, str(school), ", ".join(part for part in says if part))
