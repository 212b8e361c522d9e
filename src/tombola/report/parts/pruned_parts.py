"""Importance of heads and MLPs at each turn of a loop that takes them away."""

from typing import Any

import numpy as np
import pandas as pd

from tombola.report.parts.part import PARTS, Part
from tombola.report.reading import Tables
from tombola.report.tickets import named
from tombola.report.words import clip, count, number, percent

BINS = 24
"""As many as the published histogram has."""
LOW = 1 / 3


def left(rows: pd.DataFrame) -> pd.DataFrame:
    """The heads that survive in each turn and were looked at."""
    return rows[(rows["head"] >= 0) & rows["survives"] & rows["normed"].notna()]


def histogram(rows: pd.DataFrame, bins: int = BINS) -> pd.DataFrame:
    """Heads by importance at each turn, mean over models (seeds).

    `rows` are of `pruned-parts`, as `left` gives them. Columns: `pruning`, `from`, `to` (ends of a
    bin; bins part the range of all models of a turn evenly), `heads` (mean over models), `models`.
    """
    found = []
    for turn, of in rows.groupby("pruning"):
        models = of["model"].nunique()
        counts, ends = np.histogram(of["normed"], bins)
        found.append(pd.DataFrame({
            "pruning": turn, "from": ends[:-1], "to": ends[1:], "heads": counts / models,
            "models": models,
        }))  # fmt: skip
    columns = ["pruning", "from", "to", "heads", "models"]
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=columns)


def bars(rows: pd.DataFrame) -> pd.DataFrame:
    """Where the next turn cuts: the lowest importance of a head that it keeps.

    From all rows of `pruned-parts`. Columns: `pruning`, `model`, `bar`. A turn that no other
    follows, or whose next takes no heads, has none.
    """
    heads = rows[rows["head"] >= 0]
    found = []
    for model, loop in heads.groupby("model", sort=False):
        turns = {
            int(turn): loop[loop["pruning"] == turn].set_index(["stack", "layer", "block", "head"])
            for turn in sorted(loop["pruning"].unique())
        }
        for turn, of in turns.items():
            after = turns.get(turn + 1)
            if after is None or (after["survives"] & ~of["survives"]).any():
                continue  # the last, or one that was refused: the next went on from another
            seen = of[of["survives"] & of["normed"].notna()]
            kept = seen[after["survives"].reindex(seen.index).astype(bool)]
            if 0 < len(kept) < len(seen):
                found.append({"pruning": turn, "model": model, "bar": float(kept["normed"].min())})
    return pd.DataFrame(found, columns=["pruning", "model", "bar"])


def say(tables: Tables) -> list[str]:
    """How importance is spread before anything goes."""
    said = []
    for which in tables.groups("pruned-parts", ("experiment", "step")):
        every = tables.where(**which).joined("pruned-parts")
        rows = left(every[every["pruning"] == 0])
        if rows.empty:
            continue
        low, high = float(rows["normed"].min()), float(rows["normed"].max())
        share = float((rows["normed"] < low + LOW * (high - low)).mean())
        skews: Any = rows.groupby("model")["normed"].skew()
        skew = float(skews.mean())
        models = rows["model"].nunique()
        said.append(
            f"{named(every)}, {clip(str(every['step'].iloc[0]))}: before anything goes, "
            f"{percent(share)} of {count(len(rows) // models, 'head')} lie in the lowest third of "
            f"importance (skewness {number(float(skew), 2)}; {count(models, 'model')})."
        )
    return said


PARTS.add(Part(
    name="pruned-parts",
    title="How important heads were as they went",
    place=21,
    columns={
        "experiment": "text", "step": "text", "model": "text", "task": "text", "seed": "number",
        "pruning": "number", "stack": "text", "layer": "number", "block": "text",
        "head": "number", "normed": "number", "signature": "text",
    },
    say=say,
))  # fmt: skip
