"""Who does what to whom: the small meanings that pairs of sentences are made of."""

from random import Random
from typing import NamedTuple

from tombola.language import realise
from tombola.language.chance import shuffled
from tombola.language.lexemes import Noun, Verb
from tombola.language.meaning import Clause, Meaning, Predicate, Relation, Thing
from tombola.language.speaker import PAST, Speaker
from tombola.language.trees import Number, Tense, text


class Deed(NamedTuple):
    """A verb with its agent and patient."""

    agent: Thing
    verb: Verb
    patient: Thing

    def swapped(self) -> "Deed":
        """The patient does it to the agent."""
        return Deed(self.patient, self.verb, self.agent)


DEFINITE: dict[Number, tuple[str, str]] = {"sg": ("the", "this"), "pl": ("the", "these")}
POINTED_AT = 0.3
"""Share of things that are `this` or `these`."""


def things(n: int, speaker: Speaker, rng: Random, adjectives: bool = True) -> list[Thing]:
    """`n` different common nouns with determiners and, unless told otherwise, adjectives.

    All are of one number, so that roles can be exchanged and every verb form stays the same; and
    definite, so that denying what is said of them contradicts it.
    """
    number: Number = "sg" if coin(rng) else "pl"
    found: list[Thing] = []
    taken: set[Noun] = set()
    while len(found) < n:
        thing = speaker.plain(rng, number)
        assert isinstance(thing.noun, Noun)
        if thing.noun not in taken:
            taken.add(thing.noun)
            found.append(
                thing._replace(
                    determiner=DEFINITE[number][rng.random() < POINTED_AT],
                    adjectives=speaker.adjectives(rng) if adjectives else (),
                )
            )
    # The first ones drawn are the more frequent ones: no role may go with that.
    return shuffled(found, rng)


def verbs(n: int, speaker: Speaker, rng: Random) -> list[Verb]:
    """`n` different transitive verbs."""
    found: list[Verb] = []
    while len(found) < n:
        verb = speaker.lexicon.transitive.draw(rng)
        if verb not in found:
            found.append(verb)
    return shuffled(found, rng)


def a_tense(rng: Random) -> Tense:
    """Present mostly, or past."""
    return "past" if rng.random() < PAST else "present"


def told(
    deed: Deed,
    tense: Tense,
    passive: bool = False,
    negated: bool = False,
    relations: tuple[Relation, ...] = (),
    fronted: bool = False,
) -> Clause:
    """The clause that tells of a deed."""
    predicate = Predicate(
        deed.verb, tense, None, negated,
        thing=deed.patient, relations=relations, passive=passive,
    )  # fmt: skip
    return Clause(deed.agent, predicate, fronted)


def said(meaning: Meaning) -> str:
    """The words for it."""
    return text(realise.sentence(meaning))


def seldom(rng: Random) -> bool:
    """True in one case of seven: for passives, where more would hide all else."""
    return rng.random() < 1 / 7


def coin(rng: Random) -> bool:
    """True half of the time."""
    return rng.random() < 0.5
