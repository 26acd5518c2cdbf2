"""Who writes down a need reads what is known of getting in, before the press that counts, and where else to go."""

from collections.abc import Iterable, Mapping
from typing import Any

from bookings.public.instead import alternatives
from bookings.public.session import Showing
from hubs.models import ShowcaseSession


def told(showing: Showing, needs: Iterable[str], *, places: int = 1) -> dict[str, Any]:
    """What a page says of step-free access, with the nearest session that has it and as many `places`; nothing where
    nobody needs anything or the session is step-free. Two queries, where it says something.

    A need is free text, and may be of food alone: so the words ask, and change nothing that was typed.
    """
    if not _asks(showing.session, needs):
        return {}
    nearest = alternatives(showing, most=1, places=places, step_free=True)
    return {"tell_access": True, "step_free_instead": nearest}


def untold(sent: Mapping[str, Any], session: ShowcaseSession, needs: Iterable[str]) -> bool:
    """Whether a form of one page was sent with needs by somebody who has not read `told` yet: it comes back with it."""
    return "told" not in sent and _asks(session, needs)


def _asks(session: ShowcaseSession, needs: Iterable[str]) -> bool:
    return not session.is_step_free and any(needs)
