"""Pruning heads and MLPs turn after turn: which go next, and the smaller model that is left."""

import copy
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import torch
from jaxtyping import Float64
from torch import Tensor, nn

from tombola import anatomy
from tombola.anatomy import Anatomy, Gates
from tombola.masks import Mask, apply, weights_under
from tombola.tickets.importance.part_score import PartScore, Sight
from tombola.tickets.importance.values import Importance, Norm

What = Literal["joint", "heads", "mlps"]
"""joint   heads and MLPs together; where that no longer holds heads alone, then MLPs alone
heads   heads alone
mlps    MLPs alone
"""


@dataclass(frozen=True)
class Phase:
    """What goes in a turn: so many heads and so many MLPs, where so many are left."""

    name: What
    n_heads: int
    n_mlps: int


def phases(
    body: Anatomy, what: What, heads: float = 0.1, heads_after: float = 0.05, mlps: int = 1
) -> tuple[Phase, ...]:
    """What each phase takes in a turn; shares are of all heads, rounded down, one at least.

    The defaults are those of Prasanna et al. (2020), section 3.2 and code: of BERT's 144 heads 14
    with one MLP, then 7 heads (the text does not say how many), then one MLP; of heads alone 14.
    """
    n = sum(block.n_heads for block in body.attention)
    many, few = max(1, int(heads * n)), max(1, int(heads_after * n))
    if what == "joint":
        return (Phase("joint", many, mlps), Phase("heads", few, 0), Phase("mlps", 0, mlps))
    return (Phase("heads", many, 0),) if what == "heads" else (Phase("mlps", 0, mlps),)


def next_parts(importance: Importance, parts: Mask, phase: Phase) -> Mask:
    """The mask of parts after one more turn: of what survives, the least important goes.

    Args:
        importance: on scales that can be compared (see `Importance.normed`); what it says of parts
            that are pruned already does not count.
        parts: what survives.
        phase: how many go.

    Of equal ones the first goes, from the input on. NaN counts as least.
    """
    left = {name: parts[name] for name in parts}
    for values, n in ((importance.heads, phase.n_heads), (importance.mlps, phase.n_mlps)):
        alive = [
            (float(value), i, name, unit)
            for i, (name, units) in enumerate(values.items())
            for unit, value in enumerate(units.reshape(-1).nan_to_num(nan=-1.0).tolist())
            if left[name][unit]
        ]
        for _, _, name, unit in sorted(alive, key=lambda each: (each[0], each[1], each[3]))[:n]:
            left[name][unit] = False
    return Mask(left)


def gone(parts: Mask, body: Anatomy) -> tuple[dict[str, list[int]], list[str]]:
    """The heads by block, and the MLPs, that a mask of parts leaves out."""
    heads = {b.name: (~parts[b.name]).nonzero()[:, 0].tolist() for b in body.attention}
    mlps = [b.name for b in body.mlps if not parts[b.name].any()]
    return {name: units for name, units in heads.items() if units}, mlps


def without(model: nn.Module, parts: Mask, body: Anatomy) -> nn.Module:
    """A copy of a model from which the parts that a mask leaves out are removed.

    Raises UserError where the family cannot do without them.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", anatomy.AllHeadsRemoved)  # a mask may well say so
        heads, mlps = gone(parts, body)
        return anatomy.remove(model, heads=heads, mlps=mlps)


def smaller(model: nn.Module, parts: Mask, body: Anatomy) -> nn.Module:
    """A model without the parts that a mask leaves out; the model given stays as it is.

    They are removed where the family can do without them, which saves their time; else their
    weights are zero. Both compute the same.
    """
    heads, mlps = gone(parts, body)
    if not heads and not mlps:
        return model
    if all(block.head_removal == "freely" for block in body.attention if block.name in heads):
        return without(model, parts, body)
    silenced = copy.deepcopy(model)
    apply(silenced, weights_under(parts, body))
    return silenced


def importance_under(
    parts: Mask,
    model: nn.Module,
    body: Anatomy,
    score: PartScore,
    sight: Callable[[nn.Module, Gates | None], Sight],
    norm: Norm,
    pruned_count: bool = False,
) -> tuple[Importance, Importance]:
    """The importance of what survives, as it is and normed, by the parts of the whole model.

    Args:
        parts: what survives.
        model: the whole one.
        body: its anatomy.
        score: of heads and MLPs.
        sight: what the score may look at, of a model and its gates.
        norm: see `Importance.normed`.
        pruned_count: look at the whole model with closed gates, so that what is pruned has an
            importance too (that of opening it a little) and counts in the norm of its layer, as in
            Prasanna et al.'s code. Else a smaller model is looked at, and what is pruned has NaN.
    """
    if pruned_count:
        device = next(model.parameters()).device
        found = score.score(
            sight(model, Gates.ones(body, device=device).closed(*gone(parts, body)))
        )
        return found, found.normed(norm)
    seen = score.score(sight(smaller(model, parts, body), None))
    alive = {name for name in parts if parts[name].any()}
    seen = replace(
        seen,
        heads={
            name: _alive(value, parts[name]) for name, value in seen.heads.items() if name in alive
        },
        mlps={name: value for name, value in seen.mlps.items() if name in alive},
    )
    return _laid_back(seen, parts, body), _laid_back(seen.normed(norm), parts, body)


def _alive(values: Tensor, parts: Tensor) -> Tensor:
    """The heads that survive; where none could be removed, the others still have a value."""
    return values[parts] if len(values) == len(parts) else values


def _laid_back(seen: Importance, parts: Mask, body: Anatomy) -> Importance:
    """Values of surviving parts at their places; NaN at the others."""

    def spread(values: Mapping[str, Tensor], name: str) -> Float64[Tensor, " units"]:
        found = torch.full(parts[name].shape, torch.nan, dtype=torch.float64)
        if name in values:
            found[parts[name]] = values[name].reshape(-1).double().cpu()
        return found

    heads = {block.name: spread(seen.heads, block.name) for block in body.attention}
    mlps = {block.name: spread(seen.mlps, block.name)[0] for block in body.mlps}
    return replace(seen, heads=heads, mlps=mlps)


def counted(parts: Mask, body: Anatomy) -> tuple[int, int]:
    """How many heads and how many MLPs survive."""
    heads = sum(parts.n_survivors(block.name) for block in body.attention)
    return heads, sum(parts.n_survivors(block.name) for block in body.mlps)
