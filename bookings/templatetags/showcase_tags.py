"""Ten frames, and how dates and times are written."""

import datetime as dt
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from django import template
from django.conf import settings
from django.template.loader import get_template
from django.utils import timezone
from django.utils.dateformat import format as written
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from hubs.kept_words import kept_by_language
from showcase.language_tags import alternates
from showcase.languages import tag

register = template.Library()
Frame = tuple[int, int, int]  # taken, kept, cells

CELL = 16  # of a frame's picture, in its own units
MOST_FRAMES = 6  # a wall of frames is noise: beyond this, full tens are counted in words


def frames_of(taken: int, kept: int, capacity: int) -> Iterator[Frame]:
    """(taken, kept, cells) of each frame, counters from the left: taken first, then kept, then free."""
    return (_frame(start, taken, kept, capacity) for start in range(0, capacity, 10))


def _frame(start: int, taken: int, kept: int, capacity: int) -> Frame:
    cells = min(10, capacity - start)
    in_this = min(max(taken - start, 0), cells)
    kept_here = min(max(taken + kept - start, 0), cells) - in_this
    return in_this, kept_here, cells


@register.simple_tag(takes_context=True)
def ten_frames(context: template.Context, taken: int, kept: int, capacity: int) -> SafeString:
    """The picture of a session's places, its number in words beside it. A large hall shows its tens as a count."""
    picture, frames = _picture(taken, kept, capacity)
    _frames_used(context).update(frames)
    return picture


def _frames_used(context: template.Context) -> set[Frame]:
    """The frames that the page must draw at its end."""
    used: set[Frame] = context.dicts[0].setdefault("frames_used", set())
    return used


@kept_by_language
def _picture(taken: int, kept: int, capacity: int) -> tuple[SafeString, list[Frame]]:
    """The picture, and the frames that it needs drawn somewhere on the page."""
    before: SafeString | str = ""
    if capacity > MOST_FRAMES * 10:
        # The frame around the last counter says what is left; full ones before and empty ones behind are counted.
        tens = min((taken + kept) // 10, (capacity - 1) // 10) * 10
        before = format_html('<b class="tens">{}</b>', _("%(tens)d +") % {"tens": tens}) if tens else ""
        frames = [_frame(tens, taken, kept, capacity)]
    else:
        frames = list(frames_of(taken, kept, capacity))
    pictures = format_html_join("", '<svg><use href="#f{}-{}-{}"/></svg>', frames)
    return format_html('<span class="frames" aria-hidden="true">{}{}</span>', before, pictures), frames


@register.simple_tag(takes_context=True)
def frame_symbols(context: template.Context) -> SafeString:
    """Each frame that the page has used, drawn once."""
    used = context.dicts[0].get("frames_used")
    if not used:
        return mark_safe("")
    symbols = mark_safe("".join(_symbol(*frame) for frame in sorted(used)))  # noqa: S308  (numbers only)
    return format_html('<svg class="sprite" aria-hidden="true">{}</svg>', symbols)


@lru_cache(maxsize=512)
def _symbol(taken: int, kept: int, cells: int) -> str:
    grid, counters = [], []
    for cell in range(cells):
        x, y = cell % 5 * CELL + 1, cell // 5 * CELL + 1
        grid.append(f"M{x} {y}h{CELL}v{CELL}h-{CELL}z")
        if cell < taken + kept:
            kind = "taken" if cell < taken else "kept"
            counters.append(f'<circle class="{kind}" cx="{x + 8}" cy="{y + 8}" r="5.8"/>')
    return (
        f'<symbol id="f{taken}-{kept}-{cells}" viewBox="0 0 82 34">'
        f'<path class="grid" d="{"".join(grid)}"/>{"".join(counters)}</symbol>'
    )


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
        "og:locale": tag().replace("-", "_"),
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
        return format_html("{} <b>{}</b> {}", written(first, "l"), written(first, "j"), month)
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
