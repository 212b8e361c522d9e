"""Which model of a study is which subnetwork: from the facts of its stages, not from names."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

from tombola.report.reading import Tables

FULL, PRUNED, RETRAINED, OTHER = "full", "pruned", "retrained", "other"
STRUCTURED, WEIGHTS = "structured", "weights"
GOOD = ("good",)
RANDOM = ("random", "random-as-published")
BAD = ("bad", "bad-as-published")
BAD_WEIGHTS = ("smallest", *BAD)
"""What was published as bad of weights is the smallest ones."""
GROUPS = {
    (STRUCTURED, False): "heads and MLPs",
    (WEIGHTS, False): "weights",
    (STRUCTURED, True): "super-survivors",
    (WEIGHTS, True): "weights that survive in all seeds",
}
"""Names of methods: by method, and whether it is of what survives in all seeds."""
ORDER = ["good", "random", "random-as-published", "bad", "bad-as-published", "smallest"]
"""Constructions as figures and tables have them, what pruning left first."""
SAME = ["state", "method", "choose", "folded"]
"""Columns in which models of one kind of subnetwork agree."""
COLUMNS = [
    "model", "task", "seed", "root", "source", "sparsity", "sparsity_model", "parameters", "steps",
]  # fmt: skip
FOUND = ["state", "method", "choose", "folded", "what", "redrawn", "length", "length_in"]
TRUTHS = {"folded": bool, "redrawn": bool}
"""Columns that rows are chosen by: of a table without rows, too."""
Facts = Mapping[str, Any]
UNTRAINED = (float("nan"), "")
"""Length of no training."""


def subnetworks(tables: Tables) -> pd.DataFrame:
    """The table `models` with what each model is.

    Columns, beside those of `models`:
    `state`: `full` (never pruned), `pruned` (and not trained again), `retrained`, or `other`;
    `method`: `structured` (heads and MLPs), `weights`, empty for what is full;
    `choose`: `good` for what pruning left, or the construction that was held against it;
    `folded`: whether it is of what survives in all of several masks (super-survivors);
    `what`: joint, heads or mlps, where heads and MLPs were pruned;
    `redrawn`: whether training began at weights that were drawn at random;
    `length`: epochs of the training, or its steps where it names no epochs; NaN without training;
    `length_in`: which of them.
    Without `models` or `stages` there are no rows.
    """
    if not {"models", "stages"} <= set(tables):
        return pd.DataFrame(columns=[*COLUMNS, *FOUND]).astype(TRUTHS)
    stages = stages_of(tables)
    models = tables["models"]
    found = [_what(str(name), stages) for name in models["model"]]
    # An axis of the recipe may have one of these names, and be empty for some models.
    known = {name: [row[i] for row in found] for i, name in enumerate(FOUND)}
    return models.assign(**known).astype(TRUTHS)


def dense(models: pd.DataFrame) -> pd.DataFrame:
    """Of `subnetworks`, the models that something was pruned from."""
    pruned = models[models["state"].isin([PRUNED, RETRAINED])]
    return models[(models["state"] == FULL) & models["model"].isin(pruned["root"])]


def usual(models: pd.DataFrame) -> pd.DataFrame:
    """Without what was trained for longer than its like, or pruned by heads or MLPs alone.

    What a loop ends in, and the subnetwork `good` that a later step makes of it, are one.
    """
    shortest = models.groupby(["task", *SAME])["length"].transform("min")
    short = models["length"].isna() | (models["length"] == shortest)
    found: pd.DataFrame = models[short & models["what"].isin(["", "joint"])]
    same = [*SAME, "task", "seed", "mask", "root"]
    return found[(found["state"] != PRUNED) | ~found.duplicated(same)]


def pairs(
    tables: Tables, what: Callable[[Tables], pd.DataFrame] = subnetworks,
    columns: Sequence[str] = FOUND,
) -> pd.DataFrame:  # fmt: skip
    """The paired differences of scores with what both sides are.

    The table `differences` with the columns that `what` finds out of models, those of the model as
    `of_…`, those of what it is held to as `to_…`. Without it there are no rows.
    """
    models = what(tables)
    if "differences" not in tables or models.empty:
        return pd.DataFrame()
    rows = tables["differences"]
    rows = rows[rows["probe"] == ""] if "probe" in rows else rows
    done = tables["stages"]
    done = done[done["kind"] == "differences"]
    if rows.empty or done.empty:  # planned, and none is done yet
        return pd.DataFrame()
    reads = [json.loads(each) for each in done["reads"]]
    sides = pd.DataFrame(
        {
            "step": list(done["step"]),
            "model": [each.get("of.0", "") for each in reads],
            "other": [each.get("to.0", "") for each in reads],
        }
    )
    # A model may be held to several in one step: both tables have them in the order of the plan.
    which = ["step", "model"]
    sides["turn"] = sides.groupby(which).cumcount()
    both = rows.assign(turn=rows.groupby(which).cumcount()).merge(sides, on=[*which, "turn"])
    for side, column in (("of", "model"), ("to", "other")):
        named = models[["model", "steps", "seed", *columns]].add_prefix(f"{side}_")
        both = both.merge(named, left_on=column, right_on=f"{side}_model")
    return both


def chosen(rows: pd.DataFrame, **which: Any) -> pd.DataFrame:
    """The rows where each column has the value, or one of several."""
    for column, value in which.items():
        if column not in rows:
            return rows.iloc[:0]
        values = value if isinstance(value, tuple) else (value,)
        rows = rows[rows[column].isin(values)]
    return rows


def stages_of(tables: Tables) -> "dict[str, StageRow]":
    """The table `stages` by name."""
    columns = ["stage", "kind", "facts", "reads"]
    rows = tables["stages"][columns].itertuples(index=False, name=None)
    return {
        str(name): StageRow(str(kind), json.loads(facts), json.loads(reads))
        for name, kind, facts, reads in rows
    }


class StageRow:
    """A row of the table `stages`."""

    def __init__(self, kind: str, facts: Facts, reads: Mapping[str, str]) -> None:
        self.kind, self.facts, self.reads = kind, facts, reads


def _what(name: str, stages: Mapping[str, StageRow]) -> tuple[Any, ...]:
    """The columns `FOUND` of one model."""
    stage = stages.get(name)
    nothing = ("", "", False, "", False, *UNTRAINED)
    if stage is None:
        return (OTHER, *nothing)
    if stage.kind == "prune-parts":
        what = str(stage.facts.get("what", "joint"))
        return (PRUNED, STRUCTURED, "good", False, what, False, *UNTRAINED)
    if stage.kind == "prune-while":
        return (PRUNED, WEIGHTS, "good", False, "", False, *UNTRAINED)
    if stage.kind == "subnetwork":
        return _constructed(stage, stages)
    if stage.kind == "train":
        if "sparsify" in stage.facts:  # it is pruned while it trains
            return (OTHER, *nothing)
        length, redrawn = length_of(stage.facts), _redrawn(stage)
        if "mask" not in stage.reads:
            return (FULL, "", "", False, "", redrawn, *length)
        of = _what(stage.reads["mask"], stages)
        if of[0] == PRUNED:
            return (RETRAINED, *of[1:5], redrawn, *length)
    return (OTHER, *nothing)


def _constructed(stage: StageRow, stages: Mapping[str, StageRow]) -> tuple[Any, ...]:
    of = [name for role, name in stage.reads.items() if role.split(".")[0] == "of"]
    first = stages.get(of[0]) if of else None
    choose = stage.facts.get("choose", "good")
    choose = str(choose["name"] if isinstance(choose, Mapping) else choose)
    structured = first is not None and first.kind == "prune-parts"
    what = str(first.facts.get("what", "joint")) if structured and first is not None else ""
    in_parts = stage.facts.get("unit", "weights") == "parts" or (structured and choose == "good")
    method = STRUCTURED if in_parts else WEIGHTS
    return (PRUNED, method, choose, "across" in stage.facts, what, False, *UNTRAINED)


def _redrawn(stage: StageRow) -> bool:
    """Whether a training begins at a model that nobody trained."""
    if "model" in stage.reads:
        return False
    model = stage.facts.get("models", {}).get("model", {})
    return "new" in model or bool(model.get("redrawn"))


def length_of(facts: Facts) -> tuple[float, str]:
    """How long a stage trains, and whether in epochs or steps; `UNTRAINED` where it does not."""
    training = facts.get("training", {})
    for unit in ("epochs", "steps"):
        if training.get(unit) is not None:
            return float(training[unit]), unit
    return UNTRAINED
