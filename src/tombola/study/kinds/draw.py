"""`draw`: a ticket of any model at once, without training before or after."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import Field

from tombola import anatomy, masks
from tombola.errors import UserError
from tombola.study.evidence import evidence_for, mask_seed
from tombola.study.facts import facts_of
from tombola.study.finished import Finished
from tombola.study.job import Job, record_of
from tombola.study.kind import KINDS, Kind, Row, Step
from tombola.study.kinds.train import PRUNED_BEFORE, is_dense, starting
from tombola.study.library import Library
from tombola.study.model_rows import MODEL_TABLES, model_rows
from tombola.study.models import finish
from tombola.study.plan import Planner
from tombola.study.point import Point
from tombola.study.references import References
from tombola.study.stage import Stage
from tombola.tickets.criteria.criterion import Choice
from tombola.tickets.rounds import Pruning, next_mask

BATCH_SIZE = 32
"""Sentences scored at once; no number depends on it."""


class DrawStep(Step):
    """Of which model, how much, and how chosen."""

    of: References
    """A model of the recipe, a step that ends in models, or a moment of its training."""
    task: str | None = None
    """The task that the ticket is scored on, and that a criterion reads examples of; by default the
    one that the model was trained on."""
    criterion: Choice = Choice(name="magnitude")
    """What scores the weights; `random` draws by lot."""
    amount: float = Field(gt=0, lt=1)
    """Sparsity, a share of what is pruned; a list opens the axis `amount`."""
    sets: tuple[str, ...] = ("matrices",)
    """Parameter sets that are pruned."""
    also: tuple[str, ...] = ()
    """Shell patterns of further parameter names to prune."""
    never: tuple[str, ...] = ()
    """Shell patterns of parameter names to keep whole."""
    scope: Literal["global", "stack", "layer", "block", "matrix", "head"] = "global"
    """Within what the scores compete; each group loses the same share."""

    @property
    def pruning(self) -> Pruning:
        """The one round that this is."""
        return Pruning(
            amount=self.amount,
            of="target",
            sets=self.sets,
            also=self.also,
            never=self.never,
            scope=self.scope,
        )


class Draw(Kind[DrawStep]):
    """One stage for each model and amount; a `train` step that names it as its mask goes on."""

    name = "draw"
    version = 1
    settings = DrawStep
    tables = MODEL_TABLES
    makes_models = True
    task_fields: ClassVar[tuple[str, ...]] = ("task",)

    def check(self, point: Point[DrawStep], library: Library) -> None:
        """There is a model, and the criterion needs nothing that is not there."""
        if not point.main.ends_in_model and not point.main.model:
            raise UserError("of is a model, or a step that ends in models")
        criterion = point.settings.criterion.criterion
        if criterion.needs == "course":
            raise UserError(
                f"criterion: {criterion.name} looks at where training began, and a draw knows one "
                "moment only; use `rounds`"
            )
        if point.main.model and not (library.looking and library.missing):
            body = anatomy.anatomy(library.empty(point.main.model, point.task()))
            if not point.settings.pruning.parameters(body):
                raise UserError("sets: the model has no such parameters")
            library.check_classes(point.main.model, point.task())

    def facts(self, settings: DrawStep) -> dict[str, Any]:
        """All settings, the criterion with its version."""
        found = facts_of(settings, frozenset({"do", "task"}))
        return {**found, "criterion": settings.criterion.facts()}

    def expand(self, point: Point[DrawStep], planner: Planner) -> Iterator[Stage]:
        """One stage, which tables know by its criterion."""
        settings = point.settings
        facts = planner.once((settings,), lambda: self.facts(settings))
        before = {} if is_dense(point, "of", planner.library) else PRUNED_BEFORE
        at = {"criterion": settings.criterion.label}
        yield planner.stage(self, point, facts={**facts, **before}, at=at)

    def work(self, job: Job[DrawStep], folder: Path) -> None:
        """Score the weights, prune, score the model."""
        settings, task = job.settings, job.task_name()
        ticket = starting(job, task, "of")
        body, pruning = anatomy.anatomy(ticket.model), settings.pruning
        seed = mask_seed(job.seed, 1)
        evidence = evidence_for(job, settings.criterion, pruning, ticket, task, seed, dense="of")
        old = masks.covering(ticket.mask, pruning.parameters(body))
        _check_sparser(job, old, settings.amount)
        mask = next_mask(evidence, old, body, pruning, settings.criterion)
        masks.apply(ticket.model, mask)
        steps, source, root = 0, "", ""
        if "of" in job.stage.sources:
            source = job.library.model_name(job.stage.sources["of"])
        else:
            before = record_of(job.folder("of"), "model")
            steps = round(job.stage.moment("of", 1.0) * int(before["steps"]))
            source, root = str(before["source"]), str(before["root"])
        finish(
            job,
            folder,
            ticket.model.to(job.device),
            ticket.tokenizer,
            task=task,
            batch_size=BATCH_SIZE,
            mask=mask,
            steps=steps,
            source=source,
            root=root,
            pruning=pruning,
        )

    def rows(self, done: Finished) -> Iterable[Row]:
        """The ticket, its score, its sparsity."""
        return model_rows(done)


def _check_sparser(job: Job[DrawStep], old: "masks.Mask", amount: float) -> None:
    """Raise UserError where a ticket is sparser already than what is drawn from it shall be."""
    if old.sparsity > amount:
        raise UserError(
            f"amount: {amount:g}, and {job.stage.title} draws from what is sparser already "
            f"({old.sparsity:.3f})"
        )


KINDS.add(Draw())
