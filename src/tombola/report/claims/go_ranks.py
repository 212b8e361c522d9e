"""Gordon et al. 2020: fine-tuning moves weights little in the order of magnitudes, and early."""

from collections.abc import Mapping

import pandas as pd

from tombola.report.claims.claim import CLAIMS, Claim, Finding, silent
from tombola.report.claims.verdicts import above, below, both, interval
from tombola.report.reading import Tables
from tombola.report.subnetworks import length_of, stages_of
from tombola.report.words import count, percent
from tombola.statistics import mean_interval, spearman

LITTLE = 0.1
"""A tenth of a matrix; published movements are .01 to .05, orders by chance a third."""
EPOCHS = 3.0
"""Of the published trainings: taken where nothing says how many a training has."""


def test(tables: Tables) -> Finding:
    """Mean movement is below a tenth, most of it early, and larger weights move less."""
    if "movement" not in tables:
        return silent("no movement in the order of magnitudes")
    rows = tables["movement"]
    rows = rows[rows["role"] == "all"].assign(moment=_moments(rows[rows["role"] == "all"]))
    return both({
        "little": _little(rows), "early": _early(rows, _epochs(tables)),
        "the larger the less": _by_rank(tables),
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


def _epochs(tables: Tables) -> dict[str, float]:
    """Stage to epochs, of the trainings that say so."""
    stages = stages_of(tables) if "stages" in tables else {}
    found = {name: length_of(row.facts) for name, row in stages.items()}
    return {name: length for name, (length, unit) in found.items() if unit == "epochs"}


def _early(rows: pd.DataFrame, epochs: Mapping[str, float]) -> Finding:
    """Of each training, up to the last moment of its first epoch that was looked at."""
    shares = []
    rows = rows.assign(stem=[name.rpartition("@")[0] or name for name in rows["model"]])
    for stem, own in rows.groupby("stem"):
        first = 1 / epochs.get(str(stem), EPOCHS)
        early, end = own[own["moment"] <= first + 0.01], own[own["moment"] == 1]
        if first < 1 and len(early) and len(end) and float(end["mean"].iloc[0]) > 0:
            last = early.sort_values("moment").iloc[-1]
            shares.append(float(last["mean"]) / float(end["mean"].iloc[0]))
    if not shares:
        return silent("no movement after the first epoch of several")
    mean, low, high = mean_interval(shares)
    low, high = (mean, mean) if len(shares) == 1 else (low, high)
    text = f"after the first epoch {percent(mean)} of the whole movement"
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
