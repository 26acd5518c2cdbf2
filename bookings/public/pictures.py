"""How many places there are, as every primary maths teacher draws numbers: ten frames, and a bar for a large hall.

Each says again what stands beside it in words, so that those who hear a page miss nothing.
"""

from collections.abc import Collection, Iterator
from functools import lru_cache
from itertools import pairwise

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

Frame = tuple[int, int, int]  # taken, kept, cells

CELL = 16  # of a frame's picture, in its own units
MOST_FRAMES = 6  # a wall of frames is noise: a larger hall is a bar
BAR = 262  # its length: that of three frames
ROOM_FOR_A_NUMBER = 34
MOST_MARKED = 300  # places, beyond which the marks of its tens would run into each other


def frames_of(taken: int, kept: int, capacity: int) -> Iterator[Frame]:
    """(taken, kept, cells) of each frame, counters from the left: taken first, then kept, then free."""
    for start in range(0, capacity, 10):
        cells = min(10, capacity - start)
        in_this = min(max(taken - start, 0), cells)
        kept_here = min(max(taken + kept - start, 0), cells) - in_this
        yield in_this, kept_here, cells


def places(taken: int, kept: int, capacity: int) -> tuple[SafeString, list[Frame]]:
    """The picture of a room's places, and the frames that it needs drawn somewhere on the page."""
    if capacity > MOST_FRAMES * 10:
        return bar(taken, kept, capacity), []
    frames = list(frames_of(taken, kept, capacity))
    pictures = format_html_join("", '<svg><use href="#f{}-{}-{}"/></svg>', frames)
    return format_html('<span class="frames" aria-hidden="true">{}</span>', pictures), frames


@lru_cache(maxsize=512)
def symbol(taken: int, kept: int, cells: int) -> str:
    """A frame, drawn once for all its uses on a page."""
    grid, counters = [], []
    for cell in range(cells):
        x, y = cell % 5 * CELL + 1, cell // 5 * CELL + 1
        grid.append(f"M{x} {y}h{CELL}v{CELL}h-{CELL}z")
        if cell < taken + kept:
            kind = "taken" if cell < taken else "kept"
            counters.append(f'<circle class="{kind}" cx="{x + 8}" cy="{y + 8}" r="5.8"/>')
    return (
        f'<symbol id="f{taken}-{kept}-{cells}" viewBox="0 0 82 34">'
        f'<path class="grid" d="{"".join(grid)}"/>{"".join(counters)}</symbol>'
    )


def symbols(frames: Collection[Frame]) -> SafeString:
    """Each of these frames, drawn once, for the end of a page."""
    if not frames:
        return mark_safe("")
    drawn = mark_safe("".join(symbol(*frame) for frame in sorted(frames)))  # noqa: S308  (numbers only)
    return format_html('<svg class="sprite" aria-hidden="true">{}</svg>', drawn)


def bar(taken: int, kept: int, capacity: int) -> SafeString:
    """A hall as a bar model: the whole is its capacity, marked at each ten; its parts are taken, kept and free."""
    free = capacity - taken - kept
    ends = [round(n / capacity * (BAR - 2)) + 1 for n in (0, taken, taken + kept, capacity)]
    spans = list(pairwise(ends))
    parts = [
        format_html('<path class="{}" d="M{} 1h{}v32h-{}z"/>', name, start, end - start, end - start)
        for name, (start, end) in zip(("taken", "kept"), spans[:2], strict=True)
        if end > start
    ]
    numbers = [
        format_html('<text class="{}" x="{}" y="23">{}</text>', name, (start + end) // 2, n)
        for name, n, (start, end) in zip(("on", "by", "by"), (taken, kept, free), spans, strict=True)
        if end - start >= ROOM_FOR_A_NUMBER
    ]
    marks = range(10, capacity, 10) if capacity <= MOST_MARKED else ()
    tens = "".join(f"M{round(n / capacity * (BAR - 2)) + 1} 27v6" for n in marks)
    return format_html(
        '<svg class="bar" viewBox="0 0 {} 34" aria-hidden="true">{}<path class="grid" d="M1 1h{}v32H1z{}"/>{}</svg>',
        BAR,
        mark_safe("".join(parts)),  # noqa: S308  (made of numbers, here)
        BAR - 2,
        tens,
        mark_safe("".join(numbers)),  # noqa: S308
    )


def yours(number: int, *, kept: bool) -> SafeString:
    """A party's own places: counters of another colour, or rings while they are only kept."""
    kind = "kept" if kept else "yours"
    frames = [min(10, number - start) for start in range(0, number, 10)]
    drawn = [
        "".join(
            f'<circle class="{kind}" cx="{n % 5 * CELL + 9}" cy="{n // 5 * CELL + 9}" r="5.8"/>'
            for n in range(counters)
        )
        for counters in frames
    ]
    grid = "M1 1h80v32H1zM1 17h80M17 1v32M33 1v32M49 1v32M65 1v32"
    pictures = "".join(f'<svg viewBox="0 0 82 34"><path class="grid" d="{grid}"/>{one}</svg>' for one in drawn)
    return format_html(
        '<span class="frames own" aria-hidden="true">{}</span>',
        mark_safe(pictures),  # noqa: S308  (made of numbers, here)
    )
