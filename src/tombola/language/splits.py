"""Sentences that belong to train, dev or test: no sentence is in two of them, whatever the seed."""

import hashlib
from collections.abc import Callable, Iterator
from random import Random
from typing import Literal, NamedTuple, TypeVar

from tombola.errors import UserError
from tombola.language import realise
from tombola.language.knobs import Language
from tombola.language.meaning import Meaning
from tombola.language.speaker import speaker
from tombola.language.trees import Phrase, text

Split = Literal["train", "dev", "test"]
T = TypeVar("T")

TRIES = 5000
"""Draws without anything new after which a language is held to be used up."""


class Sentence(NamedTuple):
    """A sentence: what it says, how it is built, and its words with a space between."""

    meaning: Meaning
    tree: Phrase
    text: str


def split_of(sentence: str) -> Split:
    """The split of a sentence, by its text alone: 5 of 8 train, 3 of 16 each dev and test."""
    first_byte = hashlib.blake2b(sentence.encode(), digest_size=1).digest()[0]
    return "train" if first_byte < 160 else "dev" if first_byte < 208 else "test"


class Fresh:
    """Draws until all is of the split and has not been drawn before."""

    def __init__(self, split: Split) -> None:
        self.split = split
        self.seen: set[str | tuple[str, ...]] = set()

    def first(self, draw: Callable[[], tuple[str | tuple[str, ...], T]]) -> T:
        """What `draw` gives with the first fresh sentence, or with the first fresh tuple of them.

        Raises UserError where none comes.
        """
        for _ in range(TRIES):
            key, thing = draw()
            if key not in self.seen and self.owns(key):
                self.seen.add(key)
                return thing
        raise UserError(
            f"the language has too few sentences: after {len(self.seen)} for {self.split}, "
            f"{TRIES} draws brought no new one; turn up lexicon, depth or modified"
        )

    def owns(self, key: str | tuple[str, ...]) -> bool:
        """Whether a sentence, or each one of several, is of the split."""
        if isinstance(key, str):
            return split_of(key) == self.split
        return all(split_of(sentence) == self.split for sentence in key)


def stream(
    n: int, seed: int, split: Split = "train", language: Language | None = None
) -> Iterator[Sentence]:
    """`n` different sentences of a split, one at a time: the same bytes for the same arguments.

    More sentences of the same seed begin with the fewer. Raises UserError where the language has
    not that many.
    """
    says = speaker(language or Language()).sentence
    rng = Random(f"sentences/{split}/{seed}")  # a string is hashed by SHA-512: the same everywhere
    fresh = Fresh(split)

    def draw() -> tuple[str, Sentence]:
        meaning = says(rng)
        tree = realise.sentence(meaning)
        words = text(tree)
        return words, Sentence(meaning, tree, words)

    for _ in range(n):
        yield fresh.first(draw)


def sentences(
    n: int, seed: int, split: Split = "train", language: Language | None = None
) -> list[Sentence]:
    """All sentences of the `stream` of the same arguments."""
    return list(stream(n, seed, split, language))


def texts(n: int, seed: int, split: Split = "train", language: Language | None = None) -> list[str]:
    """The words of the `sentences` of the same arguments; what they mean is not kept."""
    return [sentence.text for sentence in stream(n, seed, split, language)]
