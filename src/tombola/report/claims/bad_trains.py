"""Prasanna et al. 2020: bad heads and MLPs can still be trained, bad weights cannot."""

import math

import pandas as pd

from tombola.report.claims.claim import CLAIMS, Claim, Finding
from tombola.report.claims.verdicts import Part, above, both, by_task, interval, most
from tombola.report.reading import Tables
from tombola.report.subnetworks import (
    BAD,
    BAD_WEIGHTS,
    RETRAINED,
    STRUCTURED,
    WEIGHTS,
    chosen,
    pairs,
    subnetworks,
)
from tombola.statistics import mean_interval


def test(tables: Tables) -> Finding:
    """Bad heads and MLPs score above the majority baseline, and above bad weights."""
    bad = {"state": RETRAINED, "folded": False, "redrawn": False}
    models = chosen(subnetworks(tables), method=STRUCTURED, choose=BAD, **bad)
    models = models[models["length"] == models.groupby("task")["length"].transform("min")]
    of = {f"of_{name}": value for name, value in bad.items()}
    to = {f"to_{name}": value for name, value in bad.items()}
    rows = chosen(
        pairs(tables), of_method=STRUCTURED, of_choose=BAD, to_method=WEIGHTS,
        to_choose=BAD_WEIGHTS, **of, **to,
    )  # fmt: skip
    return both({
        "above the majority baseline": most(
            _above_chance(models, tables), "score less baseline",
            "no retrained bad heads and MLPs beside a baseline",
        ),
        "above bad weights": most(
            by_task(rows, lambda row: above()), "heads and MLPs less weights",
            "no paired differences of bad heads and MLPs to bad weights",
        ),
    })  # fmt: skip


def _above_chance(models: pd.DataFrame, tables: Tables) -> list[Part]:
    """Score less baseline by task: the baseline is a constant, the score has two kinds of noise.

    The part of seeds is Student's, that of examples the mean of the seeds' own (they share the
    examples); half widths add in squares.
    """
    if "scores" not in tables or models.empty:
        return []
    scores = tables["scores"].merge(models[["model", "seed"]], on="model")
    scores = scores[scores["chance"].notna() & scores["score"].notna()]
    parts = []
    for task, rows in scores.groupby("task", sort=False):
        above_it = [float(value) for value in rows["score"] - rows["chance"]]
        mean, low, _ = mean_interval(above_it)
        of_seeds = mean - low if math.isfinite(low) else 0.0
        half = math.hypot(of_seeds, float((rows["high"] - rows["low"]).mean()) / 2)
        text = interval(mean, mean - half, mean + half)
        verdict = above()(mean - half, mean + half)
        parts.append(Part(str(task), verdict, text, int(rows["n"].max()), len(above_it)))
    return parts


CLAIMS.add(
    Claim(
        "pr-bad-s",
        "Bad heads and MLPs can still be trained: they come out above the majority baseline and "
        "above bad weights, on most tasks.",
        "Prasanna et al. 2020, section 4.3 and Table 2",
        test,
        "study",
    )
)
