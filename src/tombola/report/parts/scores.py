"""Scores: what the tickets reach, beside random masks and a dense model trained as long."""

import math

import pandas as pd

from tombola.report.means import over_seeds
from tombola.report.paper import PaperTable, paper_tables
from tombola.report.parts.part import PARTS, Part
from tombola.report.reading import Tables
from tombola.report.subnetwork_table import subnetwork_tables
from tombola.report.tickets import (
    AS_LONG,
    CONTROL,
    DENSE,
    KIND,
    UNPRUNED,
    TicketKind,
    at_home,
    kinds,
    named,
    rewound_in_words,
    with_kind,
)
from tombola.report.values import Value
from tombola.report.words import clip, count, decimals, listed, number, percent, pretty, several

CONTROLS = (CONTROL, AS_LONG, UNPRUNED)
NAMED = 3
"""Experiments that a sentence names; of more it says how many there are."""


def say(tables: Tables) -> list[str]:
    """A sentence for each experiment, metric and kind of ticket, at its last round."""
    said = []
    for which in tables.groups("scores", ("experiment", "task", "metric")):
        said += _scores_of(tables.where(**which))
    return said + _no_comparison(tables)


def papers(tables: Tables) -> list[PaperTable]:
    """Scores by sparsity for each experiment, and of subnetworks by task."""
    return [*paper_tables(tables), *subnetwork_tables(tables)]


def _scores_of(tables: Tables) -> list[str]:
    every = tables.joined("scores")
    rows = with_kind(at_home(every))
    means = over_seeds(rows, [*KIND, "source_task", "round"], "score")
    name = f"{named(rows)}, {pretty(str(rows['metric'].iloc[0]))}"
    if means.empty:
        why = _reasons(rows)
        return [f"{name}: undefined, for {listed(why)}." if why else f"{name}: every run diverged."]
    places = decimals(rows["score"])
    dense = means[means["kind"] == DENSE]
    n = count(int(rows["n"].max()), "example")
    chance = rows["chance"].mean()
    at_chance = f"; chance {number(chance, places)}" if math.isfinite(chance) else ""
    found = kinds(means)
    if not found:
        value = Value.of(dense.iloc[0], places)
        return [
            f"{name}: dense scores {value}, 95% interval of one seed {value.interval}; "
            f"n = {n}{at_chance}. No ticket was scored."
        ]
    last = {
        kind: means[means["kind"] == kind.name].sort_values("round").iloc[-1]
        for kind in [kind for kind in found if kind.criterion not in CONTROLS] or found
    }
    together: dict[tuple[str, str], list[TicketKind]] = {}
    for kind, row in last.items():
        others = [f"{Value.of(o, places)} for {what}" for what, o in _beside(means, row).items()]
        place = percent(row["at"]), f" against {listed(others)}" if others else ""
        together.setdefault(place, []).append(kind)
    said = []
    for (at, against), group in together.items():
        tickets = [(clip(kind.name), Value.of(last[kind], places)) for kind in group]
        notes = "".join(_notes(means, {kind: last[kind] for kind in group}))
        if len(tickets) == 1:
            ticket, score = tickets[0]
            said.append(
                f"{name}: at {at} sparsity, tickets by {ticket} score {score}{against}; n = {n}, "
                f"95% interval of one seed {score.interval}{at_chance}.{notes}"
            )
            continue
        each = [f"{score} [{score.interval}] by {ticket}" for ticket, score in tickets]
        said.append(several(
            f"{name}: scores of tickets at {at} sparsity{against}; n = {n}; in brackets: 95% "
            f"interval of one seed{at_chance}.{notes}", each,
        ))  # fmt: skip
    return said + _from_elsewhere(every, name, n)


def _notes(means: pd.DataFrame, last: dict[TicketKind, pd.Series]) -> list[str]:
    """What must be known beside the scores, once for all kinds that it is true of."""
    notes: dict[str, list[str]] = {}
    for kind, row in last.items():
        for note in (_no_control(kind, means, row), _longer(kind, _beside(means, row), row)):
            if note:
                notes.setdefault(note, []).append(clip(kind.name))
    return [
        note.replace("These tickets", "These tickets" if len(of) == len(last) else
                     f"Tickets by {'; '.join(of)}")
        for note, of in notes.items()
    ]  # fmt: skip


def _beside(means: pd.DataFrame, ticket: pd.Series) -> dict[str, pd.Series]:
    """What the ticket stands beside: random masks, and dense trained as long or just dense."""
    beside = {}
    for criterion, what in ((CONTROL, "random masks"), (AS_LONG, "dense, trained as long")):
        found = means[
            (means["criterion"] == criterion)
            & (means["round"] == ticket["round"])
            & (means["source_task"] == ticket["source_task"])
        ]
        same = found[found["rewind"] == ticket["rewind"]]
        found = same if len(same) else found
        # what was scored as it was drawn stands beside what was, too
        alike = ticket["variant"].replace(ticket["criterion"], criterion, 1)
        found = found[found["variant"] == alike] if alike in set(found["variant"]) else found
        if ticket["criterion"] not in CONTROLS and len(found):
            other = found.iloc[0]
            rewound = "" if len(same) else f" ({clip(rewound_in_words(str(other['rewind'])))})"
            beside[what + rewound] = other
    dense = means[means["kind"] == DENSE]
    if len(dense) and not any(other["criterion"] == AS_LONG for other in beside.values()):
        beside["dense"] = dense.iloc[0]
    return beside


def _from_elsewhere(rows: pd.DataFrame, name: str, n: str) -> list[str]:
    """What tickets reach that were drawn on another task, at their last round."""
    rows = rows[~rows.index.isin(at_home(rows).index) & rows["score"].notna()]
    rows = rows[~rows["criterion"].isin(CONTROLS)]
    said = []
    for criterion in rows["criterion"].unique():
        of = rows[rows["criterion"] == criterion]
        of = of[of["round"] == of["round"].max()]
        means = over_seeds(of, ["source_task"], "score")
        places = decimals(of["score"])
        each = [f"{Value.of(row, places)} from {clip(row['source_task'])}"
                for _, row in means.iterrows()]  # fmt: skip
        said.append(
            f"{name}: at {percent(of['at'].mean())} sparsity, tickets by {clip(criterion)} that "
            f"were drawn on other tasks score {listed(each)}; n = {n}."
        )
    return said


def _no_control(kind: TicketKind, means: pd.DataFrame, ticket: pd.Series) -> str:
    controls = means[(means["criterion"] == CONTROL) & (means["round"] == ticket["round"])]
    missing = kind.criterion not in CONTROLS and controls.empty
    return " No random control was scored at this round." if missing else ""


def _longer(kind: TicketKind, beside: dict[str, pd.Series], ticket: pd.Series) -> str:
    """That tickets were trained longer than what they stand beside."""
    if "dense" not in beside or "steps" not in ticket or kind.criterion == UNPRUNED:
        return ""
    ours, theirs = ticket["steps"], beside["dense"]["steps"]
    if not ours > theirs:
        return ""
    return (
        f" These tickets were trained longer than dense ({ours:,.0f} steps against {theirs:,.0f}): "
        "a gain over dense may come from that alone."
    )


def _no_comparison(tables: Tables) -> list[str]:
    """That scores stand side by side which nobody compared in pairs."""
    every = [which["experiment"] for which in tables.groups("scores", ("experiment",))]
    asked = "differences" in tables
    done = tables.groups("differences", ("experiment",)) if asked else []
    without = [name for name in every if {"experiment": name} not in done]
    if not without:
        return []
    what = "is there yet" if asked and not done else "was asked for"
    names = [clip(name, 60) for name in without[:NAMED]]
    if len(without) > NAMED:
        names.append(f"{len(without) - NAMED} more")
    of = f" of {listed(names)}" if len(without) < len(every) else ""
    return [f"No paired comparison {what}{of}: no difference between these scores is claimed."]


def diverged(tables: Tables) -> list[str]:
    """Runs whose score is no number, for which nothing else is the reason."""
    return [run for run, why in _without_score(tables) if not why]


def undefined(tables: Tables) -> list[str]:
    """Scores that are undefined, and why."""
    return [f"{run}: {why}" for run, why in _without_score(tables) if why]


def _without_score(tables: Tables) -> list[tuple[str, str]]:
    """Each run without a score, and the reason where one is known."""
    if "scores" not in tables:
        return []
    rows = tables.joined("scores")
    rows = rows[rows["score"].isna()]
    which = ["experiment", "variant", "rewind", "round", "sparsity", "seed", "metric"]
    said = rows["reason"].fillna("") if "reason" in rows else [""] * len(rows)
    return [
        (
            f"{experiment}: {variant}, {rewound_in_words(rewind)}, round {step} "
            f"({percent(sparsity)}), seed {seed}" + (f", {metric}" if why else ""),
            why,
        )
        for experiment, variant, rewind, step, sparsity, seed, metric, why in zip(
            *(rows[column].tolist() for column in which), said, strict=True
        )
    ]


def _reasons(rows: pd.DataFrame) -> list[str]:
    """Why scores are undefined; tables of earlier versions do not say."""
    if "reason" not in rows:
        return []
    return [why for why in rows["reason"].dropna().unique() if why]


PARTS.add(Part(
    name="scores",
    title="Score against sparsity",
    place=10,
    columns={
        "experiment": "text", "task": "text", "source": "text", "criterion": "text",
        "rewind": "text", "round": "number", "seed": "number", "sparsity": "number",
        "sparsity_model": "number", "metric": "text", "score": "number", "low": "number",
        "high": "number", "n": "number", "chance": "number", "mask": "text", "signature": "text",
    },
    say=say,
    papers=papers,
    nothing="No model was scored",
))  # fmt: skip
