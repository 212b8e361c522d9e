"""A sweep at work: prune to one size after the other, and keep what each model answers."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from tombola import anatomy, masks, tasks, tickets, training
from tombola.study.answers import answers_to, write_answers
from tombola.study.evidence import evidence_for, mask_seed
from tombola.study.floor import allowed_loss
from tombola.study.job import Job
from tombola.study.kinds.train import starting
from tombola.study.runs import new_run
from tombola.study.sweep_points import Asked, Record, by_halves, chosen, next_of, on_grid, winner
from tombola.study.sweep_settings import SweepStep
from tombola.tickets.criteria.criterion import Choice

if TYPE_CHECKING:
    import torch

    from tombola.masks import Mask
    from tombola.training.settings import Training

SPLITS = ("held", "dev")
"""Examples that choose, and those that are reported."""
WEIGHTS = "retrained.safetensors"
RANDOM = Choice(name="random")


class SweepLoop:
    """What the turns of one stage share."""

    def __init__(self, job: Job[SweepStep], folder: Path) -> None:
        self.job = job
        self.folder = folder
        self.task = job.task_name()
        self.known = job.library.task(self.task)
        self.metric = tasks.METRICS[self.known.metric]
        self.better = -1.0 if self.metric.better == "lower" else 1.0
        self.ticket = self._given()
        self.ticket.model.to(job.device)
        self.body = anatomy.anatomy(self.ticket.model)
        self.before = self.ticket.mask or masks.Mask.ones(
            job.settings.pruning.parameters(self.body)
        )

    def _given(self) -> "tickets.Ticket":
        """The model before the sweep; of one in memory the mask comes along."""
        found = starting(self.job, self.task, "of")
        held = self.job.library.given.tickets.get(self.job.stage.sources.get("of", ""))
        if held is None or found.mask is not None:
            return found
        return tickets.Ticket(found.model, held.mask, found.tokenizer)

    def turn(self, number: int, before: list[Record], own: Path) -> Record | None:
        """Score the next model; None where no other is asked for."""
        self.job.report.turn(number + 1, self._total)
        if not number:
            return self._record(Asked("full", self._start), own, [])
        asked = self._next(before)
        if asked is None:
            return None
        return self._record(asked, own, before)

    def _next(self, records: list[Record]) -> Asked | None:
        chosen_ = self.job.settings
        if chosen_.search == "grid":
            level = on_grid(chosen_.levels, records)
        else:
            level = by_halves(chosen_.step, records)
        retrained = chosen_.retrain is not None
        return next_of(records, level, control=chosen_.control, retrained=retrained)

    @cached_property
    def _total(self) -> int:
        """About how many models are scored in all."""
        settings, start = self.job.settings, self._start
        tried = sum(level > start for level in settings.levels)
        if settings.search == "bisection":
            tried = math.ceil(math.log2(max(2.0, (1 - start) / settings.step)))
        return 1 + (settings.retrain is not None) + tried * (2 if settings.control else 1)

    @cached_property
    def _start(self) -> float:
        """Sparsity of the model given, as far as its mask says; parts are all there."""
        return 0.0 if self.job.settings.parts else self.before.sparsity

    def _record(self, asked: Asked, own: Path, before: list[Record]) -> Record:
        """Prune, retrain where that is asked, and write what the model answers."""
        retrain = None if asked.role == "full" else self.job.settings.retrain
        with self.model(asked) as (model, mask):
            steps = 0
            if retrain is not None:
                model, steps = self._retrained(mask, retrain, own)
            size, reader = self.job.settings.batch_size, self.ticket.tokenizer
            scores = {}
            for split in SPLITS:
                pair = answers_to(self.job, split, model, reader, self.task, size)
                write_answers(own / f"{split}.parquet", *pair)
                scores[split] = float(self.metric.value(self.metric.counts(*pair).sum(axis=0)))
        n, pruned = (mask.n, mask.n_pruned) if mask is not None else (self.before.n, 0)
        record: Record = {
            "role": asked.role,
            "level": asked.level,
            "choice": scores["held"],
            "n_pruned": pruned,
            "sparsity": pruned / n if n else 0.0,
            "sparsity_model": pruned / self.body.count(),
            "steps": steps,
            "of": max(self._total, len(before) + 1),
        }
        full = before[0] if before else record
        record["held"] = bool(self.better * scores["held"] >= self.floor(full))
        if asked.role == "drawn" and retrain is not None:
            self._keep_best([*before, record], model, own)
        return record

    def floor(self, full: Record) -> float:
        """Least score that is good enough, times `better`."""
        allowed = allowed_loss(self.job.settings.max_loss, full["choice"])
        return self.better * float(full["choice"]) - allowed

    @contextmanager
    def model(self, asked: Asked) -> "Iterator[tuple[torch.nn.Module, Mask | None]]":
        """What is scored, and its mask; the ticket's own model is as before afterwards."""
        if asked.role in {"full", "as-long"}:
            yield self.ticket.model, self.ticket.mask
            return
        with self._shot(asked).under(asked.level, self.ticket.model) as found:
            yield found

    def mask(self, asked: Asked) -> "Mask | None":
        """What survives of it; None where nothing was ever pruned."""
        if asked.role in {"full", "as-long"}:
            return self.ticket.mask
        return self._shot(asked).mask(asked.level)

    def _shot(self, asked: Asked) -> "tickets.OneShot":
        return self._drawn if asked.role == "drawn" else self._control

    @cached_property
    def _drawn(self) -> "tickets.OneShot":
        chosen_ = self.job.settings
        return self._parts() if chosen_.parts else self._weights(chosen_.criterion)

    @cached_property
    def _control(self) -> "tickets.OneShot":
        if not self.job.settings.parts:
            return self._weights(RANDOM)
        lots = tickets.by_lot(self.body, mask_seed(self.job.seed, 1))
        return tickets.PartsAtOnce(lots, self.job.settings.parts, self.body, self.ticket.mask)

    def _weights(self, choice: Choice) -> "tickets.OneShot":
        """Scored once, in the model given; on training examples, or else on those that choose."""
        settings, seed = self.job.settings, mask_seed(self.job.seed, 1)
        split = "train" if self.known.train else "held"
        evidence = evidence_for(
            self.job,
            choice,
            settings.pruning,
            self.ticket,
            self.task,
            seed,
            dense="of",
            split=split,
        )
        scores = choice.criterion.score(evidence, choice.chosen())
        return tickets.WeightsAtOnce(scores, self.before, settings.pruning, self.body)

    def _parts(self) -> "tickets.OneShot":
        """Importance on the examples that choose."""
        settings, kind = self.job.settings, self.job.library.kind(self.task)
        batches = self.job.batches("held", self.task, self.ticket.tokenizer, settings.batch_size)
        sight = tickets.Sight(self.ticket.model, batches.in_order, kind.loss)
        seen = tickets.PART_SCORES[settings.by].score(sight).normed()
        return tickets.PartsAtOnce(seen, settings.parts, self.body, self.ticket.mask)

    def _retrained(
        self, mask: "Mask | None", training_: "Training", own: Path
    ) -> "tuple[torch.nn.Module, int]":
        """A copy of the model given, held to a mask while it trains; goes on after a kill."""
        fresh = self._given()
        if mask is not None:
            masks.apply(fresh.model, mask)
        run = new_run(self.job, fresh, self.task, training_, mask=mask)
        run.go(own, on_step=self.job.report.step)
        for left in own.glob("resume*"):
            left.unlink()
        return run.model, run.total

    def _keep_best(self, records: list[Record], model: "torch.nn.Module", own: Path) -> None:
        """Write retrained weights where they would be the ticket so far, and no others."""
        holds = chosen(records, self.floor(records[0]), self.better)
        if winner(records, holds) != len(records) - 1:
            return
        weights = {name: p.detach().cpu() for name, p in model.named_parameters()}
        training.Checkpoint(0, weights, {}).save(own / WEIGHTS)
        for other in own.parent.glob(f"*/{WEIGHTS}"):
            if other.parent != own:
                other.unlink()
