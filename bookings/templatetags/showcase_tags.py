"""Ten frames, and how dates and times are written."""

import datetime as dt
from collections.abc import Iterable
from functools import lru_cache, partial
from typing import Any

from django import template
from django.conf import settings
from django.core.exceptions import ValidationError
from django.template.loader import get_template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.dateformat import format as written
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from bookings.public import lesson_pictures, pictures
from bookings.public.gaps import GAPS, Draw, Drawn
from bookings.states import Status
from hubs.models import VisitingTeacher
from hubs.vocabulary.dates import clock, day, days_between, moment, short_day
from hubs.vocabulary.kept_words import kept_by_language
from hubs.vocabulary.languages import alternates
from hubs.vocabulary.money import pounds

register = template.Library()
register.filter(pounds)


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
    used = context.dicts[0].get("frames_used", ())
    return context[GAPS].put_frames(used) if GAPS in context else pictures.symbols(used)


@register.simple_tag
def frames_of(sessions: Iterable[Any]) -> SafeString:
    """Each frame of the pictures of these sessions, which stand in a list of the staff pages, drawn once."""
    now = timezone.now()
    rooms = [(one.places.places_taken, one.places.kept(now=now), one.places.capacity) for one in sessions]
    return pictures.symbols({frame for room in rooms for frame in _picture(*room)[1]})


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


@register.filter
def picture(lesson: Any) -> SafeString:
    """What a lesson is about as a picture of number; nothing where none was chosen."""
    if not lesson.picture_of:
        return SafeString("")
    try:
        return lesson_pictures.draw(lesson.picture, lesson.picture_of)
    except ValidationError:  # written past the form: a page without it is better than none
        return SafeString("")


register.filter(lesson_pictures.numbered)


@register.simple_tag(takes_context=True)
def session_row(context: template.Context, showing: Any) -> SafeString:
    """A session on a list, from its words (`Showing.row`). Its link carries the list's `search`, for the way back.

    On a page with gaps there is one in its place (bookings/public/gaps.py).
    """
    return _in_a_gap(context, showing, partial(_drawn_row, conditional_escape(context.get("search") or "")))


def _in_a_gap(context: template.Context, one: Any, draw: Draw[Any]) -> SafeString:
    if GAPS in context:
        return context[GAPS].put(one, draw)  # type: ignore[no-any-return]
    drawn = draw(one)
    _frames_used(context).update(drawn.frames)
    return SafeString(drawn.html)


def _drawn_row(search: str, showing: Any) -> Drawn:
    """The row and the frames that it uses. The search is put in afterwards: a row is kept, and there are as many
    searches as people think of."""
    row = showing.row
    frames = _picture(row["taken"], row["kept"], row["capacity"])[1] if row["shows_places"] else []
    before, link, after = _row(tuple(row.items())).partition(f'href="{row["url"]}')
    return Drawn(f"{before}{link}{search}{after}", frames)


@kept_by_language
def _row(words: tuple[tuple[str, Any], ...]) -> str:
    """The same words make the same row: of the fifty on a page, hardly any has changed since the page before."""
    return get_template("components/session_row.html").render(dict(words))


@register.simple_tag(takes_context=True)
def hub_places(context: template.Context, line: Any) -> SafeString:
    """How many places a hub's sessions have left; in a gap, as `session_row`."""
    return _in_a_gap(context, line, _drawn_hub)


def _drawn_hub(line: Any) -> Drawn:
    return Drawn(format_html('<span class="tag {}">{}</span>', line.tone, line.words))


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


register.filter(day)
register.filter(short_day)


@register.simple_tag
@kept_by_language
def day_heading(first: dt.date | None, last: dt.date | None) -> SafeString:
    """The day of a list's sessions, its number set larger; or their range of days."""
    if first and first == last:
        month = written(first, pgettext("a month", "F Y"))
        said = {"weekday": written(first, "l"), "day": written(first, "j"), "month": month}
        return format_html(_("{weekday} <b>{day}</b> {month}"), **said)
    return format_html('<span class="range">{}</span>', days_between(first, last))


register.filter(clock)
register.filter(moment)
register.simple_tag(days_between)


@register.filter
def at(found: dict[Any, Any], key: Any) -> Any:
    """What stands in a dictionary under `key`, or None."""
    return found.get(key)
