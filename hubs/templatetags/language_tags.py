"""What templates say of their language and of their request. Known to every template, like Django's own tags."""

import re
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from hubs.vocabulary import marked_words, request_ids
from hubs.vocabulary.languages import CHINESE, ENGLISH, TAGS, alternates, in_both, in_language, tag
from hubs.vocabulary.own_words import own_words

register = template.Library()
register.simple_tag(request_ids.current, name="request_id")
register.simple_tag(tag, name="language_tag")
register.simple_tag(alternates)
register.filter("own", own_words)

register.filter(marked_words.english)
register.filter(marked_words.among_chinese)


@register.filter("in_both")
def in_both_in_a_line(words: Any) -> str:
    """Chinese, then English, where no element can stand."""
    return str(in_both(lambda: words))


@register.simple_tag(takes_context=True)
def both(context: template.Context, words: Any, element: str = "span") -> SafeString:
    """Words in both languages, each in an element of its own; a line each where nothing is escaped."""
    return marked_words.both(words, element, as_html=context.autoescape)


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
