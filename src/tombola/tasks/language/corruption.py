"""Sentences made wrong by one small change: a verb's number, or two neighbours swapped."""

from random import Random

from tombola.tasks.language.chance import shuffled
from tombola.tasks.language.grammar import Grammar
from tombola.tasks.language.trees import Phrase, words


def corrupt(tree: Phrase, grammar: Grammar, rng: Random) -> str:
    """The sentence with agreement broken or, in half of the cases, its order.

    Checked against the grammar: the result is no sentence of the language, under any reading.
    A sentence whose verbs are all past has no agreement to break; its order is broken.
    """
    flat = words(tree)
    forms = [word.form for word in flat]
    verbs = [i for i, word in enumerate(flat) if word in grammar.lexicon.other_number]
    pairs = list(range(len(flat) - 1))
    if rng.random() < 0.5:
        verbs = []
    for i in shuffled(verbs, rng):
        changed = forms.copy()
        changed[i] = grammar.lexicon.other_number[flat[i]].form
        if not grammar.accepts(changed):
            return " ".join(changed)
    for i in shuffled(pairs, rng):
        changed = forms.copy()
        changed[i : i + 2] = forms[i + 1], forms[i]
        if not grammar.accepts(changed):
            return " ".join(changed)
    raise AssertionError(f"no swap of neighbours breaks {' '.join(forms)!r}")
