"""How layers moved from the dense model's."""

import math

import pandas as pd

from tombola.report.means import over_seeds
from tombola.report.parts.part import PARTS, Part
from tombola.report.reading import Tables
from tombola.report.tickets import DENSE, kinds, named, with_kind
from tombola.report.values import Value, seeds_of
from tombola.report.words import clip, count, number, percent, pretty

BETWEEN = "between"
"""The map of two models that a step holds together; older tables know no other."""


def sparse(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of other models than dense, which is like itself, beside what they are held to."""
    if "map" in rows:
        rows = rows[rows["map"] == BETWEEN]
    return rows[rows["criterion"] != DENSE]


def say(tables: Tables) -> list[str]:
    """Which corresponding layers stayed closest and moved farthest, with the noise floor."""
    said = []
    for which in tables.groups("similarity", ("experiment", "measure", "text", "beside")):
        rows = sparse(with_kind(tables.where(**which).joined("similarity")))
        rows = rows[rows["dense_layer"] == rows["sparse_layer"]]
        rows = rows[rows["value"].notna()]
        for kind in kinds(rows)[:1]:
            said.append(_layers_of(rows[rows["kind"] == kind.name], kind.name))
    return said


def _layers_of(rows: pd.DataFrame, kind: str) -> str:
    rows = rows[rows["round"] == rows["round"].max()]
    means = over_seeds(rows, ["stack", "dense_layer"], "value").sort_values("mean")
    far, near = means.iloc[0], means.iloc[-1]
    places = 3
    floor = rows["noise_floor"].mean()
    whom = clip(str(rows["beside"].iloc[0]) or DENSE)
    said = [
        f"{clip(str(row['stack']))} layer {row['dense_layer']} {how} "
        f"({number(row['mean'], places)}, 95% interval {Value.of(row, places).interval})"
        for row, how in ((near, f"stayed closest to {whom}"), (far, "moved farthest"))
    ]
    return (
        f"{named(rows)}, {clip(kind)}, "
        f"{percent(far['at'])} sparsity, {pretty(str(rows['measure'].iloc[0]))}: "
        f"{', '.join(said)}; n = {count(int(rows['n'].max()), 'token')}, "
        f"{seeds_of(rows['seed'])}"
        f"{', noise floor ' + number(floor, places) if math.isfinite(floor) else ''}."
    )


PARTS.add(Part(
    name="similarity",
    title="How layers moved",
    place=50,
    columns={
        "experiment": "text", "criterion": "text", "rewind": "text", "round": "number",
        "seed": "number", "sparsity": "number", "against": "text", "measure": "text",
        "text": "text", "stack": "text", "dense_layer": "number", "sparse_layer": "number",
        "value": "number", "low": "number", "high": "number", "n": "number",
        "noise_floor": "number", "signature": "text",
    },
    say=say,
    nothing="No similarity to the dense model was measured",
    of=sparse,
))  # fmt: skip
