"""Bracketed trees of the Penn Treebank and its kin (Marcus et al. 1993; Bies et al. 1995)."""

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Literal

from tombola.errors import UserError
from tombola.text.annotated import Annotated, LabelledSpan, Tree
from tombola.text.formats.format import FORMATS, Format
from tombola.text.formats.sample import Sample, Sure
from tombola.text.formats.trees import Node, read_trees, unescape
from tombola.text.reading import Reading, reading_of

OUTERMOST = frozenset(("", "TOP", "ROOT", "VROOT"))
"""Labels that only hold a tree together."""

TRACE = "-NONE-"

CONJUNCT = "COORD"
"""Function of conjuncts in the extended treebank."""

Functions = Literal["stripped", "kept"]

_NUMBERS = re.compile(r"(?:[-=]\d+)+$")


def read_brackets(
    path: Path,
    reading: Reading | None = None,
    functions: Functions = "stripped",
    conjuncts: bool = False,
) -> Iterator[Annotated]:
    """The sentences of a file of trees, plain or gzipped, one at a time.

    Function tags are stripped (`NP-SBJ-1` is `NP`) or kept; then only the numbers of traces and
    gaps go (`NP-SBJ`). Traces are removed, and phrases that hold nothing else with them. An
    outermost bracket without a label, or labelled TOP, ROOT or VROOT, is dropped where it holds one
    phrase only; else it stays, with an empty label, as it holds the sentence together. Words are
    unescaped (`trees.unescape`). With `conjuncts`, phrases and words with the function `-COORD` are
    taken for them, of nested ones the outermost: the extended treebank of Ficler & Goldberg 2016
    marks them so. There tags have functions too (`NNS-COORD`, `CC-CC`), which are stripped.
    Raises UserError as `trees.read_trees` does, and where nothing is left of a tree.
    """
    reading = reading_of(reading)

    def sentence(tree: tuple[int, Node]) -> Annotated:
        return _sentence(f"{path}:{tree[0]}", tree[1], functions, conjuncts)

    yield from reading.each(read_trees(path, OUTERMOST, reading), sentence)


def _sentence(where: str, root: Node, functions: Functions, conjuncts: bool) -> Annotated:
    words: list[str] = []
    tags: list[str] = []
    marked: list[LabelledSpan] = []

    def build(node: Node) -> Tree | int | None:
        start = len(words)
        children: tuple[Tree | int, ...] = ()
        if node.word is None:
            children = tuple(kept for child in node.children if (kept := build(child)) is not None)
            if not children:
                return None
        elif node.label == TRACE:
            return None
        else:
            words.append(unescape(node.word))
            tags.append(strip_label(node.label, "stripped") if conjuncts else node.label)
        if CONJUNCT in node.label.split("-")[1:]:
            # Those within it were met before it, and give way to it.
            del marked[next((i for i, m in enumerate(marked) if m.start >= start), len(marked)) :]
            marked.append(LabelledSpan(start, len(words), ""))
        return Tree(strip_label(node.label, functions), children) if children else start

    tree = build(root)
    if tree is None:
        raise UserError(f"{where}: a tree without words")
    if isinstance(tree, int):  # `(UH Yes)`: a tag alone is no phrase
        tree = Tree("", (tree,))
    elif tree.label in OUTERMOST:
        inner = tree.children[0]
        alone = len(tree.children) == 1 and isinstance(inner, Tree)
        tree = inner if alone and isinstance(inner, Tree) else Tree("", tree.children)
    return Annotated(
        words=tuple(words),
        where=where,
        tags=tuple(tags),
        tree=tree,
        conjuncts=tuple(marked) if conjuncts else None,
    )


def strip_label(label: str, functions: Functions) -> str:
    """A phrase's label without function tags and numbers, or without numbers only."""
    if functions == "kept":
        return _NUMBERS.sub("", label)
    return label if label.startswith("-") else re.split("[-=]", label)[0]


_BEGINS = re.compile(r"\(\s*(?:[^\s()<]*\s*\(|[^\s()<]+\s+[^\s()]+\s*\)|$)")


def _looks(sample: Sample) -> Sure:
    trees = any(_BEGINS.match(line) for line in sample.lines[:20])
    return Sure.LIKELY if trees and not sample.lines[0].startswith("(<") else Sure.NO


def _looks_extended(sample: Sample) -> Sure:
    marked = any(f"-{CONJUNCT}" in line for line in sample.lines)
    return Sure.MARKED if marked and _looks(sample) else Sure.NO


FORMATS.add(
    Format(
        name="brackets",
        about="trees in brackets, function tags stripped",
        endings=(".mrg", ".ptb", ".tree", ".trees", ".brackets", ".penn"),
        carries=("tags", "tree"),
        read=read_brackets,
        looks=_looks,
    )
)
FORMATS.add(
    Format(
        name="brackets-functions",
        about="trees in brackets, function tags kept",
        endings=(),
        carries=("tags", "tree"),
        read=partial(read_brackets, functions="kept"),
    )
)
FORMATS.add(
    Format(
        name="brackets-conjuncts",
        about="trees in brackets with -COORD at conjuncts",
        endings=(".ext",),
        carries=("tags", "tree", "conjuncts"),
        read=partial(read_brackets, conjuncts=True),
        looks=_looks_extended,
    )
)
