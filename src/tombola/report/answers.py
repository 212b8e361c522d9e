"""The answer of a study in a table: each task and chain, and how sparse it gets and still matches.

A chain is one kind of tickets (`tickets.TicketKind`) of one experiment.
"""

import math
from dataclasses import dataclass

import pandas as pd

from tombola.report.means import over_seeds
from tombola.report.parts.differences import against_in_words, compared_scores, signed
from tombola.report.reading import Tables
from tombola.report.tickets import AS_LONG, DENSE, KIND, at_home, kinds, named, with_kind
from tombola.report.words import LOWER_IS_BETTER, clip, decimals, number, percent, pretty

FEW = 12
"""As many answers as a first screen has room for."""


@dataclass(frozen=True)
class Answer:
    """One chain of one task."""

    experiment: str
    task: str
    metric: str
    kind: str
    criterion: str
    curve: tuple[tuple[float, float], ...]
    """Sparsity and mean score over seeds, from dense on."""
    dense: float
    """Score of the dense model; NaN where there is none."""
    ends: tuple[float, float]
    """Lowest and highest score of the experiment: curves of one task share a scale."""
    compared: bool
    """Whether its pairs with what it is held to were measured."""
    sure: bool
    """Whether it is shown to match at some sparsity."""
    beside: str
    """What it is held to, where that is not dense: a model that trained as long."""
    matches: str
    """The highest sparsity that matches dense, in words; why there is none."""
    difference: str
    """The paired difference there and its interval; empty where none was measured."""
    at: float
    """The sparsity of that difference; NaN where none was measured."""
    least: float
    """The end of its interval that speaks against the tickets, less being worse; likewise."""
    margin: float
    """What the study calls the same score; NaN where it names none."""
    last: str
    """The score at the highest sparsity, beside dense."""
    n: int
    seeds: int


def answers(tables: Tables) -> list[Answer]:
    """An answer for each experiment, metric and kind of tickets, in the order of the scores."""
    found = []
    if "scores" not in tables:
        return []
    for which in tables.groups("scores", ("experiment", "task", "metric")):
        narrowed = tables.where(**which)
        rows = with_kind(at_home(narrowed.joined("scores")))
        means = over_seeds(rows, [*KIND, "round"], "score")
        if means.empty:
            continue
        paired = pd.concat([_to_dense(narrowed), _swept(narrowed, rows)])
        for kind in kinds(means):
            found.append(_answer(rows, means, kind.name, paired))
    return found


def _to_dense(tables: Tables) -> pd.DataFrame:
    """Paired differences from the dense model, or the one that trained as long; none if not asked.

    Where tickets train longer than dense, the latter is what they are fairly held to; a study that
    asks for both is answered by dense, as is one that asks for it alone.
    """
    if "differences" not in tables or tables["differences"].empty:
        return pd.DataFrame(columns=["kind", "against"])
    rows = with_kind(compared_scores(tables))
    return rows[rows["against"].isin([DENSE, AS_LONG]) & rows["difference"].notna()]


def _swept(tables: Tables, scored: pd.DataFrame) -> pd.DataFrame:
    """The paired differences that sweeps took of their tickets, held to the model given.

    The margin is the most that might be lost.
    """
    if "sweep" not in tables:
        return pd.DataFrame(columns=["kind", "against"])
    ends = tables["sweep"]
    ends = ends[ends["chosen"] & (ends["role"] == "drawn")]
    measured = ends[["model", "metric", "difference", "low", "high", "verdict", "allowed"]]
    scored = scored[["model", "metric", "task", "kind", "at"]]
    found = scored.merge(measured, on=["model", "metric"])
    return found.rename(columns={"allowed": "margin"}).assign(against=DENSE)


def _answer(rows: pd.DataFrame, means: pd.DataFrame, kind: str, paired: pd.DataFrame) -> Answer:
    own = means[means["kind"] == kind].sort_values("at")
    dense = means.loc[means["kind"] == DENSE, "mean"]
    full = float(dense.iloc[0]) if len(dense) else math.nan
    places = decimals(rows["score"])
    points = [(float(at), float(mean)) for at, mean in zip(own["at"], own["mean"], strict=True)]
    beside = "" if math.isnan(full) else f"; dense {number(full, places)}"
    held = paired[paired["kind"] == kind]
    against = DENSE if (held["against"] == DENSE).any() or held.empty else AS_LONG
    held = held[held["against"] == against]
    sure, matches, row = _matches(held)
    criterion = str(own.iloc[-1]["criterion"])
    if criterion == AS_LONG and held.empty:
        matches = "what tickets are held to"
    return Answer(
        experiment=named(rows), task=clip(str(rows["task"].iloc[0])),
        metric=pretty(str(rows["metric"].iloc[0])), kind=clip(kind), criterion=criterion,
        curve=(*([] if math.isnan(full) else [(0.0, full)]), *points), dense=full,
        ends=(float(means["mean"].min()), float(means["mean"].max())), sure=sure,
        compared=len(held) > 0, beside="" if against == DENSE else against_in_words(against),
        matches=matches, difference="" if row is None else _measured(row),
        at=math.nan if row is None else float(row["at"]),
        least=math.nan if row is None else _against(row),
        margin=float(held["margin"].max()) if len(held) else math.nan,
        last=f"{number(points[-1][1], places)} at {percent(points[-1][0])}{beside}",
        n=int(rows["n"].max()), seeds=int(own["seeds"].max()),
    )  # fmt: skip


def _matches(rows: pd.DataFrame) -> tuple[bool, str, pd.Series | None]:
    """Whether any is sure to match, the highest sparsity that does, and the pair there, if any.

    A ticket matches where its interval stays above the margin's lower edge (under the upper one,
    where less is better).
    """
    if rows.empty:
        return False, "not compared in pairs", None
    rows = rows.sort_values("at", kind="stable")
    asked = rows[rows["margin"].notna()]
    if asked.empty:
        row = rows.iloc[-1]
        said = f"no margin named; {clip(str(row['verdict']))} at {percent(row['at'])}"
        return False, said, row
    less = asked["metric"].iloc[0] in LOWER_IS_BETTER
    good = asked["high"] < asked["margin"] if less else asked["low"] > -asked["margin"]
    held = asked[good.cumprod().astype(bool)]
    if held.empty:
        first = asked.iloc[0]
        return False, f"not at {percent(first['at'])}", first
    last = held.iloc[-1]  # what was released has no zeros: there is no sparsity to name
    return True, percent(last["at"]) if last["at"] else "matches, unpruned", last


def _against(row: pd.Series) -> float:
    less = row["metric"] in LOWER_IS_BETTER
    end = row["high" if less else "low"]
    end = float(end if math.isfinite(end) else row["difference"])
    return -end if less else end


def _measured(row: pd.Series) -> str:
    places = decimals([row["low"], row["high"], row["difference"]])
    if not math.isfinite(row["low"]):
        return f"{signed(row['difference'], places)}, no interval"
    ends = f"{signed(row['low'], places)} to {signed(row['high'], places)}"
    return f"{signed(row['difference'], places)} [{ends}]"


def leading(found: list[Answer]) -> list[Answer]:
    """Those for a first screen: all of few, and of many the best one of each task and metric.

    That is the one that is shown to match at the highest sparsity; where none is, the one that
    may have lost least.
    """
    if len(found) <= FEW:
        return found
    best: dict[tuple[str, str], Answer] = {}
    for each in found:
        key = (each.task, each.metric)
        if key not in best or _rank(each) > _rank(best[key]):
            best[key] = each
    return list(best.values())


def _rank(answer: Answer) -> tuple[bool, float, float]:
    return answer.sure, answer.at if answer.sure else 0.0, answer.least


def margins(found: list[Answer]) -> list[str]:
    """What studies call the same score, each once."""
    return sorted({f"{each.margin:g}" for each in found if not math.isnan(each.margin)})
