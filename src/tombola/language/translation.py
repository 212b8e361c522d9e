"""A second language: verb last, adjectives after the noun, postpositions, case and agreement.

What it marks must be understood in the first: the case of a noun in its role, the number of a past
verb in its subject, the case of a relative pronoun in the gap of its clause, whether a
prepositional phrase belongs to a noun or a verb, in which of its roles a preposition is used, and
which of two words is meant where noun and verb look alike.

    the lumak that many zibeks vanip does not gurop near Kefer
    noun-SG-NOM  the  that-SG-ACC  noun-PL-NOM  many  verb-PRS-PL  Kefer-LOC  near  not  verb-PRS-SG
"""

from functools import cache
from random import Random

from tombola.language import little
from tombola.language.knobs import Language
from tombola.language.lexemes import Name
from tombola.language.lexicon import COMPANIES, invent, lexicon
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
from tombola.language.trees import Number, Tense, Word

CASES = {"nominative": "", "accusative": "n", "locative": "s", "agentive": "l"}
NUMBERS: dict[Number, str] = {"sg": "", "pl": "ri"}
TENSES: dict[Tense, str] = {"present": "ka", "past": "lo"}
MODALS = {"will": "ve", "may": "mi", "must": "du"}
VERB_NUMBERS: dict[Number, str] = {"sg": "", "pl": "m"}
INFINITIVE, PASSIVE, OF_NOUN, OWNER = "zi", "tu", "no", "gi"
PRONOUNS = {"he": "ra", "she": "la", "it": "na", "they": "na"}
AND, OR, BUT, WHICH, THAT, NOT, BE = "ta", "vu", "mo", "ke", "ko", "nu", "se"
CONJUNCTIONS = {"and": AND, "or": OR, "but": BUT}


class Translator:
    """Translates what is meant in one language."""

    def __init__(self, language: Language) -> None:
        words = lexicon(language)
        embedding = [verb for verbs in little.EMBEDDING.values() for verb in verbs]
        content: dict[Word, None] = {}  # a set in order
        for noun in words.nouns.things:
            content[noun.singular] = None
        for verb in (*words.transitive.things, *words.intransitive.things, *embedding):
            content[verb.base] = None
        for adjective in words.adjectives.things:
            content[adjective.word] = None
        for adverb in words.adverbs.things:
            content[adverb.word] = None
        determiners = dict.fromkeys(form for n in ("sg", "pl") for form in little.DETERMINERS[n])
        uses = dict.fromkeys(
            (use.word.form, use.word.role)
            for table in (little.TELLING, little.OPEN)
            for found in table.values()
            for use in found
        )
        rng = Random("second lexicon")
        taken = {AND, OR, BUT, WHICH, THAT, NOT}
        self._determiners = dict(
            zip(determiners, invent(len(determiners), rng, _short, taken), strict=True)
        )
        self._postpositions = dict(zip(uses, invent(len(uses), rng, _short, taken), strict=True))
        self._companies = dict(zip(COMPANIES, invent(3, rng, _long, taken), strict=True))
        self._stems = dict(zip(content, invent(len(content), rng, _long, taken), strict=True))

    def translate(self, meaning: Meaning) -> str:
        """The translation of what a sentence means."""
        return " ".join(self._sentence(meaning))

    def _sentence(self, meaning: Meaning) -> list[str]:
        if isinstance(meaning, Clauses):
            first, rest = self._sentence(meaning.first), self._sentence(meaning.rest)
            return [*first, CONJUNCTIONS[meaning.conjunction], *rest]
        return self._clause(meaning, "")

    def _clause(self, clause: Clause, gap: Number) -> list[str]:
        """The subject first, then the rest, the verb last; `gap` is the number of a lacking one."""
        subject, predicate, fronted = clause
        if subject is None:
            return self._predicate(predicate, gap)
        front: list[str] = []
        agent: list[str] = []
        if isinstance(predicate, Predicate):
            if fronted:
                *others, last = predicate.relations
                front = self._relation(last)
                predicate = predicate._replace(relations=tuple(others))
            if predicate.passive:
                assert predicate.thing is not None
                agent = self._noun_phrase(subject, "agentive")
                subject = predicate.thing
                predicate = predicate._replace(thing=None)
        own = self._noun_phrase(subject, "nominative")
        return [*front, *own, *agent, *self._predicate(predicate, number_of(subject))]

    def _predicate(self, predicate: Predicate | Predicates, number: Number) -> list[str]:
        if isinstance(predicate, Predicates):
            first = self._predicate(predicate.first, number)
            rest = self._predicate(predicate.rest, number)
            return [*first, CONJUNCTIONS[predicate.conjunction], *rest]
        if predicate.modal is not None:
            ending = MODALS[predicate.modal.word.form] + VERB_NUMBERS[number]
        elif predicate.tense:
            ending = TENSES[predicate.tense] + VERB_NUMBERS[number]
        else:
            ending = INFINITIVE
        found = [word for relation in predicate.relations for word in self._relation(relation)]
        if predicate.thing is not None:
            found += self._noun_phrase(predicate.thing, "accusative")
        if predicate.clause is not None:
            found += [*self._sentence(predicate.clause), THAT]
        if predicate.action is not None:
            found += self._predicate(predicate.action, "")
        if predicate.adverb is not None:
            found.append(self._stems[predicate.adverb.word])
        if predicate.adjective is not None:
            # In the number of the subject, which the infinitive does not know.
            found.append(self._stems[predicate.adjective.word] + NUMBERS.get(number, ""))
        if predicate.negated:
            found.append(NOT)
        stem = BE if predicate.adjective is not None else self._stems[predicate.verb.base]
        return [*found, stem + (PASSIVE if predicate.passive else "") + ending]

    def _noun_phrase(self, thing: Thing | Things, case: str) -> list[str]:
        """Noun, adjectives, determiner, modifiers; of a coordination, the parts and then `and`."""
        if isinstance(thing, Things):
            first = self._noun_phrase(thing.first, case)
            rest = self._noun_phrase(thing.rest, case)
            return [*first, *rest, CONJUNCTIONS[thing.conjunction]]
        ending = NUMBERS[thing.number] + CASES[case]
        if thing.pronoun:
            return [PRONOUNS[thing.pronoun] + ending]
        if isinstance(thing.noun, Name):
            found = self._name(thing.noun, ending)
        else:
            adjectives = [self._stems[one.word] + ending for one in thing.adjectives]
            if thing.owner is None:
                determiner = self._determiners[thing.determiner]
            else:
                number: Number = "pl" if thing.owner[0] == "they" else "sg"
                determiner = PRONOUNS[thing.owner[0]] + NUMBERS[number] + OWNER
            found = [self._stems[thing.noun.singular] + ending, *adjectives, determiner]
        for modifier in thing.modifiers:
            if isinstance(modifier, Relation):
                found += self._relation(modifier)
            else:
                found += self._relative(modifier, thing.number)
        return found

    def _name(self, name: Name, ending: str) -> list[str]:
        """Of a company, what it is stands first."""
        *given, last = [part.form for part in name.parts]
        if name.kind == "ORG":
            return [self._companies[last] + ending, *given]
        return [*given, last + ending]

    def _relative(self, relative: Relative, number: Number) -> list[str]:
        gap = "nominative" if relative.gap == "subject" else "accusative"
        pronoun = WHICH + NUMBERS[number] + CASES[gap]
        return [pronoun, *self._clause(relative.clause, number)]

    def _relation(self, relation: Relation) -> list[str]:
        use = relation.preposition
        postposition = self._postpositions[use.word.form, use.word.role]
        marked = postposition + (OF_NOUN if use.of_noun else "")
        return [*self._noun_phrase(relation.thing, "locative"), marked]


@cache
def translator(language: Language) -> Translator:
    """The translator of a language, made once."""
    return Translator(language)


def _short(rng: Random) -> str:
    return _spell(rng, "aeiou", "lmnrv", "eio")


def _long(rng: Random) -> str:
    return _spell(rng, "aeiou", "lmnr", "dghjt", "aeiou", "dghjt", "aeiou")


def _spell(rng: Random, *letters: str) -> str:
    return "".join(group[int(rng.random() * len(group))] for group in letters)
