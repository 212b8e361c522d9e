"""What can be turned on the built-in language."""

from dataclasses import dataclass

from tombola.errors import UserError

SMALLEST, LARGEST = 30, 5000
"""Of a lexicon: every class has a lemma, and there are stems enough that look different."""


@dataclass(frozen=True)
class Language:
    """A language. Equal knobs are the same language: the same words, the same grammar."""

    lexicon: int = 120
    """Lemmas of the open classes (nouns, verbs, adjectives, adverbs, names) together, 30 to 5000;
    within a class their frequencies follow Zipf's law."""
    ambiguity: float = 0.2
    """Share of verbs that look like a noun, 0 to 1, the most frequent ones: `lumak` is then a thing
    and something done."""
    modified: float = 0.3
    """Probability that a common noun carries a prepositional phrase or a relative clause, 0 to 1:
    what stands between a subject and its verb."""
    depth: int = 2
    """Deepest nesting of such modifiers, 0 or more."""

    def __post_init__(self) -> None:
        """Raise UserError for a knob out of its range."""
        if not SMALLEST <= self.lexicon <= LARGEST:
            raise UserError(f"lexicon {self.lexicon}: {SMALLEST} to {LARGEST} lemmas are possible")
        if self.depth < 0:
            raise UserError(f"depth {self.depth}: 0 or more is needed")
        for name in ("ambiguity", "modified"):
            if not 0 <= getattr(self, name) <= 1:
                raise UserError(f"{name} {getattr(self, name)}: a number from 0 to 1 is needed")
