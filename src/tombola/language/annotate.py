"""Sentences and documents of the built-in language with all that is known of their words."""

from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise
from random import Random
from typing import Any

from tombola.language.categories import categories
from tombola.language.corruption import corrupted
from tombola.language.dependencies import dependencies, semantic_dependencies
from tombola.language.factuality import events
from tombola.language.knobs import Language
from tombola.language.phrases import chunks, conjuncts, constituents, mentions, names
from tombola.language.splits import Split, stream
from tombola.language.stories import stories
from tombola.language.trees import Phrase, words
from tombola.text.annotated import ROOT, Adposition, Annotated, Span


def annotated(tree: Phrase, where: str = "built-in language", name: str | None = None) -> Annotated:
    """Every layer of a sentence but enhanced dependencies.

    A single sentence speaks of nothing twice: its clusters are empty unless its tree tells of
    entities.
    """
    flat = words(tree)
    arcs = dependencies(tree)
    return Annotated(
        words=tuple([word.form for word in flat]),
        where=where,
        name=name,
        lemmas=tuple([word.lemma for word in flat]),
        universal_tags=tuple([word.tag for word in flat]),
        tags=tuple([word.pos for word in flat]),
        tree=constituents(tree),
        arcs=tuple(arcs),
        semantic_arcs=tuple(semantic_dependencies(flat, arcs)),
        supertags=tuple(categories(tree)),
        semantic_tags=tuple([word.sense for word in flat]),
        chunks=tuple(chunks(tree)),
        names=tuple(names(tree)),
        conjuncts=tuple(conjuncts(tree)),
        correct=(True,) * len(flat),
        adpositions=tuple(
            [Adposition(i, f"p.{w.role}", f"p.{w.function}") for i, w in enumerate(flat) if w.role]
        ),
        events=tuple(events(flat, arcs)),
        clusters=_clusters([tree]),
    )


def annotated_sentences(
    n: int, seed: int, split: Split = "train", language: Language | None = None
) -> Iterator[Annotated]:
    """The `sentences` of the same arguments, annotated; one at a time.

    Raises UserError where the language has not that many.
    """
    for i, sentence in enumerate(stream(n, seed, split, language)):
        yield annotated(sentence.tree, f"{split} sentence {i + 1}", f"{split}-{seed}-{i + 1}")


def learner_sentences(
    n: int, seed: int, split: Split = "train", language: Language | None = None
) -> Iterator[Annotated]:
    """Sentences of which half have an error; of those, only words and errors are told.

    The errors are a verb in the wrong number, or two words in each other's place. Raises UserError
    where the language has not that many.
    """
    knobs = language or Language()
    rng = Random(f"learner/{split}/{seed}")
    for i, sentence in enumerate(stream(n, seed, split, knobs)):
        where, name = f"{split} learner sentence {i + 1}", f"learner-{split}-{seed}-{i + 1}"
        if rng.random() < 0.5:
            yield annotated(sentence.tree, where, name)
            continue
        forms, wrong = corrupted(sentence.tree, knobs, rng)
        correct = tuple(i not in wrong for i in range(len(forms)))
        yield Annotated(forms, where, name, correct=correct)


def documents(
    n: int, seed: int, split: Split = "train", language: Language | None = None
) -> Iterator[Annotated]:
    """Documents of four to six sentences with every layer but trees, and clusters over all.

    Raises UserError where the language has not that many.
    """
    for i, story in enumerate(stories(n, seed, split, language)):
        yield _document(
            [sentence.tree for sentence in story],
            f"{split} document {i + 1}",
            f"document-{split}-{seed}-{i + 1}",
        )


def _document(trees: Sequence[Phrase], where: str, name: str) -> Annotated:
    parts = [annotated(tree) for tree in trees]
    starts = [0, *accumulate(len(part.words) for part in parts)]

    def joined(layer: str) -> tuple[Any, ...]:
        return tuple(thing for part in parts for thing in getattr(part, layer))

    def moved(layer: str, *fields: str) -> tuple[Any, ...]:
        """With the start of each sentence added to the fields that are positions of words."""
        return tuple(
            thing._replace(**{field: _moved(getattr(thing, field), start) for field in fields})
            for part, start in zip(parts, starts, strict=False)
            for thing in getattr(part, layer)
        )

    return Annotated(
        words=joined("words"),
        where=where,
        name=name,
        sentences=tuple(pairwise(starts)),
        lemmas=joined("lemmas"),
        universal_tags=joined("universal_tags"),
        tags=joined("tags"),
        arcs=moved("arcs", "dependent", "head"),
        semantic_arcs=moved("semantic_arcs", "dependent", "head"),
        supertags=joined("supertags"),
        semantic_tags=joined("semantic_tags"),
        chunks=moved("chunks", "start", "end"),
        names=moved("names", "start", "end"),
        conjuncts=moved("conjuncts", "start", "end"),
        correct=joined("correct"),
        adpositions=moved("adpositions", "word"),
        events=moved("events", "word"),
        clusters=_clusters(trees),
    )


def _moved(position: int, start: int) -> int:
    return position if position == ROOT else position + start


def _clusters(trees: Sequence[Phrase]) -> tuple[tuple[Span, ...], ...]:
    """Mentions of one thing each, of two or more, in order of the first mention."""
    found: dict[int, list[Span]] = {}
    start = 0
    for tree in trees:
        for entity, span in mentions(tree, start):
            found.setdefault(entity, []).append(span)
        start += len(words(tree))
    clusters = [tuple(sorted(spans)) for spans in found.values() if len(spans) > 1]
    return tuple(sorted(clusters))
