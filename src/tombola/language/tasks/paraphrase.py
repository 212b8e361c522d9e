"""Paraphrase of statements and of questions, and graded similarity.

The two sentences of a pair are always said in different manners, and have the same words but for
those of the manner. So only who does what to whom tells whether they mean the same.
"""

from itertools import permutations
from random import Random

from tombola.language.chance import one_of, shuffled
from tombola.language.knobs import Language
from tombola.language.lexemes import Adjective
from tombola.language.little import OPEN
from tombola.language.meaning import Clauses, Meaning, Relation, Thing
from tombola.language.questions import Asked, question
from tombola.language.realise import prepositional
from tombola.language.speaker import Speaker, speaker
from tombola.language.tasks.deeds import Deed, a_tense, coin, said, seldom, things, told, verbs
from tombola.language.tasks.make import Drawn, register
from tombola.language.trees import Tense, text

PLACES = [use for use in OPEN["verb"] if use.word.role == "Locus" and use.sort == "place"]
ONE = 0.5
"""Share of pairs of statements that tell of one deed alone: small models learn those first."""
Manner = tuple[bool, bool, bool]


def statements(label: int, rng: Random, language: Language) -> Drawn:
    """Two statements that mean the same (1) or not (0).

    They tell of one deed, of a deed at a place, or of two deeds. Manners: active or passive, the
    place last or first, which deed comes first. Where the meaning differs, every thing has taken
    another's place.
    """
    says = speaker(language)
    tense = a_tense(rng)
    one = rng.random() < ONE
    n, make = (2, _one_deed) if one else one_of(((3, _at_a_place), (4, _two_deeds)), rng)
    cast = things(n, says, rng)
    words = one_of(PLACES, rng), *verbs(2, says, rng)
    first, second = _manners(rng)
    other = cast if label else _exchanged(cast, rng)
    meanings = make(cast, words, tense, first), make(other, words, tense, second)
    return Drawn(said(meanings[0]), said(meanings[1]), meanings)


def _manners(rng: Random) -> tuple[Manner, Manner]:
    """Two that differ in order always, and in voice sometimes."""
    reverse = coin(rng)
    return (
        (seldom(rng), reverse, seldom(rng)),
        (seldom(rng), not reverse, seldom(rng)),
    )


def _exchanged(cast: list[Thing], rng: Random) -> list[Thing]:
    """The things, none of them where it was."""
    while True:
        order = shuffled(range(len(cast)), rng)
        if all(i != j for i, j in enumerate(order)):
            return [cast[i] for i in order]


def _one_deed(cast: list[Thing], words: tuple, tense: Tense, manner: Manner) -> Meaning:
    agent, patient = cast
    _, passive, _ = manner
    return told(Deed(agent, words[1], patient), tense, passive)


def _at_a_place(cast: list[Thing], words: tuple, tense: Tense, manner: Manner) -> Meaning:
    agent, patient, place = cast
    preposition, verb, _ = words
    passive, fronted, _ = manner
    relation = Relation(preposition, place)
    return told(Deed(agent, verb, patient), tense, passive, relations=(relation,), fronted=fronted)


def _two_deeds(cast: list[Thing], words: tuple, tense: Tense, manner: Manner) -> Meaning:
    _, one, two = words
    passive, reverse, other_passive = manner
    first = told(Deed(cast[0], one, cast[1]), tense, passive)
    second = told(Deed(cast[2], two, cast[3]), tense, other_passive)
    return Clauses("and", second, first) if reverse else Clauses("and", first, second)


def questions(label: int, rng: Random, language: Language) -> Drawn:
    """Two questions, one active and one passive, that ask the same (1) or not (0)."""
    says = speaker(language)
    tense = a_tense(rng)
    one, other, place = things(3, says, rng)
    (verb,) = verbs(1, says, rng)
    where = (Relation(one_of(PLACES, rng), place),) if coin(rng) else ()
    passive = coin(rng)
    deed = Deed(one, verb, other)
    first_asked: Asked = "whether"
    second_asked: Asked = "whether"
    if coin(rng):
        second = deed if label else deed.swapped()
    else:
        # Of one thing it is asked who does something to it, or to whom it does something.
        by_agent = coin(rng)
        first_asked = "agent" if by_agent else "patient"
        second_asked = "agent" if by_agent == bool(label) else "patient"
        second = deed = Deed(one, verb, one)
    return Drawn(
        asked(first_asked, deed, tense, passive, where),
        asked(second_asked, second, tense, not passive, where),
        (told(deed, tense), told(second, tense)),
        (first_asked, second_asked),
    )


def asked(
    what: Asked, deed: Deed, tense: Tense, passive: bool, where: tuple[Relation, ...] = ()
) -> str:
    """The question whether a deed is done, or who does it, or to whom."""
    agent = None if what == "agent" else deed.agent
    patient = None if what == "patient" else deed.patient
    words = question(what, deed.verb, tense, agent, patient, passive)
    return " ".join([words, *(text(prepositional(relation)) for relation in where)])


def similarity(label: int, rng: Random, language: Language) -> Drawn:
    """Two statements that share `label` of five facts.

    The facts: who does it, to whom, where, and what two of these three things are like.
    """
    says = speaker(language)
    tense = a_tense(rng)
    cast = things(3, says, rng, adjectives=False)
    (verb,) = verbs(1, says, rng)
    preposition = one_of(PLACES, rng)
    adjectives = _two_adjectives(says, rng)
    like = dict(zip(shuffled(range(3), rng)[:2], adjectives, strict=True))
    candidates = [
        (order, {holders[0]: adjectives[0], holders[1]: adjectives[1]})
        for order in permutations(range(3))
        for holders in permutations(range(3), 2)
    ]
    order, other_like = one_of(
        [
            (order, liked)
            for order, liked in candidates
            if sum(i == j for i, j in enumerate(order)) + len(like.items() & liked.items()) == label
        ],
        rng,
    )
    first, second = _manners(rng)

    def tell(order: tuple[int, ...], like: dict[int, Adjective], manner: Manner) -> Meaning:
        dressed = [cast[i]._replace(adjectives=(like[i],) if i in like else ()) for i in order]
        return _at_a_place(dressed, (preposition, verb, None), tense, manner)

    meanings = tell((0, 1, 2), like, first), tell(order, other_like, second)
    return Drawn(said(meanings[0]), said(meanings[1]), meanings)


def _two_adjectives(says: Speaker, rng: Random) -> tuple[Adjective, Adjective]:
    first = says.lexicon.adjectives.draw(rng)
    second = first
    while second is first:
        second = says.lexicon.adjectives.draw(rng)
    return first, second


register("builtin-paraphrase", statements, ("not_equivalent", "equivalent"))
register("builtin-paraphrase-questions", questions, ("not_duplicate", "duplicate"))
register("builtin-similarity", similarity, None, "pearson", (0.0, 1.0, 2.0, 3.0, 4.0, 5.0))
