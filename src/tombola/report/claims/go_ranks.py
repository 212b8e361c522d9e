"""Gordon et al. 2020: fine-tuning moves weights little in the order of magnitudes, and early."""

import pandas as pd

from tombola.report.claims.claim import CLAIMS, Claim, Finding, silent
from tombola.report.claims.verdicts import above, below, both, interval
from tombola.report.reading import Tables
from tombola.report.words import count, percent
from tombola.statistics import mean_interval, spearman

LITTLE = 0.1
"""A tenth of a matrix; published movements are .01 to .05, orders by chance a third."""
FIRST = 1 / 3
"""An epoch of three."""


def test(tables: Tables) -> Finding:
    """Mean movement is below a tenth, most of it early, and larger weights move less."""
    if "movement" not in tables:
        return silent("no movement in the order of magnitudes")
    rows = tables["movement"]
    rows = rows[rows["role"] == "all"].assign(moment=_moments(rows[rows["role"] == "all"]))
    return both({
        "little": _little(rows), "early": _early(rows), "the larger the less": _by_rank(tables),
    })  # fmt: skip


def _moments(rows: pd.DataFrame) -> pd.Series:
    """The share of training after which a model was looked at; 1 at its end."""
    found = [name.rpartition("@")[2] if "@" in name else "1" for name in rows["model"]]
    return pd.Series(found, rows.index).astype(float)


def _little(rows: pd.DataFrame) -> Finding:
    last = rows[rows["moment"] == 1]["mean"].tolist()
    mean, low, high = mean_interval(last)
    low, high = (min(last), max(last)) if len(last) == 1 else (low, high)
    text = f"mean movement {interval(mean, low, high)} of a matrix, {count(len(last), 'training')}"
    return Finding(below(LITTLE)(low, high), f"{text}; by chance .333", len(last))


def _early(rows: pd.DataFrame) -> Finding:
    shares = []
    rows = rows.assign(stem=[name.rpartition("@")[0] or name for name in rows["model"]])
    for _, own in rows.groupby("stem"):
        early, end = own[own["moment"] <= FIRST + 0.01], own[own["moment"] == 1]
        if len(early) and len(end) and float(end["mean"].iloc[0]) > 0:
            first = early.sort_values("moment").iloc[-1]
            shares.append(float(first["mean"]) / float(end["mean"].iloc[0]))
    if not shares:
        return silent("no movement in the middle of a training")
    mean, low, high = mean_interval(shares)
    low, high = (mean, mean) if len(shares) == 1 else (low, high)
    text = f"movement after the first third of the whole {percent(mean)}"
    return Finding(above(0.5)(low, high), f"{text} ({interval(mean, low, high)})", len(shares))


def _by_rank(tables: Tables) -> Finding:
    if "movement-ranks" not in tables:
        return silent("no movement by rank")
    rows = tables["movement-ranks"]
    rows = rows[~rows["model"].str.contains("@") & rows["mean"].notna()]
    means = rows.groupby("bin")["mean"].mean()
    found = spearman(means.index.to_numpy(float), means.to_numpy(float))
    text = f"rank correlation of movement with the rank that weights begin at {interval(*found)}"
    return Finding(below()(found[1], found[2]), text, len(means))


CLAIMS.add(
    Claim(
        "go-ranks",
        "Fine-tuning moves weights little in the order of magnitudes, most of it in the first "
        "epoch, and larger weights less.",
        "Gordon, Duh & Andrews 2020, section 6, Table 2, Fig. 4 and appendix",
        test,
        "study",
    )
)
