"""Lists in a step's settings open axes: one stage, or chain of stages, for each value."""

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from types import UnionType
from typing import Any, Union, get_args, get_origin

from tombola.errors import UserError
from tombola.settings import Settings, validate
from tombola.study.references import Reference, Scalar


@dataclass(frozen=True)
class Axis:
    """A setting that takes several values."""

    name: str
    path: tuple[str, ...]
    """Keys down to the setting."""
    values: tuple[Any, ...]
    """As the recipe writes them."""


def opened(settings: type[Settings], raw: Mapping[str, Any], where: str) -> list[Axis]:
    """The axes that lists open, the outermost first.

    A list opens an axis where the setting holds one value; where the setting is a list by nature
    (the sets to prune; an amount for each round) a list of lists does. The axis has the name of the
    setting. References are not axes: a list of them means each of them.

    Raises UserError where two axes would have one name, and for an empty list.
    """
    found = list(_walk(settings, raw, ()))
    for axis in found:
        if sum(other.name == axis.name for other in found) > 1:
            raise UserError(f"{where}: two lists would open an axis of the name {axis.name!r}")
        if not axis.values:
            raise UserError(f"{where}: {'.'.join(axis.path)}: an empty list")
    return found


def points(
    settings: type[Settings], raw: Mapping[str, Any], axes: list[Axis], where: str
) -> Iterator[tuple[Any, dict[str, Scalar]]]:
    """Every combination of the axes' values: validated settings, and the values' labels.

    Raises UserError for what the settings do not allow, and for a value that stands twice.
    """
    seen: set[tuple[Scalar, ...]] = set()
    for values in product(*(axis.values for axis in axes)):
        at_point = copy.deepcopy(dict(raw))
        for axis, value in zip(axes, values, strict=True):
            _put(at_point, axis.path, value)
        found = validate(settings, at_point, where, f"tombola recipes keys {at_point.get('do')}")
        at = {axis.name: label(_get(found, axis.path)) for axis in axes}
        if tuple(at.values()) in seen:
            said = ", ".join(f"{name} {value}" for name, value in at.items())
            raise UserError(f"{where}{said}: listed twice")
        seen.add(tuple(at.values()))
        yield found, at


def label(value: Any) -> Scalar:
    """An axis's value as tables name it."""
    if isinstance(value, str | int | float | bool):
        return value
    if hasattr(value, "label"):
        return str(value.label)
    if isinstance(value, Settings):
        plain = value.model_dump(mode="json", exclude_defaults=True)
        return " ".join(f"{key}={item}" for key, item in plain.items())
    if isinstance(value, tuple):
        return " ".join(str(label(item)) for item in value)
    return str(value)


def _walk(
    settings: type[Settings], raw: Mapping[str, Any], path: tuple[str, ...]
) -> Iterator[Axis]:
    for key, value in raw.items():
        if key not in settings.model_fields:
            continue  # refused when validated
        annotation = settings.model_fields[key].annotation
        here = (*path, str(key))
        if refers(annotation):
            continue
        if isinstance(value, list):
            inner = bool(value) and all(isinstance(item, list) for item in value)
            if inner or not _is_list(annotation):
                yield Axis(str(key), here, tuple(value))
        elif isinstance(value, dict):
            for inside in _options(annotation):
                if isinstance(inside, type) and issubclass(inside, Settings):
                    yield from _walk(inside, value, here)
                    break


def refers(annotation: Any) -> bool:
    """Whether a setting holds references."""
    return any(
        option is Reference or (get_origin(option) is tuple and Reference in get_args(option))
        for option in _options(annotation)
    )


def _is_list(annotation: Any) -> bool:
    return any(get_origin(option) in {tuple, list} for option in _options(annotation))


def _options(annotation: Any) -> tuple[Any, ...]:
    """The types that a setting may have: those of a union, or the one."""
    if get_origin(annotation) in {Union, UnionType}:
        return tuple(inner for each in get_args(annotation) for inner in _options(each))
    if hasattr(annotation, "__metadata__"):  # Annotated
        return _options(get_args(annotation)[0])
    return (annotation,)


def _put(raw: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    for key in path[:-1]:
        raw = raw[key]
    raw[path[-1]] = value


def _get(found: Any, path: tuple[str, ...]) -> Any:
    for key in path:
        found = getattr(found, key.replace("-", "_"))
    return found
