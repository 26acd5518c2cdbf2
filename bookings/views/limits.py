"""Limits by network (product.md sections 3.7 and 7): so many bookings and mails an hour and a day, and they say so.

Generous, for a whole school, and sometimes a county of schools, stands behind one address. Limits by address are in
emails.py and say nothing.
"""

import datetime as dt
from ipaddress import IPv6Address, ip_address

from django import forms
from django.conf import settings
from django.db import transaction
from django.db.models import F, Sum
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from bookings.models import NetworkUse
from bookings.rule.refusals import TooManyFromHere
from bookings.rule.words import why_not

BOOKING, MAIL, PASSWORD = "booking", "mail", "password"
AN_HOUR, A_DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
MOST_AN_HOUR = {BOOKING: 60, MAIL: 60, PASSWORD: 20}
MOST_A_DAY = {BOOKING: 300, MAIL: 300, PASSWORD: 60}
KEPT = dt.timedelta(hours=48)


def use(request: HttpRequest, what: str, *, now: dt.datetime) -> None:
    """Count one more for the caller's network. Raises TooManyFromHere, and then counts nothing.

    The hour's count is exact: one conditional update decides. Three statements.
    """
    network, hour = network_of(request), now.replace(minute=0, second=0, microsecond=0)
    with transaction.atomic():
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
    """The caller's network as it is kept: a keyed hash of an address, or of the first 64 bits of a long one."""
    said = request.META.get("REMOTE_ADDR", "")
    if settings.PROXIES:
        passed_on = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
        said = passed_on[-settings.PROXIES].strip() if len(passed_on) >= settings.PROXIES else said
    try:
        address = ip_address(said or request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        address = ip_address(0)
    if isinstance(address, IPv6Address):
        address = address.ipv4_mapped or IPv6Address(int(address) >> 64 << 64)
    return salted_hmac("bookings.limits", str(address), algorithm="sha256").hexdigest()[:32]


def network_as_address(request: HttpRequest) -> str:
    """`network_of` in the form of an address, for django-axes keeps nothing else. It is nobody's address."""
    return str(IPv6Address(int(network_of(request), 16)))


def forget(*, now: dt.datetime) -> None:
    """Counts are kept for 48 hours."""
    old = NetworkUse.objects.filter(hour__lt=now - KEPT)
    if old.exists():
        old.delete()


# Limits by network, said on the form that was sent.


def within_limits(request: HttpRequest, form: forms.Form, what: str, *, now: dt.datetime) -> bool:
    """Count this request for its network; where that is too much, the form's address field says so."""
    try:
        use(request, what, now=now)
    except TooManyFromHere as refused:
        form.add_error("email", why_not(refused))
        return False
    return True


def say_limit(request: HttpRequest, form: forms.Form, what: str, *, now: dt.datetime) -> None:
    """Where the network has asked for too much by now, say so on the form; nothing is counted."""
    if refused := used_up(request, what, now=now):
        form.add_error("email", why_not(refused))
