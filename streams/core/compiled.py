"""Loops over arrays as machine code: where a verdict would call numpy a hundred times, one loop does."""

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar, cast

P = ParamSpec("P")
R = TypeVar("R")


class _Waiting:
    """A function before the first one is called: numba takes a third of a second to load, and few verbs need it."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        self.made: Callable[..., Any] | None = None

    def __call__(self, *arguments: Any) -> Any:
        if self.made is None:
            _make_all()
        assert self.made is not None  # noqa: S101 - `_make_all` makes it
        return self.made(*arguments)


_waiting: list[_Waiting] = []


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Return the function as numba compiles it at its first call.

    The result is kept beside the module, or in the user's cache folder where that may not be written. Integers are
    taken modulo 2**64, as in C: mix no signed ones with unsigned ones, which would give floats. Call no compiled
    function of another module: what is kept is made anew when its own file changes, and only then.
    """
    _waiting.append(_Waiting(function))
    return cast(Callable[P, R], _waiting[-1])


def _make_all() -> None:
    """Put what numba makes of the functions in their places, where they find each other, too."""
    from numba import njit

    while _waiting:
        waiting = _waiting.pop()
        function = waiting.function
        try:
            waiting.made = njit(cache=True)(function)
        except RuntimeError:  # no folder may be written: then each process compiles for itself
            waiting.made = njit(function)
        function.__globals__[function.__name__] = waiting.made
