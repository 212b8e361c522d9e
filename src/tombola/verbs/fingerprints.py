"""What a function of a user's own is made of, as a hash."""

import hashlib
import inspect
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

DEPTH = 12
"""How far into values within values is looked."""


def code_of(thing: Callable[..., Any] | object) -> str:
    """Hash of what a function or a thing is made of, so that another one is another fact.

    Its source, its defaults, what it closes over, and of a partial function or a bound method what
    it is bound to; of a thing what it holds. What it reads from its module is no part of that.
    """
    digest = hashlib.blake2b(digest_size=6)
    for part in _parts(thing, ()):
        digest.update(part.encode() + b"\0")
    return digest.hexdigest()


def _parts(thing: Any, within: tuple[int, ...]) -> Iterator[str]:
    """Texts that tell a function or a value from others; never an address."""
    if id(thing) in within or len(within) > DEPTH:
        return
    within = (*within, id(thing))
    if isinstance(thing, partial):
        held: Any = [thing.func, thing.args, sorted(thing.keywords.items())]
    elif inspect.ismethod(thing):
        held = [thing.__func__, thing.__self__]
    elif inspect.isfunction(thing):
        yield _source(thing)
        cells = [_inside(cell) for cell in thing.__closure__ or ()]
        held = [thing.__defaults__, sorted((thing.__kwdefaults__ or {}).items()), cells]
    elif isinstance(thing, list | tuple):
        held = thing
    elif isinstance(thing, dict):
        held = list(thing.items())
    elif isinstance(thing, set | frozenset):
        held = sorted(thing, key=repr)
    elif thing is None or isinstance(thing, bool | int | float | complex | str | bytes):
        yield repr(thing)
        return
    elif hasattr(thing, "dtype") and hasattr(thing, "__array__"):  # an array or a tensor
        plain = thing.detach().cpu().double().numpy() if hasattr(thing, "detach") else thing
        yield f"{thing.dtype} {tuple(thing.shape)} {plain.tobytes().hex()}"
        return
    elif isinstance(thing, type) or inspect.isbuiltin(thing) or inspect.ismodule(thing):
        yield f"{getattr(thing, '__module__', '')}.{getattr(thing, '__qualname__', thing)}"
        return
    else:
        yield _source(type(thing))
        held = sorted(getattr(thing, "__dict__", {}).items())
    yield f"{type(thing).__name__} {len(held)}"
    for each in held:
        yield from _parts(each, within)


def _source(code: Any) -> str:
    try:
        return inspect.getsource(code)
    except (OSError, TypeError):  # typed in at a prompt, or built in
        raw = getattr(code, "__code__", None)
        if raw is None:
            return f"{getattr(code, '__module__', '')}.{getattr(code, '__qualname__', code)}"
        plain = [each for each in raw.co_consts if not inspect.iscode(each)]
        return repr((raw.co_code, plain, raw.co_names))


def _inside(cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # nothing yet
        return None
