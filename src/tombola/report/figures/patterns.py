"""Shares of attention patterns over all heads: weights beside what they let through."""

from typing import Any

import altair as alt
import pandas as pd

from tombola.report.figures.base import Picture, enter, finished
from tombola.report.figures.encodings import tooltip
from tombola.report.figures.sources import Sources
from tombola.report.parts.attention_patterns import WEIGHTINGS, bars
from tombola.report.reading import Tables
from tombola.report.style import CATEGORIES, DOUBLE_PT
from tombola.report.words import clip, count, listed

COLORS = {
    "diagonal": CATEGORIES[0],
    "vertical+diagonal": CATEGORIES[3],
    "vertical": CATEGORIES[1],
    "block": CATEGORIES[2],
    "heterogeneous": "#c4c4c4",
}
"""In the order in which they are stacked; what has no structure of its own is grey."""
DARK = "#333333"
AXIS_PT = 124
BAR_PT = 12.0
N_PT = 34
"""Room for n beside each bar."""
WIDEST_PT = 190.0
NUMBERED = 0.09
"""Shares from here on have their number in the bar."""
DETAILS = [
    "text",
    "label",
    "weighting",
    "pattern",
    "share",
    "least",
    "most",
    "heads",
    "models",
    "n",
]


@enter(
    "patterns",
    table="attention-patterns",
    one_per=(),
    place=10,
    caption="Share of each pattern among the maps of all heads, in per cent, as a classifier says "
    "that learned from made-up maps: diagonal (the token before, behind, or the same), vertical "
    "(special tokens, punctuation), both, block (a sentence, evenly), heterogeneous (all else). "
    "Left: attention weights. Right: the norm of what they let through. Tickets: last round.",
)
def patterns(tables: Tables) -> Picture | None:
    """A stacked bar for each model, one panel for each weighting."""
    rows = tables.joined("attention-patterns")
    found = bars(rows)
    if found.empty:
        return None
    several = found["text"].nunique() > 1
    names = found["label"] if not several else found["text"] + ": " + found["label"]
    found = found.assign(bar=names.map(lambda name: clip(str(name), 34)))
    known = [*COLORS, *sorted(set(found["pattern"]) - set(COLORS))]
    found = _stacked(found, known)
    order = list(dict.fromkeys(found["bar"]))
    sources = Sources()
    there = set(found["weighting"])
    weightings = [*(w for w in WEIGHTINGS if w in there), *sorted(there - set(WEIGHTINGS))]
    width = min((DOUBLE_PT - AXIS_PT - 12) / len(weightings) - N_PT, WIDEST_PT)
    charts = [
        _panel(sources, found[found["weighting"] == each], str(each), order, width, first=not i)
        for i, each in enumerate(weightings)
    ]
    texts = listed([clip(str(text), 20) for text in dict.fromkeys(found["text"])])
    heads = count(int(found["heads"].max()), "head")
    return finished(
        alt.concat(*charts, columns=len(charts), spacing=4), sources,
        rows.assign(experiment="All heads"), "patterns of attention",
        [f"Share of the maps of {heads} on {texts}, in per cent; beside each bar: n, maps; the "
         f"classifier learned from {_learned(tables)} maps"],
    )  # fmt: skip


def _learned(tables: Tables) -> str:
    """Whose maps, where the tables say it."""
    if "pattern-classifier" not in tables:
        return "unknown"
    words = {"synthetic": "made-up", "labelled": "labelled"}
    found = dict.fromkeys(map(str, tables["pattern-classifier"]["maps"]))
    return " and ".join(words.get(each, clip(each)) for each in found) or "unknown"


def _stacked(found: pd.DataFrame, known: list[str]) -> pd.DataFrame:
    """Where each part of a bar begins and ends, in per cent."""
    found = found.assign(place=found["pattern"].map(known.index))
    bar = ["bar", "weighting"]
    first = {name: i for i, name in enumerate(dict.fromkeys(found["bar"]))}
    found = found.assign(at=found["bar"].map(first))
    found = found.sort_values(["at", "weighting", "place"], kind="stable")
    found["stop"] = 100 * found.groupby(bar, sort=False)["share"].cumsum()
    found["start"] = found["stop"] - 100 * found["share"]
    found["middle"] = (found["start"] + found["stop"]) / 2
    found["number"] = [f"{100 * s:.0f}" if s >= NUMBERED else "" for s in found["share"]]
    return found.drop(columns="at")


def _panel(
    sources: Sources, rows: pd.DataFrame, weighting: str, order: list[str], width: float,
    *, first: bool,
) -> Any:  # fmt: skip
    others = sorted(set(rows["pattern"]) - set(COLORS))
    scale = alt.Scale(
        domain=[*COLORS, *others],
        range=[*COLORS.values(), *(CATEGORIES[-1 - i % 2] for i, _ in enumerate(others))],
    )
    fields = [*DETAILS, "bar", "start", "stop", "middle", "number"]
    # On paper the first panel's labels serve all; a phone, with one below the other, shows them.
    axis = alt.Axis(labelLimit=AXIS_PT, ticks=False, domain=False, labels=first)
    base = alt.Chart(sources.add(rows, fields)).encode(
        alt.Y("bar:N", sort=order, scale=alt.Scale(domain=order), title=None, axis=axis)
    )
    across = alt.X(
        "start:Q", title="share of maps (%)", scale=alt.Scale(domain=[0, 100]),
        axis=alt.Axis(values=[0, 25, 50, 75, 100], grid=False),
    )  # fmt: skip
    legend = alt.Legend(
        title=None, orient="top", symbolType="square", symbolStrokeWidth=0, columns=6,
        columnPadding=10,
    )  # fmt: skip
    parts = base.mark_bar(stroke="white", strokeWidth=0.6, height=BAR_PT - 2.5).encode(
        across, alt.X2("stop:Q"), alt.Color("pattern:N", scale=scale, legend=legend),
        tooltip=tooltip(DETAILS),
    )  # fmt: skip
    light = alt.FieldOneOfPredicate(field="pattern", oneOf=["heterogeneous", "vertical+diagonal"])
    ink = alt.when(light).then(alt.value(DARK)).otherwise(alt.value("white"))
    numbers = base.mark_text(fontSize=6.5).encode(
        alt.X("middle:Q"), alt.Text("number:N"), color=ink
    )
    last = rows.groupby("bar", sort=False)[["bar", "n"]].first()
    n = alt.Chart(sources.add(last.assign(stop=100, said=last["n"].map("{:,}".format)),
                              ["bar", "stop", "said"]))  # fmt: skip
    counts = n.mark_text(fontSize=6.5, align="left", dx=3, color="#555555").encode(
        alt.Y("bar:N", sort=order), alt.X("stop:Q"), alt.Text("said:N")
    )
    title = alt.Title(
        WEIGHTINGS.get(weighting, clip(weighting)), fontSize=7.5, fontWeight="normal", offset=3,
        anchor="start", frame="group",
    )  # fmt: skip
    return alt.layer(parts, numbers, counts).properties(
        width=width, height=BAR_PT * len(order), title=title
    )
