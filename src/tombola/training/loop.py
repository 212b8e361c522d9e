"""The training loop."""

import math
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import cast

import numpy as np
import torch
from torch import Tensor

from tombola.errors import DivergedError
from tombola.masks import Enforcer, Mask, Sparsifier, Sparsify
from tombola.tasks import Batches
from tombola.training.checkpoint import Checkpoint, capture, restore
from tombola.training.gradients import Loss, backward
from tombola.training.precision import Scaler
from tombola.training.resuming import beside, resumed
from tombola.training.settings import Training, learning_rate_at

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
    """
    total = training.total_steps(len(batches))
    last = total if until is None else until
    optimizer = build_optimizer(model, training)
    device = next(model.parameters()).device
    scaler = Scaler(device, training.precision)
    # what is compiled shares the weights: the model itself is left as it was
    running = cast(torch.nn.Module, torch.compile(model)) if training.compile else model
    wanted, kept = set(keep), dict[int, Checkpoint]()
    losses: list[tuple[int, float]] = []
    if resume is not None and (saved := resumed(resume, wanted)) is not None:
        start = saved[0]
        losses = list(start.losses)
        kept |= saved[1]
    step = 0
    if start is not None:
        restore(start, model, optimizer)
        scaler.load(start.scaler)
        step = start.step
    enforcer: Enforcer | Sparsifier | None = None
    if sparsify is not None:
        enforcer = Sparsifier(model, sparsify)
    if mask is not None:
        enforcer = Enforcer(model, mask)
    if enforcer is not None:
        enforcer.load(start.held if start is not None else {})
        enforcer.weights()
        enforcer.optimizer_state(optimizer)

    def snapshot() -> Checkpoint:
        held = enforcer.state() if enforcer is not None else None
        return replace(capture(model, optimizer, step, held), scaler=scaler.state())

    def attempt(some: list[dict[str, Tensor]]) -> float | None:
        """One optimizer step, and its loss; None where fp16 asks for another attempt."""
        torch.manual_seed(_step_seed(seed, step))
        optimizer.zero_grad(set_to_none=True)
        value = backward(running, some, loss_of, training.precision, scaler)
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
        for some in _from_step(batches, seed, step, training):
            if enforcer is not None:
                enforcer.refresh(step)
            if step in wanted and step not in kept:
                kept[step] = snapshot()
                if resume is not None:
                    kept[step].save(beside(resume, step))
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
            on_step(step, max(total, last), value)
            if resume is not None and time.monotonic() - saved_at > SECONDS_BETWEEN_SAVES:
                replace(snapshot(), losses=tuple(losses)).save(resume)
                saved_at = time.monotonic()
    model.eval()
    return Trained(snapshot(), kept, losses, enforcer.mask if enforcer is not None else None)


def build_optimizer(model: torch.nn.Module, training: Training) -> torch.optim.AdamW:
    """AdamW over all trainable parameters; vectors (biases, norms) are not decayed."""
    trainable = [p for p in model.parameters() if p.requires_grad]
    groups = [
        {"params": [p for p in trainable if p.ndim > 1], "weight_decay": training.weight_decay},
        {"params": [p for p in trainable if p.ndim <= 1], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(
        groups, lr=training.learning_rate, betas=training.betas, eps=training.epsilon, fused=True
    )


def _from_step(
    batches: Batches, seed: int, step: int, training: Training
) -> Iterator[list[dict[str, Tensor]]]:
    """The endless stream of training batches from `step` on, those of one step together."""
    epoch, skip = divmod(step, training.steps_per_epoch(len(batches)))
    while True:
        left = batches.epoch(seed, epoch, skip * training.accumulate)
        while some := list(islice(left, training.accumulate)):
            yield some
        epoch, skip = epoch + 1, 0


def _step_seed(seed: int, step: int) -> int:
    """A seed for the dropout of one step; SeedSequence keeps neighbours apart."""
    return int(np.random.SeedSequence([seed, step]).generate_state(1, np.uint64)[0] >> 1)
