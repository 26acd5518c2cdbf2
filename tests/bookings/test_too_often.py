"""Too often: said once, for everything that anybody can have sent by a button."""

import datetime as dt

import pytest

from bookings.rule.too_often import APART, ASKED_FOR, BY_STAFF, Limit, may_again_at
from tests.factories import NOW

SECOND, MINUTE, HOUR = (dt.timedelta(**{unit: 1}) for unit in ("seconds", "minutes", "hours"))


def ago(*times):
    return [NOW - time for time in times]


@pytest.mark.parametrize(
    "limits, times, again",
    [
        (ASKED_FOR, [], None),
        (ASKED_FOR, ago(59 * MINUTE), NOW + MINUTE),
        (ASKED_FOR, ago(HOUR), None),
        (ASKED_FOR, ago(*(n * HOUR for n in (2, 3, 4, 5))), None),
        (ASKED_FOR, ago(*(n * HOUR for n in (2, 3, 4, 5, 6))), NOW + 18 * HOUR),
        (ASKED_FOR, ago(*(n * HOUR for n in (2, 3, 4, 5, 24))), None),
        (ASKED_FOR, ago(*(n * HOUR for n in (2, 3, 4, 5, 6, 7))), NOW + 18 * HOUR),
        (BY_STAFF, ago(10 * MINUTE - SECOND), NOW + SECOND),
        (BY_STAFF, ago(10 * MINUTE), None),
        (BY_STAFF, ago(23 * HOUR, *(n * HOUR for n in (1, 2, 3, 4))), NOW + HOUR),
        ([APART], ago(*(n * HOUR for n in range(1, 9))), None),
        ([Limit(2, HOUR)], ago(MINUTE, 30 * MINUTE), NOW + 30 * MINUTE),
    ],
)
def test_next_may_be_sent_from_when_on(limits, times, again):
    assert may_again_at(times, limits, now=NOW) == again
    assert may_again_at(reversed(times), limits, now=NOW) == again
