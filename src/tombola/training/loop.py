"""The training loop."""

import math
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import torch
from torch import Tensor

from tombola.errors import DivergedError
from tombola.masks import Enforcer, Mask, Sparsifier, Sparsify
from tombola.tasks import Batches
from tombola.training.checkpoint import Checkpoint, capture, restore
from tombola.training.gradients import backward
from tombola.training.optimizer import build_optimizer
from tombola.training.precision import Scaler
from tombola.training.ranks import Alone, Loss, Ranks
from tombola.training.resuming import beside, resumed
from tombola.training.settings import Training, learning_rate_at
from tombola.training.steps import from_step, step_seed

SECONDS_BETWEEN_SAVES = 60.0
OnStep = Callable[[int, int, float], None]
"""Told the steps done, the steps of the whole run, and the loss of the last of them."""


@dataclass(frozen=True)
class Trained:
    """What a training run leaves besides the model's weights."""

    end: Checkpoint
    kept: dict[int, Checkpoint]
    """The checkpoints asked for, by step."""
    losses: list[tuple[int, float]]
    """Step and loss of its batches, about a hundred of them."""
    mask: Mask | None = None
    """What held the weights at the end."""


def train(
    model: torch.nn.Module,
    batches: Batches,
    loss_of: Loss,
    training: Training,
    *,
    seed: int,
    start: Checkpoint | None = None,
    mask: Mask | None = None,
    sparsify: Sparsify | None = None,
    keep: Iterable[int] = (),
    until: int | None = None,
    resume: Path | None = None,
    on_step: OnStep = lambda step, total, loss: None,
) -> Trained:
    """Train `model` in place from `start` to the end of the schedule.

    Batches and dropout of step `s` are functions of `seed` and `s` alone: a run that starts from
    the checkpoint of step `s` goes on exactly as the run did from which it was taken.

    Args:
        model: on the device to train on.
        batches: the training split.
        loss_of: mean loss of a batch.
        training: the settings of a whole run, of which `start` may leave only the rest to do.
        seed: of the order of the data and of dropout.
        start: where to begin; None begins at step 0 with the weights as they are.
        mask: weights held at exactly zero.
        sparsify: prune while training, instead of a mask.
        keep: steps whose checkpoints are wanted (0 is the beginning).
        until: stop after this step of the schedule; None goes to its end. A step beyond it trains
            on, at the learning rates that the schedule's formula gives there.
        resume: a file to save the state to every minute, and to go on from where it is sound.
        on_step: called with the steps done, the steps of the whole run, and the loss of the last.

    Raises:
        DivergedError: the loss is not finite any more, or gradients in fp16 are not; the message
            says at which step.
        UserError: of several processes, there is no device for each, or one of them died.
    """
    course = Course(
        model, batches, loss_of, training, seed, start, mask, sparsify, tuple(keep), until, resume
    )
    if training.processes == 1:
        return course.go(Alone(), on_step)
    from tombola.training.shared import train_shared

    return train_shared(course, on_step)


@dataclass(frozen=True)
class Course:
    """A training that is about to begin: what `train` is told, for every process that does it."""

    model: torch.nn.Module
    batches: Batches
    loss_of: Loss
    training: Training
    seed: int
    start: Checkpoint | None = None
    mask: Mask | None = None
    sparsify: Sparsify | None = None
    keep: tuple[int, ...] = ()
    until: int | None = None
    resume: Path | None = None

    def go(self, ranks: Ranks, on_step: OnStep) -> Trained:
        """Train in place; of several processes, the first alone writes, reports and keeps."""
        model, training, start = self.model, self.training, self.start
        total = training.total_steps(len(self.batches))
        last = total if self.until is None else self.until
        optimizer = build_optimizer(model, training)
        device = next(model.parameters()).device
        scaler = Scaler(device, training.precision)
        wanted, kept = set(self.keep), dict[int, Checkpoint]()
        losses: list[tuple[int, float]] = []
        if self.resume is not None and (saved := resumed(self.resume, wanted)) is not None:
            start = saved[0]
            losses = list(start.losses)
            kept |= saved[1]
        step = 0
        if start is not None:
            restore(start, model, optimizer)
            scaler.load(start.scaler)
            step = start.step
        enforcer = self._enforcer(ranks)
        if enforcer is not None:
            enforcer.load(start.held if start is not None else {})
            enforcer.weights()
            enforcer.optimizer_state(optimizer)
        # what is compiled shares the weights: the model itself is left as it was
        running = cast(torch.nn.Module, torch.compile(model)) if training.compile else model
        loss_of = ranks.wrap(running, self.loss_of)

        def snapshot() -> Checkpoint:
            held = enforcer.state() if enforcer is not None else None
            return replace(capture(model, optimizer, step, held), scaler=scaler.state())

        def attempt(some: list[dict[str, Tensor]]) -> float | None:
            """One optimizer step, and its loss; None where fp16 asks for another attempt."""
            torch.manual_seed(step_seed(self.seed, step, ranks.number))
            optimizer.zero_grad(set_to_none=True)
            value = backward(loss_of, some, ranks, device, training.precision, scaler)
            if not math.isfinite(value):
                raise DivergedError(f"the loss became {value}")
            if enforcer is not None:
                enforcer.gradients()  # before clipping, which then counts surviving weights only
            scaler.unscale(optimizer)
            if training.max_grad_norm is not None:
                torch.nn.utils.clip_grad_norm_(model.parameters(), training.max_grad_norm)
            taken = scaler.step(optimizer)
            if enforcer is not None:
                # AdamW's moments, masked at the start, stay zero under masked gradients.
                enforcer.weights()
            return value if taken else None

        log_every, saved_at = max(1, total // 100), time.monotonic()
        model.train()
        # Dropout draws from torch's global generator; the fork gives the caller's back afterwards.
        with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
            for some in from_step(self.batches, self.seed, step, training):
                if enforcer is not None:
                    enforcer.refresh(step)
                if step in wanted or step >= last:
                    ranks.check(model, f"after step {step}")
                if ranks.main and step in wanted and step not in kept:
                    kept[step] = snapshot()
                    if self.resume is not None:
                        kept[step].save(beside(self.resume, step))
                if step >= last:
                    break
                for group in optimizer.param_groups:
                    group["lr"] = learning_rate_at(training, step, total)
                value = None
                while value is None:
                    try:
                        value = attempt(some)
                    except DivergedError as problem:
                        raise DivergedError(f"{problem} at step {step + 1} of {total}") from problem
                step += 1
                if step % log_every == 0 or step == total:
                    losses.append((step, value))
                if not ranks.main:
                    continue
                on_step(step, max(total, last), value)
                if self.resume is not None and time.monotonic() - saved_at > SECONDS_BETWEEN_SAVES:
                    replace(snapshot(), losses=tuple(losses)).save(self.resume)
                    saved_at = time.monotonic()
        model.eval()
        return Trained(snapshot(), kept, losses, enforcer.mask if enforcer is not None else None)

    def _enforcer(self, ranks: Ranks) -> Enforcer | Sparsifier | None:
        """What holds weights at zero."""
        if self.mask is not None:
            return Enforcer(self.model, ranks.agreed(self.mask))
        if self.sparsify is not None:
            return Sparsifier(self.model, self.sparsify, ranks.agreed)
        return None
