"""A booking's reference is drawn by lot: of a million bookings, the next meets another's about once in a million."""

import re
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import IntegrityError

Asked = ParamSpec("Asked")
Made = TypeVar("Made")
# As SQLite and PostgreSQL name the column or its constraint.
TAKEN = re.compile(r"bookings_booking[._]reference")
TRIES = 5


def with_its_own_reference(verb: Callable[Asked, Made]) -> Callable[Asked, Made]:
    """Do a verb that makes a booking again, from the lock on, where the database says that the reference is taken.

    The verb's one transaction has left nothing behind. Asking first whether it is taken would be one more statement
    under the lock of every booking.
    """

    @wraps(verb)
    def drawn_again(*args: Asked.args, **kwargs: Asked.kwargs) -> Made:
        for _try in range(TRIES):
            try:
                return verb(*args, **kwargs)
            except IntegrityError as error:
                if not TAKEN.search(str(error)):
                    raise
        return verb(*args, **kwargs)

    return drawn_again
