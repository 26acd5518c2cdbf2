"""Text that stands on one line, as people type it."""

import re
import unicodedata

# Persian and the scripts of India write words with these between their letters: علی‌رضا.
JOINERS = "\u200c\u200d"


def one_line(text: str) -> str:
    """`text` with white space folded and without what cannot be seen.

    Line breaks and control characters become a space, so nothing in it can start a header or a line of its own.
    """
    words = (text if text.isprintable() else "".join(_seen(c) for c in text)).split()
    begun = (word.lstrip(JOINERS) for word in words)
    return " ".join(word for word in begun if word)


def several_lines(text: str) -> str:
    """`text` with its line breaks, each line as `one_line` has it: some programs end a line at a vertical tab too."""
    return "\n".join(map(one_line, re.split("\r\n|\r|\n", text)))


def _seen(letter: str) -> str:
    if letter in JOINERS or letter.isprintable():
        return letter
    return "" if unicodedata.category(letter) == "Cf" else " "
