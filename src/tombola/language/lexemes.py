"""What words are before they are inflected."""

from dataclasses import dataclass
from typing import Literal

from tombola.language.trees import Number, Phrase, Tense, Word

Sort = Literal["person", "thing", "place", "time"]
Gender = Literal["he", "she", "it"]
Kind = Literal["PER", "LOC", "ORG"]
Frame = Literal["intransitive", "transitive", "finite", "infinitive", "copula"]


# Lexemes are compared by identity: there is one of each in a lexicon.
@dataclass(frozen=True, slots=True, eq=False)
class Noun:
    """A common noun."""

    lemma: str
    sort: Sort
    gender: Gender
    """The pronoun that stands for one of them."""
    singular: Word
    plural: Word


@dataclass(frozen=True, slots=True, eq=False)
class Name:
    """A person, a place or an organisation, in one word or two."""

    lemma: str
    kind: Kind
    gender: Gender
    parts: tuple[Word, ...]
    relations: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Verb:
    """A verb with its forms, and what it says of the clause it embeds."""

    lemma: str
    frame: Frame
    """What follows it: nothing, an object, `that` and a clause, `to` and a verb, an adjective."""
    base: Word
    participle: Word
    finite: dict[tuple[Tense, Number], Word]
    signature: tuple[float, float] = (0.0, 0.0)
    """Certainty, -1 to 1, of the embedded clause where the verb is affirmed and where denied."""
    projects: bool = False
    """Whether the embedded clause is that certain whatever the verb itself is embedded in."""


@dataclass(frozen=True, slots=True, eq=False)
class Adjective:
    """An adjective, and whether it is praise (1), blame (-1) or neither (0)."""

    word: Word
    praise: int
    predicate: Phrase
    """The phrase it makes behind a copula."""


@dataclass(frozen=True, slots=True, eq=False)
class Adverb:
    """An adverb of manner."""

    word: Word
    phrase: Phrase


@dataclass(frozen=True, slots=True, eq=False)
class Preposition:
    """A preposition in one of its uses; the same form may have several."""

    word: Word
    of_noun: bool
    """Whether this use belongs to a noun, not to a verb."""
    sort: Sort
    """What it is followed by."""


@dataclass(frozen=True, slots=True, eq=False)
class Modal:
    """A modal verb, and how certain what it governs is, 0 to 1."""

    word: Word
    certainty: float
