"""Which names a mail to somebody else may repeat: strangers can have us write to anybody, with a link for a name.

Mail programs make links of what looks like one: whoever puts one in a name wants us to send it.
"""

import re

from hubs.vocabulary.email_address import as_kept
from hubs.vocabulary.one_line import JOINERS

LINK_IN_NAME = re.compile(r"://|(?i:www)\.|@|\w\.\w+/|\w\.[a-z]{2}|\w\.(?i:com|net|org|info|biz|uk)\b")
# But initials stand before a part of a name like this: J.van der Berg, M.de Souza.
PARTS = "van|von|vom|de|del|della|der|den|da|das|di|dos|du|le|el|bin|ibn|ten|ter|zu|zum|zur"
INITIALS = re.compile(rf"(?<![\w.@/-])(?:[^\W\d_]\.)+(?=(?:{PARTS})(?:\s+\w|[A-Z]))")


def as_name(name: str | None) -> str:
    """A name that may stand in a mail to somebody else, or an empty string.

    Other spellings of a dot lead to the same place.
    """
    plain = as_kept(name or "").translate(dict.fromkeys(map(ord, JOINERS)))
    return "" if not name or LINK_IN_NAME.search(INITIALS.sub("", plain)) else name
