"""Which tasks degrade, stay or improve with sparsity."""

import pandas as pd

from tombola.report.parts.part import PARTS, Part
from tombola.report.probing import GROUPS, MARGIN, SORTS, lines_of, sort_of
from tombola.report.reading import Tables
from tombola.report.tickets import named, with_kind
from tombola.report.words import clip, count, number, percent, pretty

BEST = "best"
PLACES = 3


def best_trends(tables: Tables) -> pd.DataFrame:
    """Trends of best layers, with `task` (in words), `band` (the margin), `sort` and `place`."""
    rows = with_kind(lines_of(tables))
    rows = rows[(rows["which"] == BEST) & rows["change"].notna()]
    band = rows["margin"].fillna(MARGIN)
    sorts = [sort_of(*ends) for ends in zip(rows["low"], rows["high"], band, strict=True)]
    order = {group: i for i, group in enumerate(GROUPS)}
    task = rows["asked"].map(lambda name: clip(pretty(str(name)), 24)).astype("string")
    if rows["stack"].nunique() > 1:
        task = task + ", " + rows["stack"]
    return rows.assign(
        task=task,
        band=band,
        sort=pd.Series(sorts, rows.index, dtype="string"),
        place=rows["group"].map(lambda group: order.get(str(group), len(order))),
    )


def say(tables: Tables) -> list[str]:
    """The tasks of each sort, for each kind of probe."""
    said = []
    rows = best_trends(tables)
    for _, own in rows.groupby(["experiment", "kind", "by"], sort=False):
        sorts = [
            f"{sort}: {', '.join(_task(row) for _, row in tasks.iterrows())}"
            for sort in SORTS.values()
            if len(tasks := own[own["sort"] == sort])
        ]
        said.append(
            f"{named(own)}, {clip(str(own['kind'].iloc[0]))}, {clip(str(own['by'].iloc[0]))} "
            f"probes, change of the best layer's score from {percent(own['least'].min())} to "
            f"{percent(own['most'].max())} sparsity with 95% interval over "
            f"{own['over'].iloc[0]}, margin {own['band'].max():g}: {'; '.join(sorts)} "
            f"({count(int(own['models'].max()), 'model')}, "
            f"{count(int(own['seeds'].max()), 'seed')} with "
            f"{count(int(own['replicates'].max()), 'replicate')} each, "
            f"{_texts(own['texts'])})."
        )
    return said


def _texts(values: pd.Series) -> str:
    least, most = int(values.min()), int(values.max())
    return count(most, "text") if least == most else f"{least:,} to {most:,} texts"


def _task(row: pd.Series) -> str:
    ends = " to ".join(number(row[end], PLACES) for end in ("low", "high"))
    return f"{row['task']} {number(row['change'], PLACES)} ({ends})"


ABOUT = {
    "experiment": "text", "asked": "text", "word_task": "text", "group": "text", "by": "text",
    "hidden": "number", "stack": "text", "metric": "text", "which": "text", "layer": "number",
    "low": "number", "high": "number", "over": "text", "seeds": "number", "replicates": "number",
    "n": "number", "texts": "number", "margin": "number", "verdict": "text", "signature": "text",
}  # fmt: skip
"""Columns that trends and differences of probes have."""

PARTS.add(Part(
    name="probe-trends",
    title="What probes lose with sparsity",
    place=61,
    columns={
        **ABOUT, "models": "number", "least": "number", "most": "number", "change": "number",
    },
    say=say,
))  # fmt: skip
PARTS.add(Part(
    name="probe-differences",
    title="Probes held to each other",
    place=62,
    columns={
        **ABOUT, "model": "text", "against": "text", "to_layer": "number", "to_by": "text",
        "sparsity": "number", "difference": "number",
    },
    preview=True,
))  # fmt: skip
