"""How peaked attention is."""

import pandas as pd

from tombola.report.means import over_seeds
from tombola.report.parts.part import PARTS, Part
from tombola.report.reading import Tables
from tombola.report.tickets import DENSE, KIND, kinds, named, with_kind
from tombola.report.values import seeds_of
from tombola.report.words import clip, count, percent

WHICH = ("experiment", "text")
ROWS = {"all": "all rows", "several": "rows that see several positions"}


def whole(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of all layers and heads of an attention together."""
    return rows[(rows["layer"] == 0) & (rows["head"] == -1) & rows["share"].notna()]


def say(tables: Tables) -> list[str]:
    """The share in each attention, of dense and of the last tickets, counted either way."""
    said = []
    for which in tables.groups("attention-peaks", WHICH):
        rows = whole(with_kind(tables.where(**which).joined("attention-peaks")))
        for way, words in ROWS.items():
            own = rows[rows["rows"] == way]
            if len(own):
                told = [_told(own[own["stack"] == stack]) for stack in own["stack"].unique()]
                said.append(
                    f"{named(own)}, {words} of attention with over {own['bar'].iloc[0]:g} on one "
                    f"token: {'; '.join(told)}; n = {count(int(own['n'].max()), 'row')} at most, "
                    f"{seeds_of(own['seed'])}."
                )
    return said


def _told(rows: pd.DataFrame) -> str:
    """Of one attention: dense, and the first kind of ticket at its last round."""
    said = []
    for kind in [DENSE, *[kind.name for kind in kinds(rows)][:1]]:
        own = rows[rows["kind"] == kind]
        own = own[own["round"] == own["round"].max()]
        if len(own):
            mean = over_seeds(own, KIND, "share").iloc[0]
            at = f" at {percent(mean['sparsity'])}" if kind != DENSE else ""
            said.append(
                f"{clip(kind)}{at} {percent(mean['mean'])} ({percent(mean['low'])} to "
                f"{percent(mean['high'])})"
            )
    return f"{clip(str(rows['stack'].iloc[0]))} {', '.join(said)}"


PARTS.add(Part(
    name="attention-peaks",
    title="How peaked attention is",
    place=57,
    columns={
        "experiment": "text", "criterion": "text", "rewind": "text", "round": "number",
        "seed": "number", "sparsity": "number", "text": "text", "stack": "text",
        "layer": "number", "head": "number", "rows": "text", "bar": "number", "share": "number",
        "low": "number", "high": "number", "n": "number", "signature": "text",
    },
    say=say,
))  # fmt: skip
