"""What the templates of staff pages need: what a list is called, and cells that say of which column they are."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from django import template
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from hubs.staff.navigation import called

register = template.Library()

CELL = re.compile(r"<(td|th)\b")
ROLES = {"td": "cell", "th": "rowheader"}
NOTHING = re.compile(r"<td[^>]*>\s*-?\s*</td>")  # Django writes a hyphen where there is nothing


@register.simple_tag(takes_context=True)
def list_called(context: template.Context, options: Any) -> str:
    """What people call a list, by the options of its model."""
    return called(context["user"], options)


@register.simple_tag
def rows_found(changelist: Any, one: str = "", many: str = "") -> str:
    """How many rows a list has, in words: of a long one, more than it has counted."""
    number, names = changelist.result_count, _names(changelist)
    name = (one or names[0]) if number == 1 else (many or names[1])
    said = _("more than %(n)s %(rows)s") if getattr(changelist.paginator, "has_more", False) else "%(n)s %(rows)s"
    return said % {"n": number_format(number, force_grouping=True), "rows": name}


@register.simple_tag
def no_rows(changelist: Any) -> str:
    """Why a list shows nothing: because nothing is there yet, or nothing is as was asked for."""
    asked = changelist.query or changelist.has_active_filters
    said = _("No %(rows)s match that.") if asked else _("There are no %(rows)s yet.")
    return said % {"rows": _names(changelist)[1]}


def _names(changelist: Any) -> tuple[Any, Any]:
    """What one row of a list is called, and what several are."""
    options = changelist.opts
    names: tuple[Any, Any] = (options.verbose_name, options.verbose_name_plural)
    return getattr(changelist.model_admin, "rows_called", names)


@register.filter
def labelled(cells: Iterable[str], headers: list[dict[str, Any]]) -> Iterator[SafeString]:
    """The cells of a row, as Django has written them, each with its role and the heading of its column."""
    for cell, header in zip(cells, headers, strict=False):
        found = CELL.match(cell)
        if found is None:
            yield mark_safe(cell)  # noqa: S308  (Django's own)
            continue
        says = capfirst(str(header["text"])) if "action-checkbox" not in header.get("class_attrib", "") else ""
        kind = " data-nothing" if NOTHING.fullmatch(cell) else ""
        start = format_html('<{} role="{}" data-label="{}"', found[1], ROLES[found[1]], says)
        yield mark_safe(f"{start}{kind}{cell[found.end() :]}")  # noqa: S308  (Django's own, and what is escaped above)
