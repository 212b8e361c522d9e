"""Tables of probes that were never trained, in which the truth is chosen."""

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tombola.report import Tables
from tombola.study.kinds.probe import PROBES
from tombola.study.kinds.probe_differences import DIFFERENCES, TRENDS
from tombola.study.model_rows import MODELS
from tombola.tables import Table
from tombola.tasks.words import WORD_TASKS

SPARSITY = (0.0, 0.4, 0.64, 0.784)
TASKS = tuple(WORD_TASKS)
BY = {"linear": 0, "MLP 1024": 1024}
Changes = Mapping[tuple[str, str], tuple[float, float, float]]
"""Of a task by a kind of probe: the change with sparsity, and its interval."""


def filled(table: Table, **cells: Any) -> dict[str, Any]:
    """A row whose other cells are empty."""
    plain = {"string": "", "float64": float("nan"), "bool": False}
    return {c: cells.get(c, plain.get(kind, 1)) for c, (kind, _) in table.columns.items()}


def about(task: str, by: str) -> dict[str, Any]:
    """What columns say of a task and a kind of probe."""
    word = WORD_TASKS[task]
    return {
        "probe": task if by == "linear" else f"{task}, {by}", "asked": task, "word_task": task,
        "group": word.group, "by": by, "hidden": BY[by], "penalty": 0.0, "stack": "encoder",
        "metric": word.metric, "n": 900, "texts": 80, "signature": "s",
    }  # fmt: skip


def models(seeds: int, criteria: Sequence[str] = ("magnitude",)) -> list[dict[str, Any]]:
    """Dense models, and tickets of them."""
    rows = []
    for seed in range(1, seeds + 1):
        name = f"dense-s{seed}"
        dense = filled(
            MODELS, model=name, step="dense", seed=seed, task="toy", round=0, source="bert",
            root=name, sparsity=0.0, sparsity_model=0.0,
        )  # fmt: skip
        rows.append(dense)
        for criterion, round_ in itertools.product(criteria, range(1, len(SPARSITY))):
            rows.append(dense | {
                "model": f"{criterion}-r{round_}-s{seed}", "step": "tickets", "round": round_,
                "criterion": criterion, "rewind": "none", "sparsity": SPARSITY[round_],
            })  # fmt: skip
    return rows


def probes(
    made: Sequence[Mapping[str, Any]], tasks: Sequence[str], bys: Sequence[str], layers: int = 6
) -> list[dict[str, Any]]:
    """Scores that rise with depth, and fall with sparsity or not, by task; and random encoders."""
    rng, rows = np.random.default_rng(0), []
    for (i, task), by in itertools.product(enumerate(tasks), bys):
        for model, layer in itertools.product([*made, {"model": "random"}], range(layers + 1)):
            drawn = model["model"] == "random"
            level = 0.55 + 0.3 * np.sin(0.4 + 2 * layer / layers) * (0.2 if drawn else 1)
            change = (-0.06, 0.0, 0.03)[i % 3] * (0 if drawn else model["sparsity"])
            value = level + change + (0.05 if by != "linear" else 0) + rng.normal(0, 0.004)
            rows.append(filled(
                PROBES, model=model["model"], **about(task, by), layer=layer, value=value,
                low=value - 0.01, high=value + 0.01, chance=0.2, word_baseline=0.6,
                stopping=value + rng.normal(0, 0.004), redrawn=drawn, replicate=0, unknown=0.0,
                n_unseen=0,
            ))  # fmt: skip
    return rows


def trends(changes: Changes, criterion: str = "magnitude", layers: int = 6) -> list[dict[str, Any]]:
    """Trends of best layers, and the same of every layer."""
    return [
        filled(
            TRENDS, step="held", model=f"{criterion}-r3-s1", **about(task, by), which=which,
            layer=layer, models=len(SPARSITY), least=SPARSITY[0], most=SPARSITY[-1],
            change=change, low=low, high=high, over="runs and texts", seeds=2, replicates=1,
        )
        for (task, by), (change, low, high) in changes.items()
        for which, layer in (("best", -1), *(("layer", n) for n in range(layers + 1)))
    ]  # fmt: skip


def differences(task: str, by: str, of: str, to: str, **cells: Any) -> dict[str, Any]:
    """One difference."""
    own = {"which": "layer", "layer": 1, "to_layer": 1, "to_by": by, "difference": 0.0,
           "over": "texts", "verdict": "undecided"}  # fmt: skip
    return filled(DIFFERENCES, step="held", model=of, against=to, **about(task, by), **own | cells)


def tables(**rows: list[dict[str, Any]]) -> Tables:
    """Rows as tables; names with low lines for hyphens."""
    known = {table.name: table for table in (MODELS, PROBES, DIFFERENCES, TRENDS)}
    names = {name: name.replace("_", "-") for name in rows}
    return Tables({names[name]: known[names[name]].frame(each) for name, each in rows.items()})


def study(tasks: Sequence[str] = TASKS, seeds: int = 2, bys: Sequence[str] = tuple(BY)) -> Tables:
    """A whole study of one chain of tickets."""
    made = models(seeds)
    changes = {
        (task, by): (c := (-0.047, 0.002, 0.023)[i % 3], c - 0.01, c + 0.01)
        for (i, task), by in itertools.product(enumerate(tasks), bys)
    }
    return tables(models=made, probes=probes(made, tasks, bys), probe_trends=trends(changes))
