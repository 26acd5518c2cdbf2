"""Every address of the site, read from its table: a page that is added is walked without anybody's asking."""

from collections.abc import Iterator
from itertools import product

from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import translation

from hubs.vocabulary.languages import CHINESE, ENGLISH

LANGUAGES = (ENGLISH, CHINESE)


def views(patterns=None, trail=()) -> Iterator[tuple[str, URLPattern]]:
    """Each named address outside the staff's pages, with where it stands."""
    for one in get_resolver().url_patterns if patterns is None else patterns:
        if str(one.pattern).startswith("admin/"):
            continue
        if isinstance(one, URLResolver):
            yield from views(one.url_patterns, (*trail, one))
        else:
            yield one.name, one


def kept_by(whom: str) -> list[URLPattern]:
    """The addresses whose pages anybody may keep, or nobody."""
    return [one for _name, one in views() if getattr(one.callback, "kept_by", None) == whom]


def public_addresses(**rows: object) -> list[str]:
    """Every public address in every language, `rows` standing for the parts that choose a row."""
    found = []
    for language, one in product(LANGUAGES, kept_by("anybody")):
        with translation.override(language):
            wanted = {name: rows[name] for name in one.pattern.converters}
            address = reverse(one.name, kwargs=wanted)
        if address not in found:
            found.append(address)
    return found
