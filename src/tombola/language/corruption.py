"""Sentences made wrong by one small change: a verb's number, or the places of two words."""

from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from random import Random
from typing import NamedTuple

from tombola.language import little, realise
from tombola.language.agreement import Agreement, agreements
from tombola.language.chance import shuffled
from tombola.language.grammars import grammar
from tombola.language.knobs import Language
from tombola.language.lexicon import lexicon
from tombola.language.speaker import speaker
from tombola.language.trees import Phrase, Word, words

REACH = 4
"""How far apart words may be that change places."""

SAMPLE = 1000
"""Sentences that tell which words are seen side by side."""


class Corrupted(NamedTuple):
    """A wrong sentence, and where it is wrong."""

    forms: tuple[str, ...]
    wrong: tuple[int, ...]
    """Positions of the changed words."""


def corrupted(tree: Phrase, language: Language, rng: Random) -> Corrupted:
    """The sentence with its order or, in most cases, an agreement broken.

    Checked against the grammar: the result is no sentence of the language, under any reading.
    A sentence in which no verb shows its number has its order broken.
    """
    in_agreement = rng.random() < 2 / 3
    return (in_agreement and wrong_agreement(tree, language, rng)) or wrong_order(
        tree, language, rng
    )


def far_agreements(tree: Phrase) -> list[Agreement]:
    """Agreements that show, between a noun and a verb that do not stand side by side."""
    flat = words(tree)
    return [a for a in agreements(tree) if a.verb - a.noun > 1 and flat[a.verb].number]


def wrong_agreement(tree: Phrase, language: Language, rng: Random) -> Corrupted | None:
    """The sentence with one verb in the other number; None where none shows it.

    Where verbs stand apart from their subjects, one of them: then no two neighbours tell.
    """
    flat = words(tree)
    far = [a.verb for a in far_agreements(tree)]
    near = [a.verb for a in agreements(tree) if flat[a.verb].number]
    for verb in shuffled(far or near, rng):
        forms = [word.form for word in flat]
        forms[verb] = _other_number(language)[flat[verb]].form
        if not grammar(language).accepts(forms):
            return Corrupted(tuple(forms), (verb,))
    return None


def wrong_order(tree: Phrase, language: Language, rng: Random) -> Corrupted:
    """The sentence with two words in each other's place.

    Of all such changes, one of those that leave the fewest neighbours of kinds that are never seen
    side by side. Every sentence can be broken so.
    """
    flat = words(tree)
    seen = _seen(language)
    swaps: dict[int, list[tuple[int, int]]] = {}
    for i in range(len(flat)):
        for j in range(i + 1, min(i + REACH + 1, len(flat))):
            changed = flat.copy()
            changed[i], changed[j] = flat[j], flat[i]
            unseen = sum(pair not in seen for pair in pairwise(_kinds(changed)))
            swaps.setdefault(unseen, []).append((i, j))
    for unseen in sorted(swaps):
        for i, j in shuffled(swaps[unseen], rng):
            forms = [word.form for word in flat]
            forms[i], forms[j] = forms[j], forms[i]
            if not grammar(language).accepts(forms):
                return Corrupted(tuple(forms), (i, j))
    raise AssertionError(f"no swap breaks {' '.join(word.form for word in flat)!r}")


def _kinds(flat: Sequence[Word]) -> list[str]:
    """Words of closed classes themselves, of open ones their part of speech."""
    kinds = [f"{w.pos}{w.number}" if w.tag in OPEN_CLASSES else w.form for w in flat]
    return ["", *kinds, ""]


OPEN_CLASSES = frozenset(("NOUN", "PROPN", "VERB", "ADJ", "ADV"))


@cache
def _seen(language: Language) -> frozenset[tuple[str, str]]:
    """Kinds of words that stand side by side in a sample of sentences."""
    rng = Random("side by side")
    says = speaker(language).sentence
    return frozenset(
        pair for _ in range(SAMPLE) for pair in pairwise(_kinds(words(realise.sentence(says(rng)))))
    )


@cache
def _other_number(language: Language) -> dict[Word, Word]:
    """Of each verb form that shows its number, the form of the other number."""
    found = {}
    open_verbs = *lexicon(language).transitive.things, *lexicon(language).intransitive.things
    embedding = [verb for verbs in little.EMBEDDING.values() for verb in verbs]
    for verb in (*open_verbs, *embedding, little.BE, little.DO):
        for (tense, number), form in verb.finite.items():
            if form.number:
                found[form] = verb.finite[tense, "pl" if number == "sg" else "sg"]
    return found
