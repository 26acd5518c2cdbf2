"""The language of a page follows from its address alone: English ones have no prefix, Chinese ones `/zh-hans/`.

Django's own middleware asks the browser too, so that every English page would vary by Accept-Language.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import trans_real

ENGLISH, CHINESE = "en-gb", "zh-hans"
# As HTML and feeds name them (BCP 47).
TAGS = {ENGLISH: "en-GB", CHINESE: "zh-Hans"}
PREFIX = f"/{CHINESE}"
IN_ENGLISH_ONLY = ("/admin/", "/dev/")


class Both(NamedTuple):
    """The same said in both languages, for a page that two people read together. Equal where it has no Chinese."""

    chinese: str
    english: str

    def __str__(self) -> str:
        return " ".join(dict.fromkeys(self))


def in_both(words: Callable[[], object]) -> Both:
    """What `words` gives in each language, whatever that of the page is."""
    with translation.override(CHINESE):
        chinese = str(words())
    with translation.override(ENGLISH):
        return Both(chinese, str(words()))


def language_of(path: str) -> str:
    """The language of the page at `path`."""
    return CHINESE if f"{path}/".startswith(f"{PREFIX}/") else ENGLISH


def in_language(address: str, code: str) -> str:
    """The address of the same page in another language; of its first page where there is no such page in Chinese."""
    if address.startswith(IN_ENGLISH_ONLY):
        with translation.override(code):
            return reverse("home")
    bare = address.removeprefix(PREFIX) if language_of(address.partition("?")[0]) == CHINESE else address
    bare = "/" + bare.lstrip("/")  # two slashes would lead to another site
    return PREFIX + bare if code == CHINESE else bare


def alternates(path: str) -> SafeString:
    """For search engines: where the page at `path` is in each language."""
    links = ((TAGS[code], settings.SITE_URL + in_language(path, code)) for code in TAGS)
    return format_html_join("", '<link rel="alternate" hreflang="{}" href="{}">\n', links)


def remember_english() -> None:
    """Keep what English says of a message: Django asks six catalogues in turn, and none of them knows ours."""
    english = trans_real.translation(ENGLISH)
    for name in ("gettext", "ngettext"):
        setattr(english, name, lru_cache(maxsize=4096)(getattr(english, name)))


def spoken() -> str:
    """The language of the page being made."""
    return translation.get_language() or ENGLISH


def tag() -> str:
    """The same, as HTML names it."""
    return TAGS.get(spoken(), TAGS[ENGLISH])


class LanguageOfTheAddress:
    """Speaks the language of the address while a page is made."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with translation.override(language_of(request.path_info)):
            return self.get_response(request)
