"""What "too often" is: no inbox is filled by us, whoever presses the button."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import NamedTuple

AN_HOUR, A_DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
TEN_MINUTES = dt.timedelta(minutes=10)


class Limit(NamedTuple):
    """At most so many within so long."""

    most: int
    within: dt.timedelta


APART = Limit(1, TEN_MINUTES)  # a button that is pressed twice sends one mail
AGAIN = (APART, Limit(5, A_DAY))  # links of bookings that the browser which made them has sent to an address again
ONCE_A_DAY = (Limit(1, A_DAY),)
ASKED_FOR = (Limit(1, AN_HOUR), Limit(5, A_DAY))  # mails that anybody can have sent to an address, each kind
# What a booking's people have sent to addresses that are to be theirs; a typing error or two must not lock them out.
OF_NEW_ADDRESS = (Limit(3, AN_HOUR), Limit(5, A_DAY))
BY_STAFF = (APART, Limit(5, A_DAY))  # what staff have sent once more


def may_again_at(times: Iterable[dt.datetime], limits: Sequence[Limit], *, now: dt.datetime) -> dt.datetime | None:
    """From when on it is not too often any longer, after it was done at `times`; None: now."""
    newest_first = sorted(times, reverse=True)
    for most, within in limits:
        recent = [at for at in newest_first if at > now - within]
        if len(recent) >= most:
            return recent[most - 1] + within
    return None
