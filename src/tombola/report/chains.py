"""Chains of tickets of two studies, and which of one is held to which of the other.

A chain is held to that of another study of the same criterion, rewinding and axes; where a study
has several such steps, to the step of the same name. What is left over on both sides (another
criterion, another protocol) is held to each other where that is a few.
"""

from collections.abc import Hashable, Iterator
from typing import Any, NamedTuple

import pandas as pd

from tombola.report.one_form import DENSE, axes_of
from tombola.report.reading import Tables
from tombola.report.tickets import at_home, with_kind

NEAR = 0.025
"""Sparsities that are meant to be equal differ by whole weights, and by what is not prunable."""
FEW = 3
"""Left-over chains of each study that are held to each other."""

Point = dict[int, dict[str, Any]]
"""Rows of one round by seed."""


class Chain(NamedTuple):
    """Models of one study that are one line of a figure."""

    name: str
    criterion: str
    key: Hashable
    """What another study's chain is known by."""
    step: str
    rows: pd.DataFrame


def chains_of(read: Tables) -> dict[tuple[str, str], list[Chain]]:
    """The chains of a study, by task and metric."""
    if "scores" not in read or "models" not in read:
        return {}
    rows, axes = at_home(read.joined("scores")), axes_of(read["models"])
    groups = with_kind(rows[rows["score"].notna()]).groupby(["task", "metric"], sort=False)
    return {(str(task), str(metric)): _chains(each, axes) for (task, metric), each in groups}


def _chains(rows: pd.DataFrame, axes: list[str]) -> list[Chain]:
    """The dense model, once, and each kind of tickets of each experiment."""
    found: dict[Hashable, Chain] = {}
    sources = rows.groupby("criterion")["source"].nunique() > 1
    for place, each in rows.groupby(["experiment", "kind", "step"], sort=False):
        _, kind, step = map(str, place)
        first = each.iloc[0]
        criterion = str(first["criterion"])
        at = [f"{axis.replace('_', ' ')} {first[axis]}" for axis in axes if first[axis]]
        at += [str(first["source"])] if sources[criterion] else []
        name = ", ".join([kind, *at])
        key = (criterion, "" if criterion == DENSE else str(first["rewind"]), tuple(sorted(at)))
        step = DENSE if criterion == DENSE else step
        found.setdefault((key, step), Chain(name, criterion, key, step, each))
    return list(found.values())


def matched(of: list[Chain], to: list[Chain]) -> Iterator[tuple[Chain, Chain]]:
    """Each chain of one study with the one of another that it is held to."""
    left, met = [], []
    for chain in of:
        alike = [each for each in to if each.key == chain.key]
        several = len(alike) > 1 or sum(each.key == chain.key for each in of) > 1
        same = [each for each in alike if each.step == chain.step] if several else alike
        if same:
            met.append(same[0])
            yield chain, same[0]
        else:
            left.append(chain)
    others = [each for each in to if not any(each is one for one in met)]
    if len(left) <= FEW and len(others) <= FEW:
        pairs = ((chain, each) for chain in left for each in others)
        # what is not pruned is held to what is not pruned
        yield from (p for p in pairs if (p[0].criterion == DENSE) == (p[1].criterion == DENSE))


def at_equal_sparsity(of: pd.DataFrame, to: pd.DataFrame) -> Iterator[tuple[Point, Point]]:
    """Each round of one chain, and that of another whose sparsity is nearest, and near enough."""
    there = [(float(rows["at"].mean()), rows) for _, rows in to.groupby("round")]
    for _, rows in of.groupby("round"):
        at = float(rows["at"].mean())
        nearest, found = min(there, key=lambda each: abs(each[0] - at))
        if abs(nearest - at) <= NEAR:
            yield _by_seed(rows), _by_seed(found)


def _by_seed(rows: pd.DataFrame) -> Point:
    seeds = rows["seed"].fillna(-1).astype("int64")
    records = [{str(c): cell for c, cell in each.items()} for each in rows.to_dict("records")]
    return dict(reversed(list(zip(seeds, records, strict=True))))
