"""What of a step's settings determines its numbers, for hash and signature alike."""

from pathlib import Path
from typing import Any

from tombola.registry import Registry
from tombola.settings import Settings
from tombola.study.axes import refers


def facts_of(settings: Settings, without: frozenset[str] = frozenset()) -> dict[str, Any]:
    """Settings as a part of a hash: without defaults, so that a new setting keeps old hashes.

    A setting that knows its own facts (a criterion: its version, its plug-in's content) gives
    them. References are left out: what they lead to has a hash of its own. So are paths: where a
    folder stands does not count, and what is in it has a digest.
    """
    found: dict[str, Any] = {}
    for name, field in type(settings).model_fields.items():
        value = getattr(settings, name)
        same = not field.is_required() and value == field.get_default(call_default_factory=True)
        if name in without or refers(field.annotation) or same:
            continue
        plain = _plain(value)
        if plain is not None:
            found[name] = plain
    return found


def facts_of_thing(registry: Registry[Any], name: str) -> dict[str, Any]:
    """A thing that is chosen by name: its version, and the content of the plug-in it came from."""
    found: dict[str, Any] = {"name": name}
    version = getattr(registry[name], "version", None)
    if isinstance(version, int):
        found["version"] = version
    code = registry.digest(name)
    return found | ({"code": code} if code else {})


def _plain(value: Any) -> Any:
    if hasattr(value, "facts"):
        return value.facts()
    if isinstance(value, Settings):
        return facts_of(value)
    if isinstance(value, Path):
        return None
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    return value
