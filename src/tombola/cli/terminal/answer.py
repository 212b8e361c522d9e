"""A verb's answer: for people, or as JSON for programs."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from math import isfinite
from pathlib import Path
from typing import Any, TypeVar

import typer

T = TypeVar("T")


def answer(found: T, as_json: bool, show: Callable[[T], None]) -> None:
    """Print what a verb found: as JSON where that is asked for, else by `show`."""
    if as_json:
        typer.echo(json.dumps(plain(found), indent=1, ensure_ascii=False, allow_nan=False))
    else:
        show(found)


def plain(value: Any) -> Any:
    """A value as JSON can hold it: by its `to_dict`, else by its fields, through lists and all.

    What is not a finite number is null, for JSON has no word for it.
    """
    if hasattr(value, "to_dict"):
        return plain(value.to_dict())
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, Iterable) and not isinstance(value, str):
        return [plain(each) for each in value]
    return value
