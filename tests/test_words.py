"""The Chinese pages: every word of ours has its Chinese, and what is not Chinese is marked as what it is."""

import re

import pytest

from tests.words import FOLDER, catalogue, compiled, kept, untranslated

pytestmark = pytest.mark.slow  # whoever writes an English sentence has its Chinese by the whole run, not by the fast

NAMED = re.compile(r"%\(\w+\)[sd]|\{\w+\}")
TAG = re.compile(r"</?\w+[^>]*>")


def both_ways(one):
    """Each English form of an entry with its Chinese."""
    english = one.id if isinstance(one.id, tuple) else (one.id,)
    chinese = one.string if isinstance(one.string, tuple) else (one.string,)
    return english, chinese


def test_every_string_that_a_teacher_can_meet_has_its_chinese():
    assert untranslated(kept()) == []


def test_catalogue_holds_the_words_of_the_pages_and_no_others():
    """Else `python -m tests.words` was not run after words were changed."""
    said, wanted = kept(), catalogue()
    assert {(one.id, one.context) for one in said if one.id} == {(one.id, one.context) for one in wanted if one.id}


def test_what_the_program_reads_is_compiled_from_what_people_read():
    assert (FOLDER / "django.mo").read_bytes() == compiled(kept())


def test_chinese_says_what_the_english_leaves_open():
    """The same placeholders and the same elements: a name that is lost, or one too many, is a fault when shown."""
    wrong = []
    for one in (entry for entry in kept() if entry.id):
        english, chinese = both_ways(one)
        for found in (NAMED, TAG):
            allowed = {part for form in english for part in found.findall(form)}
            needed = set(found.findall(english[-1])) if len(english) == 1 else set()
            for form in chinese:
                if not needed <= set(found.findall(form)) <= allowed:
                    wrong.append((english, form))
    assert wrong == []
