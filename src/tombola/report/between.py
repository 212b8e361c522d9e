"""Paired differences between studies: chains that both have, at sparsities that both have."""

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from typing import Any, TypeAlias

import pandas as pd

from tombola.errors import UserError
from tombola.report.chains import Chain, Point, at_equal_sparsity, chains_of, matched
from tombola.report.reading import Tables
from tombola.statistics import Difference
from tombola.tables import Table

BETWEEN = Table(
    "between-studies",
    {
        "task": ("string", "task that both were scored on, as the first study names it"),
        "metric": ("string", "name of the metric"),
        "of": ("string", "the study whose models are held to another's"),
        "to": ("string", "the study that they are held to"),
        "chain": ("string", "kind of tickets of the study `of`; dense where unpruned"),
        "to_chain": ("string", "kind of tickets of the study `to`"),
        "criterion": ("string", "what scored the weights of `of`; dense where unpruned"),
        "rewind": ("string", "how retraining of `of` began"),
        "round": ("int64", "pruning round of `of`"),
        "sparsity": ("float64", "pruned share of the prunable parameter sets of `of`"),
        "to_sparsity": ("float64", "pruned share of those of `to`; at most .025 away"),
        "of_model": ("string", "the model of the first run of `of`"),
        "to_model": ("string", "the model of the first run of `to`"),
        "difference": ("float64", "score of `of` less that of `to`, mean over runs; NaN if none"),
        "low": ("float64", "lower end of its 95% interval"),
        "high": ("float64", "upper end of its 95% interval"),
        "over": ("string", "what the interval is over: examples, or seeds and examples"),
        "seeds": ("int64", "pairs of runs; 0 if none could be paired"),
        "n": ("int64", "examples; 0 where none could be paired"),
        "verdict": ("string", "above, below, or undecided; empty where there is no difference"),
        "reason": ("string", "why there is no difference; empty where there is one"),
        "signature": ("string", "every fact that determines the number"),
    },
    rare=True,
)
Run = tuple[str, str]
"""A study and the name of one of its models."""


Paired: TypeAlias = Callable[[str, Sequence[Run], Sequence[Run]], Difference]
"""Makes a paired difference by a metric of runs of one study and those of another that they are
held to. It raises UserError, with the reason, where they cannot be paired."""


def between(studies: Mapping[str, Tables], paired: Paired) -> pd.DataFrame:
    """The table of paired differences of every two studies, the later less the earlier one.

    A task of which nothing can be paired has one row that says why.
    """
    found: list[dict[str, Any]] = []
    chains = {name: chains_of(read) for name, read in studies.items()}
    for to, of in combinations(studies, 2):
        for scored in chains[to]:
            if scored in chains[of]:
                blank = {"task": scored[0], "metric": scored[1], "of": of, "to": to}
                found += _of_task(blank, chains[of][scored], chains[to][scored], paired)
    return BETWEEN.frame(found)


def _of_task(
    blank: dict[str, Any], of: list[Chain], to: list[Chain], paired: Paired
) -> list[dict[str, Any]]:
    rows = []
    for one, other in matched(of, to):
        for ours, theirs in at_equal_sparsity(one.rows, other.rows):
            rows.append(_row(blank, (one, ours), (other, theirs), paired))
    told = {row["reason"] for row in rows}
    if not rows:
        return [_nothing(blank, "no chain of one is pruned as one of the other is")]
    if len(told) == 1 and told != {""}:
        return [_nothing(blank, told.pop())]
    return rows


def _runs(of: Point, to: Point) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Runs of the same seeds; where no seed is the same, in the order of the seeds."""
    same = sorted(of.keys() & to.keys())
    if same:
        return [of[seed] for seed in same], [to[seed] for seed in same]
    pairs = [(of[a], to[b]) for a, b in zip(sorted(of), sorted(to), strict=False)]
    return [a for a, _ in pairs], [b for _, b in pairs]


def _row(
    blank: dict[str, Any], of: tuple[Chain, Point], to: tuple[Chain, Point], paired: Paired
) -> dict[str, Any]:
    ours, theirs = _runs(of[1], to[1])
    first, other = ours[0], theirs[0]
    row = {
        **_nothing(blank, ""),
        "chain": of[0].name, "to_chain": to[0].name, "criterion": str(first["criterion"]),
        "rewind": str(first["rewind"]), "round": int(first["round"]),
        "sparsity": _mean(ours, "at"), "to_sparsity": _mean(theirs, "at"),
        "of_model": str(first["model"]), "to_model": str(other["model"]),
    }  # fmt: skip
    if all(a["model"] == b["model"] for a, b in zip(ours, theirs, strict=True)):
        return row | {"reason": "one and the same model in both"}
    try:
        found = paired(
            str(blank["metric"]),
            [(blank["of"], str(run["model"])) for run in ours],
            [(blank["to"], str(run["model"])) for run in theirs],
        )
    except (UserError, ValueError) as problem:
        return row | {"reason": str(problem)}
    if not math.isfinite(found.value):
        return row | {"reason": "the score of one of them is undefined"}
    return row | {
        "difference": found.value, "low": found.low, "high": found.high, "over": found.over,
        "seeds": found.seeds, "n": found.n, "verdict": found.verdict(),
        "signature": f"{first['signature']} less {other['signature']}|{found.method}",
    }  # fmt: skip


def _mean(runs: list[dict[str, Any]], column: str) -> float:
    return sum(float(run[column]) for run in runs) / len(runs)


def _nothing(blank: dict[str, Any], reason: str) -> dict[str, Any]:
    empty = {"string": "", "int64": 0, "float64": math.nan}
    cells = {column: empty[dtype] for column, (dtype, _) in BETWEEN.columns.items()}
    return {**cells, **blank, "reason": reason}
