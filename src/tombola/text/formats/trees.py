"""Trees in brackets, as treebanks write them, before anything is made of them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tombola.errors import UserError
from tombola.text.lines import read_lines

DEEPEST = 200
"""Brackets within brackets: far more than a sentence has, far fewer than Python can walk down."""

_TOKEN = re.compile(r"[()]|[^\s()]+")


@dataclass(slots=True)
class Node:
    """A bracket: what stands first in it, and either brackets or one word."""

    label: str
    children: list["Node"] = field(default_factory=list)
    word: str | None = None


def read_trees(path: Path, outermost: frozenset[str]) -> Iterator[tuple[int, Node]]:
    """Line of its beginning, and tree, of each outermost bracket; streams.

    A tree may stand on one line or on several; between trees, not within, lines may be empty,
    or comments that begin with `#`.
    Labels in `outermost` are allowed there alone, which tells an unclosed tree from the next one.
    Raises UserError with file and line where brackets do not match, a bracket holds neither
    brackets nor one word, there is text outside, and where there is no tree.
    """
    opened: list[Node] = []
    begun, last, empty = 0, "", True
    for number, line in read_lines(path):
        where = f"{path}:{number}"
        if not opened and line.startswith("#"):
            continue
        if opened and not line.strip():
            raise UserError(f"{where}: an empty line within the tree of line {begun}")
        for token in _TOKEN.findall(line):
            if token == "(":
                if len(opened) == DEEPEST:
                    raise UserError(f"{where}: more than {DEEPEST} brackets within one another")
                if not opened:
                    begun = number
                elif opened[-1].word is not None:
                    raise UserError(f"{where}: a bracket beside the word {opened[-1].word!r}")
                node = Node("")
                if opened:
                    opened[-1].children.append(node)
                opened.append(node)
            elif not opened:
                said = "a ')' that closes nothing" if token == ")" else f"{token[:20]!r} outside"
                raise UserError(f"{where}: {said}, expected '('")
            elif token == ")":
                _check_closed(where, opened, outermost)
                node = opened.pop()
                if not opened:
                    yield begun, node
                    empty = False
            elif last == "(":
                opened[-1].label = token
            elif opened[-1].children or opened[-1].word is not None:
                raise UserError(f"{where}: {token[:20]!r} beside other words or brackets")
            else:
                opened[-1].word = token
            last = token
    if opened:
        raise UserError(f"{path}:{begun}: a tree that is not closed by the end of the file")
    if empty:
        raise UserError(f"{path}: no trees")


def _check_closed(where: str, opened: list[Node], outermost: frozenset[str]) -> None:
    node = opened[-1]
    if not node.children and node.word is None:
        raise UserError(f"{where}: bracket {node.label[:20]!r} holds neither brackets nor a word")
    if not node.label and node.word is not None:
        raise UserError(f"{where}: the word {node.word[:20]!r} has no tag")
    if len(opened) > 1 and node.label in outermost:
        said = f"bracket {node.label!r} within a tree, expected outermost: an unclosed tree before?"
        raise UserError(f"{where}: {said}")


_ESCAPES = re.compile(r"-(?:[LR][RCS])B-|\\([/*])")
_BRACKETS = {"-LRB-": "(", "-RRB-": ")", "-LCB-": "{", "-RCB-": "}", "-LSB-": "[", "-RSB-": "]"}


def unescape(word: str) -> str:
    r"""The word as in the text: `-LRB-` is a bracket, and so on; `\/` and `\*` lose the backslash.

    Within words too (`friend-LRB-s-RRB-`). Quotes stay as the treebank has them.
    """
    return _ESCAPES.sub(lambda found: found[1] or _BRACKETS[found[0]], word)
