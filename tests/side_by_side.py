"""How the tests are shared out: each module to one process, all faults to one, and what takes long begins first.

Faults wait half of their time, for a server that is frozen or a page that grows old. In one process they leave the
machine to the others meanwhile, and share the servers that they start; at the end of a run nothing long is left.
"""

import pytest
from xdist.scheduler import LoadScopeScheduling

WAITING = "tests/faults/"


class SideBySide(LoadScopeScheduling):  # type: ignore[misc]
    """By module; with --no-loadscope-reorder in the order of collection, and not by how many tests there are."""

    def _split_scope(self, nodeid: str) -> str:
        return WAITING if nodeid.startswith(WAITING) else str(nodeid.partition("::")[0])


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> SideBySide:
    return SideBySide(config, log)


@pytest.hookimpl(trylast=True)  # when it is known what is run
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Faults first, then modules with a slow test; one after another, all stay as they are."""
    if hasattr(config, "workerinput"):
        slow = {item.path for item in items if item.get_closest_marker("slow")}
        items.sort(key=lambda item: (not item.nodeid.startswith(WAITING), item.path not in slow))
