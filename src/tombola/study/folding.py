"""Points that differ along an axis only, as one: what a step reads `across` it."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, TypeVar

from tombola.errors import UserError
from tombola.study.kind import Step
from tombola.study.point import Point
from tombola.study.references import Scalar

S = TypeVar("S", bound=Step)


def fold(step: str, points_: list[Point[S]], across: str | tuple[str, ...]) -> Iterator[Point[S]]:
    """Points that differ along one axis only, or along several, and read the same steps, as one.

    The values of several axes stand together, joined by blanks.
    """
    axes = (across,) if isinstance(across, str) else across
    groups: dict[tuple[Any, ...], list[Point[S]]] = {}
    for point in points_:
        for axis in axes:
            if axis not in point.at:
                raise UserError(
                    f"step {step}: across {axis}: what it reads has no such axis; "
                    f"it has: {', '.join(sorted(point.at))}"
                )
        where = tuple((name, value) for name, value in point.at.items() if name not in axes)
        read = tuple(
            (role, n.stage.step if n.stage else n.model) for role, n in point.nodes.items()
        )
        groups.setdefault((where, read), []).append(point)
    for (where, _), group in groups.items():
        named = [(_along(point, across), point) for point in group]
        _once(step, named, " and ".join(axes))
        values = tuple((value, point.nodes) for value, point in named)
        yield replace(group[0], at=dict(where), nodes={}, folded=values)


def _along(point: Point[S], across: str | tuple[str, ...]) -> Scalar:
    """Where a point stands along what is folded."""
    if isinstance(across, str):
        return point.at[across]
    return " ".join(str(point.at[axis]) for axis in across)


def _once(step: str, group: list[tuple[Scalar, Point[S]]], axis: str) -> None:
    """Raise UserError where a value of a folded axis is there twice: a reference is not narrow."""
    seen: dict[Scalar, Point[S]] = {}
    for value, point in group:
        other = seen.setdefault(value, point)
        if other is point:
            continue
        for role, node in point.nodes.items():
            before = other.nodes[role]
            if node.stage != before.stage or node.model != before.model:
                a = next(a for a in node.at if node.at[a] != before.at.get(a))
                raise UserError(
                    f"step {step}: across {axis}: {role} leads to several models for {axis} "
                    f"{value} (of {a} {before.at.get(a)} and {node.at.get(a)}): name one"
                )
