"""Short documents: sentences that speak again and again of the same few things."""

from collections.abc import Iterator
from random import Random

from tombola.language import realise
from tombola.language.chance import one_of
from tombola.language.knobs import Language
from tombola.language.meaning import Clause, Predicate, Thing, Things
from tombola.language.phrases import mentions
from tombola.language.speaker import Speaker, speaker
from tombola.language.splits import Fresh, Sentence, Split
from tombola.language.trees import Phrase, text, words

AGAIN, PRONOUN, OWNED = 0.8, 0.6, 0.25
"""Probabilities: of a noun phrase, that it is one of the cast; of a later mention, that it is a
pronoun; of a common noun, that it has one of the cast for its owner."""


class Storyteller:
    """Draws the sentences of one document, and remembers who was spoken of.

    The cast are a woman, a man, a thing and several persons: each has a pronoun of its own.
    """

    def __init__(self, speaker: Speaker, rng: Random) -> None:
        self._speaker = speaker
        self._rng = rng
        names = speaker.lexicon.names
        woman, man = names.women.draw(rng), names.men.draw(rng)
        self._cast = (
            Thing(names.full[woman, one_of(names.surnames.things, rng)], "sg", entity=0),
            Thing(man, "sg", entity=1),
            speaker.plain(rng, "sg", "thing")._replace(entity=2, determiner="a"),
            speaker.plain(rng, "pl", "person")._replace(entity=3, determiner="several"),
        )
        self._again = (
            self._cast[0]._replace(noun=woman),
            self._cast[1],
            self._cast[2]._replace(determiner="the"),
            self._cast[3]._replace(determiner="the"),
        )
        """How they are called later, where not by a pronoun."""
        self._lemmas = {lemma for thing in self._cast for lemma in thing.noun.lemma.split()}
        self._mentioned: set[int] = set()

    def sentence(self) -> Clause:
        """A clause; the next one may refer to what it mentions once it is `heard`."""
        clause = self._speaker.clause(self._rng, min(self._speaker.language.depth, 1))
        subject = self._someone(clause.subject, None)
        predicate = clause.predicate
        if isinstance(predicate, Predicate) and predicate.thing is not None:
            predicate = predicate._replace(thing=self._someone(predicate.thing, subject.entity))
        return Clause(subject, predicate, clause.fronted)

    def is_clear(self, tree: Phrase) -> bool:
        """Whether nobody who is not of the cast has the name of one of them."""
        covered = {i for _, (start, end) in mentions(tree) for i in range(start, end)}
        return not any(
            word.lemma in self._lemmas and word.tag in ("NOUN", "PROPN") and i not in covered
            for i, word in enumerate(words(tree))
        )

    def heard(self, tree: Phrase) -> None:
        """Remember whom a sentence speaks of."""
        self._mentioned |= {entity for entity, _ in mentions(tree)}

    def _someone(self, drawn: Thing | Things | None, taken: int | None) -> Thing:
        """One of the cast, but not the taken one; or else what was drawn, with an owner perhaps."""
        rng = self._rng
        if rng.random() < AGAIN:
            return self._mention(one_of([i for i in range(len(self._cast)) if i != taken], rng))
        thing = drawn if isinstance(drawn, Thing) else self._speaker.plain(rng, "sg")
        owners = [i for i in sorted(self._mentioned) if i != taken]
        if thing.determiner and owners and rng.random() < OWNED:
            owner = one_of(owners, rng)
            return thing._replace(determiner="", owner=(pronoun_of(self._cast[owner]), owner))
        return thing

    def _mention(self, i: int) -> Thing:
        if i not in self._mentioned:
            return self._cast[i]
        if self._rng.random() < PRONOUN:
            return self._cast[i]._replace(pronoun=pronoun_of(self._cast[i]))
        return self._again[i]


def pronoun_of(thing: Thing) -> str:
    """The lemma of the pronoun that stands for it."""
    return "they" if thing.number == "pl" else thing.noun.gender


def stories(
    n: int, seed: int, split: Split = "train", language: Language | None = None
) -> Iterator[list[Sentence]]:
    """`n` documents of four to six sentences, each of which is of the split; one at a time.

    At least two of the things in each have mentions of one word that differ, as coreference tasks
    need. Raises UserError where the language has not that many.
    """
    knobs = language or Language()
    rng = Random(f"documents/{split}/{seed}")
    fresh = Fresh(split)

    def draw() -> tuple[tuple[str, ...], list[Sentence]]:
        told = tell()
        while not _speaks_of_two(told):
            told = tell()
        return tuple(sentence.text for sentence in told), told

    def tell() -> list[Sentence]:
        teller = Storyteller(speaker(knobs), rng)
        told: list[Sentence] = []
        length = 4 + int(rng.random() * 3)
        while len(told) < length:
            clause = teller.sentence()
            tree = realise.sentence(clause)
            if teller.is_clear(tree) and fresh.owns(text(tree)):
                told.append(Sentence(clause, tree, text(tree)))
                teller.heard(tree)
        return told

    for _ in range(n):
        yield fresh.first(draw)


def _speaks_of_two(told: list[Sentence]) -> bool:
    forms: dict[int, set[str]] = {}
    for sentence in told:
        flat = words(sentence.tree)
        for entity, (start, end) in mentions(sentence.tree):
            if end == start + 1:
                forms.setdefault(entity, set()).add(flat[start].form)
    return sum(len(found) > 1 for found in forms.values()) >= 2
