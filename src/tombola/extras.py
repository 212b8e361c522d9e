"""What comes with `pip install tombola[…]` only, and what is said where it is missing.

Loading, pruning and inspecting models needs none of it; reports, corpora and corpus metrics do.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import lazy_loader

from tombola.errors import UserError

EXTRAS: Mapping[str, tuple[str, ...]] = {
    "report": ("pandas", "pyarrow", "altair", "vl_convert", "jinja2"),
    "data": ("pandas", "pyarrow", "datasets", "conllu", "sacrebleu", "sacremoses", "sklearn"),
    "trainer": ("accelerate",),
    "energy": ("codecarbon",),
    "ray": ("ray",),
}
"""An extra to the packages, by the names that they are imported by, that it is asked for."""


@contextmanager
def extra(name: str) -> Iterator[None]:
    """Hold imports of an extra's packages; raises UserError, which names it, where one is missing.

    Only for a package that is not there: what one of them lacks itself is its own error.
    """
    try:
        yield
    except ModuleNotFoundError as problem:
        said = lacking(problem, name)
        if said is None:
            raise
        raise said from problem


def lacking(problem: ModuleNotFoundError, name: str = "") -> UserError | None:
    """What to say where a package of an extra is missing; None where it is of no extra.

    `name` is the extra's; any that has the package where empty.
    """
    package = (problem.name or "").partition(".")[0]
    among = [name] if name else EXTRAS
    found = [each for each in among if package in EXTRAS[each]]
    if not found:
        return None
    return UserError(
        f"{package} is not installed, which this needs: pip install 'tombola[{found[0]}]'"
    )


def attach_stub(
    package: str, file: str
) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """`lazy_loader.attach_stub` for a room whose modules import packages of extras.

    Where one is missing when a name is first used, UserError names the extra.
    """
    load, names, public = lazy_loader.attach_stub(package, file)

    def get(name: str) -> Any:
        try:
            return load(name)
        except ModuleNotFoundError as problem:
            said = lacking(problem)
            if said is None:
                raise
            raise said from problem

    return get, names, public
