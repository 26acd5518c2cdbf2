"""Ten frames, and how dates and times are written."""

import datetime as dt
from functools import lru_cache
from typing import Any

from django import template
from django.conf import settings
from django.template.loader import get_template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.dateformat import format as written
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from bookings import pictures
from bookings.states import Status
from hubs.kept_words import kept_by_language
from hubs.models import VisitingTeacher
from showcase.language_tags import alternates

register = template.Library()


@register.simple_tag(takes_context=True)
def ten_frames(context: template.Context, taken: int, kept: int, capacity: int) -> SafeString:
    """The picture of a session's places, its number in words beside it. A large hall is a bar."""
    picture, frames = _picture(taken, kept, capacity)
    _frames_used(context).update(frames)
    return picture


def _frames_used(context: template.Context) -> set[pictures.Frame]:
    """The frames that the page must draw at its end."""
    used: set[pictures.Frame] = context.dicts[0].setdefault("frames_used", set())
    return used


_picture = lru_cache(maxsize=2048)(pictures.places)


@register.simple_tag(takes_context=True)
def frame_symbols(context: template.Context) -> SafeString:
    """Each frame that the page has used, drawn once."""
    used = context.dicts[0].get("frames_used")
    if not used:
        return mark_safe("")
    symbols = mark_safe("".join(pictures.symbol(*frame) for frame in sorted(used)))  # noqa: S308  (numbers only)
    return format_html('<svg class="sprite" aria-hidden="true">{}</svg>', symbols)


@register.simple_tag
def your_places(booking: Any) -> SafeString:
    """A party's own places: counters once they are confirmed, rings while they are kept for it."""
    return pictures.yours(booking.party, kept=booking.status != Status.CONFIRMED)


@register.simple_tag
def named(teacher: VisitingTeacher) -> SafeString:
    """A visiting teacher in both their scripts, where they may be named; else who they are."""
    if not teacher.name_agreed_at:
        return conditional_escape(teacher.public_name)
    pinyin = format_html('<span lang="zh-Latn-pinyin">{}</span>', teacher.name_pinyin)
    if not teacher.name_characters:
        return pinyin
    return format_html('{} <span lang="zh-Hans">{}</span>', pinyin, teacher.name_characters)


@register.simple_tag
def time_bar(session: Any, programme: list[Any], lessons: list[Any]) -> SafeString:
    """How a session's time is divided, to scale."""
    return pictures.time_bar(pictures.parts_of_the_time(session, programme, lessons))


@register.simple_tag(takes_context=True)
def session_row(context: template.Context, row: dict[str, Any]) -> str:
    """A session on a list, from its words (`Showing.row`)."""
    if row["shows_places"]:
        _frames_used(context).update(_picture(row["taken"], row["kept"], row["capacity"])[1])
    return _row(tuple(row.items()))


@kept_by_language
def _row(words: tuple[tuple[str, Any], ...]) -> str:
    """The same words make the same row: of the fifty on a page, hardly any has changed since the page before."""
    return get_template("components/session_row.html").render(dict(words))


@register.simple_tag
def shared_as(path: str, title: str, about: str) -> SafeString:
    """The page's one address, and how it looks where its link is shared (the Open Graph protocol)."""
    url = settings.SITE_URL + path
    said = {
        "og:title": title,
        "og:description": about,
        "og:url": url,
        "og:site_name": "Showcase",
        "og:type": "website",
        "og:image": settings.SITE_URL + static("share.png"),
        "og:locale": _("en_GB"),  # a place too, as that protocol wants it
    }
    head = format_html('<link rel="canonical" href="{}">\n<meta name="description" content="{}">\n', url, about)
    return head + alternates(path) + format_html_join("", '<meta property="{}" content="{}">\n', said.items())


@register.filter
def day(value: dt.date | dt.datetime | None) -> str:
    """Tuesday 26 January 2027, in London."""
    return _written(_day_of(value), pgettext("a day", "l j F Y")) if value else ""


@register.filter
def short_day(value: dt.date | dt.datetime | None) -> str:
    """Tuesday 26 January, in London."""
    return _written(_day_of(value), pgettext("a day", "l j F")) if value else ""


@register.simple_tag
@kept_by_language
def day_heading(first: dt.date | None, last: dt.date | None) -> SafeString:
    """The day of a list's sessions, its number set larger; or their range of days."""
    if first and first == last:
        month = written(first, pgettext("a month", "F Y"))
        said = {"weekday": written(first, "l"), "day": written(first, "j"), "month": month}
        return format_html(_("{weekday} <b>{day}</b> {month}"), **said)
    return format_html('<span class="range">{}</span>', days_between(first, last))


@register.filter
def clock(value: dt.datetime | dt.time | None) -> str:
    """9:00, in London, as a school bell has it."""
    if not value:
        return ""
    local = timezone.localtime(value) if isinstance(value, dt.datetime) else value
    return f"{local.hour}:{local.minute:02}"


@register.filter
def moment(value: dt.datetime | None) -> str:
    """18:00 on Tuesday 5 January, in London."""
    return _("%(time)s on %(day)s") % {"time": clock(value), "day": short_day(value)} if value else ""


def _day_of(value: dt.date | dt.datetime) -> dt.date:
    return timezone.localdate(value) if isinstance(value, dt.datetime) else value


@kept_by_language
def _written(day: dt.date, form: str) -> str:
    return written(day, form)


@register.simple_tag
@kept_by_language
def days_between(first: dt.date | None, last: dt.date | None) -> str:
    """A range of days as short as it can be said: "January 2027", "14 to 25 January 2027"."""
    if not first or not last:
        return _("Date to be announced")
    if first == last:
        return day(first)
    same_year = first.year == last.year
    if first.day == 1 and (last + dt.timedelta(days=1)).day == 1 and same_year and first.month == last.month:
        return written(first, pgettext("a month", "F Y"))
    if not same_year:
        forms = pgettext("first and last day", "j F Y / j F Y")
    elif first.month != last.month:
        forms = pgettext("first and last day", "j F / j F Y")
    else:
        forms = pgettext("first and last day", "j / j F Y")
    start, end = forms.split(" / ")
    return _("%(first)s to %(last)s") % {"first": written(first, start), "last": written(last, end)}


@register.filter
def at(found: dict[Any, Any], key: Any) -> Any:
    """What stands in a dictionary under `key`, or None."""
    return found.get(key)


@register.filter
def pounds(pence: int) -> str:
    """£2.50, or £2."""
    return f"£{pence // 100}" if pence % 100 == 0 else f"£{pence / 100:.2f}"
