"""The pages that everybody reads: while nothing changes, and for the first reader after a place was taken."""

from collections.abc import Iterator

from tests.load.asking import Client
from tests.load.counting import Row, cpu_of_each, in_turn
from tests.load.installation import Installation


def pages(at: Installation) -> dict[str, str]:
    ref = at.made("ref")
    return {"list": "/", "session": f"/sessions/{ref}/", "hub": "/hubs/load-0/", "hubs": "/hubs/"}


def unchanged(at: Installation) -> Iterator[Row]:
    for name, path in pages(at).items():
        run, floor = in_turn(lambda path=path: at.of_web(path, at.size.quick), at.empty, at.size.rounds)
        yield Row(f"{name} while nothing changes ÷ empty answer, web", run, "ms", "≤ 2", floor)


def first_readers(at: Installation) -> Iterator[Row]:
    for name, path in pages(at).items():
        run, floor = in_turn(lambda path=path: first_reader(at, path), at.template_only, at.size.rounds)
        yield Row(f"{name}, first reader after a change ÷ template-only page, web", run, "ms", "≤ 4", floor)


def first_reader(at: Installation, path: str) -> float:
    """Milliseconds of the web server's CPU for a page of which a place was taken a moment ago."""
    client = Client(at.port)
    client.get(path)

    def read() -> None:
        at.made("take:1")
        client.get(path)

    return cpu_of_each(at.web, at.size.pages, read)
