"""Losses in the course of training."""

from tombola.report.figures.base import Picture, enter, finished
from tombola.report.figures.curves import Curves
from tombola.report.figures.sources import Sources
from tombola.report.reading import Tables
from tombola.report.tickets import with_kind
from tombola.report.values import seeds_of
from tombola.report.words import clip, percent

DETAILS = ["line", "done", "y", "runs"]
STRETCHES = 50
"""Points of a line; each is the mean of what was noted about it."""


@enter(
    "training-losses",
    table="training-losses",
    one_per=("experiment",),
    place=10,
    caption="Loss of single training batches, averaged over a fiftieth of the schedule and over "
    "seeds; of each kind of ticket the sparsest. Label smoothing and masks of words count in, so "
    "only losses of one task and one setting can be held to each other. Rewound trainings begin "
    "where they were put back to.",
    small=True,
)
def training_losses(tables: Tables) -> Picture | None:
    """A line for dense, and one for each kind of ticket at its sparsest."""
    rows = with_kind(tables.joined("training-losses"))
    rows = rows[rows["at"] == rows.groupby("kind")["at"].transform("max")]
    if rows.empty or rows["done"].nunique() < 2:
        return None
    rows = rows.assign(line=[
        f"{clip(kind)}, {percent(at)}" if at > 0 else clip(kind)
        for kind, at in zip(rows["kind"], rows["at"], strict=True)
    ])  # fmt: skip
    wide = max(1, round(rows["done"].max() / STRETCHES))
    rows = rows.assign(x=-(-rows["done"] // wide) * wide)
    found = rows.groupby(["line", "x"], sort=False).agg(
        y=("loss", "mean"), done=("done", "max"), runs=("model", "nunique")
    )
    sources = Sources()
    curves = Curves("optimizer steps", "training loss", x_format="~s", details=DETAILS)
    return finished(
        curves.drawn(sources, found.reset_index().sort_values(["line", "x"]), None),
        sources, rows, "how they learned",
        [f"Means over {seeds_of(rows['seed'])}, and over a fiftieth of the schedule"], single=True,
    )  # fmt: skip
