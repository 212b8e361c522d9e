"""Which parts of a model can be removed, by masks: those that are masked or wholly zero."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import torch
from jaxtyping import Bool
from torch import Tensor, nn

from tombola.anatomy.locate import anatomy
from tombola.anatomy.parts import Anatomy, Block, Parameter
from tombola.errors import UserError


@dataclass(frozen=True)
class Parts:
    """Heads and neurons by block: what `remove` takes, as `remove(model, **vars(parts))`."""

    heads: Mapping[str, list[int]] = field(default_factory=dict)
    neurons: Mapping[str, list[int]] = field(default_factory=dict)


def masked_parts(
    heads: Mapping[str, Bool[Tensor, " heads"]] | None = None,
    neurons: Mapping[str, Bool[Tensor, " neurons"]] | None = None,
) -> Parts:
    """The heads and neurons that masks leave out: those that are False."""

    def gone(masks: Mapping[str, Tensor] | None) -> dict[str, list[int]]:
        return {name: (~m).nonzero()[:, 0].tolist() for name, m in (masks or {}).items()}

    return Parts(gone(heads), gone(neurons))


def silent_parts(model: nn.Module, mask: Mapping[str, Tensor] | None = None) -> Parts:
    """The heads and neurons of which nothing reaches the output, so that nothing is lost with them.

    A head is silent where all of its columns of the output projection are zero, or all of its value
    (weights and bias, where that is a matrix of its own); a neuron where its column of the down
    projection is zero, or, in a gated MLP, its row of what is gated.

    Where heads go in groups, or must go alike or as many from each layer, as many of the silent
    ones are named as may go.

    Args:
        model: a supported model.
        mask: parameter to mask [as the parameter], True survives: what it leaves out counts as
            zero. Weights that are zero already count in any case.

    Raises UserError where the mask names what is no parameter of the model, or has another shape.
    """
    body = anatomy(model)
    alive = _alive(model, body, mask or {})
    heads = {b.name: _silent(body, b, alive, ("output", "value")) for b in body.attention}
    neurons = {b.name: _silent(body, b, alive, _neuron_roles(b)) for b in body.mlps}
    return Parts(_allowed(body, heads), neurons)


def _alive(
    model: nn.Module, body: Anatomy, mask: Mapping[str, Tensor]
) -> dict[str, Bool[Tensor, "..."]]:
    """For each parameter, where it is not zero."""
    known = {name: p.name for p in body.parameters for name in (p.name, *p.aliases)}
    alive = {p.name: model.get_parameter(p.name).detach() != 0 for p in body.parameters}
    for name, survives in mask.items():
        if name not in known:
            raise UserError(f"the mask names {name}, which is no parameter of {body.architecture}")
        if survives.shape != alive[known[name]].shape:
            raise UserError(
                f"the mask of {name} has the shape {tuple(survives.shape)}, "
                f"{body.architecture} has {tuple(alive[known[name]].shape)}"
            )
        alive[known[name]] = alive[known[name]] & survives
    return alive


def _silent(
    body: Anatomy, block: Block, alive: Mapping[str, Tensor], roles: tuple[str, ...]
) -> list[int]:
    """Heads or neurons of which all entries of one of the roles are zero."""
    n_units = block.n_heads or block.n_neurons
    place = (block.stack, block.layer, block.kind)
    silent = torch.zeros(n_units, dtype=torch.bool)
    for role in roles:
        speaks = [
            _speaks(alive[p.name], p, n_units)
            for p in body.parameters
            if (p.stack, p.layer, p.block, p.role) == (*place, role) and p.axis is not None
        ]
        if speaks:
            silent |= ~torch.stack(speaks).any(0)
    units: list[int] = silent.nonzero()[:, 0].tolist()
    return units


def _speaks(alive: Tensor, parameter: Parameter, n_units: int) -> Bool[Tensor, " units"]:
    """Which heads or neurons have an entry that is not zero."""
    channels = alive.movedim(parameter.axis or 0, 0).reshape(alive.shape[parameter.axis or 0], -1)
    channels = channels.any(1).cpu()
    found = torch.zeros(n_units, dtype=torch.bool)
    for strip in parameter.strips:
        shares = channels[strip.start : strip.start + strip.n_shares * strip.width]
        shares = shares.view(strip.n_shares, strip.width).any(1)
        found |= shares.repeat_interleave(n_units // strip.n_shares)
    return found


def _neuron_roles(block: Block) -> tuple[str, ...]:
    return ("down", "up") if "gate" in block.modules else ("down",)


def _allowed(body: Anatomy, heads: dict[str, list[int]]) -> dict[str, list[int]]:
    """Of the heads that could go, those that may."""
    found: dict[str, list[int]] = {}
    for stack in body.stacks:
        for kind in ("self", "cross"):
            blocks = [b for layer in stack.layers for b in layer.blocks if b.kind == kind]
            whole = {b.name: _whole_groups(b, heads[b.name]) for b in blocks}
            rule = blocks[0].head_removal if blocks else "freely"
            if rule == "never":
                whole = {name: [] for name in whole}
            elif rule == "alike":
                shared = set.intersection(*map(set, whole.values()))
                whole = dict.fromkeys(whole, sorted(shared))
            elif rule == "evenly":
                fewest = min(map(len, whole.values()))
                whole = {name: some[:fewest] for name, some in whole.items()}
            found |= whole
    return found


def _whole_groups(block: Block, heads: list[int]) -> list[int]:
    size = block.group
    groups = [range(g * size, (g + 1) * size) for g in range(block.n_key_heads)]
    return [head for group in groups if set(group) <= set(heads) for head in group]
