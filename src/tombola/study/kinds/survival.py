"""`survival`: how much of each head and MLP survives in tickets."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tombola import anatomy, masks
from tombola.errors import UserError
from tombola.files import write_json
from tombola.study.finished import Finished
from tombola.study.folded import mask_of
from tombola.study.job import Job
from tombola.study.kind import KINDS, Kind, Row, Step
from tombola.study.library import Library
from tombola.study.point import Point
from tombola.study.references import References
from tombola.tables import Table

SURVIVAL = Table(
    "survival",
    {
        "model": ("string", "the ticket"),
        "stack": ("string", "encoder or decoder"),
        "layer": ("int64", "0 is nearest to the input"),
        "block": ("string", "self, cross or mlp"),
        "head": ("int64", "-1 for an MLP"),
        "n": ("int64", "its entries that could be pruned; 0 where none could"),
        "survivors": ("int64", "those that survive"),
        "share": ("float64", "surviving share, 0 to 1; of whole heads and MLPs 0 or 1"),
        "signature": ("string", "every fact that determines the number"),
    },
)


class SurvivalStep(Step):
    """Of which tickets."""

    of: References
    """Steps that end in tickets."""


class Survival(Kind[SurvivalStep]):
    """One stage for each ticket.

    Means and spreads over seeds, and sums over tasks, are those of rows: Prasanna et al. 2020,
    figures 1, 6 to 15. An entry of keys and values that several heads share counts for each.
    """

    name = "survival"
    version = 1
    settings = SurvivalStep
    tables = (SURVIVAL,)
    reads_part = "ticket"

    def check(self, point: Point[SurvivalStep], library: Library) -> None:
        """There are tickets."""
        if not point.main.ends_in_model:
            raise UserError("of is a step that ends in tickets")

    def work(self, job: Job[SurvivalStep], folder: Path) -> None:
        """Count."""
        body = anatomy.anatomy(anatomy.empty_model(str(job.ticket_folder("of"))))
        rows: list[dict[str, Any]] = [
            {
                "stack": part.block.stack,
                "layer": part.block.layer,
                "block": part.block.kind,
                "head": part.head,
                "n": part.n,
                "survivors": part.survivors,
                "share": part.share,
            }
            for part in masks.part_shares(mask_of(job, "of"), body)
        ]
        write_json(folder / "rows.json", rows)

    def rows(self, done: Finished) -> Iterable[Row]:
        """A row for every head and MLP."""
        which = {"model": done.stage.reads["of"], "signature": done.sign()}
        for row in done.record("rows"):
            yield SURVIVAL, {**which, **row}


KINDS.add(Survival())
