"""Sentiment: is it praise or blame?"""

from random import Random

from tombola.language.chance import one_of, zipfian
from tombola.language.knobs import Language
from tombola.language.lexemes import Adjective
from tombola.language.little import BE, EMBEDDING
from tombola.language.meaning import Clause, Clauses, Meaning, Predicate, Thing
from tombola.language.speaker import Speaker, speaker
from tombola.language.tasks.deeds import a_tense, coin, said
from tombola.language.tasks.make import Drawn, register

EMBEDDED, CONTRASTED = 0.25, 0.25
"""Shares of verdicts that somebody holds or doubts, and that follow another one and `but`."""


def draw(label: int, rng: Random, language: Language) -> Drawn:
    """Blame (0) or praise (1): what an adjective says, turned by `not`, `doubt` and `pretend`.

    Of two verdicts the one behind `but` counts; the other is its opposite. Each that can turn the
    sign does so half of the time, whatever the label: no word tells it.
    """
    says = speaker(language)
    sign = 1 if label else -1
    meaning: Meaning
    chance = rng.random()
    if chance < EMBEDDED:
        turned = coin(rng)
        holders = [v for v in EMBEDDING["finite"] if (v.signature[0] < 0) == turned]
        verdict = _verdict(-sign if turned else sign, says, rng)
        predicate = Predicate(one_of(holders, rng), a_tense(rng), clause=verdict)
        meaning = Clause(Thing(says.name(rng), "sg"), predicate)
    elif chance < EMBEDDED + CONTRASTED:
        meaning = Clauses("but", _verdict(-sign, says, rng), _verdict(sign, says, rng))
    else:
        meaning = _verdict(sign, says, rng)
    return Drawn(said(meaning), None, (meaning,))


def _verdict(sign: int, says: Speaker, rng: Random) -> Clause:
    """That somebody is, or is not, something; the subject's own adjectives count for nothing."""
    negated = coin(rng)
    adjective = _of_praise(-sign if negated else sign, says, rng)
    subject = says.noun_phrase(rng, min(says.language.depth, 1), subject=True)
    return Clause(subject, Predicate(BE, a_tense(rng), None, negated, adjective=adjective))


def _of_praise(praise: int, says: Speaker, rng: Random) -> Adjective:
    adjectives = says.lexicon.adjectives.things
    return zipfian([one for one in adjectives if one.praise == praise]).draw(rng)


register("builtin-sentiment", draw, ("negative", "positive"))
