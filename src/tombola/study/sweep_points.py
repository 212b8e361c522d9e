"""Which sizes a sweep tries, in what order, and which of them it ends with."""

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from tombola.statistics import holding

Role = Literal["full", "as-long", "drawn", "control"]
"""full     the model given
as-long  the same, trained as long as what is retrained
drawn    what is pruned
control  as much of it, by lot
"""
Record = dict[str, Any]


class Asked(NamedTuple):
    """A model that is scored."""

    role: Role
    level: float
    """Share of what may be pruned, 0 to 1."""


def on_grid(levels: Sequence[float], records: Sequence[Record]) -> float | None:
    """The next of the levels, the least first; None after the last."""
    tried = len(_drawn(records))
    above = sorted(level for level in levels if level > records[0]["sparsity"])
    return above[tried] if tried < len(above) else None


def by_halves(step: float, records: Sequence[Record]) -> float | None:
    """Half way between the sparsest that held and the densest that did not, in whole `step`s.

    None once these are neighbours. Each level is judged by its own score: what is between two
    levels that were tried is taken to lie between them.
    """
    drawn = _drawn(records)
    low = max([records[0]["sparsity"], *(r["level"] for r in drawn if r["held"])])
    high = min([1.0, *(r["level"] for r in drawn if not r["held"])])
    first, last = round(low / step), round(high / step)
    return (first + last) // 2 * step if last - first > 1 else None


def next_of(
    records: Sequence[Record], level: float | None, *, control: bool, retrained: bool
) -> Asked | None:
    """What is scored after `records`, of which `level` is pruned next; None at the end.

    Whatever is drawn is followed by its control.
    """
    last = records[-1]
    if last["role"] == "full" and retrained:
        return Asked("as-long", last["level"])
    if last["role"] == "drawn" and control:
        return Asked("control", last["level"])
    return None if level is None else Asked("drawn", level)


def chosen(records: Sequence[Record], floor: float, better: float) -> list[bool]:
    """Of each record whether the score on what chooses holds there; controls are judged alike.

    Args:
        records: in any order, the full model first.
        floor: least score that is good enough, times `better`.
        better: 1 where more of a score is better, -1 where less is.
    """
    found = [False] * len(records)
    found[0] = True
    for role in ("drawn", "control", "as-long"):
        places = [0, *(i for i, r in enumerate(records) if r["role"] == role)]
        levels = [float(records[i]["level"]) for i in places]
        scores = [better * _number(records[i]["choice"]) for i in places]
        for place, holds in zip(places[1:], holding(levels, scores, floor)[1:], strict=True):
            found[place] = bool(holds)
    return found


def winner(records: Sequence[Record], holds: Sequence[bool]) -> int:
    """The place of the sparsest that was drawn and holds; 0, the full model, where none does."""
    drawn = [i for i, r in enumerate(records) if r["role"] == "drawn" and holds[i]]
    return max(drawn, key=lambda i: records[i]["level"], default=0)


def _drawn(records: Sequence[Record]) -> list[Record]:
    return [record for record in records if record["role"] == "drawn"]


def _number(value: float | None) -> float:
    """JSON has no NaN."""
    return float("nan") if value is None else float(value)
