"""Sentences that belong to train, dev or test: no sentence is in two of them, whatever the seed."""

import hashlib
from collections.abc import Callable
from random import Random
from typing import Literal, TypeVar

from tombola.errors import UserError
from tombola.tasks.language.grammar import grammar
from tombola.tasks.language.knobs import Language
from tombola.tasks.language.trees import Phrase, text

Split = Literal["train", "dev", "test"]
T = TypeVar("T")

TRIES = 2000
"""Draws without anything new after which a language is held to be used up."""


def split_of(sentence: str) -> Split:
    """The split of a sentence, by its text alone: half train, a quarter each dev and test."""
    first_byte = hashlib.blake2b(sentence.encode(), digest_size=1).digest()[0]
    return "train" if first_byte < 128 else "dev" if first_byte < 192 else "test"


class Fresh:
    """Draws until there is a sentence of the split that has not been drawn before."""

    def __init__(self, split: Split) -> None:
        self.split = split
        self.seen: set[str] = set()

    def first(self, draw: Callable[[], tuple[str, T]]) -> T:
        """What `draw` gives with the first fresh sentence. Raises UserError where none comes."""
        for _ in range(TRIES):
            sentence, thing = draw()
            if sentence not in self.seen and split_of(sentence) == self.split:
                self.seen.add(sentence)
                return thing
        raise UserError(
            f"the language has too few sentences: after {len(self.seen)} for {self.split}, "
            f"{TRIES} draws brought no new one; turn up lexicon, depth or modified"
        )


def sentences(
    n: int, seed: int, split: Split = "train", language: Language | None = None
) -> list[Phrase]:
    """`n` different sentences of a split: the same bytes for the same arguments, everywhere.

    More sentences of the same seed begin with the fewer. Raises UserError where the language has
    not that many.
    """
    rules = grammar(language or Language())
    rng = Random(f"sentences/{split}/{seed}")  # a string is hashed by SHA-512: the same everywhere
    fresh = Fresh(split)

    def draw() -> tuple[str, Phrase]:
        tree = rules.sentence(rng)
        return text(tree), tree

    return [fresh.first(draw) for _ in range(n)]
