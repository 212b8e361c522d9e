"""`prune-while`: prune, without retraining, as long as the score holds."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field

from tombola import anatomy, masks, tickets, training
from tombola.errors import UserError
from tombola.files import MASK_FILE
from tombola.study.evidence import evidence_for, mask_seed
from tombola.study.facts import facts_of
from tombola.study.finished import Finished
from tombola.study.floor import check_share, check_split, floor_of
from tombola.study.job import Job, record_of
from tombola.study.kind import KINDS, Kind, Row, Step
from tombola.study.kinds.train import PRUNED_BEFORE, TrainStep, is_dense
from tombola.study.library import Library
from tombola.study.model_rows import MODEL_TABLES, model_rows
from tombola.study.models import finish
from tombola.study.plan import Planner
from tombola.study.point import Point
from tombola.study.references import Reference
from tombola.study.stage import Stage
from tombola.study.substeps import FOLDER, Record, recorded, substeps
from tombola.tables import Table
from tombola.tickets.criteria.criterion import Choice
from tombola.tickets.rounds import Pruning, next_mask

if TYPE_CHECKING:
    from tombola.masks import Mask

PRUNINGS = Table(
    "prunings",
    {
        "step": ("string", "step of the recipe"),
        "model": ("string", "the model that the loop ends in"),
        "task": ("string", "task that was scored"),
        "seed": ("Int64", "seed of the run"),
        "pruning": ("int64", "turn of the loop; 0 is the model before it"),
        "phase": ("string", "what went: weights; or heads, mlps, joint; full before any did"),
        "sparsity": ("float64", "pruned share of the prunable parameter sets, 0 to 1"),
        "heads": ("int64", "heads that survive; -1 where weights are pruned"),
        "mlps": ("int64", "MLPs that survive; -1 where weights are pruned"),
        "score": ("float64", "on the examples that decide"),
        "floor": ("float64", "what the score must not fall below"),
        "kept": ("bool", "whether the score held; the last that did is the model"),
        "signature": ("string", "every fact that determines the number"),
    },
)


class PruneWhileStep(Step):
    """What is pruned, and how far the score may fall."""

    of: Reference
    """A `train` step."""
    share: float = Field(0.9, gt=0, le=1)
    """Go on while the score is at least this share of the full model's."""
    criterion: Choice = Choice(name="magnitude")
    """What scores the weights."""
    pruning: Pruning = Pruning(amount=0.1)
    """Which weights, and how many in a turn."""
    split: Literal["dev", "held"] = "dev"
    """Examples that decide: dev, on which the ticket is scored too, or those held apart."""
    turns: int = Field(100, gt=0, le=1000)
    """At most so many."""


class PruneWhile(Kind[PruneWhileStep]):
    """One stage for each seed and task: its turns are sub-steps.

    Prasanna et al. 2020, section 3.3, prune so by magnitude, 10% of the remaining weights a turn,
    while the score is above 90% of the full model's.
    """

    name = "prune-while"
    version = 1
    settings = PruneWhileStep
    tables = (*MODEL_TABLES, PRUNINGS)
    makes_models = True
    task_fields: ClassVar[tuple[str, ...]] = ()

    def check(self, point: Point[PruneWhileStep], library: Library) -> None:
        """The model is trained here, and the criterion takes something."""
        stage = point.nodes["of"].stage
        if stage is None or not isinstance(stage.settings, TrainStep):
            raise UserError("of is a `train` step, whose model is pruned")
        if not point.settings.criterion.criterion.prunes:
            raise UserError("criterion: one that prunes nothing never ends")
        check_split(point.settings.split, str(point.at["task"]), library)
        check_share(str(point.at["task"]), library)

    def facts(self, settings: PruneWhileStep) -> dict[str, Any]:
        """All settings, the criterion with its version."""
        found = facts_of(settings, frozenset({"do"}))
        return {**found, "criterion": settings.criterion.facts()}

    def expand(self, point: Point[PruneWhileStep], planner: Planner) -> Iterator[Stage]:
        """One stage, after the model."""
        dense = point.nodes["of"].stage
        if dense is not None and point.settings.criterion.criterion.needs == "course":
            planner.keep(dense, 0.0)
        at = {"criterion": point.settings.criterion.label, "rewind": "none"}
        facts = planner.once((point.settings,), lambda: self.facts(point.settings))
        before = {} if is_dense(point, "of", planner.library) else PRUNED_BEFORE
        yield planner.stage(self, point, facts={**facts, **before}, at=at)

    def work(self, job: Job[PruneWhileStep], folder: Path) -> None:
        """Turn after turn, from the records of those that were done."""
        settings, task = job.settings, str(job.stage.at["task"])
        dense = job.read_stage("of").settings
        assert isinstance(dense, TrainStep)  # `check` saw to it
        # Loaded once: a mask takes nothing back that an earlier one took, so that each may be put
        # on the model as the one before it left it.
        at_work = tickets.load(job.model_folder("of"))
        at_work.model.to(job.device)

        def turn(number: int, before: list[Record], own: Path) -> Record | None:
            if number and not before[-1]["kept"]:
                return None
            if number > settings.turns or (number and before[-1]["survivors"] == 0):
                return None
            job.report.turn(number + 1)
            model, tokenizer = at_work.model, at_work.tokenizer
            old = self._mask(at_work, settings.pruning, folder, number)
            mask = old
            if number:
                seed = mask_seed(job.seed, number)
                ticket = tickets.Ticket(model, old, tokenizer)
                evidence = evidence_for(
                    job, settings.criterion, settings.pruning, ticket, task, seed, dense="of"
                )
                body = anatomy.anatomy(model)
                mask = next_mask(
                    evidence, old, body, settings.pruning.at(number), settings.criterion
                )
                if mask.n_pruned == old.n_pruned:
                    return None  # so few are left that a share of them rounds to none
            masks.apply(model, mask)
            known = job.library.task(task)
            size, held = dense.training.answered_at_once, getattr(known, settings.split)
            examples = job.batches(settings.split, task, tokenizer, size)
            score = training.evaluate(model, known, examples, tokenizer, held).value
            floor = floor_of(settings.share, before[0]["score"] if before else score)
            masks.save(mask, own / MASK_FILE, architecture=type(model).__name__)
            return {
                "phase": "weights",
                "sparsity": mask.sparsity,
                "survivors": mask.n - mask.n_pruned,
                "score": score,
                "floor": floor,
                "kept": bool(score >= floor),
            }

        records = list(substeps(folder, turn))
        write = [i for i, record in enumerate(records) if record["kept"]]
        ticket = tickets.load(job.model_folder("of"))
        kept = write[-1] if write else 0
        mask = self._mask(ticket, settings.pruning, folder, kept + 1)
        masks.apply(ticket.model, mask)
        before = record_of(job.folder("of"), "model")
        finish(
            job,
            folder,
            ticket.model.to(job.device),
            ticket.tokenizer,
            task=task,
            batch_size=dense.training.answered_at_once,
            mask=mask,
            steps=int(before["steps"]),
            source=before["source"],
            root=before["root"],
            pruning=settings.pruning,
        )

    def rows(self, done: Finished) -> Iterable[Row]:
        """The ticket, and every turn."""
        yield from model_rows(done)
        records = recorded(done.folder)
        for number, record in enumerate(records):
            yield (
                PRUNINGS,
                {
                    "step": done.stage.step,
                    "model": done.stage.name,
                    "task": str(done.stage.at["task"]),
                    "seed": done.stage.seed,
                    "pruning": number,
                    **done.cells(PRUNINGS, {"heads": -1, "mlps": -1, **record}),
                    "signature": done.sign(turn=number),
                },
            )

    def _mask(self, ticket: tickets.Ticket, pruning: Pruning, folder: Path, turn: int) -> "Mask":
        """What survives before a turn."""
        if turn == 0:
            parameters = pruning.parameters(anatomy.anatomy(ticket.model))
            return masks.covering(ticket.mask, parameters)
        path = folder / FOLDER / f"{turn - 1:04d}" / MASK_FILE
        return masks.load(path, model=ticket.model)


KINDS.add(PruneWhile())
