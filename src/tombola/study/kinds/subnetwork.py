"""`subnetwork`: of a ticket, or of what survives in several, others of its size to hold it to."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from tombola import anatomy, masks, tickets
from tombola.errors import UserError
from tombola.randomness import mixed
from tombola.settings import named_in
from tombola.study.facts import facts_of, facts_of_thing
from tombola.study.finished import Finished
from tombola.study.folded import check_masks, mask_of
from tombola.study.job import Job, record_of
from tombola.study.kind import KINDS, Kind, Row, Step
from tombola.study.library import Library
from tombola.study.model_rows import MODEL_TABLES, model_rows
from tombola.study.models import finish
from tombola.study.point import Point
from tombola.study.references import Reference
from tombola.study.stage import Stage
from tombola.tickets.subnetworks.construction import SUBNETWORKS

BATCH_SIZE = 32
"""Sentences scored at once; no number depends on it."""


class SubnetworkStep(Step):
    """Of which tickets, and how chosen."""

    of: Reference
    """A step that prunes."""
    choose: Annotated[str, named_in(SUBNETWORKS)] = "good"
    """A construction: good, random, bad, …; a list opens the axis `choose`."""
    unit: Literal["weights", "parts"] = "weights"
    """What is drawn: weights, or whole heads and MLPs, which keep their numbers each."""
    across: str | None = None
    """The axis whose masks are taken together: what survives in all of them is the good one."""


class Subnetwork(Kind[SubnetworkStep]):
    """One stage for each construction, and each ticket or point of the axes that are not folded.

    Its weights are those of the model that the (first) ticket was drawn from, and it is not trained
    again: a `train` step that names this one as its `mask` does that. Prasanna et al. 2020,
    sections 3.2 and 4.3; with `across: seed` the super-survivors of appendix E.
    """

    name = "subnetwork"
    version = 2
    settings = SubnetworkStep
    tables = MODEL_TABLES
    makes_models = True
    task_fields: ClassVar[tuple[str, ...]] = ()

    def check(self, point: Point[SubnetworkStep], library: Library) -> None:
        """There are masks, drawn from models; and the construction makes masks of that unit."""
        if point.settings.across is not None:
            check_masks(point, "what survives in two masks or more")
        stage = point.main.stage
        if stage is None or not point.main.ends_in_model or "of" not in stage.reads:
            raise UserError("of is a step that prunes: rounds, prune-while, prune-parts")
        units = SUBNETWORKS[point.settings.choose].units
        if point.settings.unit not in units:
            allowed = [
                name for name, each in SUBNETWORKS.items() if point.settings.unit in each.units
            ]
            raise UserError(
                f"choose: {point.settings.choose} is not made of {point.settings.unit}; "
                f"allowed: {', '.join(allowed)}"
            )

    def facts(self, settings: SubnetworkStep) -> dict[str, Any]:
        """What is drawn, and the construction with its version."""
        found = facts_of(settings, frozenset({"do", "of"}))
        return {**found, "choose": facts_of_thing(SUBNETWORKS, settings.choose)}

    def reads_from(self, stage: Stage, stages: Mapping[str, Stage]) -> tuple[str, ...]:
        """Also what the first of the tickets was pruned from."""
        own = super().reads_from(stage, stages)
        first = stages.get(stage.reads[stage.roles("of")[0]])
        return own if first is None else (*own, first.reads["of"])

    def work(self, job: Job[SubnetworkStep], folder: Path) -> None:
        """Draw, apply to the model that was pruned, score on its task."""
        unit, roles = job.settings.unit, job.roles("of")
        first = job.folder(roles[0])
        drawn_from = job.beside(job.read_stage(roles[0])).model_folder("of")
        ticket, before = tickets.load(drawn_from), record_of(first, "model")
        found = tickets.Found(
            tuple(mask_of(job, role, unit) for role in roles),
            mixed("subnetwork", job.seed, job.settings.choose),
            lambda: dict(ticket.model.named_parameters()),
        )
        mask = SUBNETWORKS[job.settings.choose].mask(found)
        if unit == "parts":
            mask = masks.weights_under(mask, anatomy.anatomy(ticket.model))
        mask = mask.within(ticket.mask)  # what was gone before it was pruned stays gone
        masks.apply(ticket.model, mask)
        finish(
            job,
            folder,
            ticket.model.to(job.device),
            ticket.tokenizer,
            task=str(record_of(first, "score")["task"]),
            batch_size=BATCH_SIZE,
            mask=mask,
            steps=int(record_of(drawn_from.parent, "model")["steps"]),
            source=before["source"],
            root=before["root"],
        )

    def rows(self, done: Finished) -> Iterable[Row]:
        """The subnetwork, its score, its sparsity."""
        return model_rows(done)


KINDS.add(Subnetwork())
