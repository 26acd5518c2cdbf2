"""Libraries that few pages need and that take much memory: read when the first of those pages is asked for.

Named here and there as if they were imported. An import in a function would do the same, and hides what a file needs.
"""

from importlib import import_module
from typing import Any


class Later:
    """Stands for a library; whoever asks it for something has it read. Safe in many threads, as imports are."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Any:
        return getattr(import_module(self._name), name)
