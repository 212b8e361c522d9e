"""A sentence as a tree of phrases over words, and what can be read off it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Number = Literal["sg", "pl", ""]
Tense = Literal["present", "past", ""]

TAGS = (
    "DET", "NOUN", "PROPN", "ADJ", "ADV", "VERB", "AUX", "PART", "ADP", "PRON", "CCONJ",
)  # fmt: skip
"""The parts of speech, named as Universal Dependencies names them."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word form and what it is."""

    form: str
    tag: str
    """One of `TAGS`."""
    lemma: str
    number: Number = ""
    """Of nouns and names, of determiners, and of verb forms for a subject of that number only."""
    tense: Tense = ""
    """Of finite verbs and auxiliaries; empty for the form after `not`."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A constituent: S, NP, VP, PP, or RC (relative clause)."""

    label: str
    number: Number
    """Of a noun phrase; of a verb phrase, that of its subject; of a relative clause, that of the
    noun it belongs to."""
    children: tuple["Phrase | Word", ...]


@dataclass(frozen=True)
class Agreement:
    """A finite verb (or auxiliary) and the noun that decides its form."""

    noun: int
    """Position of the noun or name; of a coordination, its first."""
    verb: int
    """Position of the verb or auxiliary."""
    number: Number
    """Number of the subject."""
    attractors: int
    """Nouns of the other number between the two."""


def words(tree: Phrase) -> list[Word]:
    """The words of a tree, from first to last."""
    found: list[Word] = []
    _collect(tree, found)
    return found


def text(tree: Phrase) -> str:
    """The sentence: its words with a space between."""
    return " ".join(word.form for word in words(tree))


def agreements(sentence: Phrase) -> list[Agreement]:
    """Every subject and its verb, in the order of the verbs."""
    flat = words(sentence)
    found = [_agreement(flat, *pair) for pair in _subjects_and_verbs(sentence, 0, None)]
    return sorted(found, key=lambda agreement: agreement.verb)


def _agreement(flat: list[Word], noun: int, verb: int, number: Number) -> Agreement:
    between = range(min(noun, verb) + 1, max(noun, verb))
    others = [flat[i] for i in between if flat[i].tag in ("NOUN", "PROPN")]
    attractors = sum(word.number != number for word in others)
    return Agreement(noun, verb, number, attractors)


def _subjects_and_verbs(
    phrase: Phrase, start: int, subject: int | None
) -> Iterator[tuple[int, int, Number]]:
    """Positions of noun and verb, and the number, of each pair under a phrase.

    `start` is the position of the phrase's first word. `subject` is the position of the noun that
    a verb directly under the phrase agrees with: handed from a clause to its verb phrase, and from
    a noun to a relative clause that lacks a subject of its own.
    """
    position = start
    for child in phrase.children:
        if isinstance(child, Word):
            if child.tag in ("VERB", "AUX") and child.tense and subject is not None:
                yield subject, position, phrase.number
            if phrase.label == "NP" and child.tag in ("NOUN", "PROPN"):
                subject = position
            position += 1
        else:
            yield from _subjects_and_verbs(child, position, subject)
            if child.label == "NP" and phrase.label in ("S", "RC"):
                subject = _first_noun(child, position)
            position += len(words(child))


def _first_noun(phrase: Phrase, start: int) -> int:
    """Position of the head of a noun phrase that begins at `start`; if coordinated, its first."""
    flat = words(phrase)
    return start + next(i for i, word in enumerate(flat) if word.tag in ("NOUN", "PROPN"))


def _collect(phrase: Phrase, found: list[Word]) -> None:
    for child in phrase.children:
        if isinstance(child, Word):
            found.append(child)
        else:
            _collect(child, found)
