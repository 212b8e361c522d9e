"""Loops that prune while a score holds."""

import pandas as pd

from tombola.report.parts.part import PARTS, Part
from tombola.report.reading import Tables
from tombola.report.tickets import kinds, named, with_kind
from tombola.report.words import clip, count, decimals, listed, number, percent


def say(tables: Tables) -> list[str]:
    """How far each kind of loop pruned, seed by seed."""
    said = []
    for which in tables.groups("prunings", ("experiment", "step")):
        rows = with_kind(tables.where(**which).joined("prunings"))
        for kind in kinds(rows):
            said.append(_say_of(rows[rows["kind"] == kind.name], kind.name))
    return said


def _say_of(rows: pd.DataFrame, kind: str) -> str:
    places = decimals(rows["score"])
    rows = rows[rows["pruning"] > 0]  # 0 is the model before the first
    ends = []
    for seed, loop in rows.groupby("seed", dropna=False):
        kept, lost = loop[loop["kept"]], loop[~loop["kept"]]
        end = f"seed {seed} kept {count(len(kept), 'pruning')}"
        end += f", {percent(kept['sparsity'].max())} sparsity" if len(kept) else ""
        if len(lost):
            row = lost.iloc[0]
            end += (
                f" (at {percent(row['sparsity'])} it scored {number(row['score'], places)}, "
                f"under the floor of {number(row['floor'], places)})"
            )
        if _emptied(kept):
            end += ", and nothing of what may go is left: the score holds without it"
        ends.append(end)
    return f"{named(rows)}, {clip(str(rows['step'].iloc[0]))}, {clip(kind)}: {listed(ends)}."


def _emptied(kept: pd.DataFrame) -> bool:
    """Whether all that could go went: a score that even so stays up says little of the body."""
    parts = kept["heads"] + kept["mlps"] == 0 if {"heads", "mlps"} <= set(kept) else False
    return bool(((kept["sparsity"] >= 1) | parts).any())


PARTS.add(Part(
    name="prunings",
    title="How far pruning went while the score held",
    place=20,
    columns={
        "experiment": "text", "step": "text", "model": "text", "task": "text", "seed": "number",
        "pruning": "number", "sparsity": "number", "score": "number", "floor": "number",
        "signature": "text",
    },
    say=say,
))  # fmt: skip
