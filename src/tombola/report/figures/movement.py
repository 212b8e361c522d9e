"""How far weights move in the order of magnitudes: by layer, in the course, and by rank."""

import pandas as pd

from tombola.report.figures.base import Picture, enter, finished
from tombola.report.figures.curves import Curves
from tombola.report.figures.sources import Sources
from tombola.report.parts.movement import WHOLE, at_end, moment
from tombola.report.reading import Tables
from tombola.report.values import seeds_of
from tombola.report.words import clip, count

DETAILS = ["line", "layer", "y", "seeds", "n"]


@enter(
    "movement",
    table="movement",
    one_per=("experiment",),
    place=10,
    caption="Mean change of rank by magnitude, as a share of the matrix, by layer and kind of "
    "matrix, at the end of training; mean over seeds. Orders that know nothing of each other move "
    "33% on average.",
    small=True,
)
def movement(tables: Tables) -> Picture | None:
    """A line for each kind of matrix."""
    rows = at_end(tables.joined("movement"))
    shown = rows[(rows["role"] != WHOLE) & (rows["layer"] >= 0) & rows["mean"].notna()]
    if shown.empty:
        return None
    shown = shown.assign(line=[_line(row) for _, row in shown.iterrows()], x=shown["layer"])
    found = _means(shown, ["line", "layer", "x"])
    sources = Sources()
    curves = Curves("layer (0: nearest to the input)", "mean movement (% of places)",
                    x_format="d", details=DETAILS, zero=True)  # fmt: skip
    return finished(
        curves.drawn(sources, found, None), sources, rows, "movement in the order of magnitudes",
        [f"By layer and matrix, {seeds_of(shown['seed'])}; chance: 33%"], single=True,
    )  # fmt: skip


@enter(
    "movement-course",
    table="movement",
    one_per=("experiment",),
    place=20,
    caption="Mean movement of all matrices together after a share of training; the band is one "
    "standard deviation over weights, to zero at most.",
    small=True,
)
def course(tables: Tables) -> Picture | None:
    """Movement by moments of training."""
    rows = tables.joined("movement")
    shown = rows[(rows["role"] == WHOLE) & rows["mean"].notna()]
    shown = shown.assign(x=[100 * moment(str(model)) for model in shown["model"]], line="all")
    if shown["x"].nunique() < 2:
        return None
    found = _means(shown, ["line", "x"])
    sd = shown.groupby(["line", "x"], sort=False)["sd"].mean().to_numpy() * 100
    found = found.assign(low=(found["y"] - sd).clip(lower=0), high=found["y"] + sd, layer=-1)
    sources = Sources()
    curves = Curves("share of training (%)", "mean movement (% of places)", details=DETAILS,
                    zero=True)  # fmt: skip
    return finished(
        curves.drawn(sources, found.sort_values("x"), None), sources, rows,
        "movement in the course of training",
        [f"{count(int(shown['n'].max()), 'weight')}, {seeds_of(shown['seed'])}; band: one standard "
         "deviation over weights"], single=True,
    )  # fmt: skip


@enter(
    "movement-ranks",
    table="movement-ranks",
    one_per=("experiment", "binned"),
    place=10,
    caption="Movement by the rank of weights in their matrix, from the smallest to the largest: "
    "the mean in each bin. `start` bins by the rank that weights begin at; `as_published` by the "
    "one they end at, whatever its axis was called.",
    small=True,
)
def by_rank(tables: Tables) -> Picture | None:
    """Mean movement by bins of rank."""
    rows = at_end(tables.joined("movement-ranks"))
    shown = rows[rows["mean"].notna()]
    if shown.empty:
        return None
    shown = shown.assign(x=100 * (shown["bin"] + 0.5) / shown["bins"], line="all", layer=-1)
    found = _means(shown, ["line", "layer", "x"])
    sources = Sources()
    binned = "begin at" if str(shown["binned"].iloc[0]) == "start" else "end at (as published)"
    curves = Curves(f"rank by magnitude that weights {binned} (%)", "mean movement (% of places)",
                    details=DETAILS, zero=True)  # fmt: skip
    return finished(
        curves.drawn(sources, found, None), sources, rows, "which weights move",
        [f"All matrices, {count(int(shown['bins'].max()), 'bin')}; 0: the smallest weights"],
        single=True,
    )  # fmt: skip


def _line(row: pd.Series) -> str:
    block = str(row["block"])
    return clip(str(row["role"]) if block in ("self", "mlp", "") else f"{block} {row['role']}", 20)


def _means(rows: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    found = rows.groupby(by, sort=False).agg(
        y=("mean", "mean"), seeds=("seed", "nunique"), n=("n", "sum")
    )
    return found.assign(y=100 * found["y"]).reset_index()
