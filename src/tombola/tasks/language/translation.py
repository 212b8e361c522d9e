"""A second language: verb last, adjectives after the noun, postpositions, case and agreement.

What it marks must be found in the tree of the first: the case of a noun in its role, the number of
a past verb in its subject, the case of a relative pronoun in the gap of its clause, and which of
two words is meant where noun and verb look alike.

    the lumak that many zibeks vanip does not gurop
    noun-SG-NOM  the  that-SG-ACC  noun-PL-NOM  many  verb-PRS-PL  not  verb-PRS-SG
"""

from functools import cache
from random import Random

from tombola.tasks.language.grammar import grammar
from tombola.tasks.language.knobs import Language
from tombola.tasks.language.lexicon import DETERMINERS, PREPOSITIONS, invent
from tombola.tasks.language.trees import Number, Phrase, Tense, Word

CASES = {"nominative": "", "accusative": "n", "locative": "s"}
NUMBERS: dict[Number, str] = {"sg": "", "pl": "ri"}
TENSES: dict[Tense, str] = {"present": "ka", "past": "lo"}
VERB_NUMBERS: dict[Number, str] = {"sg": "", "pl": "m"}
AND, THAT, NOT = "ta", "ke", "nu"


class Translator:
    """Translates trees of one language."""

    def __init__(self, language: Language) -> None:
        lemmas: dict[tuple[str, str], None] = {}  # a set in order
        for choice in grammar(language).lexicon.classes.values():
            for word in choice.things:
                if word.tag in ("NOUN", "VERB", "ADJ", "ADV"):
                    lemmas[word.tag, word.lemma] = None
        little = [*dict.fromkeys(sum(DETERMINERS.values(), ())), *PREPOSITIONS]
        rng = Random("second lexicon")
        taken = {AND, THAT, NOT}
        self._little = dict(zip(little, invent(len(little), rng, _short, taken), strict=True))
        self._stems = dict(zip(lemmas, invent(len(lemmas), rng, _long, taken), strict=True))

    def translate(self, sentence: Phrase) -> str:
        """The translation of a sentence."""
        return " ".join(self._clause(sentence))

    def _clause(self, clause: Phrase) -> list[str]:
        """S and RC: an own subject first, then the rest of the verb phrase, the verb last."""
        found = []
        for child in clause.children:
            if isinstance(child, Phrase):
                noun_phrase = child.label == "NP"
                found += self._noun_phrase(child, "nominative") if noun_phrase else self._vp(child)
        return found

    def _vp(self, phrase: Phrase) -> list[str]:
        before: list[str] = []
        adverb: list[str] = []
        negation: list[str] = []
        tense: Tense = ""
        stem = ""
        for child in phrase.children:
            if isinstance(child, Phrase):
                before += (
                    self._noun_phrase(child, "accusative")
                    if child.label == "NP"
                    else self._prepositional(child)
                )
                continue
            tense = tense or child.tense  # of the auxiliary, where there is one
            if child.tag == "ADV":
                adverb = [self._stem(child)]
            elif child.tag == "PART":
                negation = [NOT]
            elif child.tag == "VERB":
                stem = self._stem(child)
        verb = stem + TENSES[tense] + VERB_NUMBERS[phrase.number]
        return [*before, *adverb, *negation, verb]

    def _noun_phrase(self, phrase: Phrase, case: str) -> list[str]:
        """Noun, adjectives, determiner, modifier; of a coordination, both parts and then `and`."""
        ending = NUMBERS[phrase.number] + CASES[case]
        nouns: list[str] = []
        adjectives: list[str] = []
        determiner: list[str] = []
        after: list[str] = []
        for child in phrase.children:
            if isinstance(child, Phrase):
                after += self._modifier(child, case)
            elif child.tag == "CCONJ":
                continue
            elif child.tag == "PROPN":
                nouns.append(child.form + ending)
            elif child.tag == "NOUN":
                nouns.append(self._stem(child) + ending)
            elif child.tag == "ADJ":
                adjectives.append(self._stem(child) + ending)
            else:
                determiner.append(self._little[child.lemma])
        coordinated = any(isinstance(c, Word) and c.tag == "CCONJ" for c in phrase.children)
        return [*nouns, *adjectives, *determiner, *after, *([AND] if coordinated else [])]

    def _modifier(self, phrase: Phrase, case: str) -> list[str]:
        """A conjunct, which takes the case of the whole; or what a noun carries."""
        if phrase.label == "NP":
            return self._noun_phrase(phrase, case)
        if phrase.label == "PP":
            return self._prepositional(phrase)
        own_subject = any(isinstance(c, Phrase) and c.label == "NP" for c in phrase.children)
        gap = "accusative" if own_subject else "nominative"
        return [THAT + NUMBERS[phrase.number] + CASES[gap], *self._clause(phrase)]

    def _prepositional(self, phrase: Phrase) -> list[str]:
        preposition, complement = phrase.children
        assert isinstance(preposition, Word)
        assert isinstance(complement, Phrase)
        return [*self._noun_phrase(complement, "locative"), self._little[preposition.lemma]]

    def _stem(self, word: Word) -> str:
        return self._stems[word.tag, word.lemma]


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
