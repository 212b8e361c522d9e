"""The probes of one lesson while they train: their weights, and when each of them stops."""

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from tombola.dissect.probes.lesson import Lesson
from tombola.dissect.probes.stack import Adam, outputs_of, squares


class Learner:
    """Probes of every layer and seed, layer after layer, each with an optimizer state of its own.

    `going` are those that have not stopped; `best` has the weights of each at its best epoch, from
    1 (`epoch`, 0 where none had a score), and `score` what it scored then.
    """

    def __init__(
        self,
        lesson: Lesson,
        first: dict[str, Float[Tensor, "probes ..."]],
        learning_rate: float,
        penalty: float,
    ) -> None:
        self.lesson = lesson
        self._penalty = penalty
        self._adam = Adam(first, learning_rate)
        n = len(first["bias"])
        self.best = {name: one.clone() for name, one in first.items()}
        self.score = np.full(n, np.nan)
        self.epoch = np.zeros(n, np.int64)
        self.going: Int[np.ndarray, " going"] = np.arange(n)

    def step(
        self,
        x: Float[Tensor, "going items *features"],
        items: Int[np.ndarray, "going items"],
        importance: Float[Tensor, "going items"],
    ) -> None:
        """Learn from a batch of each probe's own: what it reads, and what counts of each item."""
        labels = torch.from_numpy(self.lesson.train.labels[items]).to(x.device)
        each = self.lesson.question.form.loss(outputs_of(self._adam.weights, x), labels)
        loss = (each * importance).sum()
        if self._penalty:
            loss = loss + self._penalty / 2 * squares(self._adam.weights).sum()
        self._adam.step(loss)

    def answers(self, some: Sequence[int], x: Float[Tensor, "some items *features"]) -> np.ndarray:
        """What some probes (places among those that go on) say to items: some × items."""
        weights = {name: stacked[some] for name, stacked in self._adam.weights.items()}
        return self.lesson.question.form.answers(outputs_of(weights, x)).cpu().numpy()

    def judge(self, found: Float[np.ndarray, " going"], epoch: int, patience: int) -> None:
        """End an epoch: keep weights that are better than before, stop those that wait too long."""
        going = self.going
        better = (found > self.score[going]) | (np.isnan(self.score[going]) & ~np.isnan(found))
        for name, one in self._adam.weights.items():
            self.best[name][going[better]] = one.detach()[better]
        self.score[going[better]], self.epoch[going[better]] = found[better], epoch
        goes_on = epoch - self.epoch[going] < patience
        if goes_on.any() and not goes_on.all():
            self._adam.keep(np.flatnonzero(goes_on).tolist())
        self.going = going[goes_on]
