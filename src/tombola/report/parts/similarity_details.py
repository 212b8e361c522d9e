"""What measures of similarity say besides: which neuron goes with which."""

import pandas as pd

from tombola.report.means import over_seeds
from tombola.report.parts.part import PARTS, Part
from tombola.report.parts.similarity import sparse
from tombola.report.reading import Tables
from tombola.report.tickets import kinds, named, with_kind
from tombola.report.values import seeds_of
from tombola.report.words import clip, count, number, percent, pretty

WHICH = ("experiment", "measure", "text", "beside")


def beside(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of tickets' layers beside the same layers."""
    rows = sparse(rows)
    return rows[rows["dense_layer"] == rows["sparse_layer"]]


def say(tables: Tables) -> list[str]:
    """How many neurons are still their own best match, and how many are constant."""
    said = []
    for which in tables.groups("similarity-details", WHICH):
        rows = with_kind(beside(tables.where(**which).joined("similarity-details")))
        for kind in kinds(rows)[:1]:
            own = rows[rows["kind"] == kind.name]
            own = own[own["round"] == own["round"].max()]
            said += _themselves(own, kind.name)
    return said


def _themselves(rows: pd.DataFrame, kind: str) -> list[str]:
    same = rows[rows["detail"] == "itself"]
    if same.empty:
        return []
    means = over_seeds(same, ["stack", "dense_layer"], "value").sort_values("mean")
    ends = [
        f"{percent(row['mean'])} in {clip(str(row['stack']))} layer {row['dense_layer']}"
        for row in (means.iloc[-1], means.iloc[0])
    ]
    constant = rows.loc[rows["detail"].isin(["constant", "constant-other"]), "value"].max()
    noted = f"; up to {number(constant, 0)} constant neurons left out" if constant else ""
    return [
        f"{named(rows)}, {clip(kind)}, {percent(means['at'].mean())} sparsity, "
        f"{pretty(str(rows['measure'].iloc[0]))}: the best match of a neuron is itself for "
        f"{' to '.join(ends)}; n = {count(int(rows['n'].max()), 'token')}, "
        f"{seeds_of(rows['seed'])}{noted}."
    ]


PARTS.add(Part(
    name="similarity-details",
    title="Neuron by neuron",
    place=52,
    columns={
        "experiment": "text", "criterion": "text", "rewind": "text", "round": "number",
        "seed": "number", "sparsity": "number", "against": "text", "measure": "text",
        "text": "text", "stack": "text", "dense_layer": "number", "sparse_layer": "number",
        "detail": "text", "value": "number", "n": "number", "signature": "text",
    },
    say=say,
))  # fmt: skip
