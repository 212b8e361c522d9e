"""Where the pruned weights were."""

import pandas as pd

from tombola.report.parts.part import PARTS, Part
from tombola.report.reading import Tables
from tombola.report.shares import shares
from tombola.report.tickets import kinds, named, pruned, with_kind
from tombola.report.words import clip, count, percent, points


def say(tables: Tables) -> list[str]:
    """Which matrices lost most and least, for each experiment's first kind of ticket."""
    said = []
    for which in tables.groups("sparsity", ("experiment",)):
        rows = pruned(with_kind(tables.where(**which).joined("sparsity")))
        for kind in kinds(rows)[:1]:
            said.append(_where_of(rows[rows["kind"] == kind.name], kind.name))
    return said


def _where_of(rows: pd.DataFrame, kind: str) -> str:
    rows = rows[rows["round"] == rows["round"].max()]
    cells = shares(rows, ["stack", "layer", "block", "role"]).sort_values("share")
    most, least = cells.iloc[-1], cells.iloc[0]
    spread = (cells["share_most"] - cells["share_least"]).max()
    return (
        f"{named(rows)}, {clip(kind)}, "
        f"{percent(cells['sparsity'].mean())} sparsity: {_place(most)} lost most "
        f"({percent(most['share'])} of {int(most['n']):,} weights), {_place(least)} least "
        f"({percent(least['share'])} of {int(least['n']):,}); mean over "
        f"{count(int(most['seeds']), 'seed')}"
        f"{', which differ by at most ' + points(spread) if most['seeds'] > 1 else ''}."
    )


def _place(cell: pd.Series) -> str:
    words = [clip(str(cell["stack"]))]
    words += [f"layer {cell['layer']}"] if cell["layer"] >= 0 else []
    words += [clip(str(cell["block"])), clip(str(cell["role"]))]
    return " ".join(word for word in words if word)


PARTS.add(Part(
    name="sparsity",
    title="Where the weights went",
    place=30,
    columns={
        "experiment": "text", "criterion": "text", "rewind": "text", "round": "number",
        "seed": "number", "sparsity": "number", "stack": "text", "layer": "number",
        "block": "text", "role": "text", "n": "number", "pruned": "number", "signature": "text",
    },
    say=say,
    nothing="No ticket's sparsity was recorded",
    of=pruned,
))  # fmt: skip
