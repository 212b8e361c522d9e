"""What differs between studies, and what cannot be compared."""

import pandas as pd

from tombola.report.between import BETWEEN
from tombola.report.one_form import DENSE
from tombola.report.paper import PaperTable
from tombola.report.parts.differences import signed
from tombola.report.parts.part import PARTS, Part
from tombola.report.reading import Tables
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


def chain_in_words(row: pd.Series) -> str:
    """The two chains of a pair: once, where they are called the same."""
    one, other = clip(str(row["chain"])), clip(str(row["to_chain"]))
    return one if one == other else f"{one} ({clip(str(row['of']))}) against {other}"


def told(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows that hold a difference, with their chains in words, in `line`."""
    rows = rows[rows["difference"].notna()]
    return rows.assign(line=[chain_in_words(row) for _, row in rows.iterrows()])


def say(tables: Tables) -> list[str]:
    """For each task and two studies: what is shown of each chain; why there is no difference."""
    said = []
    for _, rows in tables[BETWEEN.name].groupby(["of", "to", "task", "metric"], sort=False):
        first = rows.iloc[0]
        of, to, task = (clip(str(first[c])) for c in ("of", "to", "task"))
        found = told(rows)
        if len(found):
            less = " (less is better)" if first["metric"] in LOWER_IS_BETTER else ""
            over = listed(sorted({str(each) for each in found["over"]}))
            said.append(several(
                f"{of} less {to} on {task}, {pretty(str(first['metric']))}{less}: up to "
                f"{count(int(found['seeds'].max()), 'pair')} of runs, n = "
                f"{count(int(found['n'].max()), 'example')}; in parentheses the difference at the "
                f"highest sparsity with its 95% interval over {over}.",
                [_of_chain(each, str(line)) for line, each in found.groupby("line", sort=False)],
            ))  # fmt: skip
        for reason, without in rows[rows["reason"] != ""].groupby("reason", sort=False):
            which = listed(list(dict.fromkeys(
                f"{chain_in_words(row)} at {percent(row['sparsity'])}"
                for _, row in without.iterrows() if row["chain"]
            )) or [""])  # fmt: skip
            of_which = f" of {which}" if which else ""
            said.append(
                f"{task}: no difference{of_which} between {of} and {to}: {clip(str(reason), 120)}."
            )
    return said


def _of_chain(rows: pd.DataFrame, line: str) -> str:
    """Where one chain is above or below, and the difference at the highest sparsity."""
    rows = rows.sort_values("sparsity")
    places = decimals([*rows["low"], *rows["high"]])
    last = rows.iloc[-1]
    ends = f"{number(last['low'], places)} to {number(last['high'], places)}"
    value = f"{signed(last['difference'], places)}, {ends}"
    if last["criterion"] == DENSE:
        return f"{line}: {last['verdict']} ({value})"
    sides = [
        f"{verdict} at {listed([percent(at) for at in each['sparsity']])}"
        for verdict, each in rows.groupby("verdict", sort=False)
    ]
    return f"{line}: {', '.join(sides)} (at {percent(last['sparsity'])}: {value})"


def papers(tables: Tables) -> list[PaperTable]:
    """A table of every task and two studies: a row for each chain and sparsity."""
    made = []
    found = told(tables[BETWEEN.name])
    for (of, to, task, metric), rows in found.groupby(["of", "to", "task", "metric"], sort=False):
        places = decimals([*rows["low"], *rows["high"]])
        cells = [
            (
                str(row["line"]), percent(row["sparsity"]), percent(row["to_sparsity"]),
                signed(row["difference"], places),
                f"{number(row['low'], places)} to {number(row['high'], places)}",
                str(row["seeds"]), f"{row['n']:,}",
            )
            for _, row in rows.iterrows()
        ]  # fmt: skip
        made.append(PaperTable(
            f"{of} less {to} on {task}: {pretty(str(metric))}",
            "Paired over examples, and over runs where there are several; 95% intervals.",
            ("chain", f"sparsity, {of}", f"sparsity, {to}", "difference", "interval", "runs", "n"),
            tuple(cells), "lrrrrrr",
        ))  # fmt: skip
    return made


PARTS.add(Part(
    name=BETWEEN.name,
    title="Between the studies",
    place=5,
    columns={
        "task": "text", "metric": "text", "of": "text", "to": "text", "chain": "text",
        "to_chain": "text", "criterion": "text", "rewind": "text", "round": "number",
        "sparsity": "number", "to_sparsity": "number", "difference": "number", "low": "number",
        "high": "number", "over": "text", "seeds": "number", "n": "number", "verdict": "text",
        "reason": "text",
    },
    say=say,
    papers=papers,
))  # fmt: skip
