"""Bracketed entities in the last column of CoNLL-U, as GUM and CorefUD write them."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tombola.errors import UserError
from tombola.text.annotated import ROOT, LabelledSpan

_BRACKET = re.compile(r"\((?P<opened>[^()]+)(?P<closed_at_once>\))?|(?P<closed>[^()]+)\)")
_PIECE = re.compile(r"\[\d+/\d+\]$")


class Mention(NamedTuple):
    """Words of a sentence that mean something, which thing, and of what type."""

    start: int
    end: int
    """The position after the last word."""
    group: str
    kind: str


class Place(NamedTuple):
    """A row: a word, or an empty node between two words."""

    start: int
    """Position of the word; of an empty node, of the word after it."""
    end: int
    """The position after the word; of an empty node, its start."""
    number: int
    """The line."""
    misc: str
    """The last column."""


class Fields(NamedTuple):
    """Where an opening bracket holds the id of the thing meant, and its type."""

    group: int
    kind: int | None
    """None where types are not annotated."""

    @classmethod
    def declared(cls, value: str, where: str) -> "Fields":
        """As the comment `# global.Entity = …` says; GUM's id is `GRP`, CorefUD's is `eid`.

        The type is `etype`, in older releases of GUM `entity`. Raises UserError where it names no
        id: without one nobody can tell which bracket closes which.
        """
        names = value.split("-")
        group = next((names.index(name) for name in ("GRP", "eid") if name in names), None)
        if group is None:
            raise UserError(
                f"{where}: global.Entity {value[:60]!r} has no GRP (or eid): names and clusters "
                "are left out"
            )
        kind = next((names.index(name) for name in ("etype", "entity") if name in names), None)
        return cls(group, kind)

    @property
    def n(self) -> int:
        """Fields that each bracket must have."""
        return max(self.group, self.kind or 0) + 1


def read_mentions(path: Path, places: Sequence[Place], fields: Fields) -> list[Mention]:
    """The mentions of a sentence, in order; those in several pieces or without words are left out.

    Raises UserError where brackets do not match.
    """
    opened: list[tuple[Place, str, str]] = []
    found = []
    for place in places:
        where = f"{path}:{place.number}"
        for kept in place.misc.split("|"):
            if not kept.startswith("Entity="):
                continue
            for bracket in _brackets(kept.removeprefix("Entity="), where):
                if bracket["opened"]:
                    parts = bracket["opened"].split("-")
                    if len(parts) < fields.n:
                        said = f"entity {bracket['opened'][:40]!r} lacks its id or type"
                        raise UserError(f"{where}: {said}")
                    kind = "" if fields.kind is None else parts[fields.kind]
                    opened.append((place, parts[fields.group], kind))
                group = opened[-1][1] if bracket["closed_at_once"] else bracket["closed"]
                if group is not None:
                    parts = group.split("-")
                    if all(group != open_[1] for open_ in opened) and len(parts) > fields.group:
                        group = parts[fields.group]  # older releases repeat the type there
                    found.append(_close(opened, group, place.end, where))
    if opened:
        place, group, _ = opened[-1]
        raise UserError(f"{path}:{place.number}: entity {group!r} is not closed in its sentence")
    whole = (m for m in found if m.start < m.end and not _PIECE.search(m.group))
    return sorted(whole, key=lambda mention: (mention.start, -mention.end, mention.group))


def _brackets(value: str, where: str) -> list[re.Match[str]]:
    found = list(_BRACKET.finditer(value))
    if "".join(match[0] for match in found) != value:
        raise UserError(f"{where}: entity brackets {value[:40]!r} do not match")
    return found


def _close(opened: list[tuple[Place, str, str]], group: str, end: int, where: str) -> Mention:
    # The innermost of that id: mentions of one thing may be nested in each other.
    for i in range(len(opened) - 1, -1, -1):
        if opened[i][1] == group:
            place, _, kind = opened.pop(i)
            return Mention(place.start, end, group, kind)
    raise UserError(f"{where}: entity {group[:40]!r} is closed but was not opened")


def names(
    mentions: Sequence[Mention], heads: Sequence[int], universal_tags: Sequence[str]
) -> tuple[LabelledSpan, ...]:
    """The mentions that are names: those whose head is a proper noun; of nested ones the outermost.

    The head is the first word of the mention that hangs from a word outside it. Labels are entity
    types as annotated, times among them; a mention without a type is no name. A link to an
    encyclopedia does not make a name: pronouns carry it too. `mentions` are in the order of
    `read_mentions`.
    """
    found: list[LabelledSpan] = []
    for start, end, _, kind in mentions:
        head = next((i for i in range(start, end) if not start <= heads[i] < end), ROOT)
        free = not found or found[-1].end <= start
        if free and kind and universal_tags[head] == "PROPN":
            found.append(LabelledSpan(start, end, kind))
    return tuple(found)
