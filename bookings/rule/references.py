"""A booking's reference is random: of a million bookings, the next meets another's about once in a million."""

import re
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import IntegrityError

Arguments = ParamSpec("Arguments")
Made = TypeVar("Made")
# As SQLite and PostgreSQL name the column or its constraint.
TAKEN = re.compile(r"bookings_booking[._]reference")
TRIES = 5


def retry_on_reference_clash(verb: Callable[Arguments, Made]) -> Callable[Arguments, Made]:
    """Do a verb that makes a booking again, from the lock on, where the database says that the reference is taken.

    The verb's one transaction has left nothing behind. Asking first whether it is taken would be one more statement
    under the lock of every booking.
    """

    @wraps(verb)
    def tried_again(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Made:
        for _try in range(TRIES):
            try:
                return verb(*args, **kwargs)
            except IntegrityError as error:
                if not TAKEN.search(str(error)):
                    raise
        return verb(*args, **kwargs)

    return tried_again
