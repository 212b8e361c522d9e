"""Sentences as a page tells them: what is nearly the same is said once."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

FEW = 2
"""So many sentences of one form stand as they are."""


@dataclass(frozen=True)
class Told:
    """A sentence with what belongs to it."""

    text: str
    items: tuple[str, ...] = ()
    """Its lines, where it holds for several things."""
    alike: tuple[str, ...] = ()
    """Other sentences of the same form, that differ in names and numbers."""


def told(sentences: Iterable[str]) -> list[Told]:
    """The first sentence of each form, with the others of it beside it, in order of appearance."""
    forms: dict[str, list[str]] = {}
    for sentence in sentences:
        forms.setdefault(form_of(sentence), []).append(sentence)
    found = []
    for same in forms.values():
        alone = same if len(same) <= FEW else same[:1]
        for text in alone:
            first, *items = text.split("\n")
            alike = same[1:] if len(same) > FEW else []
            found.append(Told(first, tuple(items), tuple(" ".join(a.split("\n")) for a in alike)))
    return found


def form_of(sentence: str) -> str:
    """What a sentence says without its subject, names in front of a colon, and its numbers."""
    first = sentence.split("\n")[0]
    _, colon, rest = first.partition(": ")
    body = rest if colon else first
    return re.sub(r"[−+-]?\d[\d,.]*%?|[^\w\s]+", "#", " ".join(body.split()[:4]).lower())
