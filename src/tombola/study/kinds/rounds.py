"""`rounds`: score, prune, go back, train again; each round is a stage that reads the one before."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from pydantic import Field, model_validator

from tombola import anatomy, masks, tickets, training
from tombola.errors import UserError
from tombola.study.evidence import evidence_for, mask_seed
from tombola.study.facts import facts_of
from tombola.study.finished import Finished
from tombola.study.job import Job, record_of
from tombola.study.kind import KINDS, Kind, Row, Step
from tombola.study.kinds.train import TrainStep, training_cost
from tombola.study.library import Library
from tombola.study.model_rows import MODEL_TABLES, model_rows
from tombola.study.models import finish
from tombola.study.plan import Planner
from tombola.study.point import Point
from tombola.study.references import Reference
from tombola.study.runs import Run, new_run
from tombola.study.stage import Stage
from tombola.study.states import keep_states, state_of, steps_to_keep
from tombola.tickets.criteria.criterion import Choice
from tombola.tickets.rewinding import Rewinding, rewind, with_head
from tombola.tickets.rounds import Pruning, next_mask
from tombola.training.checkpoint import Checkpoint


class RoundsStep(Step):
    """How tickets are drawn from a trained model."""

    of: Reference
    """A `train` step: the dense models."""
    criterion: Choice = Choice(name="magnitude")
    """What scores the weights: a name, or a mapping of `name` and that criterion's settings.
    `random` and `none` (prunes nothing, trains as long) are the controls."""
    pruning: Pruning
    """Which weights may go, and how many in a round."""
    rewind: Rewinding | None = Rewinding(what="weights")
    """Where retraining begins; null for no retraining: each round only prunes."""
    rounds: int = Field(gt=0, le=100)
    """How many; a study may grow by more."""

    @model_validator(mode="after")
    def _reachable(self) -> "RoundsStep":
        lists = {"pruning.amount": self.pruning.amount}
        lists |= {"rewind.to": self.rewind.to} if self.rewind is not None else {}
        for name, value in lists.items():
            if isinstance(value, tuple) and len(value) > self.rounds:
                raise ValueError(
                    f"{name} has {len(value)} entries, one for each round, and rounds is "
                    f"{self.rounds}: the others are never reached"
                )
        return self


class Rounds(Kind[RoundsStep]):
    """A chain of stages for each seed, task, criterion and rewinding."""

    name = "rounds"
    version = 1
    settings = RoundsStep
    tables = MODEL_TABLES
    makes_models = True
    task_fields: ClassVar[tuple[str, ...]] = ()

    def check(self, point: Point[RoundsStep], library: Library) -> None:
        """There are such parameters to prune, and the dense model is trained here."""
        stage = point.nodes["of"].stage
        if stage is None or not isinstance(stage.settings, TrainStep):
            raise UserError("of is a `train` step, whose training the rounds repeat")
        if point.nodes["of"].moment is not None:
            raise UserError("of is the end of a training; `rewind` says where to go back to")
        task = str(point.at["task"])
        if stage.sources and not (library.looking and library.missing):
            body = anatomy.anatomy(library.empty(next(iter(stage.sources.values())), task))
            if not point.settings.pruning.parameters(body):
                raise UserError("pruning: the model has no such parameters")

    def expand(self, point: Point[RoundsStep], planner: Planner) -> Iterator[Stage]:
        """Round after round; each has the facts of its own round, so that a chain can grow."""
        settings = point.settings
        dense = point.nodes["of"].stage
        assert dense is not None  # `check` saw to it
        before = dense
        for round_ in range(1, settings.rounds + 1):
            this, facts = planner.once((settings, round_), partial(_of_round, settings, round_))
            at: dict[str, Any] = {
                "criterion": settings.criterion.label,
                "rewind": "none" if settings.rewind is None else settings.rewind.label,
                "round": round_,
            }
            stage = planner.stage(
                self, point, facts=facts, at=at, reads={"before": before}, settings=this
            )
            if this.rewind is not None:
                if this.rewind.what == "weights":
                    planner.keep(dense, this.rewind.share)
                if this.rewind.what != "weights" or this.rewind.head == "as_published":
                    planner.keep(before, 1.0)
            if settings.criterion.criterion.needs == "course":
                planner.keep(dense, 0.0)
            yield stage
            before = stage

    def run(self, job: Job[RoundsStep]) -> Run:
        """The retraining of a round, under its mask."""
        ticket, mask = self._pruned(job)
        return self._run(job, ticket, mask)

    def work(self, job: Job[RoundsStep], folder: Path) -> None:
        """Score and prune the trained model, rewind, retrain under the mask."""
        ticket, mask = self._pruned(job)
        task, tokenizer = self._task(job), ticket.tokenizer
        size = self._training(job).answered_at_once
        model = ticket.model
        taken = int(record_of(job.folder("before"), "model")["steps"])
        losses: list[tuple[int, float]] = []
        if job.settings.rewind is None:
            masks.apply(model, mask)
            model.to(job.device)
        else:
            run = self._run(job, ticket, mask)
            trained = run.go(folder, steps_to_keep(job, run), on_step=job.report.step)
            keep_states(job, run, trained)
            losses = trained.losses
            assert run.start is not None  # a round always begins at some state
            taken = run.taken + run.end - run.start.step
        dense = record_of(job.folder("of"), "model")
        finish(
            job,
            folder,
            model,
            tokenizer,
            task=task,
            batch_size=size,
            mask=mask,
            steps=taken,
            source=dense["source"],
            root=dense["root"],
            pruning=job.settings.pruning,
            losses=losses,
        )

    def rows(self, done: Finished) -> Iterable[Row]:
        """The ticket, its score, its sparsity."""
        return model_rows(done)

    def cost(self, point: Point[RoundsStep], library: Library) -> Mapping[str, float]:
        """Of one round: what is left of the dense model's training, and its model."""
        stage = point.nodes["of"].stage
        if stage is None or not isinstance(stage.settings, TrainStep):
            return {}
        whole = training_cost(point, library, stage.settings.training, str(point.at["task"]))
        rewind = point.settings.rewind
        left = 0.0 if rewind is None else 1.0 - rewind.at(point.settings.rounds).share
        return whole | ({"flops": left * whole["flops"]} if whole else {})

    def _pruned(self, job: Job[RoundsStep]) -> "tuple[tickets.Ticket, masks.Mask]":
        """The model of the round before, and the mask of this one."""
        settings = job.settings
        ticket = tickets.load(job.model_folder("before"))
        body = anatomy.anatomy(ticket.model)
        old = masks.covering(ticket.mask, settings.pruning.parameters(body))
        seed = mask_seed(job.seed, int(job.stage.at["round"]))
        evidence = evidence_for(
            job, settings.criterion, settings.pruning, ticket, self._task(job), seed, dense="of"
        )
        return ticket, next_mask(evidence, old, body, settings.pruning, settings.criterion)

    def _run(self, job: Job[RoundsStep], ticket: "tickets.Ticket", mask: "masks.Mask") -> Run:
        settings = job.settings
        assert settings.rewind is not None  # otherwise there is nothing to run
        run = new_run(job, ticket, self._task(job), self._training(job), mask=mask)
        if settings.rewind.what == "weights":
            early = state_of(job, job.read_stage("of"), settings.rewind.share)
            if settings.rewind.head == "as_published":
                head = anatomy.anatomy(ticket.model).in_sets(("task_head",))
                end = state_of(job, job.read_stage("before"), 1.0)
                early = with_head(early, end, [p.name for p in head])
            return replace(run, start=early, taken=settings.rewind.step(run.total))
        trained = state_of(job, job.read_stage("before"), 1.0)
        epoch = run.training.steps_per_epoch(len(run.batches))
        begin, until = settings.rewind.course(run.total, trained.step, epoch)
        start = rewind(settings.rewind, Checkpoint(begin, {}, {}), trained)
        taken = int(record_of(job.folder("before"), "model")["steps"])
        return replace(run, start=start, taken=taken, until=until)

    def _training(self, job: Job[RoundsStep]) -> "training.Training":
        found = job.read_stage("of").settings
        assert isinstance(found, TrainStep)  # `check` saw to it
        return found.training

    def _task(self, job: Job[RoundsStep]) -> str:
        return str(job.stage.at["task"])


def _of_round(settings: RoundsStep, round_: int) -> tuple[RoundsStep, dict[str, Any]]:
    """The settings of one round, and their facts."""
    this = settings.model_copy(
        update={
            "pruning": settings.pruning.at(round_),
            "rewind": None if settings.rewind is None else settings.rewind.at(round_),
        }
    )
    facts = facts_of(this, frozenset({"do", "rounds", "rewind"}))
    facts["criterion"] = settings.criterion.facts()
    facts["rewind"] = None if this.rewind is None else facts_of(this.rewind)
    facts["round"] = round_
    return this, facts


KINDS.add(Rounds())
