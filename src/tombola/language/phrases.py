"""Spans of words, read off trees: chunks, names, conjuncts, mentions."""

from tombola.language.trees import Phrase, Word, words
from tombola.text.annotated import LabelledSpan, Span, Tree

NAMES = {"PER": "PER", "GEO": "LOC", "ORG": "ORG"}
"""Kinds of names by semantic tag."""


def constituents(tree: Phrase) -> Tree:
    """The tree with positions of words in the place of words."""
    return _constituent(tree, 0)[0]


def _constituent(phrase: Phrase, start: int) -> tuple[Tree, int]:
    children: list[Tree | int] = []
    for child in phrase.children:
        if isinstance(child, Word):
            children.append(start)
            start += 1
        else:
            below, start = _constituent(child, start)
            children.append(below)
    return Tree(phrase.label, tuple(children)), start


def chunks(tree: Phrase) -> list[LabelledSpan]:
    """Base phrases, after CoNLL-2000.

    The words directly under a phrase are a chunk with its label, each run of them one, and so is a
    relative pronoun (NP). An owner belongs to the chunk of what is owned; an adverb to that of its
    verb; a verb in the infinitive or behind an auxiliary to that of what governs it. Conjunctions
    are outside.
    """
    found: list[list[int]] = []
    labels: list[str] = []
    _chunk(tree, 0, -1, found, labels)
    return [
        LabelledSpan(run[0], run[-1] + 1, label) for run, label in zip(found, labels, strict=True)
    ]


def _chunk(
    phrase: Phrase, start: int, current: int, found: list[list[int]], labels: list[str]
) -> int:
    """Adds the words of a phrase; `current` is the chunk that it may go on with; its end."""
    label = {"WHNP": "NP", "ADVP": "VP"}.get(phrase.label, phrase.label)
    for child, relation in zip(phrase.children, phrase.relations, strict=True):
        if not isinstance(child, Word):
            joins = relation == "nmod:poss" or child.label == "ADVP"
            verbal = phrase.label in ("VP", "S") and child.label in ("VP", "S")
            passed = current if joins or (verbal and relation != "conj") else -1
            start = _chunk(child, start, passed, found, labels)
            if joins:
                current = len(found) - 1
        elif relation == "cc":
            start += 1
        else:
            if current < 0 or found[current][-1] != start - 1:
                found.append([])
                labels.append(label)
                current = len(found) - 1
            found[current].append(start)
            start += 1
    return start


def names(tree: Phrase) -> list[LabelledSpan]:
    """Names of persons (PER), places (LOC) and organisations (ORG)."""
    found: list[LabelledSpan] = []
    _name(tree, 0, found)
    return found


def _name(phrase: Phrase, start: int, found: list[LabelledSpan]) -> int:
    first = phrase.children[0]
    if isinstance(first, Word) and first.tag == "PROPN":
        end = start + len(phrase.children)
        found.append(LabelledSpan(start, end, NAMES[first.sense]))
        return end
    for child in phrase.children:
        start = start + 1 if isinstance(child, Word) else _name(child, start, found)
    return start


def conjuncts(tree: Phrase) -> list[LabelledSpan]:
    """The parts of coordinations, without their conjunctions; of nested ones the outermost."""
    found: list[LabelledSpan] = []
    _conjunct(tree, 0, found)
    return found


def _conjunct(phrase: Phrase, start: int, found: list[LabelledSpan]) -> None:
    coordinated = "conj" in phrase.relations
    for child in phrase.children:
        if isinstance(child, Word):
            start += 1
            continue
        end = start + len(words(child))
        if coordinated:
            found.append(LabelledSpan(start, end, ""))
        else:
            _conjunct(child, start, found)
        start = end


def mentions(tree: Phrase, start: int = 0) -> list[tuple[int, Span]]:
    """The noun phrases that speak of something with a number, and that number; outer ones first."""
    found: list[tuple[int, Span]] = []
    _mention(tree, start, found)
    return found


def _mention(phrase: Phrase, start: int, found: list[tuple[int, Span]]) -> None:
    if phrase.entity is not None:
        found.append((phrase.entity, (start, start + len(words(phrase)))))
    for child in phrase.children:
        if isinstance(child, Word):
            start += 1
        else:
            _mention(child, start, found)
            start += len(words(child))
