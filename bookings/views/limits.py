"""Limits by network (rule.md#same-answer, rule.md#mails): so many bookings and mails an hour and a day; they say so.

Generous, for a whole school, and sometimes a county of schools, stands behind one address. Limits by address are in
emails.py and say nothing.
"""

import datetime as dt
import re
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from django import forms
from django.conf import settings
from django.db import transaction
from django.db.models import F, Sum
from django.http import HttpRequest

from bookings.models import NetworkUse
from bookings.rule.refusals import TooManyFromHere
from bookings.rule.words import why_not
from hubs.vocabulary.keyed import keyed_hash

BOOKING, MAIL, PASSWORD, CHECK, TURNED_AWAY = "booking", "mail", "password", "check", "turned"
AN_HOUR, A_DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
MOST_AN_HOUR = {BOOKING: 60, MAIL: 60, PASSWORD: 20, CHECK: 30, TURNED_AWAY: 60}
MOST_A_DAY = {BOOKING: 300, MAIL: 300, PASSWORD: 60, CHECK: 100, TURNED_AWAY: 300}
KEPT = dt.timedelta(hours=48)
PORT = re.compile(r":[0-9]+$")
TRANSLATED = IPv6Network("64:ff9b::/96")  # an IPv4 caller before a host that has IPv6 alone (RFC 6052)


def use(request: HttpRequest, what: str, *, now: dt.datetime) -> None:
    """Count one more for the caller's network. Raises TooManyFromHere, and then counts nothing.

    The hour's count is exact: one conditional update decides. Three statements.
    """
    network, hour = network_of(request), now.replace(minute=0, second=0, microsecond=0)
    with transaction.atomic(savepoint=False):
        counts = NetworkUse.objects.filter(network=network, what=what)
        day = counts.filter(hour__gt=hour - A_DAY).aggregate(n=Sum("used"))["n"] or 0
        NetworkUse.objects.bulk_create([NetworkUse(network=network, what=what, hour=hour)], ignore_conflicts=True)
        if day < MOST_A_DAY[what] and counts.filter(hour=hour, used__lt=MOST_AN_HOUR[what]).update(used=F("used") + 1):
            return
    raise TooManyFromHere(hour + AN_HOUR)


def used_up(request: HttpRequest, what: str, *, now: dt.datetime) -> TooManyFromHere | None:
    """What `use` would raise now; counts nothing. Two queries."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    counts = NetworkUse.objects.filter(network=network_of(request), what=what)
    day = counts.filter(hour__gt=hour - A_DAY).aggregate(n=Sum("used"))["n"] or 0
    if day >= MOST_A_DAY[what] or counts.filter(hour=hour, used__gte=MOST_AN_HOUR[what]).exists():
        return TooManyFromHere(hour + AN_HOUR)
    return None


def network_of(request: HttpRequest) -> str:
    """The caller's network as it is kept: a keyed hash, here for these limits and for whoever tries passwords."""
    return keyed_hash("bookings.limits", _network(_caller(request)))[:32]


def _caller(request: HttpRequest) -> str:
    """Who asks, as the outermost proxy of ours wrote it: what stands before that, a client may have made up.

    Whoever connected, where no proxy of ours says anything.
    """
    connected: str = request.META.get("REMOTE_ADDR", "")
    passed_on = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    if not settings.PROXIES or len(passed_on) < settings.PROXIES:
        return connected
    return passed_on[-settings.PROXIES].strip() or connected


def _network(caller: str) -> str:
    """An address, or the first 64 bits of a long one, without the port and brackets that some proxies write.

    What is no address stands for itself: with one network for all of these, the first would shut out the others.
    """
    bare = PORT.sub("", caller.strip('"')).strip("[]")
    address = _address(caller) or _address(bare)
    if address is None:
        return bare
    if isinstance(address, IPv6Address):
        return str(_short(address) or IPv6Address(int(address) >> 64 << 64))
    return str(address)


def _address(said: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(said)
    except ValueError:
        return None


def _short(address: IPv6Address) -> IPv4Address | None:
    """The short address that a long one only carries: all of these have their first 64 bits in common."""
    return IPv4Address(int(address) & 0xFFFFFFFF) if address in TRANSLATED else address.ipv4_mapped


def network_as_address(request: HttpRequest) -> str:
    """`network_of` in the form of an address, for django-axes keeps nothing else. It is nobody's address."""
    return str(IPv6Address(int(network_of(request), 16)))


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
