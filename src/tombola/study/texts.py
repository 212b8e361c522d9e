"""Which settings of a recipe hold text, so that what is typed for them stays as it was typed."""

import types
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from tombola.settings import Settings

STEPS = "steps"


def holds_text(root: type[Settings], raw: Mapping[str, Any], path: Sequence[str]) -> bool:
    """Whether the setting at a path takes text and nothing else, or several texts.

    Args:
        root: settings of the whole recipe.
        raw: the recipe, which says what kind each step is of.
        path: keys from the root on.
    """
    found: list[Any] = [root]
    for i, key in enumerate(path):
        if tuple(path[:1]) == (STEPS,) and i == 2:
            found = [_of_step(raw, path[1])]
        found = [inner for each in found for inner in _inside(each, key)]
    kinds = {kind for each in found for kind in _scalars(each)}
    return bool(kinds & {str, Path}) and not kinds & {int, float, bool, Any}


def _of_step(raw: Mapping[str, Any], name: str) -> Any:
    """The settings of a step's kind; nothing where it is of none."""
    from tombola.study.kind import KINDS  # imports every kind there is

    steps = raw.get(STEPS)
    step = steps.get(name) if isinstance(steps, dict) else None
    kind = step.get("do") if isinstance(step, dict) else None
    return KINDS[kind].settings if isinstance(kind, str) and kind in KINDS else None


def _inside(annotation: Any, key: str) -> Iterator[Any]:
    """What an annotation says of what stands under a key of its value."""
    for each in _members(annotation):
        if isinstance(each, type) and issubclass(each, Settings):
            if key in each.model_fields:
                yield each.model_fields[key].annotation
        elif get_origin(each) in {dict, tuple, list} and get_args(each):
            inner = get_args(each)
            yield inner[1] if get_origin(each) is dict else inner[0]


def _scalars(annotation: Any) -> Iterator[Any]:
    """The types of single values that an annotation allows, those of lists too."""
    for each in _members(annotation):
        if get_origin(each) is Literal:
            yield from {type(value) for value in get_args(each)}
        elif get_origin(each) in {tuple, list}:
            yield from (kind for inner in get_args(each) for kind in _scalars(inner))
        elif each is Any or each in {str, Path, int, float, bool}:
            yield each


def _members(annotation: Any) -> Iterator[Any]:
    """An annotation's alternatives, without what is only said about them."""
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _members(get_args(annotation)[0])
    elif origin in {Union, types.UnionType}:
        for each in get_args(annotation):
            yield from _members(each)
    elif annotation is not None:
        yield annotation
