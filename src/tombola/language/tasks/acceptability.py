"""Acceptability: is this a sentence of the language?"""

from random import Random

from tombola.language import realise
from tombola.language.corruption import corrupted, far_agreements
from tombola.language.knobs import Language
from tombola.language.meaning import Clause, Meaning, Predicate
from tombola.language.speaker import Speaker, speaker
from tombola.language.tasks.make import Drawn, register
from tombola.language.trees import text

ADVERB = 0.7
"""Share of simple clauses that are given an adverb, which parts the verb from its subject."""


def draw(label: int, rng: Random, language: Language) -> Drawn:
    """A sentence (1) or a broken one (0).

    Both have a verb that shows its number and stands apart from its subject: so neither words nor
    neighbours tell whether it agrees. No two examples come from the same sentence on purpose.
    """
    says = speaker(language)
    while True:
        meaning = _with_adverb(says.sentence(rng), says, rng)
        tree = realise.sentence(meaning)
        if far_agreements(tree):
            break
    if label:
        return Drawn(text(tree), None, (meaning,))
    return Drawn(" ".join(corrupted(tree, language, rng).forms))


def _with_adverb(meaning: Meaning, says: Speaker, rng: Random) -> Meaning:
    if isinstance(meaning, Clause) and isinstance(meaning.predicate, Predicate):
        predicate = meaning.predicate
        if predicate.adverb is None and rng.random() < ADVERB:
            adverb = says.lexicon.adverbs.draw(rng)
            return meaning._replace(predicate=predicate._replace(adverb=adverb))
    return meaning


register("builtin-acceptability", draw, ("unacceptable", "acceptable"))
