"""The base of everything a user may set: unknown keys are errors, values do not change."""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationError

from tombola.errors import UserError, allowed_for

LONGEST = 120
"""Characters of a wrong value that a message repeats."""


class Settings(BaseModel):
    """Frozen, strict about keys and types; a whole number may stand where a real one is asked."""

    model_config = ConfigDict(extra="forbid", frozen=True, protected_namespaces=())


@contextmanager
def as_wrong_values() -> Iterator[None]:
    """Let a UserError of a validator's own checks be the fault of the setting it stands at."""
    try:
        yield
    except UserError as problem:
        raise ValueError(str(problem)) from problem


def named_in(registry: Mapping[str, Any]) -> AfterValidator:
    """For a name, or several: each is one of a registry's."""
    return AfterValidator(partial(_known, registry))


def names_of(metadata: Iterable[Any]) -> tuple[str, ...]:
    """The names that a field which is `named_in` a registry may have; none for other fields."""
    for each in metadata:
        check = each.func if isinstance(each, AfterValidator) else None
        if isinstance(check, partial) and check.func is _known:
            return tuple(check.args[0])
    return ()


def _known(registry: Mapping[str, Any], value: Any) -> Any:
    with as_wrong_values():
        for name in (value,) if isinstance(value, str) else value:
            registry[name]
    return value


def _several(value: Any) -> Any:
    return (value,) if isinstance(value, str | int | float) else value


def _distinct(values: tuple[Any, ...]) -> tuple[Any, ...]:
    for value in values:
        if values.count(value) > 1:
            raise ValueError(f"{value} is listed twice")
    return values


ONE_OR_MORE = BeforeValidator(_several)
"""For a tuple: a single value may stand for one of itself."""
ONCE = AfterValidator(_distinct)
"""For a tuple: no value is there twice."""

S = TypeVar("S", bound=Settings)


def validate(settings: type[S], values: Any, where: str = "", more: str = "") -> S:
    """`values` as settings.

    Raises UserError for the first thing that is wrong: the key, what is wrong, what is allowed,
    in one line that begins with `where`; `more` names a command that explains the keys.
    """
    try:
        return settings.model_validate(values)
    except ValidationError as problem:
        raise UserError(where + _one_line(problem, settings, more)) from problem


def _one_line(problem: ValidationError, settings: type[Settings], more: str) -> str:
    first = problem.errors(include_url=False)[0]
    key = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        *above, last = first["loc"]
        said = allowed_for(last, _settings_at(settings, tuple(above)).model_fields)
        return f"unknown key {key!r}; {said}" + (more and f" (see `{more}`)")
    if first["type"] == "missing":
        return f"{key}: missing"
    said = re.sub(r"^(Value error, |Input )", "", first["msg"])
    given = "" if first["type"] == "value_error" else f", not {_short(first.get('input'))}"
    return f"{key}: {said}{given}" if key else said


def _short(value: Any) -> str:
    """A value as a message repeats it."""
    text = repr(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _settings_at(settings: type[Settings], loc: tuple[int | str, ...]) -> type[Settings]:
    """The settings class that stands at a place inside `settings`."""
    here: Any = settings
    for part in loc:
        if isinstance(here, type) and issubclass(here, Settings):
            here = here.model_fields[str(part)].annotation
        else:  # a mapping or a tuple of settings
            here = getattr(here, "__args__", (settings,))[-1]
        here = _settings_in(here) or here
    return here if isinstance(here, type) and issubclass(here, Settings) else settings


def _settings_in(annotation: Any) -> type[Settings] | None:
    """The settings class of `X`, or of `X | None`; None for a mapping or tuple."""
    if getattr(annotation, "__origin__", None) in {dict, tuple}:
        return None
    options = [annotation, *getattr(annotation, "__args__", ())]
    found = [o for o in options if isinstance(o, type) and issubclass(o, Settings)]
    return found[0] if found else None
