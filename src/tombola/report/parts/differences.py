"""Paired differences: what may be said about which model is better."""

import math

import pandas as pd

from tombola.report.parts.part import PARTS, Part
from tombola.report.reading import Tables
from tombola.report.tickets import AS_LONG, CONTROL, TicketKind, kinds, named, with_kind
from tombola.report.words import (
    LOWER_IS_BETTER,
    clip,
    count,
    decimals,
    listed,
    number,
    percent,
    pretty,
    several,
)

OTHERS = {CONTROL: "random masks", AS_LONG: "dense, trained as long"}
SIDES = {
    "above": "above {}",
    "below": "below {}",
    "within": "within the margin of {}",
    "undecided": "undecided against {}",
}
"""Verdicts with the model that a score is compared with."""


def against_in_words(against: str) -> str:
    """The model that a difference is taken from."""
    return OTHERS.get(against, against)


def compared_scores(tables: Tables) -> pd.DataFrame:
    """The paired differences of scores; those of probes stand with the probes.

    They stand at the mean sparsity over seeds, which a row says, not at that of the first seed's
    model; what prunes nothing stands beside its tickets.
    """
    rows = tables.joined("differences")
    rows = rows.assign(at=rows["at"].mask(rows["sparsity"] > 0, rows["sparsity"]))
    return rows[rows["probe"] == ""] if "probe" in rows else rows


def side(row: pd.Series) -> str:
    """On which side of the other model a score lies: `above dense`."""
    verdict = str(row["verdict"])
    other = clip(against_in_words(str(row["against"])))
    return SIDES.get(verdict, clip(verdict).replace("{", "").replace("}", "") + " {}").format(other)


def differences_of(tables: Tables, kind: TicketKind) -> pd.DataFrame:
    """The differences of one kind of tickets, in tables narrowed to one score."""
    if "differences" not in tables:
        return pd.DataFrame()
    rows = compared_scores(tables)
    rows = rows[(rows["variant"] == kind.variant) & (rows["rewind"] == kind.rewind)]
    return rows[rows["difference"].notna()]


def signed(value: float, places: int) -> str:
    """A difference with its sign."""
    text = number(value, places)
    return text if text.startswith("−") else f"+{text}"


def measured(row: pd.Series, places: int) -> str:
    """A difference and its interval."""
    if not math.isfinite(row["low"]):
        return f"difference {signed(row['difference'], places)}, no interval"
    ends = [signed(row[end], places) for end in ("low", "high")]
    over = f" over {clip(str(row['over']))}" if "over" in row else ""
    interval = f"95% interval{over} {ends[0]} to {ends[1]}"
    return f"difference {signed(row['difference'], places)}, {interval}"


def matched(rows: pd.DataFrame) -> str:
    """Up to which sparsity tickets match another model; empty where that was not asked.

    A ticket matches where its interval stays above the margin's lower edge (below the upper one,
    where less is better), and so does every denser one before it.
    """
    asked = rows["margin"].notna() & (rows["against"] != CONTROL) & (rows["criterion"] != AS_LONG)
    rows = rows[asked].sort_values("at")
    if rows.empty:
        return ""
    other, margin = against_in_words(str(rows["against"].iloc[0])), rows["margin"].max()
    what = f"{clip(other)} (margin {margin:g})"
    as_good = rows["low"] > -rows["margin"]
    if rows["metric"].iloc[0] in LOWER_IS_BETTER:
        as_good = rows["high"] < rows["margin"]
    held = as_good.cumprod().astype(bool)
    if not held.any():
        return f"is not shown to match {what} even at {percent(rows['at'].iloc[0])} sparsity"
    return f"matches {what} up to {percent(rows.loc[held, 'at'].max())} sparsity"


def say(tables: Tables) -> list[str]:
    """What each kind of tickets is shown to be against each model compared with."""
    said = []
    for which in tables.groups("differences", ("experiment", "task", "metric")):
        rows = with_kind(compared_scores(tables.where(**which)))
        rows = rows[rows["difference"].notna()].sort_values("at", kind="stable")
        for other in rows["against"].unique():
            against = rows[rows["against"] == other]
            found = [kind.name for kind in kinds(against)]
            if len(found) == 1:
                said.append(_say_of(against[against["kind"] == found[0]], found[0]))
            elif found:
                said.append(_say_of_all(against, found))
    return said


def _say_of_all(rows: pd.DataFrame, found: list[str]) -> str:
    """All kinds in one sentence, those together that are shown the same."""
    places = decimals([*rows["low"], *rows["high"]])
    together: dict[str, list[str]] = {}
    for kind in found:
        of = rows[rows["kind"] == kind]
        last = of.iloc[-1]
        shown = matched(of) or f"{side(last)} at {percent(last['at'])} sparsity"
        number = f"{signed(last['difference'], places)}{_ends(last, places)}"
        together.setdefault(shown, []).append(f"{clip(kind)} ({percent(last['at'])}: {number})")
    over = listed(sorted({clip(str(each)) for each in rows["over"]})) if "over" in rows else ""
    other = clip(against_in_words(str(rows["against"].iloc[0])))
    return several(
        f"{_scored(rows)}, against {other}; in parentheses: the difference at the highest sparsity "
        f"with its 95% interval{' over ' + over if over else ''}, up to "
        f"{count(int(rows['seeds'].max()), 'seed')}, n = {count(int(rows['n'].max()), 'example')}.",
        [f"{what}: {'; '.join(names)}" for what, names in together.items()],
    )


def _ends(row: pd.Series, places: int) -> str:
    if not math.isfinite(row["low"]):
        return ", no interval"
    return f", {signed(row['low'], places)} to {signed(row['high'], places)}"


def _scored(rows: pd.DataFrame) -> str:
    metric = str(rows["metric"].iloc[0])
    less = " (less is better)" if metric in LOWER_IS_BETTER else ""
    return f"{named(rows)}, {pretty(metric)}{less}"


def _say_of(rows: pd.DataFrame, kind: str) -> str:
    places = decimals([*rows["low"], *rows["high"]])
    sides: dict[str, list[str]] = {}
    for _, row in rows.iterrows():
        sides.setdefault(side(row), []).append(percent(row["at"]))
    verdicts = "; ".join(f"{verdict} at {listed(where)}" for verdict, where in sides.items())
    match = matched(rows)
    last = rows.iloc[-1]
    return (
        f"{_scored(rows)}, {clip(kind)}: {verdicts} sparsity. "
        f"At {percent(last['at'])}: {measured(last, places)}, "
        f"{count(int(last['seeds']), 'seed')}, n = {count(int(last['n']), 'example')}."
        f"{' It ' + match + '.' if match else ''}"
    )


PARTS.add(Part(
    name="differences",
    title="What is shown to differ",
    place=15,
    columns={
        "experiment": "text", "model": "text", "against": "text", "task": "text",
        "metric": "text", "difference": "number", "low": "number", "high": "number",
        "seeds": "number", "n": "number", "margin": "number", "verdict": "text",
        "sparsity": "number", "criterion": "text", "rewind": "text", "round": "number",
        "signature": "text",
    },
    say=say,
))  # fmt: skip
