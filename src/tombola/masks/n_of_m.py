"""Patterns that sparse hardware takes: so many of every few neighbours survive."""

import re
from collections.abc import Iterable, Iterator, Mapping

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from tombola.anatomy.parts import INWARD, Parameter
from tombola.errors import UserError
from tombola.masks.mask import Mask

PATTERN = re.compile(r"([1-9]\d*):([1-9]\d*)")


def parsed(scope: str) -> tuple[int, int] | None:
    """`2:4` as (2, 4); None for a scope that is no pattern.

    Raises UserError for one that keeps none or all.
    """
    found = PATTERN.fullmatch(scope)
    if found is None:
        return None
    n, m = map(int, found.groups())
    if n >= m:
        raise UserError(f"scope {scope}: of {m} neighbours fewer than {m} survive, such as 2:4")
    return n, m


def select_n_of_m(
    scores: Mapping[str, Tensor], mask: Mask, n: int, m: int, parameters: Iterable[Parameter]
) -> Mask:
    """Of every `m` neighbours along a matrix's input, the `n` with the highest scores survive.

    What was pruned before stays so, and takes a place in its group. Where scores are equal, the
    first is pruned first. Vectors keep their mask.

    Raises UserError for a matrix whose input is not as wide as a multiple of `m`, and for NaN.
    """
    places = {name: p for p in parameters for name in (p.name, *p.aliases)}

    def chosen() -> Iterator[tuple[str, Bool[Tensor, "..."]]]:
        for name, shape in mask.shapes.items():
            if len(shape) != 2:
                yield name, mask[name]
                continue
            axis = input_axis(places[name])
            if shape[axis] % m:
                raise UserError(f"scope {n}:{m}: {name} has {shape[axis]} inputs, not times {m}")
            values = scores[name].detach().float()
            if values.isnan().any():
                raise UserError(f"the scores of {name!r} contain NaN")
            kept = _best(values.movedim(axis, -1), mask[name].movedim(axis, -1), n, m)
            yield name, kept.movedim(-1, axis)

    return Mask(chosen())


def input_axis(parameter: Parameter) -> int:
    """The axis of a matrix along which its input runs."""
    if parameter.axis is None:
        return len(parameter.shape) - 1
    return parameter.axis if parameter.role in INWARD else 1 - parameter.axis


def _best(
    scores: Float[Tensor, "out in"], alive: Bool[Tensor, "out in"], n: int, m: int
) -> Bool[Tensor, "out in"]:
    ranked = scores.masked_fill(~alive.to(scores.device), -torch.inf).reshape(-1, m)
    order = ranked.argsort(dim=1, stable=True)
    kept = torch.zeros_like(ranked, dtype=torch.bool)
    kept.scatter_(1, order[:, m - n :], torch.ones_like(order[:, m - n :], dtype=torch.bool))
    found: Tensor = kept.reshape(scores.shape).cpu() & alive
    return found
