"""Which layers are looked at, and where their sums are made."""

from collections.abc import Collection, Mapping

import torch
from torch import Tensor
from transformers import PreTrainedModel

from tombola.dissect.representations import Reads, Rows
from tombola.errors import UserError


def sums_device(model: PreTrainedModel) -> torch.device:
    """The model's device, if that knows float64 (mps does not), else the CPU."""
    return torch.device("cpu") if model.device.type == "mps" else model.device


def among(
    found: Mapping[Reads, Mapping[str, Rows]],
    layers: Collection[int] | None,
    embeddings: bool,
    device: torch.device,
) -> dict[Reads, dict[str, Rows]]:
    """The rows of the layers that are asked for (None: of all), on a device.

    `embeddings` says whether the embedding output (0) is one of all. Raises UserError for a layer
    that is not there.
    """
    return {
        reads: {
            stack: Rows(
                _chosen(rows.layers, layers, embeddings, stack, device),
                rows.sentence.to(device),
                rows.position.to(device),
            )
            for stack, rows in stacks.items()
        }
        for reads, stacks in found.items()
    }


def _chosen(
    states: Mapping[int, Tensor],
    layers: Collection[int] | None,
    embeddings: bool,
    stack: str,
    device: torch.device,
) -> dict[int, Tensor]:
    if layers is None:
        layers = [layer for layer in states if layer or embeddings]
    unknown = [layer for layer in layers if layer not in states]
    if unknown or not layers:
        allowed = f"{min(states)} to {max(states)}"
        raise UserError(f"no layer {unknown} in the {stack}; allowed: {allowed}")
    return {layer: states[layer].to(device) for layer in sorted(layers)}
