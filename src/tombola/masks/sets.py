"""Which parameters may be pruned."""

from collections.abc import Collection, Sequence
from fnmatch import fnmatchcase

from tombola.anatomy.parts import SETS, Anatomy, Parameter
from tombola.errors import UserError, allowed_for

SHOWN = 8
"""How many names an error message lists."""


def prunable(
    anatomy: Anatomy,
    sets: Sequence[str] = ("matrices",),
    also: Collection[str] = (),
    never: Collection[str] = (),
) -> tuple[Parameter, ...]:
    """The parameters that may be pruned, in the model's order.

    `sets` names parameter sets; `also` adds and `never` takes away parameters by shell globs on
    their names, where `never` has the last word. A tied parameter goes by any of its names.

    Raises UserError for an unknown set, and for a glob that matches no parameter of the model.
    """
    for name in sets:
        if name not in SETS:
            raise UserError(f"unknown parameter set {name!r}; {allowed_for(name, SETS)}")
    for glob in (*also, *never):
        if not any(_matches(p, glob) for p in anatomy.parameters):
            names = [p.name for p in anatomy.parameters]
            more = f", … ({len(names)} in all)" if len(names) > SHOWN else ""
            raise UserError(
                f"no parameter of {anatomy.architecture} matches {glob!r}; its parameters:"
                f" {', '.join(names[:SHOWN])}{more}"
            )
    return tuple(
        p
        for p in anatomy.parameters
        if (p.set in sets or any(_matches(p, glob) for glob in also))
        and not any(_matches(p, glob) for glob in never)
    )


def _matches(parameter: Parameter, glob: str) -> bool:
    return any(fnmatchcase(name, glob) for name in (parameter.name, *parameter.aliases))
