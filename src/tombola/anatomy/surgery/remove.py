"""Surgery: a smaller model that computes what the gated one computes."""

import copy
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from torch import nn

from tombola.anatomy.locate import anatomy, plan_of
from tombola.anatomy.parts import Anatomy, Block
from tombola.anatomy.surgery.cut import cut
from tombola.anatomy.surgery.record import KEY, Kept, Record, record_of
from tombola.anatomy.surgery.say import settle
from tombola.errors import UserError

Model = TypeVar("Model", bound=nn.Module)


class AllHeadsRemoved(UserWarning):
    """No head of an attention block is left: the block passes on nothing but its output bias."""


def remove(
    model: Model,
    heads: Mapping[str, Iterable[int]] | None = None,
    mlps: Iterable[str] = (),
    neurons: Mapping[str, Iterable[int]] | None = None,
    layers: Mapping[str, Iterable[int]] | None = None,
) -> Model:
    """A copy of `model` without some of its parts; the model given is left as it is.

    Args:
        model: a supported model.
        heads: attention block (`encoder.0.self`) to the heads that go: whole groups where heads
            share keys and values. Where all go, one head (or group) of zeros stays, because
            attention needs one; a warning `AllHeadsRemoved` names the block.
        mlps: MLPs (`encoder.0.mlp`) that go with their output bias; their layer keeps the residual
            connection.
        neurons: MLP to the neurons that go; where all go, the output bias stays.
        layers: stack (`encoder`) to the layers that go.

    What is left of a block or stack is numbered anew from 0. The result is of the same class, with
    smaller matrices and no hooks; it computes what closed gates compute. Its configuration says
    what it can of the new sizes and keeps a record of what was removed (`tombola_removed`), by
    which `tombola.load` rebuilds it; `save` writes it.

    Raises UserError for a part that the model has not, and where the family's forward pass would
    not do without it (see `Block.head_removal`).
    """
    body = anatomy(model)
    blocks = {block.name: block for block in body.blocks}
    kept = Kept(
        heads={n: _kept_heads(blocks, n, gone) for n, gone in (heads or {}).items()},
        neurons={n: _kept_neurons(blocks, n, gone) for n, gone in (neurons or {}).items()},
        lost_mlps=frozenset(_block(blocks, name, "MLP").name for name in mlps),
        layers={n: _kept_layers(model, body, n, gone) for n, gone in (layers or {}).items()},
    )
    _refuse_uneven(body, kept)
    _refuse_short(model, body, kept)
    kept = replace(kept, heads={**kept.heads, **_of_lost_layers(body, kept)})
    for name, left in kept.heads.items():
        if not left:
            message = f"no head of {name} is left: it passes on nothing but its output bias"
            warnings.warn(message, AllHeadsRemoved, stacklevel=2)
    smaller = copy.deepcopy(model)
    cut(smaller, body, kept)
    config: Any = smaller.config
    setattr(config, KEY, (record_of(config) or Record()).then(kept).to_dict())
    settle(smaller)
    return smaller


def _block(blocks: Mapping[str, Block], name: str, what: str) -> Block:
    block = blocks.get(name)
    if block is None or (block.kind == "mlp") != (what == "MLP"):
        known = [n for n, block in blocks.items() if (block.kind == "mlp") == (what == "MLP")]
        raise UserError(f"no {what} block {name!r}; there are: {', '.join(known)}")
    return block


def _left(gone: Iterable[int], n: int, where: str, what: str) -> list[int]:
    gone = set(gone)
    for number in sorted(gone):
        if not 0 <= number < n:
            raise UserError(f"{where} has no {what} {number}; {what}s 0 to {n - 1}")
    return [number for number in range(n) if number not in gone]


def _kept_heads(blocks: Mapping[str, Block], name: str, gone: Iterable[int]) -> list[int]:
    block = _block(blocks, name, "attention")
    left = _left(gone, block.n_heads, name, "head")
    for group in range(block.n_key_heads):
        members = range(group * block.group, (group + 1) * block.group)
        stay = [head for head in members if head in left]
        if stay and len(stay) < block.group:
            raise UserError(
                f"{name}: heads {members[0]} to {members[-1]} share keys and values: "
                f"remove all of them or none, or close their gates instead"
            )
    if block.head_removal == "never" and len(left) < block.n_heads:
        raise UserError(
            f"{name}: heads cannot be removed, because {block.reason}; close their gates instead"
        )
    return left


def _kept_neurons(blocks: Mapping[str, Block], name: str, gone: Iterable[int]) -> list[int]:
    block = _block(blocks, name, "MLP")
    return _left(gone, block.n_neurons, name, "neuron")


def _kept_layers(model: nn.Module, body: Anatomy, name: str, gone: Iterable[int]) -> list[int]:
    stacks = {stack.name: stack for stack in body.stacks}
    if name not in stacks:
        raise UserError(f"no stack {name!r}; there are: {', '.join(stacks)}")
    left = _left(gone, len(stacks[name].layers), name, "layer")
    plan = next(stack for stack in plan_of(model).stacks if stack.name == name)
    if plan.layer_removal and len(left) < len(stacks[name].layers):
        raise UserError(f"{name}: no layer can be removed, because {plan.layer_removal}")
    if plan.first_layer_stays and 0 not in left:
        raise UserError(f"{name}: layer 0 cannot be removed, because {plan.first_layer_stays}")
    if not left:
        raise UserError(f"{name}: all layers cannot be removed; one at least must stay")
    return left


def _refuse_short(model: nn.Module, body: Anatomy, kept: Kept) -> None:
    """Hold the depths of stacks against each other where one must be as deep as the other."""
    n_left = {s.name: len(kept.layers.get(s.name, s.layers)) for s in body.stacks}
    for plan in plan_of(model).stacks:
        other = plan.not_shorter_than
        if kept.layers and other and n_left[plan.name] < n_left[other]:
            raise UserError(
                f"{plan.name}: {n_left[plan.name]} layers would stay, and {n_left[other]} of the "
                f"{other}: transformers generates only if the {plan.name} has as many at least"
            )


def _of_lost_layers(body: Anatomy, kept: Kept) -> dict[str, list[int]]:
    """Heads of layers that go, cut like those that stay: what all share may live in one of them."""
    found = {}
    for block in body.attention:
        stay = kept.layers.get(block.stack, [block.layer])
        twin = f"{block.stack}.{stay[0]}.{block.kind}"
        if block.head_removal == "alike" and block.layer not in stay and twin in kept.heads:
            found[block.name] = kept.heads[twin]
    return found


def _refuse_uneven(body: Anatomy, kept: Kept) -> None:
    """Hold the heads of layers that must be alike against each other."""
    for stack in body.stacks:
        stay = set(kept.layers.get(stack.name, range(len(stack.layers))))
        for kind in ("self", "cross"):
            blocks = [
                b for b in body.attention
                if b.stack == stack.name and b.kind == kind and b.layer in stay
            ]  # fmt: skip
            left = [kept.heads.get(b.name, list(range(b.n_heads))) for b in blocks]
            rule = blocks[0].head_removal if blocks else "freely"
            if rule == "alike" and any(heads != left[0] for heads in left):
                which = "the same heads"
            elif rule == "evenly" and len({len(heads) for heads in left}) > 1:
                which = "as many heads"
            else:
                continue
            raise UserError(
                f"{stack.name}: {which} must go from the {kind}-attention of every layer, because "
                f"{blocks[0].reason}; close gates instead"
            )
