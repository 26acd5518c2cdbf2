"""What templates say of their language. Known to every template, like Django's own tags."""

import re
from typing import Any

from django import template
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, override

from hubs.vocabulary.languages import CHINESE, ENGLISH, TAGS, Both, alternates, in_both, in_language, tag
from hubs.vocabulary.own_words import own_words

register = template.Library()
register.simple_tag(tag, name="language_tag")
register.simple_tag(alternates)
register.filter("own", own_words)

# From a Latin letter to the last character before Chinese ones, or the end.
IN_LATIN = re.compile(r"([A-Za-z](?:[^\u2e80-\uffef]*[^\s\u2e80-\uffef])?)")


@register.filter
def english(text: Any) -> SafeString:
    """A hub's or a school's own words. On a Chinese page what is not Chinese in them is marked as English."""
    if get_language() != CHINESE or isinstance(text, SafeString):
        return conditional_escape(text)
    pieces = enumerate(IN_LATIN.split(str(text)))  # every other one is in Latin letters
    marked, plain = f'<span lang="{TAGS[ENGLISH]}">{{}}</span>', "{}"
    said = (format_html(marked if n % 2 else plain, piece) for n, piece in pieces)
    return mark_safe("".join(said))  # noqa: S308  (each piece is escaped)


@register.filter
def among_chinese(text: Any) -> SafeString:
    """The same where a part of a page is Chinese, whatever the page is."""
    with override(CHINESE):
        return english(text)


@register.filter("in_both")
def in_both_in_a_line(words: Any) -> str:
    """Chinese, then English, where no element can stand."""
    return str(in_both(lambda: words))


@register.simple_tag(takes_context=True)
def both(context: template.Context, words: Any, element: str = "span") -> SafeString:
    """Words in Chinese and in English, each in an element that says its language; in plain text, a line each.

    `words` are `Both`, or lazy ones, as `_("Lessons")` is in a template. English alone where there is no Chinese.
    """
    said = words if isinstance(words, Both) else in_both(lambda: words)
    if not context.autoescape:
        return mark_safe("\n".join(dict.fromkeys(said)))  # noqa: S308  (no HTML)
    parts = [(TAGS[ENGLISH], conditional_escape(said.english))]
    if said.chinese != said.english:
        parts.insert(0, (TAGS[CHINESE], among_chinese(said.chinese)))
    return format_html_join(" ", '<{} lang="{}">{}</{}>', ((element, *part, element) for part in parts))


@register.filter
def paragraphs(text: str) -> SafeString:
    """A hub's own words of several paragraphs, marked where they are in another language than the page."""
    parts = [part.strip().splitlines() for part in re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip())]
    if get_language() == CHINESE and not re.search(r"[\u4e00-\u9fff]", text):
        marked = format_html(' lang="{}"', TAGS[ENGLISH])
    else:
        marked = SafeString("")
    lines = ((marked, format_html_join(mark_safe("<br>"), "{}", ((line,) for line in part))) for part in parts)
    return format_html_join("\n", "<p{}>{}</p>", lines)


@register.simple_tag(takes_context=True)
def other_language(context: template.Context, address: str = "") -> SafeString:
    """A link to the same page in the other language, or to that of `address`; called by the language's own name."""
    code, name = (ENGLISH, "English") if get_language() == CHINESE else (CHINESE, "中文")
    request = context.get("request")
    address = in_language(address or (request.get_full_path() if request else "/"), code)
    return format_html('<a href="{}" lang="{}" hreflang="{}">{}</a>', address, TAGS[code], TAGS[code], name)
