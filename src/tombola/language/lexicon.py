"""The open classes of the built-in language: invented stems with English endings."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from random import Random

from tombola.language import little
from tombola.language.chance import Choice, zipf, zipfian
from tombola.language.knobs import Language
from tombola.language.lexemes import Adjective, Adverb, Gender, Kind, Name, Noun, Sort, Verb
from tombola.language.trees import Phrase, Word

SHARES = {"noun": 0.4, "transitive": 0.22, "intransitive": 0.12, "adjective": 0.12, "adverb": 0.06}
"""Share of each class among the lemmas; the rest are stems of names."""

SORTS: tuple[tuple[Sort, Gender], ...] = (
    ("person", "he"), ("thing", "it"), ("person", "she"), ("place", "it"),
    ("thing", "it"), ("person", "she"), ("time", "it"), ("person", "he"),
)  # fmt: skip
"""What nouns speak of: the first, the second, …, and again."""

COMPANIES = ("Bank", "Council", "Institute")


@dataclass(frozen=True)
class Names:
    """Stems of names, and the names made of them."""

    women: Choice[Name]
    men: Choice[Name]
    places: Choice[Name]
    surnames: Choice[Name]
    """Each alone the name of a person."""
    full: dict[tuple[Name, Name], Name]
    """By given name and surname."""
    companies: dict[tuple[Name, str], Name]
    """By surname and kind of company."""

    def stems(self) -> list[Name]:
        """All names of one word."""
        choices = self.women, self.men, self.places, self.surnames
        return [name for choice in choices for name in choice.things]


@dataclass(frozen=True)
class Lexicon:
    """The words of the open classes, with their frequencies."""

    nouns: Choice[Noun]
    of_sort: dict[Sort, Choice[Noun]]
    transitive: Choice[Verb]
    intransitive: Choice[Verb]
    adjectives: Choice[Adjective]
    adverbs: Choice[Adverb]
    names: Names


def class_sizes(language: Language) -> dict[str, int]:
    """How many lemmas each open class has."""
    sizes = {name: int(language.lexicon * share) for name, share in SHARES.items()}
    return {**sizes, "name": language.lexicon - sum(sizes.values())}


def invent(n: int, rng: Random, draw: Callable[[Random], str], taken: set[str]) -> list[str]:
    """`n` new stems of which no form collides with one in `taken`; their forms are added to it."""
    stems: list[str] = []
    while len(stems) < n:
        stem = draw(rng)
        forms = {stem, stem + "s", stem + "ed", stem + "ly", stem.capitalize()}
        if not forms & taken:
            taken |= forms
            stems.append(stem)
    return stems


@cache
def lexicon(language: Language) -> Lexicon:
    """The words of a language, made once; no randomness but that of the language itself."""
    sizes = class_sizes(language)
    rng = Random("lexicon")
    taken: set[str] = set()  # no little word has the shape of a stem
    stems = {name: invent(size, rng, _stem, taken) for name, size in sizes.items()}
    lookalikes = iter(stems["noun"])  # there are more of them than verbs
    for name in ("intransitive", "transitive"):
        for rank in range(int(sizes[name] * language.ambiguity)):
            stems[name][rank] = next(lookalikes)

    nouns = [_noun(stem, *SORTS[rank % len(SORTS)]) for rank, stem in enumerate(stems["noun"])]
    sorts: dict[Sort, list[Noun]] = {}
    for noun in nouns:
        sorts.setdefault(noun.sort, []).append(noun)
    return Lexicon(
        nouns=zipfian(nouns),
        of_sort={sort: zipfian(of_sort) for sort, of_sort in sorts.items()},
        transitive=zipfian(
            [little.verb(s, "transitive", s + "s", s + "ed") for s in stems["transitive"]]
        ),
        intransitive=zipfian(
            [little.verb(s, "intransitive", s + "s", s + "ed") for s in stems["intransitive"]]
        ),
        adjectives=_adjectives(stems["adjective"]),
        adverbs=zipfian([_adverb(stem) for stem in stems["adverb"]]),
        names=_names([stem.capitalize() for stem in stems["name"]]),
    )


def _noun(stem: str, sort: Sort, gender: Gender) -> Noun:
    return Noun(
        stem,
        sort,
        gender,
        Word(stem, "NOUN", stem, "sg", "", "NN", "CON"),
        Word(stem + "s", "NOUN", stem, "pl", "", "NNS", "CON"),
    )


def _adjectives(stems: Sequence[str]) -> Choice[Adjective]:
    """Praise, blame and neither in turn; praise and its next are equally frequent.

    So that neither sign is more frequent than the other, words come in triples of equal weight.
    """
    words = [Word(stem, "ADJ", stem, pos="JJ", sense="IST") for stem in stems]
    weights = zipf(len(stems))
    return Choice(
        [
            Adjective(word, (1, -1, 0)[rank % 3], Phrase("ADJP", (word,), ("head",)))
            for rank, word in enumerate(words)
        ],
        [weights[rank - rank % 3] for rank in range(len(stems))],
    )


def _adverb(stem: str) -> Adverb:
    word = Word(stem + "ly", "ADV", stem + "ly", pos="RB", sense="IST")
    return Adverb(word, Phrase("ADVP", (word,), ("head",)))


def _names(stems: Sequence[str]) -> Names:
    women, men, places, surnames = (list(stems[i::4]) for i in range(4))
    first_names = [_name(form, "PER", "she") for form in women]
    first_names += [_name(form, "PER", "he") for form in men]
    last_names = [_name(form, "PER", "he") for form in surnames]
    full = {
        (first, last): Name(
            f"{first.lemma} {last.lemma}", "PER", first.gender,
            (*first.parts, *last.parts), ("head", "flat"),
        )
        for first in first_names for last in last_names
    }  # fmt: skip
    companies = {
        (last, company): Name(
            f"{last.lemma} {company}", "ORG", "it",
            (_proper(last.lemma, "ORG"), _proper(company, "ORG")), ("compound", "head"),
        )
        for last in last_names for company in COMPANIES
    }  # fmt: skip
    return Names(
        zipfian(first_names[: len(women)]),
        zipfian(first_names[len(women) :]),
        zipfian([_name(form, "LOC", "it") for form in places]),
        zipfian(last_names),
        full,
        companies,
    )


def _name(form: str, kind: Kind, gender: Gender) -> Name:
    return Name(form, kind, gender, (_proper(form, kind),), ("head",))


def _proper(form: str, kind: str) -> Word:
    return Word(form, "PROPN", form, "sg", "", "NNP", "GEO" if kind == "LOC" else kind)


def _stem(rng: Random) -> str:
    """Two syllables: `lumak`. No `s` or `d` at the end, which would look like an ending."""
    letters = ("bdfgklmnprtvz", "aeiou", "bdfgklmnprtvz", "aeiou", "bgkmnprt")
    return "".join(group[int(rng.random() * len(group))] for group in letters)
