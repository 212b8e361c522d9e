"""The mask on layers that have changed places."""

from typing import ClassVar

import torch

from tombola.errors import UserError
from tombola.masks import Mask
from tombola.tickets.controls.control import CONTROLS, Given


class LayerShuffled:
    """The layers of each stack in random order, their weights with them; the mask stays in place.

    What Chen et al. (2020) call shuffled: their code permutes the twelve layers. None stays where
    it was: of all such orders one is drawn.
    """

    name: ClassVar[str] = "layer-shuffled"
    version: ClassVar[int] = 1
    about: ClassVar[str] = "weights of layers in random order under the mask (as published)"

    def make(self, given: Given) -> Mask:
        """The mask stays. Raises UserError where a stack has one layer, or layers of two shapes."""
        rng = given.rng
        for stack in given.body.stacks:
            n = len(stack.layers)
            if n < 2:
                raise UserError(f"layer-shuffled: the {stack.name} has one layer")
            order = rng.permutation(n)
            while (order == range(n)).any():
                order = rng.permutation(n)
            self._move(given, stack.name, [int(layer) for layer in order])
        return given.mask

    def _move(self, given: Given, stack: str, order: list[int]) -> None:
        layers: dict[int, list[str]] = {layer: [] for layer in range(len(order))}
        for p in given.body.parameters:
            if p.stack == stack and p.layer is not None:
                layers[p.layer].append(p.name)
        before = {name: given.weights[name].clone() for own in layers.values() for name in own}
        with torch.no_grad():
            for layer, other in enumerate(order):
                for name, source in zip(layers[layer], layers[other], strict=True):
                    if before[source].shape != given.weights[name].shape:
                        raise UserError(f"layer-shuffled: {name} and {source} differ in shape")
                    given.weights[name].copy_(before[source])


CONTROLS.add(LayerShuffled())
