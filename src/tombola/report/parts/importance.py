"""How much heads and MLPs matter, and how that is spread over them."""

import pandas as pd

from tombola.report.parts.part import PARTS, Part
from tombola.report.reading import Tables
from tombola.report.tickets import DENSE, kinds, named, with_kind
from tombola.report.words import clip, count, number, percent

LOW = 1 / 3
"""Below this share of the highest value, a part is counted as one that matters little."""
WHICH = ("experiment", "text", "score", "per")


def say(tables: Tables) -> list[str]:
    """For each score, of the dense model and of the last tickets: how flat it is."""
    said = []
    for which in tables.groups("importance", WHICH):
        rows = with_kind(tables.where(**which).joined("importance"))
        rows = rows[rows["normed"].notna()]
        for kind in [DENSE, *(kind.name for kind in kinds(rows)[:1])]:
            own = rows[rows["kind"] == kind]
            if len(own):
                said.append(_flatness(own[own["round"] == own["round"].max()], kind))
    return said


def scored(rows: pd.DataFrame) -> str:
    """The score of rows in words: `gate (example) on CoLA`."""
    row = rows.iloc[0]
    per = f" ({clip(str(row['per']))})" if row["per"] not in ("", row["score"]) else ""
    on = f" on {clip(str(row['text']))}" if int(row["n"]) else ""
    return f"{clip(str(row['score']))}{per}{on}"


def _flatness(rows: pd.DataFrame, kind: str) -> str:
    sparsity = f", {percent(rows['sparsity'].mean())} sparsity" if kind != DENSE else ""
    parts = [
        _low(own, noun)
        for noun, own in (("head", rows[rows["head"] >= 0]), ("MLP", rows[rows["head"] < 0]))
        if len(own)
    ]
    read = int(rows["n"].max())
    basis = f"; n = {read:,} {'batches' if rows['per'].iloc[0] in BATCHES else 'examples'} read"
    return (
        f"{named(rows)}, {scored(rows)}, {clip(kind)}{sparsity}: {' and '.join(parts)}"
        f"{basis if read else ''}."
    )


BATCHES = ("batch", "as_published")


def _low(rows: pd.DataFrame, noun: str) -> str:
    """The share of parts below a third of the model's highest, over the seeds."""
    by = rows.groupby("model", sort=False)["normed"]
    shares = (rows["normed"] < LOW * by.transform("max")).groupby(rows["model"]).mean()
    n = int(by.size().max())
    spread = ""
    if len(shares) > 1:
        spread = f" ({percent(shares.min())} to {percent(shares.max())} over {len(shares)} models)"
    return (
        f"{percent(shares.mean())} of {count(n, noun)} below a third of the maximum{spread}, "
        f"median {number(float(by.median().mean()), 3)}"
    )


PARTS.add(Part(
    name="importance",
    title="Which heads and MLPs matter",
    place=32,
    columns={
        "experiment": "text", "criterion": "text", "rewind": "text", "round": "number",
        "seed": "number", "sparsity": "number", "text": "text", "score": "text", "per": "text",
        "stack": "text", "layer": "number", "block": "text", "head": "number", "value": "number",
        "normed": "number", "n": "number", "signature": "text",
    },
    say=say,
))  # fmt: skip
