"""`--set key=value`: a setting of a recipe replaced before it is validated."""

from typing import Any

import yaml

from tombola.errors import UserError


def change(
    raw: dict[str, Any], text: str, keys: tuple[str, ...], sections: tuple[str, ...]
) -> None:
    """Replace one setting in place. `text` is `path.with.dots=value`, the value YAML.

    A path begins with one of `keys`, or with the name of an entry of one of the `sections`. Raises
    UserError for what is no such text or leads nowhere.
    """
    key, equals, value = text.partition("=")
    path = key.strip().split(".")
    if not equals or not all(path):
        raise UserError(f"--set {text}: give key=value, such as cola.max_tokens=64")
    if path[0] not in keys:
        path = [_section(raw, text, path[0], keys, sections), *path]
    try:
        parsed = yaml.safe_load(value)
    except (yaml.YAMLError, ValueError, RecursionError) as problem:
        raise UserError(f"--set {text}: the value is not YAML") from problem
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
    allowed = ", ".join([*keys, *entries])
    raise UserError(f"--set {text}: no key {name!r}; allowed: {allowed}")
