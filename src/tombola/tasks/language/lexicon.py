"""The words of the built-in language: invented stems, English little words and endings."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from tombola.tasks.language.chance import Choice, zipf
from tombola.tasks.language.knobs import Language
from tombola.tasks.language.trees import Number, Word

SHARES = {"noun": 0.4, "transitive": 0.22, "intransitive": 0.12, "adjective": 0.12, "adverb": 0.06}
"""Share of each class among the lemmas; the rest are names."""

DETERMINERS: dict[Number, tuple[str, ...]] = {
    "sg": ("the", "a", "this", "every"),
    "pl": ("the", "these", "many", "several"),
}
PREPOSITIONS = ("near", "under", "behind", "beside", "above", "inside")
PAST = 0.3
"""Share of past tense among finite verbs; its form is the same for both numbers."""


@dataclass(frozen=True)
class Lexicon:
    """The words of each class of the grammar, with their frequencies."""

    classes: dict[str, Choice[Word]]
    """By preterminal: `DET.sg`, `N.pl`, `TV.sg` (transitive verb, finite), `IV.base`, …"""
    other_number: dict[Word, Word]
    """A finite form that agrees with its subject, and the form for the other number."""


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


def class_sizes(language: Language) -> dict[str, int]:
    """How many lemmas each open class has."""
    sizes = {name: int(language.lexicon * share) for name, share in SHARES.items()}
    return {**sizes, "name": language.lexicon - sum(sizes.values())}


def lexicon(language: Language) -> Lexicon:
    """The words of a language; no randomness but that of the language itself."""
    sizes = class_sizes(language)
    closed = [*DETERMINERS["sg"], *DETERMINERS["pl"], *PREPOSITIONS]
    taken = {*closed, "that", "and", "not", "do", "does", "did"}
    rng = Random("lexicon")
    stems = {name: invent(size, rng, _stem, taken) for name, size in sizes.items()}
    nouns = iter(stems["noun"])  # there are more of them than verbs
    for name in ("intransitive", "transitive"):
        for rank in range(int(sizes[name] * language.ambiguity)):
            stems[name][rank] = next(nouns)

    other_number: dict[Word, Word] = {}
    classes = {
        "THAT": _one(Word("that", "PRON", "that")),
        "AND": _one(Word("and", "CCONJ", "and")),
        "NOT": _one(Word("not", "PART", "not")),
        "P": _zipfian([Word(form, "ADP", form) for form in PREPOSITIONS]),
        "ADJ": _zipfian([Word(stem, "ADJ", stem) for stem in stems["adjective"]]),
        "ADV": _zipfian([Word(stem + "ly", "ADV", stem) for stem in stems["adverb"]]),
        "NAME": _zipfian(
            [Word(stem.capitalize(), "PROPN", stem.capitalize(), "sg") for stem in stems["name"]]
        ),
        "N.sg": _zipfian([Word(stem, "NOUN", stem, "sg") for stem in stems["noun"]]),
        "N.pl": _zipfian([Word(stem + "s", "NOUN", stem, "pl") for stem in stems["noun"]]),
    }
    for number, forms in DETERMINERS.items():
        classes[f"DET.{number}"] = _zipfian([Word(form, "DET", form, number) for form in forms])
    for symbol, name in (("TV", "transitive"), ("IV", "intransitive")):
        classes[f"{symbol}.base"] = _zipfian([Word(stem, "VERB", stem) for stem in stems[name]])
        present = [
            (Word(stem + "s", "VERB", stem, "sg", "present"),
             Word(stem, "VERB", stem, "pl", "present"))
            for stem in stems[name]
        ]  # fmt: skip
        past = [Word(stem + "ed", "VERB", stem, "", "past") for stem in stems[name]]
        _add_finite(classes, other_number, symbol, present, past)
    do = (Word("does", "AUX", "do", "sg", "present"), Word("do", "AUX", "do", "pl", "present"))
    _add_finite(classes, other_number, "AUX", [do], [Word("did", "AUX", "do", "", "past")])
    return Lexicon(classes, other_number)


def _add_finite(
    classes: dict[str, Choice[Word]],
    other_number: dict[Word, Word],
    symbol: str,
    present: Sequence[tuple[Word, Word]],
    past: Sequence[Word],
) -> None:
    weights = zipf(len(present))
    weights = [weight * (1 - PAST) for weight in weights] + [weight * PAST for weight in weights]
    for side, number in enumerate(("sg", "pl")):
        forms = [pair[side] for pair in present]
        classes[f"{symbol}.{number}"] = Choice([*forms, *past], weights)
    for singular, plural in present:
        other_number |= {singular: plural, plural: singular}


def _stem(rng: Random) -> str:
    """Two syllables: `lumak`. No `s` or `d` at the end, which would look like an ending."""
    letters = ("bdfgklmnprtvz", "aeiou", "bdfgklmnprtvz", "aeiou", "bgkmnprt")
    return "".join(group[int(rng.random() * len(group))] for group in letters)


def _zipfian(choices: Sequence[Word]) -> Choice[Word]:
    return Choice(choices, zipf(len(choices)))


def _one(word: Word) -> Choice[Word]:
    return Choice([word], [1.0])
