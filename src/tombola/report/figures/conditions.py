"""What pruning costs when it is done before, and after, and where weights may grow back."""

import pandas as pd

from tombola.report.conditions import AFTER, CONTROL, DENSE, KEPT, RANDOM, RELEASED, conditions
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
    one_per=("task", "metric"),
    place=15,
    caption="Score by the sparsity that weights went through, mean over models of one condition; "
    "the band reaches from the lowest to the highest of them. Broken line: dense, mean. Released "
    "models have all their weights: their zeros may grow back.",
)
def conditions_by_sparsity(tables: Tables) -> Picture | None:
    """A line for each condition."""
    known = conditions(tables)
    if known.empty or not (known["condition"] == KEPT).any():
        return None
    scores = tables["scores"].drop(columns="cut", errors="ignore")  # examples cut to fit
    rows = scores.merge(known[["model", "seed", "condition", "cut"]], on="model")
    rows = rows[rows["score"].notna()]
    shown = rows[rows["condition"].isin(WORDS) & (rows["cut"] > 0)]
    if shown.empty:
        return None
    by = ["condition", "cut"]
    found = shown.assign(cut=shown["cut"].round(2)).groupby(by).agg(
        score=("score", "mean"), least=("score", "min"), most=("score", "max"),
        seeds=("seed", "nunique"), n=("n", "max"),
    ).reset_index()  # fmt: skip
    place = {name: i for i, name in enumerate(WORDS)}
    found = found.sort_values(by, key=lambda c: c.map(place) if c.name == "condition" else c)
    found = found.assign(
        line=found["condition"].map(WORDS), sparsity=found["cut"], x=100 * found["cut"],
        y=found["score"], low=found["least"], high=found["most"],
    )  # fmt: skip
    dense = rows[rows["condition"] == DENSE]["score"]
    metric, task = (pretty(clip(str(rows[c].iloc[0]))) for c in ("metric", "task"))
    curves = Curves(
        "sparsity that weights went through (%)", metric, details=DETAILS,
        rules=[] if dense.empty else [float(dense.mean())],
    )  # fmt: skip
    sources = Sources()
    return finished(
        curves.drawn(sources, found, None), sources, _named(rows), "when weights are pruned",
        [f"{metric} on {task}, {seeds_of(shown['seed'])}, "
         f"{count(int(shown['n'].max()), 'example')}; broken line: dense"],
        single=True,
    )  # fmt: skip


def _named(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(experiment=rows["task"])
