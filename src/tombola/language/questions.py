"""Questions about who does what to whom."""

from typing import Literal

from tombola.language.lexemes import Verb
from tombola.language.little import BE, BY, DO
from tombola.language.meaning import Thing, Things, number_of
from tombola.language.realise import noun_phrase
from tombola.language.trees import Tense, text

Asked = Literal["whether", "agent", "patient"]


def question(
    asked: Asked,
    verb: Verb,
    tense: Tense,
    agent: Thing | Things | None,
    patient: Thing | Things | None,
    passive: bool,
) -> str:
    """The words of a question: whether somebody does something, or who does it, or to whom.

    What is asked for is None, the rest is given.
    """
    participle, by = verb.participle.form, BY.form
    if asked == "whether":
        assert agent is not None
        assert patient is not None
        does, to = text(noun_phrase(agent, 1)), text(noun_phrase(patient, 1))
        if passive:
            is_ = BE.finite[tense, number_of(patient)].form
            return f"{is_} {to} {participle} {by} {does}"
        return f"{DO.finite[tense, number_of(agent)].form} {does} {verb.base.form} {to}"
    if asked == "agent":
        assert patient is not None
        to = text(noun_phrase(patient, 1))
        if passive:
            return f"who {BE.finite[tense, number_of(patient)].form} {to} {participle} {by}"
        return f"who {verb.finite[tense, 'sg'].form} {to}"
    assert agent is not None
    does = text(noun_phrase(agent, 1))
    if passive:
        return f"who {BE.finite[tense, 'sg'].form} {participle} {by} {does}"
    return f"who {DO.finite[tense, number_of(agent)].form} {does} {verb.base.form}"
