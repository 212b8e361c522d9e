"""From what is meant to a tree of words."""

from tombola.language.lexemes import Name
from tombola.language.little import (
    BE,
    BY,
    CONJUNCTIONS,
    DETERMINERS,
    DO,
    NOT,
    PRONOUNS,
    THAT,
    TO,
    WHICH,
)
from tombola.language.meaning import (
    Clause,
    Clauses,
    Meaning,
    Predicate,
    Predicates,
    Relation,
    Relative,
    Thing,
    Things,
    number_of,
)
from tombola.language.trees import Number, Phrase, Word

HEAD = ("head",)


def sentence(meaning: Meaning) -> Phrase:
    """The tree of a sentence."""
    if isinstance(meaning, Clauses):
        first, rest = meaning.first, meaning.rest
        return _coordinated("S", sentence(first), meaning.conjunction, sentence(rest))
    return clause(meaning)


def clause(meaning: Clause, gap: Number = "") -> Phrase:
    """The tree of a clause; of a relative clause that lacks its subject, `gap` is the number."""
    subject, predicate, fronted = meaning
    if subject is None:
        return Phrase("S", (verb_phrase(predicate, gap),), HEAD)
    front: tuple[Phrase, ...] = ()
    relations: tuple[str, ...] = ("nsubj", "head")
    agent = None
    if isinstance(predicate, Predicate):
        if fronted:
            *others, last = predicate.relations
            predicate = predicate._replace(relations=tuple(others))
            front, relations = (prepositional(last),), ("obl", "nsubj", "head")
        if predicate.passive:
            assert predicate.thing is not None
            agent = Phrase("PP", (BY, noun_phrase(subject, 1)), ("case", "head"))
            subject = predicate.thing
            relations = (*relations[:-2], "nsubj:pass", "head")
    verb = verb_phrase(predicate, number_of(subject), agent)
    return Phrase("S", (*front, noun_phrase(subject), verb), relations)


def noun_phrase(meaning: Thing | Things, case: int = 0) -> Phrase:
    """The tree of a noun phrase; `case` is 0 for a subject, 1 elsewhere: pronouns show it."""
    if isinstance(meaning, Things):
        first, rest = noun_phrase(meaning.first, case), noun_phrase(meaning.rest, case)
        return _coordinated("NP", first, meaning.conjunction, rest, "pl")
    noun, number, determiner, adjectives, modifiers, entity, pronoun, owner = meaning
    if pronoun:
        return Phrase("NP", (PRONOUNS[pronoun][case],), HEAD, number, entity)
    if isinstance(noun, Name):
        phrase = Phrase("NP", noun.parts, noun.relations, number, entity)
    else:
        word: Word = noun.singular if number == "sg" else noun.plural
        whose: Word | Phrase
        if owner is None:
            whose, relation = DETERMINERS[number][determiner], "det"
        else:
            whose = Phrase("NP", (PRONOUNS[owner[0]][2],), HEAD, "", owner[1])
            relation = "nmod:poss"
        if adjectives:
            between = [adjective.word for adjective in adjectives]
            relations = (relation, *["amod"] * len(between), "head")
            phrase = Phrase("NP", (whose, *between, word), relations, number, entity)
        else:
            phrase = Phrase("NP", (whose, word), (relation, "head"), number, entity)
    for modifier in modifiers:
        phrase = phrase._replace(entity=None)  # the whole phrase is the mention
        if isinstance(modifier, Relation):
            added, relation = prepositional(modifier), "nmod"
        else:
            added, relation = relative(modifier, number), "acl:relcl"
        phrase = Phrase("NP", (phrase, added), ("head", relation), number, entity)
    return phrase


def prepositional(meaning: Relation) -> Phrase:
    """The tree of a prepositional phrase."""
    return Phrase("PP", (meaning.preposition.word, noun_phrase(meaning.thing, 1)), ("case", "head"))


def relative(meaning: Relative, number: Number) -> Phrase:
    """The tree of a relative clause that belongs to a noun of that number."""
    role = "nsubj" if meaning.gap == "subject" else "obj"
    return Phrase("SBAR", (WHICH, clause(meaning.clause, number)), (role, "head"))


def verb_phrase(
    meaning: Predicate | Predicates, number: Number, agent: Phrase | None = None
) -> Phrase:
    """The tree of a verb phrase whose subject has that number; `agent` makes it passive.

    The adverb stands first. Behind it comes the finite verb or auxiliary, `not`, and the rest.
    """
    if isinstance(meaning, Predicates):
        first, rest = verb_phrase(meaning.first, number), verb_phrase(meaning.rest, number)
        return _coordinated("VP", first, meaning.conjunction, rest, number)
    verb, tense, modal, negated, adverb = meaning[:5]
    being = verb.frame == "copula" or agent is not None
    children: list[Phrase | Word] = []
    relations: list[str] = []
    if adverb is not None:
        children.append(adverb.phrase)
        relations.append("advmod")
    if modal is not None:
        children.append(modal.word)
        relations.append("aux")
    elif being:
        children.append(BE.finite[tense, number])
        relations.append("cop" if agent is None else "aux:pass")
    elif negated:
        children.append(DO.finite[tense, number])
        relations.append("aux")
    if negated:
        children.append(NOT)
        relations.append("advmod")
    if modal is not None:
        children.append(_base(meaning, agent))
    elif being:
        children.append(_after_be(meaning, agent))
    elif negated:
        children.append(_core(meaning, verb.base))
    else:
        # Without an auxiliary, the verb and what follows it are no phrase of their own.
        core = _core(meaning, verb.finite[tense, number])
        if adverb is None:
            return core._replace(number=number)
        return Phrase("VP", (*children, *core.children), (*relations, *core.relations), number)
    relations.append("head")
    return Phrase("VP", tuple(children), tuple(relations), number)


def infinitive(meaning: Predicate) -> Phrase:
    """The tree of `to` and a verb: a clause without a subject."""
    children: tuple[Phrase | Word, ...] = (TO, _base(meaning, None))
    relations: tuple[str, ...] = ("mark", "head")
    if meaning.adverb is not None:
        children = (meaning.adverb.phrase, *children)
        relations = ("advmod", *relations)
    return Phrase("S", (Phrase("VP", children, relations),), HEAD)


def _base(meaning: Predicate, agent: Phrase | None) -> Phrase:
    """The verb phrase of a base form."""
    if agent is not None:
        children = BE.base, _after_be(meaning, agent)
        return Phrase("VP", children, ("aux:pass", "head"))
    if meaning.verb.frame == "copula":
        return Phrase("VP", (BE.base, _after_be(meaning, None)), ("cop", "head"))
    return _core(meaning, meaning.verb.base)


def _after_be(meaning: Predicate, agent: Phrase | None) -> Phrase:
    """The adjective, or the participle with its agent and the rest."""
    if agent is None:
        assert meaning.adjective is not None
        return meaning.adjective.predicate
    relations = tuple([prepositional(relation) for relation in meaning.relations])
    return Phrase(
        "VP",
        (meaning.verb.participle, agent, *relations),
        ("head", "obl:agent", *["obl"] * len(relations)),
    )


def _core(meaning: Predicate, form: Word) -> Phrase:
    """A main verb in a form, and what follows it."""
    children: list[Phrase | Word] = [form]
    names = ["head"]
    if meaning.thing is not None:
        children.append(noun_phrase(meaning.thing, 1))
        names.append("obj")
    elif meaning.clause is not None:
        embedded = Phrase("SBAR", (THAT, sentence(meaning.clause)), ("mark", "head"))
        children.append(embedded)
        names.append("ccomp")
    elif meaning.action is not None:
        children.append(infinitive(meaning.action))
        names.append("xcomp")
    for relation in meaning.relations:
        children.append(prepositional(relation))
        names.append("obl")
    return Phrase("VP", tuple(children), tuple(names))


def _coordinated(
    label: str, first: Phrase, conjunction: str, rest: Phrase, number: Number = ""
) -> Phrase:
    children = first, CONJUNCTIONS[conjunction], rest
    return Phrase(label, children, ("head", "cc", "conj"), number)
