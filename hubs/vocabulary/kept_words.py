"""Words worked out once: a page says the same few days, classes and counts a hundred times."""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import ParamSpec, TypeVar

from django.utils.translation import get_language

P = ParamSpec("P")
T = TypeVar("T")


def kept_by_language(words: Callable[P, T]) -> Callable[P, T]:
    """`words` with its answers kept, those of each language apart. It must depend on its arguments alone."""

    @lru_cache(maxsize=2048)
    def kept(_language: str | None, *args: P.args, **kwargs: P.kwargs) -> T:
        return words(*args, **kwargs)

    @wraps(words)
    def said(*args: P.args, **kwargs: P.kwargs) -> T:
        return kept(get_language(), *args, **kwargs)  # type: ignore[arg-type]  # the stubs ask for hashable values

    return said
