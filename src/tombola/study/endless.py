"""YAML whose anchors make more of it than memory holds: a few lines can stand for 9^9 values."""

from typing import Any

from tombola.errors import UserError

MOST = 200_000
"""Values that a recipe holds, each as often as it is referred to; nobody writes as many."""
DEEPEST = 60
"""Levels of one value within another."""


def refuse_endless(tree: Any, where: str) -> None:
    """Raise UserError for what is too large or too deep to be looked at, or holds itself.

    Whoever copies, compares or prints such a value would not come to an end.
    """
    left, found = MOST, [(tree, 0)]
    while found:
        value, depth = found.pop()
        if depth > DEEPEST:
            raise UserError(
                f"{where}: values within values, more than {DEEPEST} levels deep: no recipe"
            )
        inner = value.values() if isinstance(value, dict) else value
        if isinstance(inner, str | bytes) or not hasattr(inner, "__iter__"):
            continue
        held = list(inner)
        left -= len(held)
        if left < 0:
            raise UserError(
                f"{where}: more than {MOST:,} values, counting what `*` repeats: no recipe"
            )
        found += [(each, depth + 1) for each in held]
