"""Words that a school is found by: how names are brought to one form, and what was typed with them.

Teachers and the register write one thing in many ways: "St" and "Saint", "CofE", "C.E." and "Church of England", "RC"
and "Roman Catholic", "&" and "and". Both sides go through `words_of`, so they meet. It is a form for comparing, not for
showing: "st joseph ce" is nobody's name.
"""

import re
import unicodedata
from collections.abc import Iterable

# Straight and curly, what keyboards have instead, and the letters that linguists write for one.
APOSTROPHES = "'\"`´’‘‛′ʹʻʼʽˈʾʿ＇"
NO_APOSTROPHES = str.maketrans("", "", APOSTROPHES)
# Letters with something through or joined to them, which are no letter and accent to Unicode.
PLAIN_LETTERS = str.maketrans({**dict(zip("øłđðħıŋŧ", "olddhint", strict=True)), "æ": "ae", "œ": "oe", "þ": "th"})
UNSEEN = "Cf"  # joiners and the like: with them or without, a name is the same
SIGNS = ("Mc", "Mn")  # vowels of Indian and Thai scripts, which stand for themselves
NO_WORD = re.compile("[^a-z0-9]+")
LONGEST_WORD = 30
MOST_WORDS = 10

# Several words, or several spellings, that are one.
PHRASES = [
    (re.compile(r"\b(?:church of england|church england|c of e|cofe|coe|c e)\b"), "ce"),
    (re.compile(r"\b(?:roman catholic|rom cath|r c)\b"), "catholic"),
    (re.compile(r"\bvoluntary (aided|controlled)\b"), r"\1"),
    (re.compile(r"\bv a\b"), "aided"),
    (re.compile(r"\bv c\b"), "controlled"),
]
SAME = {
    "rc": "catholic",
    "cath": "catholic",
    "saint": "st",
    "saints": "st",
    "ss": "st",
    "sts": "st",
    "va": "aided",
    "vc": "controlled",
    "jr": "junior",
    "jnr": "junior",
    "jun": "junior",
    "inf": "infant",
    "prim": "primary",
    "pri": "primary",
    "sec": "secondary",
    "acad": "academy",
    "sch": "school",
    "schl": "school",
    "comm": "community",
    "gram": "grammar",
    "comp": "comprehensive",
    "nurs": "nursery",
    "coll": "college",
}
LEFT_OUT = {"the", "of", "and", "on", "upon", "in", "at", "a", "an"}
# What kind of school it is. People get this wrong, and registers change it: it helps to rank and excludes nothing.
KINDS = {
    *("school", "primary", "academy", "ce", "catholic", "community", "aided", "controlled", "nursery", "high"),
    *("college", "foundation", "first", "infant", "junior", "secondary", "grammar", "comprehensive", "trust"),
    *("special", "middle", "endowed", "free", "voluntary", "church"),
}
BEGUN = 4  # letters from which on the beginning of such a word is taken for it
PARTS_OF_KINDS = {kind[:end] for kind in KINDS for end in range(BEGUN, len(kind))} | KINDS
# A postcode in two words, or the first part and the beginning of the second at the end of what was typed.
TWO_PARTS = re.compile(r"\b([a-z]{1,2}[0-9][a-z0-9]?) ([0-9][a-z]{2}\b|[0-9][a-z]?$)")
FULL_POSTCODE = re.compile(r"[a-z]{1,2}[0-9][a-z0-9]?[0-9][a-z]{2}")


def searchable(text: str) -> str:
    """`text` as it is compared: no accents, apostrophes or case; everything else that is no letter or digit a space.

    Letters of every script stay: schools abroad whose names are written in characters are not one school.
    """
    text = text.translate(NO_APOSTROPHES)
    if text.isascii():  # nearly every school's: an import asks for 50,000 of them
        return " ".join(NO_WORD.sub(" ", text.lower()).split())
    plain = unicodedata.normalize("NFKD", text).casefold().translate(PLAIN_LETTERS)
    kept = [c for c in plain if not unicodedata.combining(c) and unicodedata.category(c) != UNSEEN]
    return " ".join("".join(c if c.isalnum() or unicodedata.category(c) in SIGNS else " " for c in kept).split())


def words_of(text: str) -> list[str]:
    """The words of a name or a town in the form in which they are compared, in order."""
    return _brought_to_one_form(searchable(text))


def _brought_to_one_form(plain: str) -> list[str]:
    for pattern, one in PHRASES:
        plain = pattern.sub(one, plain)
    return [_same(word)[:LONGEST_WORD] for word in plain.split() if word not in LEFT_OUT]


def _same(word: str) -> str:
    """One form of a word. "Mary's", "Marys" and "Mary" are one, as are "Juniors" and "Junior"."""
    if word in SAME:
        return SAME[word]
    plural = len(word) > 3 and word.endswith("s") and not word.endswith("ss")
    return word[:-1] if plural and word.isalpha() else word


def search_text(*, name: str, places: Iterable[str], postcode: str, urn: int) -> str:
    """What is kept of a school to rank it by: its name, where it is, its numbers; each word between spaces."""
    where = " ".join(word for place in places for word in words_of(place))
    numbers = f"{searchable(postcode).replace(' ', '')} {urn}"
    return f" {' '.join(words_of(name))} | {where} | {numbers} "


def words_to_look_up(search: str) -> set[str]:
    """The words of a `search_text` that lead to its school, and how its name begins.

    A URN is looked up as the key that it is, and words of kind lead nowhere.
    """
    words = {word for word in search.split()[:-1] if word != "|"} - KINDS
    return words | {head(search.partition(" | ")[0].split())}


def head(words: list[str]) -> str:
    """How a name begins: after a space, so that it is never taken for a word."""
    return f" {' '.join(words)}"[:LONGEST_WORD]


def distinctive(typed: list[str]) -> list[str]:
    """Words typed that are not of kind."""
    return [word for word in typed if word not in PARTS_OF_KINDS]


def words_typed(typed: str) -> list[str]:
    """What somebody typed as words to look up; a postcode is one word, with its space or without."""
    plain = searchable(typed[:200])
    whole = plain.replace(" ", "")
    plain = whole if FULL_POSTCODE.fullmatch(whole) else TWO_PARTS.sub(r"\1\2", plain)
    words = _brought_to_one_form(plain) or plain.split()  # "the" alone may begin something
    return list(dict.fromkeys(words))[:MOST_WORDS]
