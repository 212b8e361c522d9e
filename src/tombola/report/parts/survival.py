"""Survival: which heads and MLPs are left in tickets."""

import pandas as pd

from tombola.report.means import over_seeds
from tombola.report.parts.part import PARTS, Part
from tombola.report.reading import Tables
from tombola.report.tickets import KIND, kinds, named, with_kind
from tombola.report.words import clip, count, percent

PLACE = ["stack", "layer", "block", "head"]
MLP = "MLP"


def by_part(rows: pd.DataFrame, *further: str) -> pd.DataFrame:
    """One row for each head and MLP of a kind of ticket: mean and spread of its surviving share.

    Columns: those of the kind, `further`, `stack`, `layer`, `block`, `head`, `round`, and of
    `means.over_seeds`; `sd` over seeds (with n - 1, as in the published figures; NaN for one).
    """
    by = [*KIND, *further, *PLACE, "round"]
    shown = with_kind(rows)
    spread = shown.groupby(by, sort=False, dropna=False)["share"].std(ddof=1).rename("sd")
    return over_seeds(shown, by, "share").merge(spread.reset_index(), on=by)


def over_tasks(rows: pd.DataFrame) -> pd.DataFrame:
    """One row for each head and MLP: the number of tasks that keep it, mean and sd over seeds.

    What survives in part counts by its share. Columns: `stack`, `layer`, `block`, `head`, `mean`,
    `least`, `most`, `sd` (with n - 1), `seeds`, `tasks` (that there are).
    """
    counts = rows.groupby([*PLACE, "seed"], sort=False)["share"].sum().rename("tasks_kept")
    grouped = counts.reset_index().groupby(PLACE, sort=False)["tasks_kept"]
    found = grouped.agg(
        mean="mean", least="min", most="max", sd=lambda kept: kept.std(ddof=1), seeds="size"
    )
    return found.reset_index().assign(tasks=rows["task"].nunique())


def with_parts(cells: pd.DataFrame) -> pd.DataFrame:
    """The rows with `part`, the column a cell stands in, and `order`; MLPs stand last.

    The stack says which attention it is where it is not that to oneself.
    """
    block = cells["block"].replace("mlp", "self")
    return cells.assign(
        stack=cells["stack"] + (" " + block).where(block != "self", ""),
        part=cells["head"].astype("string").where(cells["head"] >= 0, MLP),
        order=cells["head"].where(cells["head"] >= 0, cells["head"].max() + 1),
    )


def say(tables: Tables) -> list[str]:
    """How much of heads and MLPs is left, and which layers keep most of it."""
    said = []
    for which in tables.groups("survival", ("experiment",)):
        rows = with_kind(tables.where(**which).joined("survival"))
        for kind in kinds(rows):
            of = rows[rows["kind"] == kind.name]
            last = of[of["round"] == of["round"].max()]
            said.append(f"{named(rows)}, {clip(kind.name)}: {_say_of(last)}.")
    return said


def _say_of(rows: pd.DataFrame) -> str:
    words = []
    for what, one in ((rows["head"] >= 0, "head"), (rows["head"] < 0, "MLP")):
        layers = rows[what].groupby("layer")["share"].mean()
        if len(layers):
            words.append(
                f"{percent(layers.mean())} of {one}s survive, most in layer {layers.idxmax()} "
                f"({percent(layers.max())}), least in layer {layers.idxmin()} "
                f"({percent(layers.min())})"
            )
    seeds = count(max(1, rows["seed"].nunique()), "seed")
    return "; ".join(words) + f"; mean over {seeds}"


PARTS.add(Part(
    name="survival",
    title="Which heads and MLPs survive",
    place=22,
    columns={
        "experiment": "text", "model": "text", "stack": "text", "layer": "number",
        "block": "text", "head": "number", "n": "number", "survivors": "number",
        "share": "number", "signature": "text",
    },
    say=say,
))  # fmt: skip
