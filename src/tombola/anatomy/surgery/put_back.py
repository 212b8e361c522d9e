"""The weights of a smaller model, back in the whole one that it was cut from."""

import copy
from collections.abc import Iterable, Mapping

import torch
from torch import nn

from tombola.anatomy.surgery.remove import remove


@torch.no_grad()
def put_back(
    whole: nn.Module,
    smaller: nn.Module,
    heads: Mapping[str, Iterable[int]] | None = None,
    mlps: Iterable[str] = (),
) -> None:
    """Write the weights of `remove(whole, heads, mlps)`, trained since, into `whole`, in place.

    Args:
        whole: the model that was cut.
        smaller: what is left of it, on any device.
        heads: as they were given to `remove`.
        mlps: likewise.

    What was removed keeps its weights in `whole`: mask it. Raises ValueError where `smaller` is not
    of the shapes that this removal leaves.
    """
    # What removal does to a model whose weights are their own positions says where each weight
    # came from; in float64 positions are exact.
    places = copy.deepcopy(whole).double()
    for parameter in places.parameters():
        parameter.copy_(torch.arange(parameter.numel(), device=parameter.device).view_as(parameter))
    left = dict(remove(places, heads=heads, mlps=mlps).named_parameters())
    for name, trained in smaller.named_parameters():
        if name not in left or left[name].shape != trained.shape:
            raise ValueError(f"{name}: not of what this removal leaves")
        target = whole.get_parameter(name)
        at = left[name].long().reshape(-1)
        target.view(-1)[at.to(target.device)] = trained.reshape(-1).to(target)
