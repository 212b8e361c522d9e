"""Numbers over seeds."""

import pandas as pd

MEANS = (
    "sparsity", "at", "n", "chance", "noise_floor", "word_baseline", "sparsity_model", "steps",
    "stopping",
)  # fmt: skip
"""Columns that are averaged over seeds where a table has them."""


def over_seeds(frame: pd.DataFrame, by: list[str], value: str) -> pd.DataFrame:
    """One row per group: mean, least and most over seeds, and how sure one seed's value is.

    `low` and `high` are the ends of the seeds' 95% intervals, averaged: the interval of one model
    over examples, which more seeds make neither wider nor narrower. No verdict may rest on it;
    those come from paired differences. Where no interval was estimated the value itself stands for
    it. NaN values (diverged runs) take no part; other numeric columns are averaged.
    """
    frame = frame[frame[value].notna()]
    ends = {
        end: frame[end].fillna(frame[value]) if end in frame else frame[value]
        for end in ("low", "high")
    }
    others = [c for c in MEANS if c in frame and c not in by and c != value]
    grouped = frame.assign(**ends).groupby(by, sort=False, dropna=False)
    summary = grouped.agg(
        mean=(value, "mean"),
        least=(value, "min"),
        most=(value, "max"),
        low=("low", "mean"),
        high=("high", "mean"),
        seeds=("seed", "nunique"),
        **{column: (column, "mean") for column in others},
    )
    return summary.reset_index()


def with_chosen(means: pd.DataFrame) -> pd.DataFrame:
    """With a column by which the best layer of probes is chosen.

    That is the score on the texts that decided when to stop, not the one that is reported: the
    highest of many numbers is too high. Older tables have nothing but the latter.
    """
    if "stopping" not in means:
        return means.assign(chosen=means["mean"])
    return means.assign(chosen=means["stopping"].fillna(means["mean"]))
