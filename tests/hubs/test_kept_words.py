"""Words are worked out once, for each language apart."""

import datetime as dt
import re
from types import SimpleNamespace

from django.template import Context, Template
from django.utils import translation
from django.utils.translation import trans_real

from hubs.vocabulary.dates import day
from hubs.vocabulary.kept_words import kept_by_language

TUESDAY = dt.date(2027, 1, 26)


def test_words_are_worked_out_once_for_the_same_question():
    asked = []
    said = kept_by_language(lambda n, unit="m": asked.append(n) or f"{n} {unit}")
    assert [said(1), said(2), said(1), said(1, unit="km")] == ["1 m", "2 m", "1 m", "1 km"]
    assert asked == [1, 2, 1]


def test_what_was_kept_in_one_language_is_not_said_in_another():
    for language, words in [("en-gb", "Tuesday 26 January 2027"), ("de", "Dienstag 26 Januar 2027")] * 2:
        with translation.override(language):
            assert day(TUESDAY) == words


def test_row_is_drawn_anew_where_a_word_has_changed():
    draw = Template("{% load showcase_tags %}{% session_row one %}{% frame_symbols %}")
    row = {"url": "/a/", "name": "A & B", "shows_places": True, "taken": 3, "kept": 0, "capacity": 10}
    said = [row | {"taken": taken, "words": f"{10 - taken} left"} for taken in (3, 4, 3)]
    rows = [draw.render(Context({"one": SimpleNamespace(row=one)})) for one in said]
    assert rows[0] == rows[2] != rows[1]
    for html, taken in zip(rows, (3, 4, 3), strict=True):
        assert "A &amp; B" in html
        assert f'<symbol id="f{taken}-0-10"' in html
    assert "7 left" in rows[0]
    assert "6 left" in rows[1]


def test_row_that_is_kept_carries_the_search_of_its_own_list():
    draw = Template("{% load showcase_tags %}{% session_row one %}")
    row = {"url": "/a/", "name": "A", "shows_places": False}
    searches = ["?teach=y6&hub=kent", "", '?near="><b>']
    one = SimpleNamespace(row=row)
    pages = [draw.render(Context({"one": one, "search": search})) for search in searches]
    links = [re.findall('href="([^"]*)"', page) for page in pages]
    assert links == [["/a/?teach=y6&amp;hub=kent"], ["/a/"], ["/a/?near=&quot;&gt;&lt;b&gt;"]]


def test_english_asks_its_catalogues_once_for_each_message_and_number():
    english = trans_real.translation("en-gb")
    with translation.override("en-gb"):
        assert translation.gettext("A message of this test & 1 %") == "A message of this test & 1 %"
        asked = english.gettext.cache_info().misses
        assert translation.gettext("A message of this test & 1 %") == "A message of this test & 1 %"
        assert english.gettext.cache_info().misses == asked
        assert [translation.ngettext("one", "more", n) for n in (1, 2, 1)] == ["one", "more", "one"]
    with translation.override("zh-hans"):
        assert translation.gettext("Privacy") != "Privacy"
