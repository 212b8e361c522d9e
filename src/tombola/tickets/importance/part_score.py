"""What a score of heads and MLPs is, and what it may look at."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Literal, Protocol, get_args, runtime_checkable

import torch
from jaxtyping import Float64
from torch import Tensor, nn

from tombola.anatomy import Anatomy, Gates, anatomy, evaluating
from tombola.errors import UserError
from tombola.registry import Registry
from tombola.text import IGNORED
from tombola.tickets.importance.values import Importance

Batch = Mapping[str, Tensor]
Per = Literal["example", "batch", "as_published"]
"""Of what gradients absolute values are taken.

example       of each example's own loss
batch         of each batch's mean loss: examples that pull against each other cancel
as_published  of each batch's gradient with those of all batches before it added, see `gate`
"""
PERS: tuple[Per, ...] = get_args(Per)


@dataclass(frozen=True)
class Sight:
    """What a score may look at."""

    model: nn.Module
    """On the device to run on."""
    batches: Callable[[], Iterable[Batch]] = tuple
    """Batches with `labels`, the same ones at each call."""
    loss: Callable[[nn.Module, Batch], Tensor] | None = None
    """Mean loss of a batch: over examples, or over the labels that count where an example has
    several (tags, words of a translation)."""
    per: Per = "example"
    closed: Gates | None = None
    """Gates as they stand, where some are closed; only the score `gate` knows of them."""

    def looked(self) -> Iterator[tuple[Batch, Callable[[], Tensor]]]:
        """Each batch on the model's device, with what runs the model and gives the mean loss.

        No dropout while this goes on. Raises UserError where there are no examples or no loss is
        known, and from the function where the loss is not finite.
        """
        loss_of = self.loss
        if loss_of is None:
            raise UserError("this score reads examples, and so needs a task")
        device = next(self.model.parameters()).device
        n = 0
        with evaluating(self.model):
            for n, given in enumerate(self.batches(), 1):
                batch = {name: value.to(device) for name, value in given.items()}

                def loss(batch: Batch = batch, n: int = n) -> Tensor:
                    found = loss_of(self.model, batch)
                    value = float(found.detach())
                    if not isfinite(value):
                        raise UserError(
                            f"the loss of batch {n} is {value}: importance is not defined"
                        )
                    return found

                yield batch, loss
        if n == 0:
            raise UserError("no examples to see importance on")


def shares(batch: Batch) -> Float64[Tensor, " batch"]:
    """What share of a batch's mean loss each example has.

    The same for all, or, where labels are [batch, tokens], by how many of them count.
    """
    labels = batch["labels"]
    counted = torch.ones(len(labels), dtype=torch.float64)
    if labels.ndim > 1:
        counted = (labels != IGNORED).flatten(1).sum(1).double().cpu()
    return counted / counted.sum()


@runtime_checkable
class PartScore(Protocol):
    """One short file in this folder, or in a plug-in, enters one."""

    @property
    def name(self) -> str:
        """By which it is chosen."""

    @property
    def version(self) -> int:
        """Raised when its values change."""

    @property
    def about(self) -> str:
        """One line for lists."""

    @property
    def reads(self) -> bool:
        """Whether it reads examples; else weights alone."""

    def score(self, sight: Sight) -> Importance:
        """A value for every head and MLP; the model comes out as it went in.

        Raises UserError for a model of an unknown family, and as `Sight.looked` does.
        """


PART_SCORES: Registry[PartScore] = Registry("importance score", "tombola.tickets.importance")
"""Scores of heads and MLPs by name."""


def laid_out(
    body: Anatomy, flat: Float64[Tensor, " parts"]
) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """Values in a row, heads first and then MLPs, as [heads] and [] by block."""
    heads, mlps, at = dict[str, Tensor](), dict[str, Tensor](), 0
    for block in body.attention:
        heads[block.name] = flat[at : at + block.n_heads]
        at += block.n_heads
    for block in body.mlps:
        mlps[block.name] = flat[at]
        at += 1
    return heads, mlps


def importance(
    sight: Sight, score: str, per: str, flat: Float64[Tensor, " parts"], n: int
) -> Importance:
    """Values in a row, as `laid_out` takes them, as an `Importance`."""
    heads, mlps = laid_out(anatomy(sight.model), flat)
    return Importance(score, per, heads, mlps, n)
