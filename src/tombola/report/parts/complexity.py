"""How many directions the layers of models use."""

import pandas as pd

from tombola.report.means import over_seeds
from tombola.report.parts.part import PARTS, Part
from tombola.report.reading import Tables
from tombola.report.tickets import DENSE, kinds, named, with_kind
from tombola.report.values import seeds_of
from tombola.report.words import clip, count, number, percent

SHARE = 0.8
"""The share whose number of directions is said: that of Movva & Zhao 2020, section 5.3."""
WHICH = ("experiment", "text", "about")


def about(rows: pd.DataFrame) -> str:
    """What singular values are taken of, in words."""
    return "centred" if rows["about"].iloc[0] == "mean" else "not centred"


def last_layers(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of each stack's last layer."""
    return rows[rows["layer"] == rows.groupby("stack")["layer"].transform("max")]


def say(tables: Tables) -> list[str]:
    """How many directions hold most of each last layer, in dense and in the last tickets."""
    said = []
    for which in tables.groups("complexity", WHICH):
        rows = last_layers(with_kind(tables.where(**which).joined("complexity")))
        ks = rows[(rows["measure"] == "k") & (rows["given"] == SHARE) & rows["value"].notna()]
        if ks.empty:
            continue
        told = [_told(ks[ks["stack"] == stack]) for stack in ks["stack"].unique()]
        note = "; fewer tokens than dimensions" if (ks["note"] != "").any() else ""
        said.append(
            f"{named(ks)}, directions that hold {percent(SHARE)} of the last layer ({about(ks)}): "
            f"{'; '.join(told)}; n = {count(int(ks['n'].max()), 'token')}, width "
            f"{int(ks['width'].max())}, {seeds_of(ks['seed'])}{note}."
        )
    return said


def _told(rows: pd.DataFrame) -> str:
    """Of one stack: dense, and each kind of ticket at its last round."""
    said = []
    for kind in [DENSE, *(kind.name for kind in kinds(rows))]:
        own = rows[rows["kind"] == kind]
        own = own[own["round"] == own["round"].max()]
        if len(own):
            mean = over_seeds(own, ["kind"], "value").iloc[0]
            sparsity = f" at {percent(mean['sparsity'])} sparsity" if kind != DENSE else ""
            said.append(f"{clip(kind)}{sparsity} {number(mean['mean'], 1)}")
    return f"{clip(str(rows['stack'].iloc[0]))} {', '.join(said)}"


PARTS.add(Part(
    name="complexity",
    title="How many directions layers use",
    place=55,
    columns={
        "experiment": "text", "criterion": "text", "rewind": "text", "round": "number",
        "seed": "number", "sparsity": "number", "text": "text", "stack": "text",
        "layer": "number", "about": "text", "measure": "text", "given": "number",
        "value": "number", "n": "number", "width": "number", "note": "text", "signature": "text",
    },
    say=say,
))  # fmt: skip
