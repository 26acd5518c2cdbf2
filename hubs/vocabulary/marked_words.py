"""Words marked with the language that they are in, where a page has two of them."""

import re
from typing import Any

from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, override

from hubs.vocabulary.languages import CHINESE, ENGLISH, TAGS, Both, in_both

# From a Latin letter to the last character before Chinese ones, or the end.
IN_LATIN = re.compile(r"([A-Za-z](?:[^\u2e80-\uffef]*[^\s\u2e80-\uffef])?)")


def english(text: Any) -> SafeString:
    """A hub's or a school's own words. On a Chinese page what is not Chinese in them is marked as English."""
    if get_language() != CHINESE or isinstance(text, SafeString):
        return conditional_escape(text)
    pieces = enumerate(IN_LATIN.split(str(text)))  # every other one is in Latin letters
    marked, plain = f'<span lang="{TAGS[ENGLISH]}">{{}}</span>', "{}"
    said = (format_html(marked if n % 2 else plain, piece) for n, piece in pieces)
    return mark_safe("".join(said))  # noqa: S308  (each piece is escaped)


def among_chinese(text: Any) -> SafeString:
    """The same where a part of a page is Chinese, whatever the page is."""
    with override(CHINESE):
        return english(text)


def both(words: Any, element: str = "span", *, as_html: bool = True) -> SafeString:
    """Words in Chinese and in English, each in an element that says its language; in plain text, a line each.

    `words` are `Both`, or lazy ones, as `_("Lessons")` is in a template. English alone where there is no Chinese.
    """
    said = words if isinstance(words, Both) else in_both(lambda: words)
    if not as_html:
        return mark_safe("\n".join(dict.fromkeys(said)))  # noqa: S308  (no HTML)
    parts = [(TAGS[ENGLISH], conditional_escape(said.english))]
    if said.chinese != said.english:
        parts.insert(0, (TAGS[CHINESE], among_chinese(said.chinese)))
    return format_html_join(" ", '<{} lang="{}">{}</{}>', ((element, *part, element) for part in parts))
