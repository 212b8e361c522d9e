"""A sentence as a tree of phrases over words."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

Number = Literal["sg", "pl", ""]
Tense = Literal["present", "past", ""]

TAGS = (
    "DET", "NOUN", "PROPN", "ADJ", "ADV", "VERB", "AUX", "PART", "ADP", "PRON", "CCONJ", "SCONJ",
)  # fmt: skip
"""The parts of speech, named as Universal Dependencies names them."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word form and what it is, whatever sentence it stands in."""

    form: str
    tag: str
    """One of `TAGS`."""
    lemma: str
    number: Number = ""
    """Of nouns, names and pronouns; of determiners and verbs, where the form tells it."""
    tense: Tense = ""
    """Of finite verbs and auxiliaries."""
    pos: str = ""
    """The part of speech as the Penn Treebank names it."""
    sense: str = ""
    """The semantic tag, named as the Parallel Meaning Bank names it."""
    role: str = ""
    """Of adpositions and possessives: what the phrase is to its governor, a supersense of
    Schneider et al. 2018."""
    function: str = ""
    """Of adpositions and possessives: what the word itself says (the same source)."""


class Phrase(NamedTuple):
    """A constituent: S, SBAR, NP, VP, PP, ADJP, ADVP or WHNP, as the Penn Treebank names them."""

    label: str
    children: tuple["Phrase | Word", ...]
    relations: tuple[str, ...]
    """What each child is to the head, named as Universal Dependencies names it; one is `head`."""
    number: Number = ""
    """Of a noun phrase; of a verb phrase, that of the subject it agrees with."""
    entity: int | None = None
    """Which of a document's things a noun phrase speaks of."""


def words(tree: Phrase) -> list[Word]:
    """The words of a tree, from first to last."""
    found: list[Word] = []
    _collect(tree, found)
    return found


def text(tree: Phrase) -> str:
    """The sentence: its words with a space between."""
    return " ".join([word.form for word in words(tree)])


def _collect(phrase: Phrase, found: list[Word]) -> None:
    for child in phrase.children:
        if isinstance(child, Word):
            found.append(child)
        else:
            _collect(child, found)
