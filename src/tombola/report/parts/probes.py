"""What probes still read from the layers."""

import math

import pandas as pd

from tombola.report.means import over_seeds, with_chosen
from tombola.report.parts.part import PARTS, Part
from tombola.report.reading import Tables
from tombola.report.tickets import DENSE, KIND, kinds, named, with_kind
from tombola.report.values import Value
from tombola.report.words import clip, count, number, percent, pretty


def say(tables: Tables) -> list[str]:
    """What each probe reads from the best layer of the last tickets and of the dense model."""
    said = []
    for which in tables.groups("probes", ("experiment", "probe", "metric")):
        rows = with_kind(tables.where(**which).joined("probes"))
        rows = rows[rows["value"].notna()]
        if len(rows):
            said.append(_probes_of(rows, next((kind.name for kind in kinds(rows)), DENSE)))
    return said


def _probes_of(rows: pd.DataFrame, kind: str) -> str:
    means = with_chosen(over_seeds(rows, [*KIND, "round", "stack", "layer"], "value"))
    tickets = means[means["kind"] == kind]
    best = _best(tickets[tickets["round"] == tickets["round"].max()])
    places = 3
    ticket = Value.of(best, places)
    dense = means[means["kind"] == DENSE]
    beside = "; no dense model was probed"
    if kind == DENSE:
        beside = "; no ticket was probed"
    elif len(dense):
        top = _best(dense)
        value = Value.of(top, places)
        beside = f" against {value} from dense {clip(str(top['stack']))} layer {top['layer']}"
    levels = [
        f"{word} {number(rows[column].mean(), places)}"
        for column, word in (("word_baseline", "word baseline"), ("chance", "chance"))
        if math.isfinite(rows[column].mean())
    ]
    return (
        f"{named(rows)}, {pretty(str(rows['probe'].iloc[0]))}, "
        f"{pretty(str(rows['metric'].iloc[0]))}: at {percent(best['at'])} sparsity "
        f"({clip(kind)}) the best layer, {clip(str(best['stack']))} {best['layer']}, gives {ticket}"
        f"{beside}; n = {count(int(rows['n'].max()), 'word')}, 95% interval of one seed "
        f"{ticket.interval}{'; ' + ', '.join(levels) if levels else ''}."
    )


def _best(means: pd.DataFrame) -> pd.Series:
    return means.sort_values("chosen", kind="stable").iloc[-1]


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
    nothing="No probe was run",
))  # fmt: skip
