"""Which of many things meet a point: those that are the same on all axes that both have."""

from collections.abc import Iterable, Mapping
from typing import Generic, Protocol, TypeVar, runtime_checkable

from tombola.study.references import Scalar


@runtime_checkable
class Placed(Protocol):
    """What stands at a point."""

    @property
    def at(self) -> Mapping[str, Scalar]:
        """Axis to value."""


P = TypeVar("P", bound=Placed)


class Meeting(Generic[P]):
    """Looks things up by where they stand: thousands meet thousands without a look at each pair."""

    def __init__(self, placed: Iterable[P]) -> None:
        """What is found comes in this order."""
        self._by_axes: dict[frozenset[str], list[tuple[int, P]]] = {}
        for place, each in enumerate(placed):
            self._by_axes.setdefault(frozenset(each.at), []).append((place, each))
        self._known: dict[
            tuple[frozenset[str], frozenset[str]], dict[tuple[Scalar, ...], list[tuple[int, P]]]
        ] = {}

    def with_(self, at: Mapping[str, Scalar], apart: frozenset[str]) -> list[P]:
        """Those that meet a point; on the axes `apart` they may differ."""
        found: list[tuple[int, P]] = []
        for axes in self._by_axes:
            shared = axes.intersection(at) - apart
            values = tuple(at[axis] for axis in sorted(shared))
            found += self._index(axes, shared).get(values, [])
        if len(self._by_axes) > 1:
            found.sort(key=lambda each: each[0])
        return [each for _, each in found]

    def _index(
        self, axes: frozenset[str], shared: frozenset[str]
    ) -> dict[tuple[Scalar, ...], list[tuple[int, P]]]:
        """Those with some axes, by their values on some of them."""
        if (axes, shared) not in self._known:
            made: dict[tuple[Scalar, ...], list[tuple[int, P]]] = {}
            for place, each in self._by_axes[axes]:
                values = tuple(each.at[axis] for axis in sorted(shared))
                made.setdefault(values, []).append((place, each))
            self._known[axes, shared] = made
        return self._known[axes, shared]
