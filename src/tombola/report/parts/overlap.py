"""Overlap: what survives in both of two masks: weights, heads, MLPs."""

from collections.abc import Collection

import pandas as pd

from tombola.report.parts.part import PARTS, Part
from tombola.report.reading import Tables
from tombola.report.tickets import DENSE, NO_REWIND, named, rewound_in_words
from tombola.report.units import counted, unit_first, with_unit
from tombola.report.words import clip, count, number, percent

COLUMNS = {
    "experiment": "text", "step": "text", "axis": "text", "a": "text", "b": "text",
    "n": "number", "survivors_a": "number", "survivors_b": "number", "jaccard": "number",
    "expected_jaccard": "number", "expected_jaccard_by_tensor": "number", "signature": "text",
}  # fmt: skip
KNOWN = {
    *COLUMNS, "a_model", "b_model", "intersection", "expected", "task", "seed", "round",
    "criterion", "rewind", "variant", "unit", "difference", "most_different",
    "expected_difference",
}  # fmt: skip
"""Columns that are no further axes shared by both masks."""
NOTHING = {"criterion": DENSE, "rewind": NO_REWIND}
"""What stands where masks have no criterion or rewinding in common."""


def pairs(rows: pd.DataFrame) -> pd.DataFrame:
    """One row per pair of masks, means over seeds.

    Columns: `experiment`, `axis`, `unit` (what is counted), `variant` (what else both masks share,
    in words, the unit first where it is not weights), `round`, `a`, `b`, `jaccard`,
    `expected_jaccard`, `expected_jaccard_by_tensor`, `chance` (by tensor where it is known),
    `sparsity` (of both together), `n`, `seeds`.
    """
    rows = with_unit(rows)
    rows = rows.assign(
        variant=unit_first(rows["unit"], shared(rows, KNOWN)),
        round=pd.to_numeric(rows.get("round", pd.Series(0, rows.index)), errors="coerce")
        .fillna(0)
        .astype("int64"),
        seed=rows.get("seed", pd.Series("", rows.index)),
        sparsity=1 - (rows["survivors_a"] + rows["survivors_b"]) / (2 * rows["n"]),
        chance=rows["expected_jaccard_by_tensor"].fillna(rows["expected_jaccard"]),
    )
    by = ["experiment", "axis", "unit", "variant", "round", "a", "b"]
    values = ["jaccard", "expected_jaccard", "expected_jaccard_by_tensor", "chance", "sparsity"]
    grouped = rows.groupby(by, sort=False)
    means = grouped.agg(
        **{v: (v, "mean") for v in values}, n=("n", "max"), seeds=("seed", "nunique")
    )
    return means.reset_index()


def shared(rows: pd.DataFrame, known: Collection[str]) -> pd.Series:
    """Criterion, rewinding and further axes that masks have in common, in words.

    Columns that are `known` are no axes.
    """
    words = pd.Series("", rows.index, dtype="string")
    for column in ("criterion", "rewind", *(c for c in map(str, rows) if c not in known)):
        if column not in rows:
            continue
        value = rows[column].astype("string").replace(NOTHING.get(column, ""), "")
        if column == "rewind":
            said = value.map(rewound_in_words).astype("string")
        else:
            said = value if column == "criterion" else column.replace("_", " ") + " " + value
        said = (", " + said).where(value != "", "")
        words = words + said
    return words.str.removeprefix(", ")


def say(tables: Tables) -> list[str]:
    """How much masks share on average along each axis, beside chance, at the last round."""
    said = []
    for which in tables.groups("overlap", ("experiment", "axis")):
        rows = tables.where(**which).joined("overlap")
        found = pairs(rows)
        found = found[found["jaccard"].notna()]
        for variant in found["variant"].unique():
            group = found[found["variant"] == variant]
            last = group[group["round"] == group["round"].max()]
            said.append(_say_of(last, f"{named(rows)}{', ' + clip(variant) if variant else ''}"))
    return said


def _say_of(rows: pd.DataFrame, name: str) -> str:
    found = rows["jaccard"]
    reach = f" ({number(found.min(), 3)} to {number(found.max(), 3)})" if len(rows) > 1 else ""
    return (
        f"{name}, {percent(rows['sparsity'].mean())} sparsity: masks that differ in "
        f"{clip(str(rows['axis'].iloc[0]))} share {number(found.mean(), 3)} of their survivors"
        f"{reach}, Jaccard index over {count(len(rows), 'pair')}; chance gives "
        f"{number(rows['expected_jaccard'].mean(), 3)}, and "
        f"{number(rows['chance'].mean(), 3)} where masks agree on how much each tensor keeps; "
        f"n = {counted(int(rows['n'].max()), str(rows['unit'].iloc[0]))}."
    )


PARTS.add(
    Part(
        name="overlap",
        title="What survives in both",
        place=40,
        columns=COLUMNS,
        say=say,
    )
)
