"""What pruning takes at once, of any size: scored a single time, selected as often as asked."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

import torch
from torch import Tensor, nn

from tombola.anatomy import Anatomy
from tombola.masks import (
    Mask,
    all_parts,
    apply,
    groups,
    parsed,
    select,
    select_n_of_m,
    weights_under,
)
from tombola.randomness import mixed
from tombola.tickets.importance.values import Importance
from tombola.tickets.part_pruning import smaller
from tombola.tickets.rounds import Pruning

PartKind = Literal["heads", "mlps"]
"""Which whole parts go."""


@runtime_checkable
class OneShot(Protocol):
    """Masks of every size, of one model and one set of scores."""

    def mask(self, share: float) -> Mask:
        """The mask of weights under which that share of what may be pruned is gone, 0 to 1."""
        ...

    def under(
        self, share: float, model: nn.Module
    ) -> AbstractContextManager[tuple[nn.Module, Mask]]:
        """A model that computes what is left of another, and its mask, in a `with` block."""
        ...


@dataclass(frozen=True)
class WeightsAtOnce:
    """Single weights, the lowest scores first; what was pruned before stays pruned."""

    scores: Mapping[str, Tensor]
    before: Mask
    pruning: Pruning
    body: Anatomy

    def mask(self, share: float) -> Mask:
        """See `OneShot`; a model that is sparser already stays as it is."""
        parameters = self.pruning.parameters(self.body)
        if (pattern := parsed(self.pruning.scope)) is not None:
            return select_n_of_m(self.scores, self.before, *pattern, parameters)
        regions = groups(self.pruning.scope, parameters)
        return select(self.scores, self.before, share, "target", regions)

    @contextmanager
    def under(self, share: float, model: nn.Module) -> Iterator[tuple[nn.Module, Mask]]:
        """See `OneShot`: the model itself, whose weights are put back afterwards."""
        mask = self.mask(share)
        weights = dict(model.named_parameters(remove_duplicate=False))
        kept = {name: weights[name].detach().clone() for name in mask}
        try:
            apply(model, mask)
            yield model, mask
        finally:
            with torch.no_grad():
                for name, weight in kept.items():
                    weights[name].copy_(weight)


@dataclass(frozen=True)
class PartsAtOnce:
    """Whole heads and MLPs, the least important first; the same share of each kind."""

    importance: Importance
    """On scales that can be compared (see `Importance.normed`); NaN counts as least."""
    kinds: tuple[PartKind, ...]
    body: Anatomy
    before: Mask | None = None
    """A mask of weights that stay pruned."""

    def parts(self, share: float) -> Mask:
        """The mask of parts: of each kind the nearest whole number goes; of ties the first."""
        left = dict(all_parts(self.body))
        for kind in self.kinds:
            values = getattr(self.importance, kind)
            places = [
                (value, i, name, unit)
                for i, (name, units) in enumerate(values.items())
                for unit, value in enumerate(units.reshape(-1).nan_to_num(nan=-1.0).tolist())
            ]
            order = sorted(places, key=lambda each: (each[0], each[1], each[3]))
            for _, _, name, unit in order[: round(share * len(order))]:
                left[name][unit] = False
        return Mask(left)

    def mask(self, share: float) -> Mask:
        """See `OneShot`."""
        return weights_under(self.parts(share), self.body).within(self.before)

    @contextmanager
    def under(self, share: float, model: nn.Module) -> Iterator[tuple[nn.Module, Mask]]:
        """See `OneShot`: a smaller model where the family can do without parts."""
        yield smaller(model, self.parts(share), self.body), self.mask(share)


def by_lot(body: Anatomy, seed: int) -> Importance:
    """Importance that is uniform in 0 to 1: the control. The same for a seed and a block's name."""

    def drawn(name: str, n: int) -> Tensor:
        generator = torch.Generator().manual_seed(mixed(f"{seed} {name}"))
        return torch.rand(n, generator=generator, dtype=torch.float64)

    heads = {block.name: drawn(block.name, block.n_heads) for block in body.attention}
    mlps = {block.name: drawn(block.name, 1)[0] for block in body.mlps}
    return Importance("random", "", heads, mlps, 0)
