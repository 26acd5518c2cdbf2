"""A visiting teacher's own name as they correct it: in pinyin, with the family name where they write it, and in
characters."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from unicodedata import normalize

from django.utils.translation import gettext_lazy as _

from hubs.models import VisitingTeacher
from hubs.vocabulary.longest import longest
from hubs.vocabulary.one_line import one_line

LONGEST_PINYIN = longest(VisitingTeacher, "name_pinyin")
LONGEST_CHARACTERS = longest(VisitingTeacher, "name_characters")
LETTERS = r"[^\W\d_\u2e80-\U0003ffff]+"
PINYIN = re.compile(f"{LETTERS}(?:[ ’'-]{LETTERS})*")
HAN = r"[\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+"
CHARACTERS = re.compile(f"{HAN}(?:[ ·•]{HAN})*")
TYPE_PINYIN = _("Type your name in pinyin, such as Wang Fang: letters, spaces, hyphens and apostrophes.")
TYPE_CHARACTERS = _("Type your name in Chinese characters, such as 王芳, or leave this empty.")


@dataclass
class OwnName:
    """What stands in the two fields, and what is wrong with each, to be said in both languages."""

    pinyin: str
    characters: str
    errors: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, teacher: VisitingTeacher) -> "OwnName":
        return cls(teacher.name_pinyin, teacher.name_characters)

    @classmethod
    def sent(cls, said: Mapping[str, Any]) -> "OwnName":
        """As it was typed; white space aside, nothing of it is changed: the family name stays where it was put."""
        pinyin, characters = (one_line(normalize("NFC", str(said.get(one, "")))) for one in ("pinyin", "characters"))
        name = cls(pinyin, characters)
        if len(name.pinyin) > LONGEST_PINYIN or not PINYIN.fullmatch(name.pinyin):
            name.errors["pinyin"] = TYPE_PINYIN
        if characters and (len(characters) > LONGEST_CHARACTERS or not CHARACTERS.fullmatch(characters)):
            name.errors["characters"] = TYPE_CHARACTERS
        return name
