"""NeuronSim: how well each neuron of a layer is matched by its best match in another layer.

Bau et al. 2019, "Identifying and Controlling Important Neurons in Neural Machine Translation", and
Movva & Zhao 2020, section 5.1: the mean, over the neurons of one layer, of the highest correlation
with any neuron of the other. Unlike CKA it does not forgive a rotation. The correlation is
Pearson's over all tokens together, and absolute: Wu et al. 2020, whose code the paper used, take
absolute values, although its formula does not say so.

A match may be taken twice, so it has a direction:

neurons        over the dense model's neurons (the paper: a neuron's most similar in the ticket).
neurons_back   over the ticket's.

Correlations are of centred values in float64; Wu et al. subtract products of means in float32, and
get NaN for the whole layer where one neuron is constant. Here constant neurons are left out, and
counted in the details:

itself           share of neurons whose best match has their own number (both of one width).
with-itself      mean absolute correlation with the neuron of the same number.
constant         neurons that are left out.
constant-other   neurons of the other layer that nobody could match.
p0, p10, … p100  deciles of the matches (layers of one number only).

The noise floor is about what the best of so many neurons reaches where sentences are paired at
random: the spread of correlations is then known from the moments (see `cka`), their maximum is
taken as that of independent normal values, which is somewhat too high where neurons go together.
The interval takes the values of blocks; matches in a block are as good as the block is short, so
it is rather too wide than too narrow.
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar

import torch
from jaxtyping import Float
from torch import Tensor

from tombola.dissect.matches import Matches, highest_by_chance, matches
from tombola.dissect.measures.cka import cross_at_random
from tombola.dissect.measures.measure import MEASURES, Block, Measure, Reading
from tombola.dissect.moments import Moments

DECILES = tuple(range(0, 101, 10))


class Neurons(Measure[Moments, Block]):
    """Over the neurons of the first model."""

    name = "neurons"
    title = "NeuronSim"
    sums: ClassVar[type[Moments]] = Moments
    range = (0.0, 1.0)
    any_centre = True
    back = False
    """Whether over the neurons of the second."""

    def begin(self, x: Sequence[Tensor], y: Sequence[Tensor], reading: Reading) -> Moments:
        """No moments yet, in the precision that is asked for."""
        return self.sums.start(x, y, fast=reading.products == "float32")

    def value(self, sums: Moments) -> Float[Tensor, "layers_x layers_y"]:
        """Mean of the best matches; NaN where all neurons are constant."""
        return self._turned(self._matches(sums).best.nanmean(2))

    def noise_floor(self, sums: Moments) -> Float[Tensor, "layers_x layers_y"]:
        """As said above."""
        energies = torch.outer(sums.x.energy(), sums.y.energy())
        spread = (cross_at_random(sums) / energies).sqrt()
        there = (sums.x if self.back else sums.y).varies().sum(1)
        others = there[:, None] if self.back else there[None]
        return highest_by_chance(spread, others.expand_as(spread))

    def details(self, sums: Moments) -> Mapping[str, Float[Tensor, "layers_x layers_y"]]:
        """As said above."""
        found = self._matches(sums)
        here, there = (sums.y, sums.x) if self.back else (sums.x, sums.y)
        constant = [(~own.varies()).sum(1).to(found.best.dtype) for own in (here, there)]
        shape = found.best.shape[:2]
        said = {
            "constant": constant[0][:, None].expand(shape),
            "constant-other": constant[1][None].expand(shape),
        }
        if found.own is not None:
            numbers = torch.arange(found.best.shape[2], device=found.which.device)
            hit = (found.which == numbers).to(found.best.dtype)
            said["itself"] = hit.masked_fill(found.best.isnan(), torch.nan).nanmean(2)
            said["with-itself"] = found.own.nanmean(2)
        if shape[0] == shape[1]:
            levels = found.best.new_tensor(DECILES) / 100
            beside = found.best.diagonal().T.nanquantile(levels, 1)
            for decile, values in zip(DECILES, beside, strict=True):
                alone = torch.full(shape, torch.nan, dtype=values.dtype, device=values.device)
                said[f"p{decile}"] = alone.diagonal_scatter(values)
        return {name: self._turned(values) for name, values in said.items()}

    def _matches(self, sums: Moments) -> Matches:
        return matches(sums)[int(self.back)]

    def _turned(self, values: Tensor) -> Tensor:
        """With the first model's layers in rows."""
        return values.T if self.back else values


class NeuronsBack(Neurons):
    """Over the neurons of the second model."""

    name = "neurons_back"
    title = "NeuronSim, back"
    back = True


for _direction in (Neurons(), NeuronsBack()):
    MEASURES.add(_direction)
