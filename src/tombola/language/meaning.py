"""What sentences say, and how they say it, before there are words.

`Clause` and what it is made of are plain values. `passive`, `fronted` and `pronoun` are manners of
saying: two clauses that differ in these alone mean the same.
"""

from typing import NamedTuple, TypeAlias

from tombola.language.lexemes import (
    Adjective,
    Adverb,
    Modal,
    Name,
    Noun,
    Preposition,
    Verb,
)
from tombola.language.trees import Number, Tense


class Thing(NamedTuple):
    """What a simple noun phrase speaks of."""

    noun: Noun | Name
    number: Number
    determiner: str = ""
    """Empty for names and where there is an owner."""
    adjectives: tuple[Adjective, ...] = ()
    modifiers: tuple["Relation | Relative", ...] = ()
    """Prepositional phrases and relative clauses, the nearest first."""
    entity: int | None = None
    """Which of a document's things it is."""
    pronoun: str = ""
    """The lemma of the pronoun that stands for it, if one does."""
    owner: tuple[str, int] | None = None
    """Lemma of a possessive pronoun, and the entity it stands for."""


class Things(NamedTuple):
    """Coordinated things; the second of two may again be coordinated. So it is below."""

    conjunction: str
    first: Thing
    rest: "Thing | Things"


class Relation(NamedTuple):
    """A prepositional phrase."""

    preposition: Preposition
    thing: "Thing | Things"


class Relative(NamedTuple):
    """A relative clause: its subject or its object is the thing that it modifies, and None here."""

    gap: str
    clause: "Clause"


class Predicate(NamedTuple):
    """What is said of a subject."""

    verb: Verb
    tense: Tense = "present"
    """Empty in an infinitive and under a modal."""
    modal: Modal | None = None
    negated: bool = False
    adverb: Adverb | None = None
    thing: "Thing | Things | None" = None
    """The object."""
    adjective: Adjective | None = None
    clause: "Clause | None" = None
    """What `that` embeds."""
    action: "Predicate | None" = None
    """What `to` embeds."""
    relations: tuple[Relation, ...] = ()
    passive: bool = False


class Predicates(NamedTuple):
    """Coordinated predicates."""

    conjunction: str
    first: Predicate
    rest: "Predicate | Predicates"


class Clause(NamedTuple):
    """A subject and what is said of it."""

    subject: "Thing | Things | None"
    predicate: "Predicate | Predicates"
    fronted: bool = False
    """Whether the last relation of the predicate stands before the subject."""


class Clauses(NamedTuple):
    """Coordinated clauses."""

    conjunction: str
    first: Clause
    rest: "Clause | Clauses"


Meaning: TypeAlias = Clause | Clauses


def number_of(thing: Thing | Things) -> Number:
    """The number of a noun phrase; several coordinated things are plural."""
    return thing.number if isinstance(thing, Thing) else "pl"
