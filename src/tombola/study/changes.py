"""`--set key=value`: a setting of a recipe replaced before it is validated."""

from collections.abc import Callable, Sequence
from typing import Any

import yaml

from tombola.errors import UserError, allowed_for

LONGEST = 200
"""Characters of a change that a message repeats."""


def change(
    raw: dict[str, Any],
    text: str,
    keys: tuple[str, ...],
    sections: tuple[str, ...],
    holds_text: Callable[[Sequence[str]], bool] = lambda path: False,
) -> None:
    """Replace one setting in place. `text` is `path.with.dots=value`, the value YAML.

    A path begins with one of `keys`, or with the name of an entry of one of the `sections`. A value
    of a setting for which `holds_text` is true is taken as it stands: `2024`, `no` and `a #2` are
    text there. Raises UserError for what is no such text or leads nowhere.
    """
    key, equals, value = text.partition("=")
    path = key.strip().split(".")
    if not equals or not all(path):
        raise UserError(f"--set {text}: give key=value, such as cola.max_tokens=64")
    if path[0] not in keys:
        path = [_section(raw, text, path[0], keys, sections), *path]
    try:
        parsed = _text(value) if holds_text(path) else _value(value)
    except (yaml.YAMLError, ValueError, RecursionError) as problem:
        raise UserError(f"--set {text[:LONGEST]}: the value is not YAML") from problem
    place: Any = raw
    for part in path[:-1]:
        if isinstance(place, list) and part.isdigit() and int(part) < len(place):
            place = place[int(part)]
        elif isinstance(place, dict):
            if place.get(part) is None:
                place[part] = {}
            place = place[part]
        else:
            raise UserError(f"--set {text}: there is no {part!r} to set a key of")
    if isinstance(place, list):
        if not path[-1].isdigit() or int(path[-1]) >= len(place):
            raise UserError(f"--set {text}: {path[-1]!r} is no position in a list")
        place[int(path[-1])] = parsed
    elif isinstance(place, dict):
        place[path[-1]] = parsed
    else:
        raise UserError(f"--set {text}: {'.'.join(path[:-1])} holds a value, not keys")


def _value(value: str) -> Any:
    """A value as YAML; of text nothing is taken for a comment."""
    parsed = yaml.safe_load(value)
    stripped = value.strip()
    return stripped if isinstance(parsed, str) and stripped.startswith(f"{parsed} ") else parsed


def _text(value: str) -> Any:
    """Text as it stands; a list of texts in brackets, and null, are what YAML says."""
    stripped = value.strip()
    if stripped in {"", "null", "~"}:
        return None
    if stripped[0] in "[{":
        return yaml.load(value, yaml.BaseLoader)
    if stripped[0] in "'\"" and isinstance(parsed := yaml.safe_load(value), str):
        return parsed
    return stripped


def _section(
    raw: dict[str, Any], text: str, name: str, keys: tuple[str, ...], sections: tuple[str, ...]
) -> str:
    """The section that has an entry of that name."""
    found = [s for s in sections if isinstance(raw.get(s), dict) and name in raw[s]]
    if len(found) == 1:
        return found[0]
    if found:
        ways = " or ".join(f"{section}.{name}" for section in found)
        raise UserError(f"--set {text}: {name!r} could be {ways}: say which")
    entries = [str(entry) for s in sections if isinstance(raw.get(s), dict) for entry in raw[s]]
    raise UserError(f"--set {text}: no key {name!r}; {allowed_for(name, [*keys, *entries])}")
