"""Text that stands on one line, as people type it."""

import unicodedata

# Persian and the scripts of India write words with these between their letters: علی‌رضا.
JOINERS = "\u200c\u200d"


def one_line(text: str) -> str:
    """`text` with white space folded and without what cannot be seen.

    Line breaks and control characters become a space, so nothing in it can start a header or a line of its own.
    """
    words = ("".join(_seen(c) for c in text)).split()
    begun = (word.lstrip(JOINERS) for word in words)
    return " ".join(word for word in begun if word)


def _seen(letter: str) -> str:
    if letter in JOINERS or letter.isprintable():
        return letter
    return "" if unicodedata.category(letter) == "Cf" else " "
