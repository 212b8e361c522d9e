"""What a setting may be, in words: from its type, its limits, and the registry it chooses from."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from tombola.settings import ONE_OR_MORE, Settings
from tombola.study.references import Reference

WORDS: dict[Any, str] = {
    bool: "true or false",
    int: "whole number",
    float: "number",
    str: "text",
    Path: "path",
    NoneType: "null",
    Any: "anything",
}
SIGNS = {"gt": ">", "ge": "≥", "lt": "<", "le": "≤"}
SIZES = {"min_length": "at least", "max_length": "at most"}


def allowed(annotation: Any, names: Mapping[type, str], chosen: Iterable[str] = ()) -> str:
    """A type in words; `names` are sections of settings, `chosen` names that texts are one of."""
    origin, inner = get_origin(annotation), get_args(annotation)
    if hasattr(annotation, "__metadata__"):
        base, *metadata = inner
        fields = [each for each in metadata if isinstance(each, FieldInfo)]
        metadata += [limit for field in fields for limit in field.metadata]
        return limits(allowed(base, names, chosen), metadata)
    if annotation is Reference:
        return "a model or a step ([reference])"
    if annotation is str and (listed := list(chosen)):
        return "one of " + ", ".join(listed)
    if annotation in names:
        return f"keys of [{names[annotation]}]"
    if origin in {Union, UnionType}:
        return ", or ".join(allowed(each, names, chosen) for each in inner)
    if origin is Literal:
        return "one of " + ", ".join(map(str, inner)) if len(inner) > 1 else str(inner[0])
    if origin is tuple and inner[0] is Reference:
        return "models or steps, one or a list ([reference])"
    if origin is tuple and inner[-1] is ...:
        return f"list of: {allowed(inner[0], names, chosen)}"
    if origin is tuple:
        return "list: " + ", ".join(allowed(each, names, chosen) for each in inner)
    if origin is dict:
        key, value = (allowed(each, names, chosen) for each in inner)
        return f"mapping of {key} to {value}"
    return WORDS.get(annotation, getattr(annotation, "__name__", str(annotation)))


def limits(words: str, metadata: Iterable[Any]) -> str:
    """What a type allows with the limits that are set on it."""
    more: list[str] = []
    for each in metadata:
        for key, sign in SIGNS.items():
            more += [f"{sign} {_number(getattr(each, key))}"] if hasattr(each, key) else []
        more += [f"{SIZES[key]} {getattr(each, key)}" for key in SIZES if hasattr(each, key)]
        more += ["or a single one"] if each == ONE_OR_MORE else []
    more = [each for each in more if each != "at least 1"]  # a list of none says nothing
    first, *others = words.split(", or ") if ", or null" in words else [words]
    return ", or ".join([", ".join([first, *more]), *others])


def said(value: Any) -> str:
    """A default as a recipe would write it."""
    if value is None or value is PydanticUndefined:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Settings):
        short = getattr(value, "label", None)
        if short is not None:
            return str(short)
        value = value.model_dump(mode="json", exclude_defaults=True)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {said(each)}" for key, each in value.items()) + "}"
    if isinstance(value, tuple | list):
        return "[" + ", ".join(map(said, value)) + "]"
    return '""' if value == "" else _number(value)


def _number(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
