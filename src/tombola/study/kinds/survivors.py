"""`survivors`: the ticket of what survives in all masks along an axis."""

from collections.abc import Iterable
from functools import reduce
from operator import and_
from pathlib import Path
from typing import Any

from tombola import masks, tickets
from tombola.study.finished import Finished
from tombola.study.folded import check_masks, masks_along
from tombola.study.job import MODEL, Job, record_of
from tombola.study.kind import KINDS, Kind, Row, Step
from tombola.study.library import Library
from tombola.study.models import MODEL_TABLES, finish, model_rows
from tombola.study.plan import Point
from tombola.study.references import Reference

BATCH_SIZE = 32
"""Sentences scored at once; no number depends on it."""


class SurvivorsStep(Step):
    """Which tickets, along which axis."""

    of: Reference
    """A step that ends in tickets."""
    across: str = "seed"
    """The axis along which weights must survive: seed, task, …"""


class Survivors(Kind[SurvivorsStep]):
    """One ticket for each point of the other axes: a weight survives where it does in every mask.

    Its weights are those of the first ticket, which is not trained again: a `train` step that names
    this one as its `mask` does that. Prasanna et al. 2020, appendix E, call such heads and MLPs
    super-survivors.
    """

    name = "survivors"
    version = 1
    settings = SurvivorsStep
    tables = MODEL_TABLES
    makes_models = True

    def check(self, point: Point[SurvivorsStep], library: Library) -> None:
        """There are masks, and two of them at least."""
        check_masks(point, "survivors of two masks or more")

    def facts(self, settings: SurvivorsStep) -> dict[str, Any]:
        """The axis; the masks have facts of their own."""
        return {"across": settings.across}

    def work(self, job: Job[SurvivorsStep], folder: Path) -> None:
        """Intersect, apply, score on the task of the first ticket."""
        mask, first = reduce(and_, masks_along(job)), job.folder("of.0")
        ticket, before = tickets.load(first / MODEL), record_of(first, "model")
        masks.apply(ticket.model, mask)
        task = str(record_of(first, "score")["task"])
        finish(
            job,
            folder,
            ticket.model.to(job.device),
            ticket.tokenizer,
            task=task,
            batches=job.batches("dev", task, ticket.tokenizer, BATCH_SIZE),
            mask=mask,
            steps=int(before["steps"]),
            source=before["source"],
            root=before["root"],
        )

    def rows(self, done: Finished) -> Iterable[Row]:
        """The ticket, its score, its sparsity."""
        return model_rows(done)


KINDS.add(Survivors())
