"""What pruning by magnitude would take of all magnitude, and of heads; rows by length."""

import pandas as pd

from tombola.report.figures.base import Picture, enter, finished
from tombola.report.figures.curves import Curves
from tombola.report.figures.sources import Sources
from tombola.report.reading import Tables
from tombola.report.words import clip, count

SCOPES = {"matrix": "within each matrix", "global": "over the whole model"}


@enter(
    "pruned-magnitude",
    table="pruned-magnitude",
    one_per=("experiment",),
    place=10,
    caption="Share of the sum of all magnitudes that goes with the smallest weights; mean over "
    "models.",
    small=True,
)
def pruned_magnitude(tables: Tables) -> Picture | None:
    """Share of the sum by sparsity, a line for each scope."""
    rows = tables.joined("pruned-magnitude")
    if rows.empty:
        return None
    found = _by_cut(rows, y=("share", "mean"), n=("n", "max"))
    sources = Sources()
    curves = Curves("weights that go (%)", "magnitude that goes (%)", zero=True,
                    details=["line", "cut", "y", "n"])  # fmt: skip
    return finished(
        curves.drawn(sources, found.assign(y=100 * found["y"]), None), sources, rows,
        "how much magnitude goes",
        [f"The smallest of {count(int(rows['n'].max()), 'weight')}"], single=True,
    )  # fmt: skip


@enter(
    "head-shares",
    table="head-shares",
    one_per=("experiment",),
    place=10,
    caption="Share of a head's weights (query, key, value, output) that would go: mean over heads, "
    "and as a band the head that loses least and the one that loses most.",
)
def head_shares(tables: Tables) -> Picture | None:
    """Mean, least and most by sparsity, a panel for each scope."""
    rows = tables.joined("head-shares")
    if rows.empty:
        return None
    found = _by_cut(
        rows, y=("mean", "mean"), low=("least", "min"), high=("most", "max"), sd=("sd", "mean"),
        chance_sd=("chance_sd", "mean"), heads=("heads", "max"),
    )  # fmt: skip
    for column in ("y", "low", "high"):
        found[column] = 100 * found[column]
    sources = Sources()
    details = ["cut", "y", "low", "high", "sd", "chance_sd", "heads"]
    curves = Curves("weights that go (%)", "share of a head that goes (%)", details=details)
    found = found.assign(panel=found["line"], line="mean of heads; band: least to most")
    return finished(
        curves.drawn(sources, found, "panel"), sources, rows, "how evenly heads are struck",
        [f"{count(int(rows['heads'].max()), 'head')}; band: least to most"],
        single=found["panel"].nunique() == 1,
    )  # fmt: skip


@enter(
    "word-lengths",
    table="word-lengths",
    one_per=("experiment", "text"),
    place=10,
    caption="Mean magnitude of rows of the table of words by the length of their sub-words; the "
    "band is one standard deviation over sub-words. Short sub-words are frequent ones: the table "
    "`word-magnitudes` holds frequency fixed.",
    small=True,
)
def word_lengths(tables: Tables) -> Picture | None:
    """Mean magnitude by length."""
    rows = tables.joined("word-lengths")
    if rows.empty:
        return None
    several = rows["model"].nunique() > 1
    found = rows.assign(
        x=rows["length"], y=rows["mean"], low=rows["mean"] - rows["sd"],
        high=rows["mean"] + rows["sd"],
        line=[clip(str(m), 30) if several else "rows" for m in rows["model"]],
    )  # fmt: skip
    sources = Sources()
    curves = Curves("characters of the sub-word", "mean |w| of its row", x_format="d",
                    details=["length", "n", "mean", "sd"])  # fmt: skip
    return finished(
        curves.drawn(sources, found.sort_values(["line", "x"]), None), sources, rows,
        "rows of the table of words", [f"{count(int(rows['n'].sum()), 'sub-word')}; band: one "
                                       "standard deviation over sub-words"], single=True,
    )  # fmt: skip


def _by_cut(rows: pd.DataFrame, **columns: tuple[str, str]) -> pd.DataFrame:
    """Means over models, by scope and sparsity."""
    lines = rows["scope"].map(SCOPES).fillna(rows["scope"])
    rows = rows.assign(line=[clip(str(line), 30) for line in lines], cut=rows["cut"].round(3))
    found = rows.groupby(["line", "cut"], sort=False).agg(**columns).reset_index()
    return found.assign(x=100 * found["cut"]).sort_values(["line", "cut"])
