"""What pruning by magnitude would take, of all magnitude and of each head; bands and words."""

import pandas as pd

from tombola.report.parts.part import PARTS, Part
from tombola.report.reading import Tables
from tombola.report.tickets import named
from tombola.report.words import clip, count, number, percent

HALF = 0.5
SUMS = {
    "experiment": "text", "model": "text", "scope": "text", "cut": "number", "n": "number",
    "share": "number", "signature": "text",
}  # fmt: skip
HEADS = {
    "experiment": "text", "model": "text", "scope": "text", "cut": "number", "heads": "number",
    "mean": "number", "least": "number", "most": "number", "sd": "number", "chance_sd": "number",
    "signature": "text",
}  # fmt: skip
BANDS = {
    "experiment": "text", "model": "text", "stack": "text", "layer": "number", "block": "text",
    "role": "text", "between": "number", "chance": "number", "low": "number", "high": "number",
    "channels": "number", "heads": "number", "signature": "text",
}  # fmt: skip
MAPS = {
    "experiment": "text", "model": "text", "stack": "text", "layer": "number", "role": "text",
    "row": "number", "head": "number", "column": "number", "value": "number", "signature": "text",
}  # fmt: skip
WORDS = {
    "experiment": "text", "model": "text", "text": "text", "about": "text", "fixed": "text",
    "value": "number", "low": "number", "high": "number", "n": "number", "signature": "text",
}  # fmt: skip
LENGTHS = {
    "experiment": "text", "model": "text", "text": "text", "length": "number", "n": "number",
    "mean": "number", "sd": "number", "signature": "text",
}  # fmt: skip


def _near(rows: pd.DataFrame, cut: float) -> pd.DataFrame:
    gap = (rows["cut"] - cut).abs()
    return rows[gap == gap.min()]


def say_sums(tables: Tables) -> list[str]:
    """How much magnitude half of the weights hold."""
    said = []
    for which in tables.groups("pruned-magnitude", ("experiment", "scope")):
        rows = tables.where(**which).joined("pruned-magnitude")
        near = _near(rows, HALF)
        said.append(
            f"{named(rows)}: the smallest {percent(near['cut'].mean())} of weights "
            f"({clip(which['scope'])}) hold {percent(near['share'].mean())} of all magnitude; "
            f"n = {count(int(rows['n'].max()), 'weight')}."
        )
    return said


def say_heads(tables: Tables) -> list[str]:
    """How unevenly half of the weights are spread over heads."""
    said = []
    for which in tables.groups("head-shares", ("experiment", "scope")):
        rows = tables.where(**which).joined("head-shares")
        near = _near(rows, HALF)
        said.append(
            f"{named(rows)}, {clip(which['scope'])}: where {percent(near['cut'].mean())} of "
            f"weights go, heads lose {percent(near['least'].min())} to "
            f"{percent(near['most'].max())}, standard deviation {percent(near['sd'].mean())}; by "
            f"lot {percent(near['chance_sd'].mean())}; {count(int(rows['heads'].max()), 'head')}."
        )
    return said


def say_bands(tables: Tables) -> list[str]:
    """Of each role, how much of the spread of channels lies between heads."""
    said = []
    for which in tables.groups("head-bands", ("experiment", "role")):
        rows = tables.where(**which).joined("head-bands")
        rows = rows[rows["between"].notna()]
        if rows.empty:
            continue
        above = int((rows["between"] > rows["high"]).sum())
        said.append(
            f"{named(rows)}, {clip(which['role'])}: {percent(rows['between'].mean())} of the "
            f"spread of channels' mean magnitude lies between heads, in random order "
            f"{percent(rows['chance'].mean())}; beyond the middle 95% of shuffles in {above} of "
            f"{count(len(rows), 'matrix', 'matrices')}."
        )
    return said


def say_words(tables: Tables) -> list[str]:
    """Correlations of rows with length and frequency."""
    said = []
    for which in tables.groups("word-magnitudes", ("experiment",)):
        rows = tables.where(**which).joined("word-magnitudes")
        each = [
            f"with {clip(str(r['about']))}"
            f"{', ' + clip(str(r['fixed'])) + ' held fixed,' if r['fixed'] else ''} "
            f"{number(float(r['value']), 2)} ({number(float(r['low']), 2)} to "
            f"{number(float(r['high']), 2)}, n = {int(r['n']):,})"
            for _, r in rows.iterrows()
        ]
        said.append(f"{named(rows)}: rank correlation of a row's magnitude {'; '.join(each)}.")
    return said


for _part in (
    Part("pruned-magnitude", "How much magnitude goes", 44, SUMS, say_sums),
    Part("head-shares", "How evenly heads are struck", 45, HEADS, say_heads),
    Part("head-bands", "Whether magnitudes go by head", 46, BANDS, say_bands),
    Part("magnitude-maps", "Magnitudes of matrices", 47, MAPS),
    Part("word-magnitudes", "Rows of the table of words", 48, WORDS, say_words),
    Part("word-lengths", "Rows by length of sub-words", 49, LENGTHS),
):
    PARTS.add(_part)
