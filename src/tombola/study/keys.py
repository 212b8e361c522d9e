"""What a recipe may say: every key, read off the settings that hold it."""

import dataclasses
import inspect
import sys
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from typing import Any, get_args

from tombola.language.knobs import Language
from tombola.settings import Settings, names_of
from tombola.study.allowed import allowed, limits, said
from tombola.study.kind import KINDS
from tombola.study.meanings import first_paragraph, meanings
from tombola.study.recipe import Model, Recipe, TaskChoice
from tombola.study.references import Reference
from tombola.tickets.criteria.criterion import CRITERIA, Choice

TOP: dict[str, type[Settings]] = {
    "recipe": Recipe,
    "task": TaskChoice,
    "model": Model,
    "reference": Reference,
}
"""Sections that are no steps, by name."""
CHOSEN_BY_NAME: Mapping[type[Settings], Mapping[str, Any]] = {Choice: CRITERIA}
"""Settings that name a thing which may have settings of its own."""


@dataclasses.dataclass(frozen=True)
class Key:
    """One key of a section."""

    name: str
    allowed: str
    """Its type, limits and names, in words."""
    default: str | None
    """As YAML writes it; None where the key must be given."""
    meaning: str


@dataclasses.dataclass(frozen=True)
class Section:
    """The keys that stand beside each other: of a step of one kind, of a training, …"""

    name: str
    about: str
    step: bool
    """Whether it is a kind of step."""
    plugged: bool
    """Whether a plug-in brought it."""
    keys: tuple[Key, ...]


def recipe_sections() -> dict[str, Section]:
    """All sections by name: the recipe's own, then kinds of steps, then what these hold.

    Those of plug-ins that are loaded are among them.
    """
    known: dict[str, type] = {**TOP, **{name: kind.settings for name, kind in KINDS.items()}}
    known |= _inner(known)
    names = {holder: name for name, holder in known.items()}
    for name, holder in [*known.items()]:
        for each, thing in CHOSEN_BY_NAME.get(holder, {}).items():
            if _annotations(thing.settings):
                known[f"{name}.{each}"] = thing.settings
    return {name: _section(name, holder, names) for name, holder in known.items()}


def _inner(known: Mapping[str, type]) -> dict[str, type]:
    """The settings within settings, by the name of the key that holds them.

    Of several keys it is the one that the class is called like, or else the commonest; what would
    have a name that another has is `STEP.KEY`.
    """
    uses: dict[type, list[tuple[str, str]]] = {}
    waiting = deque(known.items())
    while waiting:
        name, holder = waiting.popleft()
        for key, annotation in _annotations(holder).items():
            for held in _held(annotation):
                if held not in uses and held not in known.values():
                    waiting.append((key, held))
                uses.setdefault(held, []).append((name, key))
    found: dict[str, type] = {}
    called = {held: held.__name__.lower() for held in uses if held not in known.values()}
    for own in (True, False):
        for held, its in called.items():
            keys = Counter(key for _, key in uses[held])
            if (its in keys) is own:
                name = its if own else keys.most_common(1)[0][0]
                found[name if name not in {*known, *found} else ".".join(uses[held][0])] = held
    return dict(sorted(found.items()))


def _section(name: str, holder: type, names: Mapping[type, str]) -> Section:
    said_of = meanings(holder)
    keys = tuple(
        Key(key, words, default, said_of.get(key, ""))
        for key, words, default in _fields(holder, names)
    )
    about, chosen = first_paragraph(holder), name.partition(".")[2]
    if name not in TOP and name in KINDS:
        module = sys.modules.get(type(KINDS[name]).__module__)
        (do,) = (key for key in keys if key.name == "do")
        keys = (dataclasses.replace(do, allowed=name), *(key for key in keys if key is not do))
        return Section(name, first_paragraph(module) or about, True, bool(KINDS.digest(name)), keys)
    if chosen in CRITERIA:
        about = CRITERIA[chosen].about
        return Section(name, about, False, bool(CRITERIA.digest(chosen)), keys)
    return Section(name, about, False, False, keys)


def _fields(holder: Any, names: Mapping[type, str]) -> Iterator[tuple[str, str, str | None]]:
    """Name, what is allowed, and default of each of a holder's settings."""
    if not issubclass(holder, Settings):
        for each in dataclasses.fields(holder):
            yield each.name, allowed(each.type, names), said(each.default)
        return
    for key, field in holder.model_fields.items():
        chosen = CHOSEN_BY_NAME.get(holder, ()) if key == "name" else names_of(field.metadata)
        words = allowed(field.annotation, names, chosen)
        default = (
            None if field.is_required() else said(field.get_default(call_default_factory=True))
        )
        yield key, limits(words, field.metadata), default


def _annotations(holder: Any) -> dict[str, Any]:
    if issubclass(holder, Settings):
        return {key: field.annotation for key, field in holder.model_fields.items()}
    return {each.name: each.type for each in dataclasses.fields(holder)}


def _held(annotation: Any) -> Iterator[type]:
    """The settings that a setting may hold, however deep in its type."""
    if inspect.isclass(annotation) and issubclass(annotation, Settings | Language):
        yield annotation
    for inner in get_args(annotation):
        yield from _held(inner)
