"""What probes still read from the layers."""

import math

import pandas as pd

from tombola.report.parts.part import PARTS, Part
from tombola.report.probing import POINT, PROBE, averaged, best_of, cells_of
from tombola.report.reading import Tables
from tombola.report.tickets import DENSE, kinds, named, with_kind
from tombola.report.values import Value
from tombola.report.words import clip, count, number, percent, pretty

PLACES = 3
MOST_UNKNOWN = 0.01
"""Share of sub-tokens from which on a text is said to be foreign to a model."""
AT_ONCE = 4
"""Tasks in one sentence."""


def say(tables: Tables) -> list[str]:
    """What each kind of probe reads from best layers, of the last tickets and the dense model."""
    said = []
    for which in tables.groups("probes", ("experiment", "by")):
        rows = with_kind(tables.where(**which).joined("probes"))
        cells = cells_of(rows)
        if len(cells):
            said += _probes_of(rows, best_of(cells), which["by"])
    for which in tables.groups("probes", ("experiment",)):
        said += _warnings(tables.where(**which).joined("probes"))
    return said


def _warnings(rows: pd.DataFrame) -> list[str]:
    """Of texts that are foreign to the model, and of labels that training has not."""
    said = []
    foreign = _most(rows, "unknown")
    foreign = foreign[foreign > MOST_UNKNOWN]
    if len(foreign):
        tasks = ", ".join(f"{clip(pretty(str(t)))} {percent(x)}" for t, x in foreign.items())
        said.append(
            f"{named(rows)}: the tokenizer does not know much of some texts' sub-tokens ({tasks}): "
            "what a probe says of them is no word of the model's."
        )
    unseen = _most(rows, "n_unseen")
    unseen = unseen[unseen > 0]
    if len(unseen):
        tasks = ", ".join(f"{clip(pretty(str(t)))} {int(n):,}" for t, n in unseen.items())
        said.append(f"{named(rows)}: labels that training has not count as wrong: {tasks}.")
    return said


def _most(rows: pd.DataFrame, column: str) -> pd.Series:
    """The most of a column for each task; nothing where the table does not say."""
    return (
        rows.groupby("asked", sort=False)[column].max()
        if column in rows
        else pd.Series(dtype=float)
    )


def _probes_of(rows: pd.DataFrame, best: pd.DataFrame, by: str) -> list[str]:
    kind = next((kind.name for kind in kinds(rows[~rows["redrawn"]])), DENSE)
    tickets = best[best["kind"] == kind]
    last = tickets[tickets["round"] == tickets["round"].max()]
    drawn = rows[rows["redrawn"] & (rows["layer"] >= 0)]
    said = []
    for _, row in last.iterrows():
        same = (best["asked"] == row["asked"]) & (best["stack"] == row["stack"])
        dense = best[same & (best["kind"] == DENSE)]
        others = drawn[(drawn["asked"] == row["asked"]) & (drawn["stack"] == row["stack"])]
        said.append(_task(row, dense if kind != DENSE else dense.iloc[:0], others))
    where = f"at {percent(last['at'].max())} sparsity ({clip(kind)}) " if kind != DENSE else ""
    alone = "; no dense model was probed" if (best["kind"] != DENSE).all() else ""
    alone = "; no ticket was probed" if kind == DENSE else alone
    head = f"{named(rows)}, {clip(by)} probes: {where}the best layers give"
    return [
        f"{head} {'; '.join(said[i : i + AT_ONCE])}{alone if i == 0 else ''}."
        for i in range(0, len(said), AT_ONCE)
    ]


def _task(row: pd.Series, dense: pd.DataFrame, drawn: pd.DataFrame) -> str:
    """Score, interval, what it is beside."""
    ticket = Value.of(row, PLACES)
    beside = ""
    if len(dense):
        top = dense.iloc[0]
        beside = f" against {Value.of(top, PLACES)} from dense layer {top['layer']}"
    levels = [
        f"{word} {number(row[column], PLACES)}"
        for column, word in (("word_baseline", "word baseline"), ("chance", "chance"))
        if math.isfinite(row[column])
    ]
    if len(drawn):
        best = drawn.groupby("layer")["value"].mean().max()
        levels.append(f"random encoder at most {number(best, PLACES)}")
    return (
        f"{clip(pretty(str(row['asked'])))} {pretty(str(row['metric']))} {ticket} from "
        f"{clip(str(row['stack']))} layer {row['layer']}{beside} "
        f"(95% interval of one {ticket.interval}, n = {count(int(row['n']), 'word')}"
        f"{''.join(', ' + level for level in levels)})"
    )


def files(tables: Tables) -> dict[str, pd.DataFrame]:
    """Best layers (Tables A2, A3; Figs 1, 2), cells (Fig. A3) and averages over tasks (Fig. 3).

    Of Movva & Zhao 2020: that is what the published tables and figures of these are.
    """
    found = []
    for which in tables.groups("probes", ("experiment",)):
        cells = cells_of(with_kind(tables.where(**which).joined("probes")))
        if len(cells):
            found.append(cells.assign(**which))
    if not found:
        return {}
    best, maps = [], []
    for cells in found:
        published = best_of(cells, by="as_published")
        columns = ["layer", "mean", "z"]
        renamed = {column: f"{column}_as_published" for column in columns}
        place = [*PROBE, *POINT]
        other = published[[*place, *columns]].rename(columns=renamed)
        best.append(best_of(cells).merge(other, on=place))
        maps.append(averaged(cells).assign(experiment=cells["experiment"].iloc[0]))
    names = ("probe-best", "probe-cells", "probe-maps")
    return dict(zip(names, map(pd.concat, (best, found, maps)), strict=True))


PARTS.add(Part(
    name="probes",
    title="What the probes say",
    place=60,
    columns={
        "experiment": "text", "criterion": "text", "rewind": "text", "round": "number",
        "seed": "number", "sparsity": "number", "probe": "text", "stack": "text",
        "layer": "number", "metric": "text", "value": "number", "low": "number",
        "high": "number", "n": "number", "chance": "number", "word_baseline": "number",
        "signature": "text",
    },
    say=say,
    files=files,
    nothing="No probe was run",
))  # fmt: skip
