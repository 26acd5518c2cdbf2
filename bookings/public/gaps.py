"""A list of sessions made ready, with gaps: what says how many places are taken is put in for each reader.

Nearly all of a list stays as it is while somebody takes a place: its form and counts, the map, fifty rows but one. So
it is rendered once with a mark where each row stands, and kept; for a reader after a change only the rows of sessions
that have changed are asked for and drawn again, by one query. What else makes it old makes it anew: another session is
full or is not, something else than places has changed (hubs/vocabulary/changes.py), or its seconds are up, which count
for whoever keeps the whole page too (docs/decisions/0056-lists-with-gaps.md).
"""

import datetime as dt
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable
from typing import Any, Generic, NamedTuple, TypeVar

from django.db.models import BigAutoField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from bookings.public.answers import answers, are_as_one, state_to_keep_by
from bookings.public.pictures import Frame, symbols
from bookings.public.session import Showing, listed, with_whom
from bookings.states import Standing
from hubs.models.session import ShowcaseSessionQuerySet
from hubs.vocabulary.asked_often import AskedOften, Several
from hubs.vocabulary.changes import State
from hubs.vocabulary.keeping import LONGEST, made_before

MOST = 40  # pages, most of them of fifty thousand characters
MARK = f"<!-- {secrets.token_hex(16)} -->"  # where a gap is; nobody can know it
THESE = Several("session", BigAutoField(), 50)
GAPS = "gaps"  # where the context of a template has them


class Drawn(NamedTuple):
    """What stands in a gap, and the frames that the page must draw for it."""

    html: str
    frames: Collection[Frame] = ()


class Elsewhere(Exception):
    """What stands in a gap belongs elsewhere now, or nowhere."""


T = TypeVar("T")
Draw = Callable[[T], Drawn]


class Gaps(Generic[T]):
    """What a template puts into its page while it renders, so that the page has gaps."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.drawn: list[Drawn] = []
        self.frames: Collection[Frame] = ()  # that the page has besides those of its gaps

    def put(self, one: T, draw: Draw[T]) -> SafeString:
        self.drawn.append(draw(one))
        return SafeString(MARK)

    def put_frames(self, besides: Collection[Frame]) -> SafeString:
        self.frames = besides
        return SafeString(MARK)

    def draw_changed(self, now: dt.datetime, state: State) -> None:
        """Draw again what has changed. Raises Elsewhere."""
        raise NotImplementedError


class Row(NamedTuple):
    """A row of a list, of which session it is and how it was placed."""

    kind: type[Showing]
    session_id: int
    metres: float | None
    stands: tuple[bool, bool]
    draw: Draw[Showing]


class Rows(Gaps[Showing]):
    """Sessions of a list."""

    def __init__(self, state: State) -> None:
        super().__init__(state)
        self.rows: list[Row] = []

    def put(self, showing: Showing, draw: Draw[Showing]) -> SafeString:
        session = showing.session
        self.rows.append(Row(type(showing), session.pk, getattr(session, "metres", None), _stands(showing), draw))
        return super().put(showing, draw)

    def draw_changed(self, now: dt.datetime, state: State) -> None:
        """One query for each fifty, and two more where not everybody may book."""
        old = [n for n, row in enumerate(self.rows) if state.of(row.session_id) != self.state.of(row.session_id)]
        if not old:
            return
        keys = list({self.rows[n].session_id for n in old})
        found = {one.pk: one for some in THESE.in_parts(keys) for one in with_whom(_as_listed.rows(**some))}
        for n in old:
            row = self.rows[n]
            if row.session_id not in found:
                raise Elsewhere
            found[row.session_id].metres = row.metres  # type: ignore[attr-defined]  # as near.measured gave it
            showing = row.kind(found[row.session_id], now)
            if _stands(showing) != row.stands:
                raise Elsewhere
            self.drawn[n] = row.draw(showing)


@AskedOften
def _as_listed() -> ShowcaseSessionQuerySet:
    return listed().filter(pk__in=THESE.given).order_by()


def _stands(showing: Showing) -> tuple[bool, bool]:
    """What a list places it by, whose day stays as it is."""
    return showing.comes_first, showing.standing == Standing.ANNOUNCED


class PageWithGaps:
    """A page between its gaps; the last of them is for the frames that all use."""

    def __init__(self, page: str, gaps: Gaps[Any], now: dt.datetime) -> None:
        self.pieces, self.gaps = page.split(MARK), gaps
        self.began, self.mark = now, gaps.state.of_lists()
        self._guard = threading.Lock()

    def filled(self, now: dt.datetime, state: State | None) -> str | None:
        """As it is now; None where it must be made anew. Whoever asks meanwhile waits, and has nothing to draw."""
        with self._guard:
            if state is None or not self._is_of(now, state):
                return None
            try:
                self.gaps.draw_changed(now, state)
            except Elsewhere:
                answers.forget()  # they counted it where it was
                return None
            self.gaps.state = state
            return self.as_drawn()

    def as_drawn(self) -> str:
        drawn = self.gaps.drawn
        frames = symbols({*self.gaps.frames, *(frame for one in drawn for frame in one.frames)})
        fill = [*(one.html for one in drawn), frames, ""]
        return "".join(part for pair in zip(self.pieces, fill, strict=True) for part in pair)

    def _is_of(self, now: dt.datetime, state: State) -> bool:
        return self.mark == state.of_lists() and are_as_one(self.began, now)


class Pages:
    """Those that are kept, the one that was asked for least lately going first. Safe in many threads."""

    def __init__(self) -> None:
        self._pages: OrderedDict[Hashable, PageWithGaps] = OrderedDict()
        self._guard = threading.Lock()

    def find(self, key: Hashable) -> PageWithGaps | None:
        with self._guard:
            if key in self._pages:
                self._pages.move_to_end(key)
            return self._pages.get(key)

    def keep(self, key: Hashable, made: PageWithGaps) -> None:
        with self._guard:
            self._pages[key] = made
            self._pages.move_to_end(key)
            while len(self._pages) > MOST:
                self._pages.popitem(last=False)


pages = Pages()


def rendered(
    request: HttpRequest,
    template: str,
    say: Callable[[], dict[str, Any] | HttpResponse],
    *,
    now: dt.datetime,
    gaps: Callable[[State], Gaps[Any]] = Rows,
) -> HttpResponse:
    """The page at the address of `request`, which `template` makes of what there is to `say`; or another answer."""
    key = get_language(), request.get_full_path()
    state = state_to_keep_by() if len(key[1]) <= LONGEST else None
    kept = pages.find(key) if state else None
    if kept and (page := kept.filled(now, state)) is not None:
        return made_before(HttpResponse(page), (now - kept.began).total_seconds())
    said = say()
    if isinstance(said, HttpResponse):
        return said
    if state is None:
        return render(request, template, said)
    put = gaps(state)
    made = PageWithGaps(render_to_string(template, said | {GAPS: put}, request), put, now)
    pages.keep(key, made)
    return HttpResponse(made.as_drawn())
