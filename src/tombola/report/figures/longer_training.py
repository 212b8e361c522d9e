"""Scores of subnetworks against how long they were retrained."""

import altair as alt

from tombola.report.figures.base import Picture, enter, finished
from tombola.report.figures.encodings import domain, tooltip, value_axis
from tombola.report.figures.sources import Sources
from tombola.report.reading import Tables
from tombola.report.style import CATEGORIES, SINGLE_PT, SOLID, Key
from tombola.report.subnetworks import GROUPS, RETRAINED, SAME, dense, subnetworks
from tombola.report.values import seeds_of
from tombola.report.words import listed, pretty

DETAILS = ["line", "length", "mean", "sd", "seeds", "n"]


@enter(
    "longer-training",
    table="scores",
    one_per=("task", "metric"),
    place=31,
    small=True,
    caption="Subnetworks retrained alone for as long as the axis says: mean and sample standard "
    "deviation over seeds. Those that were retrained for one length only stand for comparison. "
    "Each length is a training of its own, with its own schedule.",
)
def longer_training(tables: Tables) -> Picture | None:
    """Mean score over seeds by length of retraining, for each kind of subnetwork."""
    models = subnetworks(tables)
    shown = models[(models["state"] == RETRAINED) & ~models["redrawn"]]
    shown = shown[shown["what"].isin(["", "joint"]) & ~shown["folded"]]
    scores = tables["scores"][tables["scores"]["score"].notna()]
    found = scores.merge(shown.drop(columns=["task", "signature"], errors="ignore"), on="model")
    if found.empty or found.groupby(SAME)["length"].nunique().max() < 2:
        return None  # nothing was retrained for longer
    cells = found.groupby([*SAME, "length", "length_in"], sort=False).agg(
        mean=("score", "mean"), sd=("score", "std"), seeds=("seed", "nunique"), n=("n", "max"),
    ).reset_index()  # fmt: skip
    several = cells.groupby(SAME)["length"].transform("nunique") > 1
    methods = cells.loc[several, "method"].unique()
    cells = cells[cells["method"].isin(methods)]  # what is held against them, of the same method
    spread, groups = cells["sd"].fillna(0.0), [GROUPS[method, False] for method in cells["method"]]
    names = [
        choose if len(methods) == 1 else f"{choose}, {group}"
        for group, choose in zip(groups, cells["choose"], strict=True)
    ]
    cells = cells.assign(line=names, low=cells["mean"] - spread, high=cells["mean"] + spread)
    full = scores[scores["model"].isin(dense(models)["model"])]["score"]
    axis = domain([*cells["low"], *cells["high"], *full], [])
    lines = list(dict.fromkeys(cells["line"]))
    key = Key(tuple((line, CATEGORIES[i % len(CATEGORIES)], SOLID) for i, line in enumerate(lines)))
    color = key.color(3 if len(methods) == 1 else 1, single=True)
    unit = str(cells["length_in"].iloc[0])
    lengths = sorted(map(float, cells["length"].unique()))
    ends = alt.Scale(domain=[lengths[0], lengths[-1]], nice=False, padding=14)
    ticks = alt.Axis(values=lengths, format="~g", grid=False)
    x = alt.X("beside:Q", title=f"{unit} of retraining", scale=ends, axis=ticks)
    # Side by side, so that no interval hides another.
    step = 0.012 * (lengths[-1] - lengths[0])
    cells = cells.assign(beside=[
        length + step * (lines.index(line) - (len(lines) - 1) / 2)
        for length, line in zip(cells["length"], cells["line"], strict=True)
    ])  # fmt: skip
    sources = Sources()
    base = alt.Chart(sources.add(cells, [*DETAILS, "beside", "low", "high"])).encode(x, color)
    layers = [
        base.mark_line(strokeWidth=1).encode(value_axis("score", axis)),
        base.mark_rule(clip=True, strokeWidth=1.1).encode(
            value_axis("score", axis, "low"), alt.Y2("high:Q")
        ),
        base.mark_point(size=22, filled=True, opacity=1).encode(
            value_axis("score", axis), tooltip=tooltip(DETAILS)
        ),
    ]
    if len(full):
        level = sources.add_rows([{"mean": round(float(full.mean()), 5)}])
        rule = alt.Chart(level).mark_rule(clip=True, color="black", strokeWidth=0.7)
        layers.insert(0, rule.encode(value_axis("score", axis)))
    metric = pretty(str(scores["metric"].iloc[0]))
    return finished(
        alt.layer(*layers).properties(width=SINGLE_PT - 46, height=120),
        sources,
        found.assign(experiment=scores["task"].iloc[0]),
        f"{listed(list(dict.fromkeys(groups)))}, retrained for longer",
        [f"{metric}, mean ± sd over {seeds_of(found['seed'])}, n = {int(found['n'].max()):,}; "
         "black: the full model, trained as usual"],
        single=True,
    )  # fmt: skip
