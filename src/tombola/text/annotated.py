"""A text with all that is known of its words, whatever file or grammar it comes from.

Readers of formats fill the layers that their format carries; word tasks are derived from layers.
So each format is read once, and each task works on every format that carries what it needs.
"""

from dataclasses import dataclass
from typing import NamedTuple

Span = tuple[int, int]
"""Words from the first (counted from 0) to before the second."""

ROOT = -1
"""Head of a word that depends on no other."""


class Tree(NamedTuple):
    """A constituent: its label, and what it is made of: constituents, and positions of words.

    Words hang from their phrase directly: what a treebank writes as preterminals are tags, a layer
    of its own. The positions under a tree are all words of a sentence, each once, in order.
    """

    label: str
    children: tuple["Tree | int", ...]


class Arc(NamedTuple):
    """A labelled dependency between two words."""

    dependent: int
    head: int
    """A word, or `ROOT`."""
    label: str


class LabelledSpan(NamedTuple):
    """Words that belong together, and as what; the label is empty where there is one kind only."""

    start: int
    end: int
    """The position after the last word."""
    label: str


class Adposition(NamedTuple):
    """A preposition or a possessive, with its supersenses (Schneider et al. 2018)."""

    word: int
    role: str
    function: str


class Link(NamedTuple):
    """Two mentions, and whether they are of the same thing."""

    later: Span
    earlier: Span
    same: bool


class Event(NamedTuple):
    """A predicate, and how certain it is that what it says happened: -3 (not) to 3 (yes)."""

    word: int
    factuality: float


@dataclass(frozen=True, slots=True)
class Annotated:
    """A sentence or a document; a layer that its source does not carry is None."""

    words: tuple[str, ...]
    where: str
    """File and line of its beginning, for messages; of made text, what made it."""
    name: str | None = None
    """The id that the source gives it."""
    sentences: tuple[Span, ...] | None = None
    """The sentences of a document; None for a single sentence."""
    lemmas: tuple[str, ...] | None = None
    universal_tags: tuple[str, ...] | None = None
    """Universal parts of speech, one per word."""
    tags: tuple[str, ...] | None = None
    """The treebank's own parts of speech, one per word."""
    tree: Tree | None = None
    arcs: tuple[Arc, ...] | None = None
    """Syntactic dependencies, one per word in the order of words, root arcs included."""
    enhanced_arcs: tuple[Arc, ...] | None = None
    """Enhanced dependencies among words: any number per word."""
    semantic_arcs: tuple[Arc, ...] | None = None
    """Semantic dependencies: any number per word, none of them from the root."""
    supertags: tuple[str, ...] | None = None
    semantic_tags: tuple[str, ...] | None = None
    chunks: tuple[LabelledSpan, ...] | None = None
    """Not nested, in order; the same holds for names and conjuncts."""
    names: tuple[LabelledSpan, ...] | None = None
    conjuncts: tuple[LabelledSpan, ...] | None = None
    correct: tuple[bool, ...] | None = None
    """Whether each word is correct where it stands."""
    adpositions: tuple[Adposition, ...] | None = None
    events: tuple[Event, ...] | None = None
    clusters: tuple[tuple[Span, ...], ...] | None = None
    """Mentions of one thing each, of two mentions or more; in order of the first mention."""
    links: tuple[Link, ...] | None = None
    """Of text in which not all coreference is annotated: the pairs that are."""
