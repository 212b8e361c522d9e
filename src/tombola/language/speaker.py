"""What there is to say: meanings drawn at random by the knobs of a language."""

from functools import cache
from random import Random

from tombola.language.chance import Choice, one_of, zipfian
from tombola.language.knobs import Language
from tombola.language.lexemes import Adjective, Name, Preposition, Sort
from tombola.language.lexicon import COMPANIES, lexicon
from tombola.language.little import BE, DETERMINERS, EMBEDDING, MODALS, OPEN, TELLING
from tombola.language.meaning import (
    Clause,
    Clauses,
    Meaning,
    Predicate,
    Predicates,
    Relation,
    Relative,
    Thing,
    Things,
)
from tombola.language.trees import Number, Tense

NAME, SEVERAL, NESTED = 0.15, 0.12, 0.25
"""Shares of names and coordinations among noun phrases; and of coordinations within them."""

FRAMES = {
    "intransitive": 0.3, "transitive": 0.44, "copula": 0.12, "finite": 0.07, "infinitive": 0.07,
}  # fmt: skip
PASSIVE = 0.15
"""Of transitive clauses that may be passive."""
ADJECTIVE, ADVERB, NEGATED, MODAL, PAST = 0.25, 0.15, 0.2, 0.12, 0.3
RELATION = {"intransitive": 0.4, "transitive": 0.2, "copula": 0.0}
"""Probability of a prepositional phrase of the verb, by its frame."""
BOTH = 0.07
"""Probability that a verb phrase, or a sentence, is coordinated."""


class Speaker:
    """Draws meanings in one language. Everything is drawn from the generator it is given."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self.lexicon = lexicon(language)
        self.determiners: dict[Number, Choice[str]] = {
            number: zipfian(list(forms)) for number, forms in DETERMINERS.items()
        }
        frames = list(FRAMES)
        self._frames = Choice(frames, list(FRAMES.values()))
        self._flat_frames = Choice(frames[:3], list(FRAMES.values())[:3])
        self._telling = {of: zipfian(uses) for of, uses in TELLING.items()}
        self._open = {of: zipfian(uses) for of, uses in OPEN.items()}
        self._any = {of: zipfian([*TELLING[of], *OPEN[of]]) for of in TELLING}

    def sentence(self, rng: Random) -> Meaning:
        """A sentence: a clause, or coordinated ones."""
        return self._sentence(rng, self.language.depth)

    def _sentence(self, rng: Random, depth: int) -> Meaning:
        if depth and rng.random() < BOTH:
            conjunction = "and" if rng.random() < 0.7 else "but"
            first = self.clause(rng, depth - 1)
            return Clauses(conjunction, first, self._sentence(rng, depth - 1))
        return self.clause(rng, depth)

    def clause(self, rng: Random, depth: int) -> Clause:
        """A clause with a subject, main or embedded."""
        subject = self.noun_phrase(rng, depth, subject=True)
        if self.language.distance and isinstance(subject, Thing) and subject.determiner:
            subject = self._kept_off(subject, depth, rng)
        predicate = self.predicate(rng, depth)
        if isinstance(predicate, Predicate):
            if predicate.thing is not None and rng.random() < PASSIVE:
                return Clause(subject, predicate._replace(passive=True))
            if predicate.relations and rng.random() < 0.1:
                return Clause(subject, predicate, fronted=True)
        return Clause(subject, predicate)

    def predicate(self, rng: Random, depth: int) -> Predicate | Predicates:
        """What is said of a subject: a predicate, or coordinated ones."""
        if depth and rng.random() < BOTH:
            first = self.simple_predicate(rng, depth - 1)
            return Predicates("and", first, self.predicate(rng, depth - 1))
        return self.simple_predicate(rng, depth)

    def simple_predicate(self, rng: Random, depth: int) -> Predicate:
        """A finite verb and what goes with it."""
        frame = (self._frames if depth else self._flat_frames).draw(rng)
        tense: Tense = "past" if rng.random() < PAST else "present"
        negated = rng.random() < NEGATED
        modal = None
        if rng.random() < MODAL:
            modal, tense = one_of(MODALS, rng), ""
        adverb = self.lexicon.adverbs.draw(rng) if rng.random() < ADVERB else None
        if frame == "intransitive":
            verb = self.lexicon.intransitive.draw(rng)
            relations = self._relations(rng, depth, "intransitive")
            return Predicate(verb, tense, modal, negated, adverb, relations=relations)
        if frame == "transitive":
            verb = self.lexicon.transitive.draw(rng)
            thing = self.noun_phrase(rng, depth)
            relations = self._relations(rng, depth, "transitive")
            return Predicate(verb, tense, modal, negated, adverb, thing, relations=relations)
        if frame == "copula":
            adjective = self.lexicon.adjectives.draw(rng)
            return Predicate(BE, tense, modal, negated, adverb, adjective=adjective)
        verb = one_of(EMBEDDING[frame], rng)
        if frame == "finite":
            clause = self.clause(rng, depth - 1)
            return Predicate(verb, tense, modal, negated, adverb, clause=clause)
        action = self.simple_predicate(rng, depth - 1)
        action = action._replace(tense="", modal=None, negated=False)
        return Predicate(verb, tense, modal, negated, adverb, action=action)

    def noun_phrase(self, rng: Random, depth: int, subject: bool = False) -> Thing | Things:
        """Something to speak of: as often singular as plural."""
        chance = rng.random()
        if chance < SEVERAL:
            return self._several(rng, subject)
        if chance < SEVERAL + NAME:
            return Thing(self.name(rng), "sg")
        # Several are plural and names singular: the rest is skewed so that both come out even.
        plural = rng.random() < (0.5 - SEVERAL) / (1 - SEVERAL - NAME)
        return self._common(rng, "pl" if plural else "sg", depth, not subject)

    def name(self, rng: Random) -> Name:
        """The name of a person (half of them), a place or an organisation."""
        names = self.lexicon.names
        kind = rng.random()
        if kind < 0.5:
            if kind < 0.1:
                return names.surnames.draw(rng)
            given = (names.women if kind < 0.3 else names.men).draw(rng)
            if rng.random() < 0.4:
                return names.full[given, names.surnames.draw(rng)]
            return given
        if kind < 0.8:
            return names.places.draw(rng)
        return names.companies[names.surnames.draw(rng), one_of(COMPANIES, rng)]

    def plain(self, rng: Random, number: Number, sort: Sort | None = None) -> Thing:
        """A common noun, of a sort if one is given, with nothing but a determiner."""
        nouns = self.lexicon.nouns if sort is None else self.lexicon.of_sort[sort]
        return Thing(nouns.draw(rng), number, self.determiners[number].draw(rng))

    def adjectives(self, rng: Random) -> tuple[Adjective, ...]:
        """None mostly, one, or two."""
        if rng.random() >= ADJECTIVE:
            return ()
        first = self.lexicon.adjectives.draw(rng)
        if rng.random() >= ADJECTIVE:
            return (first,)
        return first, self.lexicon.adjectives.draw(rng)

    def relation(self, rng: Random, depth: int, of: str, behind_object: bool) -> Relation:
        """A prepositional phrase, `of` a noun or verb.

        Behind an object, its preposition tells which, but in the share that `ambiguity` says.
        """
        if behind_object:
            uses = self._open if rng.random() < self.language.ambiguity else self._telling
        else:
            uses = self._any
        preposition: Preposition = uses[of].draw(rng)
        number: Number = "pl" if rng.random() < 0.5 else "sg"
        return Relation(preposition, self._common(rng, number, depth, True, preposition.sort))

    def relative(self, rng: Random, depth: int) -> Relative:
        """A relative clause, its subject or its object missing."""
        if rng.random() < 0.5:
            return Relative("subject", Clause(None, self.simple_predicate(rng, depth)))
        subject = self.noun_phrase(rng, depth, subject=True)
        tense: Tense = "past" if rng.random() < PAST else "present"
        negated = rng.random() < NEGATED
        modal = None
        if rng.random() < MODAL:
            modal, tense = one_of(MODALS, rng), ""
        verb = self.lexicon.transitive.draw(rng)
        return Relative("object", Clause(subject, Predicate(verb, tense, modal, negated)))

    def _common(
        self, rng: Random, number: Number, depth: int, behind: bool, sort: Sort | None = None
    ) -> Thing:
        thing = self.plain(rng, number, sort)
        adjectives = self.adjectives(rng)
        if depth and rng.random() < self.language.modified:
            if rng.random() < 0.5:
                modifiers: tuple[Relation | Relative, ...] = (
                    self.relation(rng, depth - 1, "noun", behind),
                )
                if rng.random() < self.language.modified / 4:
                    modifiers = (*modifiers, self.relative(rng, depth - 1))
            else:
                modifiers = (self.relative(rng, depth - 1),)
            return thing._replace(adjectives=adjectives, modifiers=modifiers)
        return thing._replace(adjectives=adjectives) if adjectives else thing

    def _several(self, rng: Random, subject: bool) -> Things:
        conjunction = "and" if subject or rng.random() < 0.7 else "or"
        rest = self._several(rng, subject) if rng.random() < NESTED else self._member(rng)
        return Things(conjunction, self._member(rng), rest)

    def _member(self, rng: Random) -> Thing:
        if rng.random() < NAME:
            return Thing(self.name(rng), "sg")
        return self._common(rng, "pl" if rng.random() < 0.5 else "sg", 0, False)

    def _relations(self, rng: Random, depth: int, frame: str) -> tuple[Relation, ...]:
        if rng.random() >= RELATION[frame]:
            return ()
        return (self.relation(rng, max(depth - 1, 0), "verb", frame == "transitive"),)

    def _kept_off(self, subject: Thing, depth: int, rng: Random) -> Thing:
        """With the least number of modifiers; a relative clause, if any, stays the last."""
        modifiers = list(subject.modifiers)
        while len(modifiers) < self.language.distance:
            modifiers.insert(0, self.relation(rng, max(depth - 1, 0), "noun", False))
        return subject._replace(modifiers=tuple(modifiers))


@cache
def speaker(language: Language) -> Speaker:
    """The speaker of a language, made once."""
    return Speaker(language)
