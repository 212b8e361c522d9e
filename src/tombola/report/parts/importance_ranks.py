"""Whether scores of heads and MLPs rank them alike."""

import pandas as pd

from tombola.report.parts.part import PARTS, Part
from tombola.report.reading import Tables
from tombola.report.tickets import DENSE, kinds, named, with_kind
from tombola.report.words import clip, count, number

NOUNS = {"heads": "head", "mlps": "MLP"}


def say(tables: Tables) -> list[str]:
    """Of every two scores, for the dense model (or, without one, the last tickets)."""
    said = []
    for which in tables.groups("importance-ranks", ("experiment", "text", "parts")):
        rows = with_kind(tables.where(**which).joined("importance-ranks"))
        rows = rows[rows["spearman"].notna()]
        there = [DENSE, *(kind.name for kind in kinds(rows))]
        kind = next((kind for kind in there if (rows["kind"] == kind).any()), None)
        if kind is not None:
            own = rows[rows["kind"] == kind]
            said.append(_ranks_of(own[own["round"] == own["round"].max()], kind))
    return said


def _ranks_of(rows: pd.DataFrame, kind: str) -> str:
    pairs = [
        f"{clip(str(a))} and {clip(str(b))} {_over(own['spearman'])} "
        f"(Kendall's τ {number(own['kendall'].mean(), 2)})"
        for (a, b), own in rows.groupby(["a", "b"], sort=False)
    ]
    parts = str(rows["parts"].iloc[0])
    n = count(int(rows["n"].max()), NOUNS.get(parts, clip(parts)))
    return (
        f"{named(rows)}, {clip(str(rows['text'].iloc[0]))}, {clip(kind)}: Spearman's correlation "
        f"of the ranks of {n}, mean over {count(rows['model'].nunique(), 'model')}: "
        f"{', '.join(pairs)}."
    )


def _over(values: pd.Series) -> str:
    ends = [number(value, 2) for value in (values.mean(), values.min(), values.max())]
    return ends[0] if len(values) == 1 else f"{ends[0]} ({ends[1]} to {ends[2]})"


PARTS.add(Part(
    name="importance-ranks",
    title="Whether scores rank parts alike",
    place=33,
    columns={
        "experiment": "text", "criterion": "text", "rewind": "text", "round": "number",
        "seed": "number", "sparsity": "number", "text": "text", "a": "text", "b": "text",
        "parts": "text", "n": "number", "spearman": "number", "kendall": "number",
        "signature": "text",
    },
    say=say,
))  # fmt: skip
