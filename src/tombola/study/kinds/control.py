"""`control`: a ticket without one thing that it may owe much to."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, ClassVar

from tombola import anatomy, masks, tickets
from tombola.errors import UserError
from tombola.randomness import mixed
from tombola.settings import named_in
from tombola.study.facts import facts_of, facts_of_thing
from tombola.study.finished import Finished
from tombola.study.folded import mask_of
from tombola.study.job import Job, record_of
from tombola.study.kind import KINDS, Kind, Row, Step
from tombola.study.kinds.train import starting
from tombola.study.library import Library
from tombola.study.model_rows import MODEL_TABLES, model_rows
from tombola.study.models import finish
from tombola.study.point import Point
from tombola.study.references import Reference
from tombola.tickets.controls.control import CONTROLS

BATCH_SIZE = 32
"""Sentences scored at once; no number depends on it."""


class ControlStep(Step):
    """Of which tickets, on which weights, and what is taken from them."""

    of: Reference
    """A step that ends in tickets: their masks."""
    model: Reference
    """Where weights come from: a model of the recipe, a step, or a moment of its training."""
    task: str | None = None
    """The task whose head the model has; by default the one that the tickets were trained on."""
    choose: Annotated[str, named_in(CONTROLS)]
    """shuffled, re-initialised, sign-only, layer-shuffled, …; a list opens the axis `choose`."""


class ControlOfTickets(Kind[ControlStep]):
    """One stage for each ticket and control.

    It is not trained: a `train` step that names this one as its `model` and its `mask` does that.
    """

    name = "control"
    version = 1
    settings = ControlStep
    tables = MODEL_TABLES
    makes_models = True
    task_fields: ClassVar[tuple[str, ...]] = ("task",)

    def check(self, point: Point[ControlStep], library: Library) -> None:
        """There are tickets."""
        if not point.main.ends_in_model:
            raise UserError("of is a step that ends in tickets")

    def facts(self, settings: ControlStep) -> dict[str, Any]:
        """The control with its version."""
        found = facts_of(settings, frozenset({"do", "task"}))
        return {**found, "choose": facts_of_thing(CONTROLS, settings.choose)}

    def work(self, job: Job[ControlStep], folder: Path) -> None:
        """Make it, apply the mask, score."""
        task, mask = job.task_name(), mask_of(job, "of")
        ticket, before = starting(job, task), record_of(job.folder("of"), "model")
        mask = masks.fitted(mask, ticket.model)
        known, kind = job.library.task(task), job.library.kind(task)
        seed = mixed("control", job.seed, job.settings.choose)

        def fresh() -> Any:
            model = anatomy.load_model(
                ticket.model.config, kind.head, n_labels=kind.n_labels(known), seed=seed
            )
            return dict(model.named_parameters())

        weights = dict(ticket.model.named_parameters())
        body = anatomy.anatomy(ticket.model)
        given = tickets.Given(mask, weights, body, fresh, seed)
        mask = CONTROLS[job.settings.choose].make(given)
        masks.apply(ticket.model, mask)
        steps = 0
        if "model" in job.stage.reads:
            steps = int(record_of(job.folder("model"), "model")["steps"])
        finish(
            job,
            folder,
            ticket.model.to(job.device),
            ticket.tokenizer,
            task=task,
            batch_size=BATCH_SIZE,
            mask=mask,
            steps=round(job.stage.moment("model", 1.0) * steps),
            source=before["source"],
            root=before["root"],
        )

    def rows(self, done: Finished) -> Iterable[Row]:
        """The control, its score, its sparsity."""
        return model_rows(done)


KINDS.add(ControlOfTickets())
