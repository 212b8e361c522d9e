"""The table of a paper about subnetworks: each construction, pruned and retrained, by task."""

import pandas as pd

from tombola.report.paper import PaperTable, mean_and_sd
from tombola.report.reading import Tables
from tombola.report.subnetworks import (
    GROUPS,
    ORDER,
    PRUNED,
    RETRAINED,
    SAME,
    dense,
    subnetworks,
    usual,
)
from tombola.report.words import decimals, number, pretty

FULL_MODEL = "full model"
STATES = [PRUNED, RETRAINED]


def subnetwork_tables(tables: Tables) -> list[PaperTable]:
    """One table, or none where nothing is held against what pruning left."""
    if "scores" not in tables:
        return []
    found = _lines(tables)
    return [by_task(found)] if set(found["choose"].dropna()) - {"", "good"} else []


def by_task(found: pd.DataFrame) -> PaperTable:
    """Scores of baselines, full models and subnetworks by task, and their average over tasks.

    Tables 2 and 3 of Prasanna, Rogers & Rumshisky (2020): mean and sample standard deviation over
    seeds; the average is of the tasks' means, as the leaderboard of GLUE has it (footnote 6), where
    a line has all of them. Their table 2 cuts its numbers to two decimals; these are rounded.

    `found` has a row for each score: `line` and its `place`, `task`, `metric`, `seed`, `score`,
    `n`.
    """
    tasks = found.drop_duplicates("task")
    places = decimals(found["score"])
    rows = []
    for line in found.sort_values("place", kind="stable")["line"].unique():
        of = found[found["line"] == line]
        cells = [of.loc[of["task"] == task, "score"] for task in tasks["task"]]
        shown = [mean_and_sd(cell, places) if len(cell) else "" for cell in cells]
        means = [cell.mean() for cell in cells if cell.notna().any()]
        whole = len(means) == len(tasks)
        rows.append((line, *shown, number(sum(means) / len(means), places) if whole else ""))
    seeds, n = found["seed"].nunique(), found.groupby("task", sort=False)["n"].max()
    sizes = ", ".join(f"{task} {int(of):,}" for task, of in n.items())
    note = f"Mean ± sample standard deviation over seeds (at most {seeds}); n: {sizes} examples."
    if found["score"].isna().any():
        note += " † some seeds diverged and are left out."
    names = [f"{row.task} ({pretty(str(row.metric))})" for row in tasks.itertuples()]
    return PaperTable(
        "Subnetworks, pruned and retrained",
        note,
        ("subnetwork", *names, "average"),
        tuple(rows),
        "l" + "c" * (len(tasks) + 1),
    )


def _lines(tables: Tables) -> pd.DataFrame:
    """The scores that the table shows, with the name and the place of their line."""
    models = subnetworks(tables)
    whole = dense(models)
    pruned = models[models["state"].isin(STATES)]
    usual_, redrawn = usual(pruned[~pruned["redrawn"]]), pruned[pruned["redrawn"]]
    kinds = [whole.assign(line=FULL_MODEL, place=0)]
    kinds += [_named(usual_, ""), _named(redrawn, ", on random weights")]
    longer = pruned[~pruned["redrawn"] & pruned["length"].notna()]
    longer = longer[~longer["model"].isin(usual_["model"]) & longer["what"].isin(["", "joint"])]
    for (length, unit), of in longer.groupby(["length", "length_in"]):
        kinds.append(_named(of, f", {length:g} {unit}"))
    named = pd.concat(kinds)[["model", "seed", "choose", "line", "place"]]
    scores = tables["scores"][["model", "task", "metric", "score", "n"]]
    found = scores.merge(named, on="model")
    if "baselines" in tables:
        base = tables["baselines"].rename(columns={"baseline": "line"})
        base = base[base["task"].isin(found["task"])]
        found = pd.concat([base[["task", "metric", "score", "n", "line"]].assign(place=-1), found])
    return found


def _named(models: pd.DataFrame, more: str) -> pd.DataFrame:
    groups, states = list(GROUPS.values()), STATES
    lines, places = [], []
    for state, method, choose, folded in models[SAME].itertuples(index=False, name=None):
        group = GROUPS[method, folded]
        lines.append(f"{group}, {choose}, {state}{more}")
        order = ORDER.index(choose) if choose in ORDER else len(ORDER)
        places.append(1 + 100 * groups.index(group) + 10 * order + states.index(state))
    return models.assign(line=pd.Series(lines, models.index, dtype="str"),
                         place=pd.Series(places, models.index, dtype="int64"))  # fmt: skip
