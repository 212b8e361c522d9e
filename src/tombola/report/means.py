"""Numbers over seeds."""

import pandas as pd


def over_seeds(frame: pd.DataFrame, by: list[str], value: str) -> pd.DataFrame:
    """One row per group: mean, least and most over seeds, and the hull of their intervals.

    `low` and `high` are the lowest lower and the highest upper end of the seeds' 95% intervals;
    where no interval was estimated the value itself stands for it. NaN values (diverged runs) take
    no part; other numeric columns are averaged.
    """
    frame = frame[frame[value].notna()]
    ends = {
        end: frame[end].fillna(frame[value]) if end in frame else frame[value]
        for end in ("low", "high")
    }
    others = [
        column
        for column in ("sparsity", "n", "chance", "noise_floor", "word_baseline", "sparsity_model")
        if column in frame and column not in by and column != value
    ]
    grouped = frame.assign(**ends).groupby(by, sort=False, dropna=False)
    summary = grouped.agg(
        mean=(value, "mean"),
        least=(value, "min"),
        most=(value, "max"),
        low=("low", "min"),
        high=("high", "max"),
        seeds=("seed", "nunique"),
        **{column: (column, "mean") for column in others},
    )
    return summary.reset_index()
