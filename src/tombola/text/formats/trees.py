"""Trees in brackets, as treebanks write them, before anything is made of them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tombola.errors import UserError
from tombola.text.lines import read_lines
from tombola.text.reading import Reading

DEEPEST = 200
"""Brackets within brackets: far more than a sentence has, far fewer than Python can walk down."""

_TOKEN = re.compile(r"[()]|[^\s()]+")


@dataclass(slots=True)
class Node:
    """A bracket: what stands first in it, and either brackets or one word."""

    label: str
    children: list["Node"] = field(default_factory=list)
    word: str | None = None


def read_trees(
    path: Path, outermost: frozenset[str], reading: Reading
) -> Iterator[tuple[int, Node]]:
    """Line of its beginning, and tree, of each outermost bracket; streams.

    A tree may stand on one line or on several; empty lines mean nothing, and lines outside of trees
    without a bracket are noted, comments that begin with `#` apart.
    Labels in `outermost` are allowed there alone, which tells an unclosed tree from the next one.
    Raises UserError with file and line where brackets do not match, a bracket holds neither
    brackets nor one word, there is text beside brackets, and where there is no tree. A reading that
    skips goes on at the next line that begins with a bracket.
    """
    built = _Built(outermost)
    empty, lost = True, False
    for number, line in read_lines(path):
        if not built.opened and (line.startswith("#") or not line.strip()):
            continue
        if lost and not line.startswith("("):
            continue
        lost = False
        if not built.opened and "(" not in line and ")" not in line:
            said = f"{path}:{number}: {line.strip()[:40]!r}, expected '('"
            reading.note("lines outside of trees", said)
            continue
        try:
            for tree in built.line(number, line, f"{path}:{number}"):
                yield tree
                empty = False
        except UserError as problem:
            reading.refuse(problem)
            built.opened, lost = [], True
    if built.opened:
        said = f"{path}:{built.begun}: a tree that is not closed by the end of the file"
        reading.refuse(UserError(said))
    if empty:
        raise reading.nothing(path, "trees")


class _Built:
    """A tree as far as it was read."""

    def __init__(self, outermost: frozenset[str]) -> None:
        self._outermost = outermost
        self.opened: list[Node] = []
        self.begun = 0
        self._last = ""

    def line(self, number: int, line: str, where: str) -> Iterator[tuple[int, Node]]:
        """Read a line; the trees that end in it."""
        for token in _TOKEN.findall(line):
            if token == "(":
                self._open(number, where)
            elif not self.opened:
                said = "a ')' that closes nothing" if token == ")" else f"{token[:20]!r} outside"
                raise UserError(f"{where}: {said}, expected '('")
            elif token == ")":
                _check_closed(where, self.opened, self._outermost)
                node = self.opened.pop()
                if not self.opened:
                    yield self.begun, node
            elif self._last == "(":
                self.opened[-1].label = token
            elif self.opened[-1].children or self.opened[-1].word is not None:
                raise UserError(f"{where}: {token[:20]!r} beside other words or brackets")
            else:
                self.opened[-1].word = token
            self._last = token

    def _open(self, number: int, where: str) -> None:
        if len(self.opened) == DEEPEST:
            raise UserError(f"{where}: more than {DEEPEST} brackets within one another")
        node = Node("")
        if not self.opened:
            self.begun = number
        elif self.opened[-1].word is not None:
            raise UserError(f"{where}: a bracket beside the word {self.opened[-1].word!r}")
        else:
            self.opened[-1].children.append(node)
        self.opened.append(node)


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
