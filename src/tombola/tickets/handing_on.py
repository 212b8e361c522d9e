"""Models and tickets saved, uploaded and cut, so that a mask goes where its model goes."""

import copy
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast, overload

from tombola import anatomy
from tombola.anatomy.saved.folder import upload
from tombola.errors import UserError
from tombola.masks import Mask
from tombola.tickets.evaluated import add_results
from tombola.tickets.provenance import after
from tombola.tickets.ticket import Ticket, check_zeros, load, write_ticket

if TYPE_CHECKING:
    from torch import nn

Model = TypeVar("Model", bound="nn.Module")
PRUNED, KEPT, UNSAID = 0.0, 1.0, 2.0
"""What stands in place of a weight while it is followed through a cut."""


def as_ticket(model: "Ticket | nn.Module | str | Path") -> Ticket:
    """A ticket as it is, a model in memory as one without a mask, or what is loaded from a name.

    Raises UserError as `load` does, and where masked weights of a ticket are not zero.
    """
    if isinstance(model, str | Path):
        return load(model)
    if isinstance(model, Ticket):
        check_zeros(model)
        return model
    if not hasattr(model, "named_parameters"):
        kind = type(model).__name__
        raise UserError(f"a model is a ticket, a module, a folder or a hub id, not a {kind}")
    return Ticket(model, None)


def save(model: "Ticket | nn.Module", folder: str | Path, tokenizer: Any = None) -> Path:
    """Write a model's folder, or a ticket's with its mask; it appears whole or not at all.

    See `tombola.anatomy.save`; a tokenizer that is given takes the place of a ticket's own. Raises
    UserError where the folder exists, and where masked weights are not zero.
    """
    if not isinstance(model, Ticket):
        return anatomy.save(model, folder, tokenizer)
    return _with(model, tokenizer).save(folder)


def push_to_hub(
    model: "Ticket | nn.Module",
    repository: str,
    tokenizer: Any = None,
    private: bool = False,
    *,
    results: Any = (),
    report: str | Path | None = None,
) -> str:
    """Upload a model, or a ticket with its mask, to `owner/name` on the hub; returns the address.

    `tombola.load("owner/name")` gives it back. The repository is made if there is none.

    Args:
        model: a ticket or a model.
        repository: where to, `owner/name`.
        tokenizer: in place of a ticket's own.
        private: whether a new repository is.
        results: what `tombola.evaluate` found of it, one or several: a section of its page, and the
            metadata that the hub shows beside a model.
        report: a study's folder or its `report.html`, to stand beside the model.

    Raises:
        UserError: the hub refuses, masked weights are not zero, there is no such report.
    """
    ticket = _with(model, tokenizer) if isinstance(model, Ticket) else None
    if ticket is not None:
        check_zeros(ticket)
    told = [results] if hasattr(results, "score") else list(results)

    def write(folder: Path) -> None:
        if ticket is None:
            anatomy.write_model(folder, cast("nn.Module", model), tokenizer, name=repository)
        else:
            write_ticket(folder, ticket, repository)
        add_results(folder, repository, told, report)

    return upload(write, repository, private)


@overload
def remove(
    model: Ticket,
    heads: Mapping[str, Iterable[int]] | None = None,
    mlps: Iterable[str] = (),
    neurons: Mapping[str, Iterable[int]] | None = None,
    layers: Mapping[str, Iterable[int]] | None = None,
) -> Ticket: ...


@overload
def remove(
    model: Model,
    heads: Mapping[str, Iterable[int]] | None = None,
    mlps: Iterable[str] = (),
    neurons: Mapping[str, Iterable[int]] | None = None,
    layers: Mapping[str, Iterable[int]] | None = None,
) -> Model: ...


def remove(
    model: Any,
    heads: Mapping[str, Iterable[int]] | None = None,
    mlps: Iterable[str] = (),
    neurons: Mapping[str, Iterable[int]] | None = None,
    layers: Mapping[str, Iterable[int]] | None = None,
) -> Any:
    """A copy of a model or ticket without some of its parts; see `tombola.anatomy.remove`.

    Of a ticket it is a ticket again, whose mask is of what is left.
    """
    heads, neurons, layers = (
        {name: list(units) for name, units in (each or {}).items()}
        for each in (heads, neurons, layers)
    )
    parts: dict[str, Any] = {
        "heads": heads, "mlps": list(mlps), "neurons": neurons, "layers": layers
    }  # fmt: skip
    if not isinstance(model, Ticket):
        return anatomy.remove(model, **parts)
    check_zeros(model)
    smaller = anatomy.remove(anatomy.unwrapped(model.model), **parts)
    mask = None if model.mask is None else _cut_mask(model.mask, model.model, parts)
    provenance = after(model.provenance, removed={k: v for k, v in parts.items() if v})
    return Ticket(smaller, mask, model.tokenizer, provenance)


def _cut_mask(mask: Mask, model: "nn.Module", parts: dict[str, Any]) -> Mask:
    """The mask of what is left of a model: a cut of the mask itself, in place of the weights."""
    marked = copy.deepcopy(anatomy.unwrapped(model))
    body = anatomy.anatomy(marked)
    for name, parameter in anatomy.live_weights(marked).items():
        if name not in mask:
            parameter.data.fill_(UNSAID)
    for name in mask:
        parameter = marked.get_parameter(name)
        parameter.data.copy_(mask[name].to(parameter))
    left = dict(anatomy.remove(marked, **parts).named_parameters(remove_duplicate=False))
    # What stays in place of the last head of a block is zero, whether or not the mask held it.
    held = {body.parameter(name).set for name in mask}
    places = {p.name: p.set for p in anatomy.anatomy(anatomy.remove(marked, **parts)).parameters}
    return Mask(
        (name, left[name].detach() == KEPT)
        for name, kind in places.items()
        if kind in held and not (left[name].detach() == UNSAID).any()
    )


def _with(ticket: Ticket, tokenizer: Any) -> Ticket:
    if tokenizer is None:
        return ticket
    return Ticket(ticket.model, ticket.mask, tokenizer, ticket.provenance)
