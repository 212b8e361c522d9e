"""Which kinds of words moved."""

import math

import pandas as pd

from tombola.report.means import over_seeds
from tombola.report.parts.part import PARTS, Part
from tombola.report.parts.similarity import sparse
from tombola.report.reading import Tables
from tombola.report.tickets import KIND, kinds, named, with_kind
from tombola.report.values import seeds_of
from tombola.report.words import clip, count, number, percent, pretty

WHICH = ("experiment", "measure", "text", "beside", "by", "centre")
PLACES = 3


def by_kind(tables: Tables) -> pd.DataFrame:
    """Kinds of words at the last round of every kind of ticket, mean over seeds."""
    rows = with_kind(sparse(tables.joined("word-similarity")))
    rows = rows[rows["value"].notna()]
    rows = rows[rows["round"] == rows.groupby("kind")["round"].transform("max")]
    rows = rows[rows["layer"] == rows.groupby("stack")["layer"].transform("max")]
    by = [*KIND, "stack", "layer", "round", "by", "words", "place"]
    means = over_seeds(rows, by, "value")
    least = rows.groupby(by, sort=False, dropna=False)["n"].min().rename("fewest").reset_index()
    width = int(rows["width"].max()) if len(rows) else 0
    return means.merge(least, on=by).assign(width=width)


def say(tables: Tables) -> list[str]:
    """Which kinds stayed closest and moved farthest, of those that are many enough."""
    said = []
    for which in tables.groups("word-similarity", WHICH):
        own = tables.where(**which)
        rows = own.joined("word-similarity")
        means = by_kind(own)
        for kind in kinds(with_kind(rows))[:1]:
            found = means[(means["kind"] == kind.name) & (means["place"] >= 0)]
            if len(found):
                said += [_said(of, rows, which) for _, of in found.groupby("stack", sort=False)]
    return said


def _said(means: pd.DataFrame, rows: pd.DataFrame, which: dict[str, str]) -> str:
    many = means[means["fewest"] >= means["width"]]
    few = [clip(str(words), 20) for words in means.loc[means["fewest"] < means["width"], "words"]]
    ends = []
    ranked = (many if len(many) else means).sort_values("mean")
    for row, how in ((ranked.iloc[-1], "closest"), (ranked.iloc[0], "farthest")):
        floor = row["noise_floor"]
        beside = f", floor {number(floor, PLACES)}" if math.isfinite(floor) else ""
        size = count(round(row["n"]), "word")
        ends.append(
            f"{clip(str(row['words']))} {how} ({number(row['mean'], PLACES)}, {size}{beside})"
        )
    width = int(means["width"].iloc[0])
    warned = f"; fewer words than the width of {width}: {', '.join(few[:12])}" if few else ""
    warned += f" and {len(few) - 12} more" if len(few) > 12 else ""
    return (
        f"{named(rows)}, {clip(str(means['kind'].iloc[0]))}, {clip(str(means['stack'].iloc[0]))} "
        f"layer {int(means['layer'].iloc[0])}, words by {clip(pretty(which['by']))}, "
        f"{percent(means['at'].iloc[0])} sparsity, "
        f"{pretty(which['measure'])}: {', '.join(ends)}; {seeds_of(rows['seed'])}{warned}."
    )


PARTS.add(Part(
    name="word-similarity",
    title="Which words moved",
    place=54,
    columns={
        "experiment": "text", "criterion": "text", "rewind": "text", "round": "number",
        "seed": "number", "sparsity": "number", "against": "text", "measure": "text",
        "text": "text", "stack": "text", "layer": "number", "by": "text", "words": "text",
        "place": "number", "centre": "text", "value": "number", "low": "number", "high": "number",
        "n": "number", "width": "number", "noise_floor": "number", "note": "text",
        "signature": "text",
    },
    say=say,
))  # fmt: skip
