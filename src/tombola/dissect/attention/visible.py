"""Which positions a token can look at: by masks, whatever weight it gives them."""

from collections.abc import Mapping

import torch
from torch import Tensor
from transformers import PreTrainedModel

from tombola.anatomy import anatomy
from tombola.dissect.representations import Rows
from tombola.errors import UserError

CROSS = "cross"
HIDDEN = 1e-6
"""Weight that rounding may leave at a position that a mask hides."""
WHOLE = 0.02
"""How far from 1 a row of weights may sum, in half precision."""


def only_visible(model: PreTrainedModel, shown: Mapping[str, Rows]) -> dict[str, Rows]:
    """Attention of `read` with NaN at every position that a token cannot look at.

    These are padding and, in a decoder's self-attention, what comes later. The masks alone decide:
    a weight that has underflowed to 0 stays one. Wu et al. 2020 drop pairs with a zero instead.
    A window of attention over near positions (ModernBERT's local layers) is no such mask: layers
    with and without one are compared on the same pairs, and beyond the window stands 0.

    Raises UserError where maps are not of the model's heads, a token has weight at a position that
    it cannot see, or weights do not sum to 1: the maps are then not what they are taken for.
    """
    heads = _heads(model)
    is_decoder = bool(getattr(model.config, "is_decoder", False))
    found = {}
    for stack, rows in shown.items():
        causal = stack == "decoder" or (stack != CROSS and is_decoder)
        for layer, (number, expected) in zip(rows.layers.values(), heads[stack], strict=True):
            if layer.shape[1] != expected:
                raise UserError(
                    f"layer {number} of {stack} shows {layer.shape[1]} maps for {expected} heads"
                )
        layers = {i: _masked(layer, rows, causal, stack, i) for i, layer in rows.layers.items()}
        found[stack] = Rows(layers, rows.sentence, rows.position)
    return found


def _heads(model: PreTrainedModel) -> dict[str, list[tuple[int, int]]]:
    """Heads of every layer, as often as it is used, by the names that `read` gives."""
    found: dict[str, list[tuple[int, int]]] = {}
    for stack in anatomy(model).stacks:
        for layer in stack.layers:
            for block in layer.blocks:
                if block.kind != "mlp":
                    own = found.setdefault(CROSS if block.kind == CROSS else stack.name, [])
                    own += [(len(own) + i + 1, block.n_heads) for i in range(layer.n_uses)]
    return found


def _masked(layer: Tensor, rows: Rows, causal: bool, stack: str, number: int) -> Tensor:
    if causal:
        places = torch.arange(layer.shape[2], device=layer.device)
        later = (places > rows.position.to(layer.device)[:, None])[:, None]
        hidden = layer.masked_fill(~later, 0).nan_to_num(0)
        if len(layer) and float(hidden.amax()) > HIDDEN:
            raise UserError(
                f"layer {number} of {stack} has weight on later positions, which it cannot see"
            )
        layer = layer.masked_fill(later, torch.nan)
    sums = layer.nansum(-1)
    if len(layer) and not bool(((sums - 1).abs() <= WHOLE).all()):
        raise UserError(
            f"layer {number} of {stack} shows weights that sum to {float(sums.min()):.3g} and more "
            "over the positions that a token can see, not to 1: no map of attention"
        )
    return layer
