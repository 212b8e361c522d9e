"""What pruning costs when it is done before, and after, and where weights may grow back."""

import pandas as pd

from tombola.report.conditions import (
    AFTER,
    CONTROL,
    DENSE,
    KEPT,
    RANDOM,
    RELEASED,
    conditions,
    tried,
)
from tombola.report.figures.base import Picture, enter, finished
from tombola.report.figures.curves import Curves
from tombola.report.figures.sources import Sources
from tombola.report.reading import Tables
from tombola.report.values import seeds_of
from tombola.report.words import clip, count, pretty

WORDS = {
    KEPT: "pruned in pre-training, kept",
    RELEASED: "pruned in pre-training, released",
    AFTER: "pruned after fine-tuning",
    RANDOM: "random",
    CONTROL: "control",
}
"""Conditions in the order and words of the legend."""
DETAILS = ["line", "sparsity", "score", "least", "most", "seeds", "n"]


@enter(
    "conditions",
    table="scores",
    one_per=("metric",),
    place=15,
    caption="Score by the sparsity that weights went through, mean over models of one condition; "
    "the band reaches from the lowest to the highest of them. Where the best of several was "
    "chosen, it alone is shown. Released models have all their weights: their zeros may grow back.",
)
def conditions_by_sparsity(tables: Tables) -> Picture | None:
    """A line for each condition."""
    known = conditions(tables)
    known = known[~known["model"].isin(tried(tables))]
    if known.empty or not (known["condition"] == KEPT).any():
        return None
    scores = tables["scores"].drop(columns="cut", errors="ignore")  # examples cut to fit
    rows = scores.merge(known[["model", "seed", "condition", "cut"]], on="model")
    rows = rows[rows["score"].notna()]
    shown = rows[rows["condition"].isin(WORDS) & (rows["cut"] > 0)]
    if shown.empty:
        return None
    by = ["task", "condition", "cut"]
    found = shown.assign(cut=shown["cut"].round(2)).groupby(by, sort=False).agg(
        score=("score", "mean"), least=("score", "min"), most=("score", "max"),
        seeds=("seed", "nunique"), n=("n", "max"),
    ).reset_index()  # fmt: skip
    place = {name: i for i, name in enumerate(WORDS)}
    found = found.sort_values(
        by[1:], key=lambda c: c.map(place) if c.name == "condition" else c, kind="stable"
    )
    found = found.assign(
        line=found["condition"].map(WORDS), sparsity=found["cut"], x=100 * found["cut"],
        y=found["score"], low=found["least"], high=found["most"],
    )  # fmt: skip
    # Dense models stand in each panel as a level line.
    dense = rows[(rows["condition"] == DENSE) & rows["task"].isin(found["task"])]
    ends = [found["cut"].min(), found["cut"].max()]
    levels = [
        {"task": task, "line": DENSE, "x": 100 * x, "y": score, "score": score, "low": score,
         "high": score, "sparsity": 0.0, "least": score, "most": score, "seeds": 0, "n": 0}
        for task, score in dense.groupby("task", sort=False)["score"].mean().items() for x in ends
    ]  # fmt: skip
    found = pd.concat([found, pd.DataFrame(levels)], ignore_index=True)
    metric = pretty(clip(str(rows["metric"].iloc[0])))
    curves = Curves("sparsity that weights went through (%)", metric, details=DETAILS)
    sources = Sources()
    return finished(
        curves.drawn(sources, found, "task"), sources, rows.assign(experiment=metric),
        "when weights are pruned",
        [f"Up to {seeds_of(shown['seed'])} and {count(int(shown['n'].max()), 'example')}"],
        single=found["task"].nunique() == 1,
    )  # fmt: skip
