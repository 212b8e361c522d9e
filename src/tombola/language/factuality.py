"""How certain it is that what each verb says happened, as far as the sentence tells."""

from collections.abc import Sequence

from tombola.language.little import EMBEDDING, MODALS
from tombola.language.trees import Word
from tombola.text.annotated import Arc, Event

CERTAIN = 3.0
_EMBEDDING = {verb.lemma: verb for verbs in EMBEDDING.values() for verb in verbs}
_CERTAINTY = {modal.word.form: modal.certainty for modal in MODALS}


def events(flat: Sequence[Word], arcs: Sequence[Arc]) -> list[Event]:
    """Every main verb, and its factuality from -3 to 3.

    A main clause, and a relative clause wherever it stands, is held true (3). A verb takes the
    value of its clause, `not` turns the sign, a modal weakens it (`will` 5/6, `must` 2/3, `may`
    1/3). What a verb embeds is worth what its signature says: of `know` and `regret` always 3, of
    `pretend` always -3; of the others that share of their own value which belongs to them where
    they happened, or where they did not.
    """
    negated, modals = set(), {}
    for word, head, label in arcs:
        if label == "advmod" and flat[word].form == "not":
            negated.add(head)
        elif label == "aux" and flat[word].pos == "MD":
            modals[head] = _CERTAINTY[flat[word].form]

    def clause(word: int) -> float:
        """What the clause of a verb or adjective is worth."""
        _, head, label = arcs[word]
        if label == "conj":
            return clause(head)
        if label not in ("ccomp", "xcomp"):
            return CERTAIN
        verb = _EMBEDDING[flat[head].lemma]
        affirmed, denied = verb.signature
        if verb.projects:
            return CERTAIN * affirmed
        own = value(head)
        return own * affirmed if own > 0 else -own * denied

    def value(word: int) -> float:
        sign = -1.0 if word in negated else 1.0
        return sign * modals.get(word, 1.0) * clause(word)

    # 0.0 rather than -0.0, and no trace of the order of multiplication
    return [Event(i, round(value(i), 6) + 0.0) for i, word in enumerate(flat) if word.tag == "VERB"]
