"""Loops over arrays as machine code: where a verdict would call numpy a hundred times, one loop does."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

from numba import njit

P = ParamSpec("P")
R = TypeVar("R")


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Return the function as numba compiles it at its first call.

    The result is kept beside the module, or in the user's cache folder where that may not be written. Integers are
    taken modulo 2**64, as in C: mix no signed ones with unsigned ones, which would give floats. Call no compiled
    function of another module: what is kept is made anew when its own file changes, and only then.
    """
    try:
        return cast(Callable[P, R], njit(cache=True)(function))
    except RuntimeError:  # no folder may be written: then each process compiles for itself
        return cast(Callable[P, R], njit(function))
