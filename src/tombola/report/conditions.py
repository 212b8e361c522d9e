"""When weights were pruned, and whether they may grow back: from the facts of stages.

The four conditions of Gordon, Duh & Andrews (2020), section 3, whatever a recipe calls its steps.
"""

from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd

from tombola.report.reading import Tables
from tombola.report.subnetworks import StageRow, pairs, stages_of

DENSE = "dense"
"""Never pruned, nor was what it began as."""
KEPT = "kept"
"""Begun as a pruned model, whose mask holds."""
RELEASED = "released"
"""Begun as a pruned model, whose zeros may grow back."""
AFTER = "after"
"""Pruned when its task was learned already."""
RANDOM = "random"
"""Under a mask by lot."""
PRUNING = "pruning"
"""Pruned while it was trained, from a dense beginning: pre-training, where others begin here."""
CONTROL = "control"
"""Under the mask, or the weights, of a control."""
BEFORE = (PRUNING, AFTER, KEPT, "")
"""What a mask's model is that was pruned neither at random nor as a control."""
FOUND = ["condition", "cut", "control", "learned"]
NEAR = 0.025
"""Sparsities that are meant to be equal differ by whole weights, and by what is not prunable."""


class Condition(NamedTuple):
    """What a model is."""

    condition: str
    cut: float
    """Sparsity that its weights went through, though they may have grown back since."""
    control: str
    """Name of the control."""
    learned: float
    """Optimizer steps of its own training."""


def conditions(tables: Tables) -> pd.DataFrame:
    """The table `models` with the columns of `Condition`; no rows without `models` or `stages`."""
    if not {"models", "stages"} <= set(tables):
        return pd.DataFrame(columns=["model", "task", "seed", "steps", *FOUND])
    stages, models = stages_of(tables), tables["models"]
    facts = {
        str(row["model"]): (str(row["task"]), float(row["sparsity"]), int(row["steps"]))
        for row in models[["model", "task", "sparsity", "steps"]].to_dict("records")
    }
    begun = _begun(stages, facts)
    found = [_what(str(name), stages, facts, begun) for name in models["model"]]
    return models.assign(**{c: [row[i] for row in found] for i, c in enumerate(FOUND)})


def tried(tables: Tables) -> frozenset[str]:
    """Models that the best was chosen from: it stands for them, the chosen one among them."""
    if "stages" not in tables:
        return frozenset()
    chosen = [stage for stage in stages_of(tables).values() if stage.kind == "best"]
    return frozenset(
        read for stage in chosen for role, read in stage.reads.items() if role.startswith("of")
    )


def condition_pairs(tables: Tables) -> pd.DataFrame:
    """The paired differences with the condition of both sides: `of_condition`, `to_cut`, …"""
    return pairs(tables, conditions, FOUND)


def within(rows: pd.DataFrame, least: float, most: float, column: str = "of_cut") -> pd.DataFrame:
    """Rows whose sparsity lies between two, or as good as at one of them."""
    if column not in rows:
        return rows.iloc[:0]
    return rows[(rows[column] >= least - NEAR) & (rows[column] <= most + NEAR)]


Known = Mapping[str, tuple[str, float, int]]


def _begun(stages: Mapping[str, StageRow], known: Known) -> frozenset[str]:
    """What models of other tasks begin as: pre-trained ones."""
    found = set()
    for name, stage in stages.items():
        base = stage.reads.get("model", "")
        if name in known and base in known and known[name][0] != known[base][0]:
            found.add(base)
    return frozenset(found)


def _what(
    name: str, stages: Mapping[str, StageRow], known: Known, begun: frozenset[str]
) -> Condition:
    stage = stages.get(name)
    task, sparsity, steps = known.get(name, ("", 0.0, 0))
    if stage is None:
        return Condition("", sparsity, "", float("nan"))
    if stage.kind == "best":  # whichever was chosen, they are of one kind
        first = next((read for role, read in stage.reads.items() if role.startswith("of")), "")
        return _what(first, stages, known, begun)
    if stage.kind == "control":
        return Condition(CONTROL, sparsity, _named(stage.facts.get("choose", "")), 0.0)
    if stage.kind in ("draw", "rounds"):
        lot = _named(stage.facts.get("criterion", "")) == "random"
        return Condition(RANDOM if lot else PRUNING, sparsity, "", 0.0)
    if stage.kind != "train":
        return Condition("", sparsity, "", float("nan"))
    base = stage.reads.get("model", "")
    before = known.get(base, ("", 0.0, 0))
    learned = float(steps - before[2])
    if "sparsify" in stage.facts:
        tuned = before[0] == task and name not in begun
        return Condition(AFTER if tuned else PRUNING, sparsity, "", learned)
    if "mask" in stage.reads:
        held = _what(stage.reads["mask"], stages, known, begun)
        if known.get(stage.reads["mask"], ("",))[0] == task and held.condition in BEFORE:
            return Condition("", sparsity, held.control, learned)  # retrained on its own task
        kept = KEPT if held.condition in (PRUNING, AFTER) else held.condition
        return Condition(kept or KEPT, sparsity, held.control, learned)
    if before[1] > 0:
        return Condition(RELEASED, before[1], "", learned)
    return Condition(DENSE, 0.0, "", learned)


def _named(value: object) -> str:
    return str(value["name"] if isinstance(value, Mapping) else value)
