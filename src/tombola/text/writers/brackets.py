"""Trees in brackets, a sentence per line."""

import re
from collections.abc import Iterator

from tombola.errors import UserError
from tombola.text.annotated import Annotated, Tree
from tombola.text.formats.trees import unescape
from tombola.text.writers.writer import WRITERS, Writer

ESCAPED = {"(": "-LRB-", ")": "-RRB-", "[": "-LSB-", "]": "-RSB-", "{": "-LCB-", "}": "-RCB-"}
"""Brackets, as words of trees have them."""

_BRACKET = re.compile("|".join(map(re.escape, ESCAPED)))


def brackets(text: Annotated) -> Iterator[str]:
    """The tree of a sentence, with an empty outermost bracket around it as in the Penn Treebank."""
    assert text.tree is not None  # the writer needs it
    yield f"({_bracket(text, text.tree)})"


def _bracket(text: Annotated, tree: Tree | int) -> str:
    if isinstance(tree, Tree):
        inner = " ".join(_bracket(text, child) for child in tree.children)
        return f"({_checked(text, tree.label)} {inner})"
    assert text.tags is not None  # the writer needs them
    word = text.words[tree]
    escaped = _BRACKET.sub(lambda found: ESCAPED[found[0]], word)
    if unescape(escaped) != word:
        raise UserError(f"{text.where}: {word!r} would be read as {unescape(escaped)!r} in a tree")
    return f"({_checked(text, text.tags[tree])} {_checked(text, escaped)})"


def _checked(text: Annotated, cell: str) -> str:
    if not cell or re.search(r"[\s()]", cell):
        raise UserError(f"{text.where}: {cell!r} cannot stand in a tree in brackets")
    return cell


WRITERS.add(
    Writer(
        name="trees",
        about="constituents in brackets, a tree per line",
        ending=".trees",
        needs=("tree", "tags"),
        lines=brackets,
        format="brackets",
        apart=False,
    )
)
