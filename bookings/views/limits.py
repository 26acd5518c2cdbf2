"""Limits by network (rule.md#same-answer, rule.md#mails): so many bookings and mails an hour and a day; they say so.

Generous, for a whole school, and sometimes a county of schools, stands behind one address. How many places they may
have before anybody has pressed a mailed link is another matter (rule/allowance.py). Limits by address are in
rule/mails.py and say nothing.
"""

import datetime as dt
import re
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any, NamedTuple

from django import forms
from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q, QuerySet, Subquery, Sum
from django.http import HttpRequest

from bookings.models import NetworkUse
from bookings.rule.refusals import TooManyFromHere
from bookings.rule.words import why_not
from hubs.staff.signing_in import known_browser
from hubs.vocabulary.asked_often import DoneOften, Given
from hubs.vocabulary.keyed import keyed_hash

BOOKING, MAIL, PASSWORD, CHECK, TURNED_AWAY = "booking", "mail", "password", "check", "turned"
SIGN_IN, CODE, DRAFT = "sign_in", "code", "draft"
AN_HOUR, A_DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
MOST_AN_HOUR = {BOOKING: 200, MAIL: 60, PASSWORD: 20, CHECK: 30, TURNED_AWAY: 60, SIGN_IN: 20, CODE: 20, DRAFT: 600}
MOST_A_DAY = {BOOKING: 600, MAIL: 300, PASSWORD: 60, CHECK: 100, TURNED_AWAY: 300, SIGN_IN: 100, CODE: 40, DRAFT: 3000}
WIDE = 4  # times as much may come from all 65,536 networks of one /48, which is given to one site or street
KEPT = dt.timedelta(hours=48)
PORT = re.compile(r":[0-9]+$")
TRANSLATED = IPv6Network("64:ff9b::/96")  # an IPv4 caller before a host that has IPv6 alone (RFC 6052)


class Counted(NamedTuple):
    """What stands for a network, or a browser, that is counted; and how many times the usual it may ask."""

    key: str
    times: int = 1


def use(request: HttpRequest, what: str, *, now: dt.datetime, of: str = "") -> None:
    """Count one more for the caller's network, or for it and `of` alone. Raises TooManyFromHere, and then counts
    nothing."""
    count(callers(request, of), what, now=now)


def count(counted: Sequence[Counted], what: str, *, now: dt.datetime) -> None:
    """Count one more for each, or for none of them. The hour's count is exact: one conditional update each decides.

    Of an IPv6 caller these are two, the narrow first, so that no two callers wait for each other for ever.
    """
    if len(counted) == 1:
        _count(counted[0], what, now=now)
        return
    with transaction.atomic():
        for one in counted:
            _count(one, what, now=now)


def _count(one: Counted, what: str, *, now: dt.datetime) -> None:
    """One statement, and two more for the first of an hour and for who has asked too often. Who begins to book mostly
    books within the hour: so that their last press is one statement, under the lock, both rows are made at once."""
    hour = _hour(now)
    if _add(one, what, hour):
        return
    kinds = (DRAFT, BOOKING) if what == DRAFT else (what,)
    made = [NetworkUse(network=one.key, what=kind, hour=hour) for kind in kinds]
    NetworkUse.objects.bulk_create(made, ignore_conflicts=True)
    if not _add(one, what, hour):
        raise TooManyFromHere(hour + AN_HOUR)


def _add(one: Counted, what: str, hour: dt.datetime) -> bool:
    """Count one more in the row of this hour, where there is one and neither hour nor day has had enough."""
    most = {"in_hour": MOST_AN_HOUR[what] * one.times, "in_day": MOST_A_DAY[what] * one.times}
    return bool(_count_up(network=one.key, what=what, hour=hour, day=hour - A_DAY, **most))


@DoneOften
def _count_up() -> "tuple[QuerySet[NetworkUse], dict[str, Any]]":
    times = models.PositiveIntegerField()
    counts = NetworkUse.objects.filter(
        network=Given("network", models.CharField()), what=Given("what", models.CharField())
    )
    of_day = counts.filter(hour__gt=Given("day", models.DateTimeField()))
    in_day = of_day.order_by().values("what").annotate(n=Sum("used")).values("n")
    of_hour = counts.filter(hour=Given("hour", models.DateTimeField()), used__lt=Given("in_hour", times))
    open_yet = of_hour.annotate(in_day=Subquery(in_day)).filter(in_day__lt=Given("in_day", times))
    return open_yet, {"used": F("used") + 1}


def give_back(counted: Sequence[Counted], what: str, *, now: dt.datetime) -> None:
    """What was counted has not happened after all."""
    kept = NetworkUse.objects.filter(network__in=[one.key for one in counted], what=what, hour=_hour(now), used__gt=0)
    kept.update(used=F("used") - 1)


def used_up(request: HttpRequest, what: str, *, now: dt.datetime, of: str = "") -> TooManyFromHere | None:
    """What `use` would raise now; counts nothing. One query for each network."""
    hour = _hour(now)
    for one in callers(request, of):
        counts = NetworkUse.objects.filter(network=one.key, what=what, hour__gt=hour - A_DAY)
        in_day = counts.aggregate(day=Sum("used"), hour=Sum("used", filter=Q(hour=hour)))
        if (in_day["day"] or 0) >= MOST_A_DAY[what] * one.times:
            return TooManyFromHere(hour + AN_HOUR)
        if (in_day["hour"] or 0) >= MOST_AN_HOUR[what] * one.times:
            return TooManyFromHere(hour + AN_HOUR)
    return None


def _hour(now: dt.datetime) -> dt.datetime:
    return now.replace(minute=0, second=0, microsecond=0)


def network_of(request: HttpRequest) -> str:
    """The caller's network as it is kept: a keyed hash."""
    return callers(request)[0].key


def callers(request: HttpRequest, of: str = "") -> list[Counted]:
    """For whom this counts, or of `of` alone: an address; an IPv6 one by its first 64 bits and its first 48 as well."""
    narrow, wide = _networks(_caller(request))
    within = f":{of}" if of else ""
    counted = [Counted(keyed_hash("bookings.limits", narrow + within)[:32])]
    if wide != narrow:
        counted.append(Counted(keyed_hash("bookings.limits", wide + within)[:32], WIDE))
    return counted


def held_from(request: HttpRequest) -> str:
    """The caller's network as it stands with places that nobody has proved yet (rule/allowance.py): half of it for the
    wide network, half for the narrow one."""
    return "".join(keyed_hash("bookings.held_from", one)[:16] for one in reversed(_networks(_caller(request))))


def _caller(request: HttpRequest) -> str:
    """Who asks, as the outermost proxy of ours wrote it: what stands before that, a client may have made up.

    Whoever connected, where no proxy of ours says anything.
    """
    connected: str = request.META.get("REMOTE_ADDR", "")
    passed_on = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    if not settings.PROXIES or len(passed_on) < settings.PROXIES:
        return connected
    return passed_on[-settings.PROXIES].strip() or connected


def _networks(caller: str) -> tuple[str, str]:
    """The narrow network and the wide one: an address, twice; of a long one its first 64 bits and its first 48.

    Without the port and brackets that some proxies write. What is no address stands for itself: with one network for
    all of these, the first would shut out the others.
    """
    bare = PORT.sub("", caller.strip('"')).strip("[]")
    address = _address(caller) or _address(bare)
    if address is None:
        return bare, bare
    short = _short(address) if isinstance(address, IPv6Address) else address
    if short:
        return str(short), str(short)
    return str(IPv6Address(int(address) >> 64 << 64)), f"{IPv6Address(int(address) >> 80 << 80)}/48"


def _address(said: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(said)
    except ValueError:
        return None


def _short(address: IPv6Address) -> IPv4Address | None:
    """The short address that a long one only carries: all of these have their first 64 bits in common."""
    return IPv4Address(int(address) & 0xFFFFFFFF) if address in TRANSLATED else address.ipv4_mapped


def who_signs_in(request: HttpRequest) -> list[Counted]:
    """For whom a wrong password counts: a browser in which this account has signed in before counts for itself, so that
    nobody else in its network slows it down."""
    browser = known_browser.known(request)
    return [Counted(keyed_hash("bookings.limits", f"browser:{browser}")[:32])] if browser else callers(request)


def network_as_address(request: HttpRequest) -> str:
    """`who_signs_in` in the form of an address, for django-axes keeps nothing else. It is nobody's address."""
    return str(IPv6Address(int(who_signs_in(request)[0].key, 16)))


def forget(*, now: dt.datetime) -> None:
    """Counts are kept for 48 hours."""
    old = NetworkUse.objects.filter(hour__lt=now - KEPT)
    if old.exists():
        old.delete()


# Limits by network, said on the form that was sent.


def within_limits(request: HttpRequest, form: forms.Form, what: str, *, now: dt.datetime, field: str = "email") -> bool:
    """Count this request for its network; where that is too much, that field of the form says so."""
    try:
        use(request, what, now=now)
    except TooManyFromHere as refused:
        form.add_error(field, why_not(refused))
        return False
    return True


def say_limit(request: HttpRequest, form: forms.Form, what: str, *, now: dt.datetime) -> None:
    """Where the network has asked for too much by now, say so on the form; nothing is counted."""
    if refused := used_up(request, what, now=now):
        form.add_error("email", why_not(refused))
