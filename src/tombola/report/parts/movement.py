"""How far weights move in the order of their magnitudes."""

import pandas as pd

from tombola.report.parts.part import PARTS, Part
from tombola.report.reading import Tables
from tombola.report.tickets import named
from tombola.report.words import count, percent

COLUMNS = {
    "experiment": "text", "model": "text", "against": "text", "binned": "text", "stack": "text",
    "layer": "number", "block": "text", "role": "text", "n": "number", "mean": "number",
    "sd": "number", "chance": "number", "seed": "number", "signature": "text",
}  # fmt: skip
RANKS = {
    "experiment": "text", "model": "text", "against": "text", "binned": "text", "bin": "number",
    "bins": "number", "n": "number", "mean": "number", "share": "number", "signature": "text",
}  # fmt: skip
WHOLE = "all"


def moment(model: str) -> float:
    """The share of its training after which a model is meant; 1 at the end."""
    stem, at, share = model.rpartition("@")
    try:
        return float(share) if at and stem else 1.0
    except ValueError:
        return 1.0


def at_end(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of models at the end of their training."""
    ended = [moment(str(model)) == 1 for model in rows["model"]]
    return rows[pd.Series(ended, rows.index, dtype=bool)]


def say(tables: Tables) -> list[str]:
    """Mean and spread of each experiment, and who moves most and least."""
    said = []
    for which in tables.groups("movement", ("experiment",)):
        rows = at_end(tables.where(**which).joined("movement"))
        whole, parts = rows[rows["role"] == WHOLE], rows[rows["role"] != WHOLE]
        if whole.empty:
            continue
        roles = parts.groupby("role")["mean"].mean().sort_values()
        said.append(
            f"{named(rows)}: weights move {percent(whole['mean'].mean())} of their matrix on "
            f"average (standard deviation over weights {percent(whole['sd'].mean())}), by chance "
            f"{percent(whole['chance'].mean())}; least in {roles.index[0]} "
            f"({percent(roles.iloc[0])}), most in {roles.index[-1]} ({percent(roles.iloc[-1])}); "
            f"n = {count(int(whole['n'].max()), 'weight')}."
        )
    return said


PARTS.add(Part(
    name="movement", title="How far weights move in the order of magnitudes", place=42,
    columns=COLUMNS, say=say,
))  # fmt: skip
PARTS.add(Part(name="movement-ranks", title="Which weights move", place=43, columns=RANKS))
