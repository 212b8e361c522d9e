"""Types and shapes checked while tests run, at a third of the cost and with the same hints.

jaxtyping's import hook wraps every function twice: in a check of its own that binds arguments to
names, for the sake of shapes, and in beartype's. Most functions name no array. These are given to
beartype alone; those that do are left to jaxtyping. Either happens when a function is first called,
since most are not called by most workers of a session. A function within another is made anew at
every call of that, and to wrap it each time costs more than what it does: it is checked where its
hints name an array, else left to mypy.
"""

import dataclasses
import functools
import inspect
from collections.abc import Callable
from typing import Any, get_args, get_type_hints

import beartype
import jaxtyping
import typer

_of_jaxtyping = jaxtyping.jaxtyped
WITHIN = "<locals>"
"""What the name of a function within another says."""


def install() -> None:
    """Let jaxtyping's import hook wrap functions so; before what is checked is imported."""
    jaxtyping.jaxtyped = _jaxtyped


def _jaxtyped(fn: Any = None, *, typechecker: Callable[..., Any]) -> Any:
    """In place of `jaxtyping.jaxtyped`: for functions, and for what makes a dataclass."""
    if fn is None:
        return functools.partial(_jaxtyped, typechecker=typechecker)
    if not inspect.isclass(fn):
        return _checked(fn, typechecker)
    if dataclasses.is_dataclass(fn) and "__init__" in vars(fn):
        fn.__init__ = _checked(fn.__init__, typechecker)
    return fn


def _checked(fn: Callable[..., Any], typechecker: Callable[..., Any]) -> Callable[..., Any]:
    if not fn.__annotations__ or (WITHIN in fn.__qualname__ and not _names_arrays(_hints(fn))):
        return fn
    made: Callable[..., Any] | None = None

    @functools.wraps(fn)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        nonlocal made
        __tracebackhide__ = True
        if made is None:
            hints = _hints(fn)
            arrays = _names_arrays(hints)
            made = _of_jaxtyping(fn, typechecker=typechecker) if arrays else _plain(fn, hints)
        return made(*args, **kwargs)

    return wrapped


def _plain(fn: Callable[..., Any], hints: dict[str, Any]) -> Callable[..., Any]:
    """A function whose hints beartype checks."""
    said = fn.__annotations__
    fn.__annotations__ = hints
    try:
        return beartype.beartype(fn)
    finally:
        fn.__annotations__ = said


def _hints(fn: Callable[..., Any]) -> dict[str, Any]:
    """A function's hints; `Any` for one that names what is imported for mypy alone."""
    found = {}
    for name, hint in fn.__annotations__.items():
        alone = type("alone", (), {"__annotations__": {name: hint}})
        try:
            found[name] = get_type_hints(alone, fn.__globals__, include_extras=True)[name]
            if found[name] is typer.Context:  # typer hands over another class
                found[name] = Any
        except (NameError, AttributeError, TypeError, SyntaxError):
            found[name] = Any
    return found


def _names_arrays(hints: Any) -> bool:
    """Whether any of the hints, however deep inside, is of an array's type and shape."""
    if isinstance(hints, dict):
        return any(map(_names_arrays, hints.values()))
    if inspect.isclass(hints) and issubclass(hints, jaxtyping.AbstractArray):
        return True
    return any(map(_names_arrays, get_args(hints)))
