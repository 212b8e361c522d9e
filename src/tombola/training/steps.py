"""What a step of a training sees: functions of the seed and of the step's number alone."""

from collections.abc import Iterator
from itertools import islice

import numpy as np
from torch import Tensor

from tombola.tasks import Batches
from tombola.training.settings import Training


def from_step(
    batches: Batches, seed: int, step: int, training: Training
) -> Iterator[list[dict[str, Tensor]]]:
    """The endless stream of training batches from `step` on, those of one step together."""
    epoch, skip = divmod(step, training.steps_per_epoch(len(batches)))
    while True:
        left = batches.epoch(seed, epoch, skip * training.accumulate)
        while some := list(islice(left, training.accumulate)):
            yield some
        epoch, skip = epoch + 1, 0


def step_seed(seed: int, step: int, rank: int) -> int:
    """A seed for the dropout of one step in one process; SeedSequence keeps neighbours apart."""
    parts = [seed, step, rank] if rank else [seed, step]
    return int(np.random.SeedSequence(parts).generate_state(1, np.uint64)[0] >> 1)
