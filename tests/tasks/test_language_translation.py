"""The second language of the built-in language."""

from tombola.language import Language, annotated, sentences, translator
from tombola.language.lexicon import lexicon
from tombola.language.little import EMBEDDING, MODALS, OPEN
from tombola.language.meaning import (
    Clause,
    Clauses,
    Predicate,
    Relation,
    Relative,
    Thing,
    Things,
)
from tombola.language.translation import BE, NOT

LANGUAGE = Language(ambiguity=1.0)
OWN = lexicon(LANGUAGE)
VERB = OWN.transitive.things[0]
NOUN = OWN.nouns.things[3]
NAME = OWN.names.men.things[0]
PRAISE = OWN.adjectives.things[0]
THING = Thing(NOUN, "sg", "the")
HIM = Thing(NAME, "sg")


def said(meaning: object) -> list[str]:
    return translator(LANGUAGE).translate(meaning).split()


def acts(subject: Thing | Things, **manner: object) -> list[str]:
    return said(Clause(subject, Predicate(VERB, **{"tense": "past", "thing": HIM, **manner})))


def test_case_number_and_order():
    one, article, object_, verb = acts(THING)
    many, _, _, verbs = acts(THING._replace(number="pl"))
    assert many == one + "ri"
    assert object_ == NAME.lemma + "n"  # accusative
    assert verbs == verb + "m"  # a past verb tells its subject's number, unlike in the source
    # Adjectives follow their noun and agree with it.
    stem, adjective, *_ = acts(THING._replace(number="pl", adjectives=(PRAISE,)))
    assert stem == many
    assert adjective.endswith("ri")
    dressed = THING._replace(adjectives=(PRAISE,))
    first, second, *_ = said(Clause(HIM, Predicate(VERB, thing=dressed)))[1:]
    assert first == one + "n"
    assert second.endswith("n")
    # The agent of a passive has a case of its own; the patient is what the verb agrees with.
    passive = acts(THING._replace(number="pl"), passive=True)
    assert passive == [NAME.lemma, many + "l", article, verb[:-2] + "tulo"]


def test_a_noun_and_a_verb_that_look_alike_are_two_words():
    twin = next(noun for noun in OWN.nouns.things if noun.lemma == VERB.lemma)
    first, *_, verb = acts(Thing(twin, "sg", "the"))
    assert first != verb.removesuffix("lo")


def test_tense_mood_and_negation():
    plain = acts(HIM)
    assert plain[-1].endswith("lo")
    assert acts(HIM, tense="present")[-1] == plain[-1][:-2] + "ka"
    for modal, ending in zip(MODALS, ("ve", "mi", "du"), strict=True):
        assert acts(HIM, tense="", modal=modal)[-1] == plain[-1][:-2] + ending
    assert acts(HIM, negated=True) == [*plain[:-1], NOT, plain[-1]]
    told = said(Clause(HIM, Predicate(BE_VERB, "past", adjective=PRAISE)))
    assert told[-1] == BE + "lo"


BE_VERB = next(
    s.meaning.predicate.verb
    for s in sentences(100, 0, language=LANGUAGE)
    if isinstance(s.meaning, Clause)
    and isinstance(s.meaning.predicate, Predicate)
    and s.meaning.predicate.adjective
)


def test_relative_pronouns_show_the_gap():
    verb = acts(HIM)[-1]
    lacks_object = Relative("object", Clause(HIM, Predicate(VERB, "past")))
    assert acts(THING._replace(modifiers=(lacks_object,)))[2:5] == ["ken", NAME.lemma, verb]
    lacks_subject = Relative("subject", Clause(None, Predicate(VERB, "past", thing=HIM)))
    found = acts(THING._replace(modifiers=(lacks_subject,)))
    assert found[2:5] == ["ke", NAME.lemma + "n", verb]
    many = acts(THING._replace(number="pl", modifiers=(lacks_subject,)))
    assert many[2:5] == ["keri", NAME.lemma + "n", verb + "m"]


def test_clauses_and_actions_stand_before_their_verb():
    inner = Clause(HIM, Predicate(VERB, "past", thing=HIM))
    know, manage = EMBEDDING["finite"][0], EMBEDDING["infinitive"][0]
    *before, marker, verb = said(Clause(HIM, Predicate(know, "past", clause=inner)))
    assert (before[1:], marker) == (said(inner), "ko")
    assert verb.endswith("lo")
    action = Predicate(VERB, "", thing=HIM)
    *_, infinitive, verb = said(Clause(HIM, Predicate(manage, "past", action=action)))
    assert infinitive.endswith("zi")
    assert verb.endswith("lo")
    both = said(Clauses("but", inner, inner))
    assert both == [*said(inner), "mo", *said(inner)]
    grouped = acts(Things("or", HIM, THING))
    assert grouped[0] == NAME.lemma
    assert grouped[3] == "vu"
    assert grouped[-1].endswith("lom")


def test_what_a_phrase_belongs_to_and_its_role_are_told():
    """The source has one form for all of them."""
    target = {}
    for of in ("verb", "noun"):
        for use in OPEN[of]:
            if use.word.form == "with":
                relation = Relation(use, THING)
                if of == "verb":
                    words_ = acts(HIM, relations=(relation,))[1:4]
                else:
                    words_ = acts(THING._replace(modifiers=(relation,)))[2:5]
                target[of, use.word.role] = words_[2]
    assert len(set(target.values())) == len(target) == 4


def test_pronouns_have_case_and_owners_stand_behind():
    her = THING._replace(pronoun="she")
    assert acts(her)[0] == "la"
    assert said(Clause(HIM, Predicate(VERB, thing=her)))[1] == "lan"
    owned = THING._replace(determiner="", owner=("they", 3))
    assert acts(owned)[1] == "narigi"


def test_every_sentence_has_a_translation_that_ends_in_its_verb():
    language = Language(lexicon=60, ambiguity=0.6, modified=0.7, depth=3)
    translate = translator(language).translate
    for sentence in sentences(100, 0, language=language):
        text = annotated(sentence.tree)
        target = translate(sentence.meaning).split()
        # Endings stand for auxiliaries, `to` and the `by` of a passive; other words have their own.
        dropped = sum(arc.label in ("aux", "aux:pass") for arc in text.arcs)
        dropped += text.tags.count("TO") + sum(one.role == "p.Agent" for one in text.adpositions)
        assert len(target) == len(text.words) - dropped
        assert target[-1].endswith(("m", "ka", "lo", "ve", "mi", "du"))
    stems = list(translator(language)._stems.values())
    assert len(set(stems)) == len(stems)
