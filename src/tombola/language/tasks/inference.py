"""Inference: what follows from a statement, what contradicts it, what it answers.

A premise often speaks of more than the hypothesis asks about, in the same words: only who does
what to whom, and what is said of which deed, tells.
"""

from collections.abc import Sequence
from random import Random

from tombola.language.chance import one_of, shuffled
from tombola.language.knobs import Language
from tombola.language.lexemes import Verb
from tombola.language.little import EMBEDDING, MODALS
from tombola.language.meaning import Clause, Clauses, Meaning, Predicate, Relative, Thing
from tombola.language.questions import Asked
from tombola.language.speaker import Speaker, speaker
from tombola.language.stories import pronoun_of
from tombola.language.tasks.deeds import Deed, a_tense, coin, said, seldom, things, told, verbs
from tombola.language.tasks.make import Drawn, register
from tombola.language.tasks.paraphrase import asked
from tombola.language.trees import Tense

ENTAILMENT, NEUTRAL, CONTRADICTION = "entailment", "neutral", "contradiction"
INFERENCES = (CONTRADICTION, NEUTRAL, ENTAILMENT)

ONE, THREE, HELD = 0.3, 0.1, 0.25
"""Shares of premises that tell of one deed only, and of three; and of those of more than one,
share in which somebody knows or pretends."""

_EMBEDDING = {verb.lemma: verb for verb in EMBEDDING["finite"]}
_MAY = next(modal for modal in MODALS if modal.word.form == "may")


def inference(label: int, rng: Random, language: Language) -> Drawn:
    """A premise that tells of a deed that happened and one that did not, or of one of the two.

    It says so by `not`, or because somebody knows the one and pretends the other; a third deed, if
    there is one, only may happen. The hypothesis affirms or denies, half of the time each, one of
    them; if it is neutral, the uncertain one, or one with its roles exchanged.
    """
    says = speaker(language)
    tense = a_tense(rng)
    denied = coin(rng)
    chance = rng.random()
    if chance < ONE:
        return _of_one_deed(INFERENCES[label], tense, denied, says, rng)
    deeds = _deeds(3 if chance < ONE + THREE else 2, says, rng)
    done, undone, *possible = deeds
    held = rng.random() < HELD
    claims = _claims(done, undone, tense, held, says, rng)
    claims += [_with_modal(told(deed, "", seldom(rng))) for deed in possible]
    premise = _joined(shuffled(claims, rng))
    wanted = INFERENCES[label]
    if wanted == NEUTRAL:
        deed = one_of(possible, rng) if possible and coin(rng) else one_of(deeds, rng).swapped()
    else:
        deed = done if (wanted == ENTAILMENT) != denied else undone
    hypothesis = told(deed, tense, seldom(rng), denied)
    return _pair(premise, hypothesis)


def _of_one_deed(wanted: str, tense: Tense, denied: bool, says: Speaker, rng: Random) -> Drawn:
    """Whether both sentences deny tells entailment from contradiction, but neither from neutral."""
    (deed,) = _deeds(1, says, rng)
    negated = coin(rng) if wanted == NEUTRAL else denied == (wanted == ENTAILMENT)
    premise = told(deed, tense, seldom(rng), negated)
    other = deed.swapped() if wanted == NEUTRAL else deed
    return _pair(premise, told(other, tense, seldom(rng), denied))


def _claims(
    done: Deed, undone: Deed, tense: Tense, held: bool, says: Speaker, rng: Random
) -> list[Clause]:
    if not held:
        return [told(done, tense, seldom(rng)), told(undone, tense, seldom(rng), negated=True)]
    return [
        Clause(
            Thing(says.name(rng), "sg"),
            Predicate(_EMBEDDING[verb], tense, clause=told(deed, tense, seldom(rng))),
        )
        for verb, deed in (("know", done), ("pretend", undone))
    ]


def _with_modal(claim: Clause) -> Clause:
    assert isinstance(claim.predicate, Predicate)
    return claim._replace(predicate=claim.predicate._replace(modal=_MAY))


def entailment(label: int, rng: Random, language: Language) -> Drawn:
    """A premise from which the hypothesis follows (1) or does not (0).

    Half of the premises tell of one deed: that it was done, where the hypothesis is that deed or
    one with its roles exchanged; or that somebody managed or failed to do it, and the hypothesis
    affirms or denies it, half of the time each. In the others a relative clause tells of one deed
    and the main clause of another, or somebody manages what somebody else fails to do; the
    hypothesis is a deed of the premise, or one with its roles exchanged, given to the wrong agent,
    or failed in.
    """
    says = speaker(language)
    tense = a_tense(rng)
    simple, attempted, denied = coin(rng), coin(rng), False
    if simple:
        (one,) = _deeds(1, says, rng)
        true = false = [one]
        if attempted:
            denied = coin(rng)
            premise: Meaning = _attempt("manage" if denied != bool(label) else "fail", one, tense)
        else:
            premise, false = told(one, tense, seldom(rng)), [one.swapped()]
    elif attempted:
        one, other = _deeds(2, says, rng)
        claims = [_attempt("manage", one, tense), _attempt("fail", other, tense)]
        premise, true, false = _joined(shuffled(claims, rng)), [one], [other]
    else:
        premise, true, false = _with_relative_clause(tense, says, rng)
    deed = one_of(true if label else false, rng)
    return _pair(premise, told(deed, tense, seldom(rng), denied))


def _with_relative_clause(
    tense: Tense, says: Speaker, rng: Random
) -> tuple[Meaning, list[Deed], list[Deed]]:
    """The sentence, deeds that follow from it, and deeds that do not."""
    who, other, third = things(3, says, rng)
    first, second = verbs(2, says, rng)
    if coin(rng):
        inner = Deed(who, first, other)
        clause = Clause(None, Predicate(first, tense, thing=other))
        relative = Relative("subject", clause)
    else:
        inner = Deed(other, first, who)
        relative = Relative("object", Clause(other, Predicate(first, tense)))
    outer = Deed(who, second, third)
    premise = told(outer._replace(agent=who._replace(modifiers=(relative,))), tense)
    return premise, [inner, outer], [inner.swapped(), outer._replace(agent=other)]


def _attempt(verb: str, deed: Deed, tense: Tense) -> Clause:
    embedding = next(one for one in EMBEDDING["infinitive"] if one.lemma == verb)
    action = Predicate(deed.verb, "", thing=deed.patient)
    return Clause(deed.agent, Predicate(embedding, tense, action=action))


def question_inference(label: int, rng: Random, language: Language) -> Drawn:
    """A question who does it, or to whom, and a statement that answers it (0) or does not (1).

    The statement tells of one deed or two. Where it does not answer, the question gives the one who
    is asked about the other role, or has the verb of the other deed.
    """
    says = speaker(language)
    tense = a_tense(rng)
    deeds = _deeds(1 if coin(rng) else 2, says, rng)
    statement = _joined([told(deed, tense, seldom(rng)) for deed in shuffled(deeds, rng)])
    deed, *others = shuffled(deeds, rng)
    what: Asked = "agent" if coin(rng) else "patient"
    if label:
        if others and coin(rng):
            deed = Deed(others[0].agent, deed.verb, others[0].patient)
        else:
            deed = deed.swapped()
    query = asked(what, deed, tense, seldom(rng))
    return Drawn(query, said(statement), (told(deed, tense), statement), (what,))


def coreference(label: int, rng: Random, language: Language) -> Drawn:
    """A pronoun that can stand for one of two things only, and what it does put of either.

    The hypothesis is right (1) where it names the one that the pronoun stands for.
    """
    says = speaker(language)
    one, other = _of_two_pronouns(says, rng)
    rest = says.plain(rng, "sg")
    while rest.noun in (one.noun, other.noun):
        rest = says.plain(rng, "sg")
    first, second = verbs(2, says, rng)
    referent, wrong = shuffled((one, other), rng)
    pronoun = pronoun_of(referent)
    claims = [
        told(Deed(one, first, other), "past", seldom(rng)),
        told(Deed(referent._replace(pronoun=pronoun), second, rest), "past"),
    ]
    hypothesis = told(Deed(referent if label else wrong, second, rest), "past")
    return _pair(_joined(claims), hypothesis)


def _of_two_pronouns(says: Speaker, rng: Random) -> tuple[Thing, Thing]:
    while True:
        one = says.plain(rng, "sg" if coin(rng) else "pl")._replace(determiner="the")
        other = says.plain(rng, "sg" if coin(rng) else "pl")._replace(determiner="the")
        if pronoun_of(one) != pronoun_of(other) and one.noun is not other.noun:
            return one, other


def _deeds(n: int, says: Speaker, rng: Random) -> list[Deed]:
    """Deeds without a thing or a verb in common."""
    cast = things(2 * n, says, rng)
    words: list[Verb] = verbs(n, says, rng)
    return [Deed(cast[2 * i], words[i], cast[2 * i + 1]) for i in range(n)]


def _joined(claims: Sequence[Clause]) -> Meaning:
    first, *rest = claims
    return Clauses("and", first, _joined(rest)) if rest else first


def _pair(premise: Meaning, hypothesis: Meaning) -> Drawn:
    return Drawn(said(premise), said(hypothesis), (premise, hypothesis))


ENTAILED = ("entailment", "not_entailment")
register("builtin-inference", inference, INFERENCES)
register("builtin-question-inference", question_inference, ENTAILED)
register("builtin-entailment", lambda label, rng, language: entailment(1 - label, rng, language),
         ENTAILED)  # fmt: skip
register("builtin-coreference-inference", coreference, ("not_entailment", "entailment"))
