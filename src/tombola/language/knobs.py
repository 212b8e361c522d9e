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
    """Share, 0 to 1, of verbs that look like a noun, the most frequent ones: `lumak` is then a
    thing and something done; and of prepositional phrases behind an object whose preposition does
    not tell whether they belong to the object or to the verb."""
    modified: float = 0.3
    """Probability that a common noun carries a prepositional phrase or a relative clause, 0 to 1:
    what stands between a subject and its verb."""
    depth: int = 2
    """Deepest nesting of modifiers of nouns, embedded clauses and coordinations of verb phrases
    and clauses together, 0 or more."""
    distance: int = 0
    """Least number of modifiers, 0 to 5, between a verb and the common noun that is its subject,
    relative clauses apart; they come on top of `depth`."""
    noise: float = 0.0
    """Share of the labels (of a translation: of the words) of training examples, 0 to 1, that are
    replaced by that of another training example, drawn at random. Dev and test are never touched,
    nor are sentences."""

    def __post_init__(self) -> None:
        """Raise UserError for a knob out of its range."""
        if not SMALLEST <= self.lexicon <= LARGEST:
            raise UserError(f"lexicon {self.lexicon}: {SMALLEST} to {LARGEST} lemmas are possible")
        if self.depth < 0:
            raise UserError(f"depth {self.depth}: 0 or more is needed")
        if not 0 <= self.distance <= 5:
            raise UserError(f"distance {self.distance}: 0 to 5 is possible")
        for name in ("ambiguity", "modified", "noise"):
            if not 0 <= getattr(self, name) <= 1:
                raise UserError(f"{name} {getattr(self, name)}: a number from 0 to 1 is needed")
