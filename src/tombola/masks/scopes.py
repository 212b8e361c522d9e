"""Among which weights scores compete: the scope of a selection."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tombola.anatomy.parts import Parameter
from tombola.errors import UserError, allowed_for

SCOPES = ("global", "stack", "layer", "block", "matrix", "head")
"""The scopes, from wide to narrow."""


@dataclass(frozen=True)
class Region:
    """A box of entries of one parameter."""

    name: str
    """The parameter."""
    index: tuple[slice, ...] = ()
    """One slice for each leading axis; none at all is the whole parameter."""


def groups(scope: str, parameters: Iterable[Parameter]) -> dict[str, tuple[Region, ...]]:
    """Split parameters into disjoint groups within which scores compete.

    global  all of them
    stack, layer, block  those of one stack, of one layer, of one block. A parameter that belongs
        to nothing so fine joins the others of the finest thing it belongs to: a norm of a layer
        that is in no block joins its layer. Outside the stacks that is its parameter set: the
        embeddings are one group, the pooler and the task head others.
    matrix  each parameter alone
    head    the query, key and value rows (weights and biases) and the output columns of one head
        are one group; a parameter that belongs to no head is alone. Where query heads share keys
        and values, the heads that share them are one group.

    Raises UserError for another scope.
    """
    if scope not in SCOPES:
        raise UserError(f"unknown scope {scope!r}; {allowed_for(scope, SCOPES)}")
    parameters = tuple(parameters)
    if scope == "head":
        return _heads(parameters)
    found: dict[str, tuple[Region, ...]] = {}
    for parameter in parameters:
        name = _group(scope, parameter)
        found[name] = (*found.get(name, ()), Region(parameter.name))
    return found


def _group(scope: str, parameter: Parameter) -> str:
    if scope == "global":
        return scope
    if scope == "matrix":
        return parameter.name
    place = (parameter.stack, parameter.layer, parameter.block)
    depth = ("stack", "layer", "block").index(scope) + 1
    return ".".join(str(part) for part in place[:depth] if part is not None) or parameter.set


def _heads(parameters: tuple[Parameter, ...]) -> dict[str, tuple[Region, ...]]:
    # the fewest shares of a block's parameters: those of its keys where heads share keys
    n_groups: dict[str, int] = {}
    for p in filter(_has_heads, parameters):
        fewest = min(strip.n_shares for strip in p.strips)
        n_groups[p.place] = min(fewest, n_groups.get(p.place, fewest))
    found: dict[str, tuple[Region, ...]] = {}
    for p in parameters:
        if not _has_heads(p):
            found[p.name] = (Region(p.name),)
            continue
        for group in range(n_groups[p.place]):
            name = f"{p.place}.head{group}"
            regions = (Region(p.name, box) for box in _boxes(p, group, n_groups[p.place]))
            found[name] = (*found.get(name, ()), *regions)
    return found


def _has_heads(parameter: Parameter) -> bool:
    return parameter.axis is not None and parameter.block != "mlp"


def _boxes(parameter: Parameter, group: int, n_groups: int) -> Iterator[tuple[slice, ...]]:
    """The entries of all heads of a group: one box for each strip."""
    for strip in parameter.strips:
        n = strip.n_shares // n_groups
        whole = (slice(None),) * (parameter.axis or 0)
        start = strip.start + group * n * strip.width
        yield (*whole, slice(start, start + n * strip.width))
