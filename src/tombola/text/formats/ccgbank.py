"""Machine-readable derivations of CCGbank, `.auto` (Hockenmaier & Steedman 2007)."""

import re
from collections.abc import Iterator
from pathlib import Path

from tombola.errors import UserError
from tombola.text.annotated import Annotated
from tombola.text.formats.checks import UniqueIds
from tombola.text.formats.format import FORMATS, Format
from tombola.text.formats.trees import unescape
from tombola.text.lines import read_lines

_ID = re.compile(r"ID=(?P<name>\S+)(?: \S+=\S*)*\s*$")
_TOKEN = re.compile(
    r"\(<L (?P<leaf>.*?)>\)|\(<T (?P<node>.*?)>|(?P<close>\))|(?P<other>\S)",
)
_LEAF = re.compile(r"(?P<category>\S+) (?P<modified>\S+) (?P<tag>\S+) (?P<word>\S+) \S+ ?")
_NODE = re.compile(r"\S+ \d+ (?P<children>\d+) ?")


def read_ccgbank(path: Path) -> Iterator[Annotated]:
    """The sentences of a file, plain or gzipped, with supertags and the treebank's own tags.

    A derivation is one line, with a line `ID=…` before it, which may be missing; empty lines and
    lines that begin with `#` are skipped. Supertags are the categories of words as they stand there
    (`(S[dcl]\\NP)/NP`); tags are the original ones, not those that CCGbank changed. Words are
    unescaped (`trees.unescape`). Raises UserError with file and line where a line is no derivation,
    a node has not as many children as it says, an id is given twice or stands before no derivation,
    and where there is no sentence.
    """
    ids = UniqueIds(path)
    name, named, empty = None, 0, True
    for number, line in read_lines(path):
        if line.startswith("ID="):
            match = _ID.match(line)
            if name is not None or match is None:
                said = "two ids for one derivation" if match else f"{line[:40]!r} is no id"
                raise UserError(f"{path}:{number}: {said}")
            name, named = match["name"], number
            ids.add(name, number)
        elif line.startswith("(<"):
            yield _sentence(f"{path}:{number}", line, name)
            name, empty = None, False
        elif line.strip() and not line.startswith("#"):
            raise UserError(f"{path}:{number}: {line[:20]!r}, expected 'ID=' or a derivation '(<'")
    if name is not None:
        raise UserError(f"{path}:{named}: id {name!r} without a derivation")
    if empty:
        raise UserError(f"{path}: no sentences")


def _sentence(where: str, line: str, name: str | None) -> Annotated:
    leaves: list[re.Match[str]] = []
    missing: list[int] = []  # children that each open node still expects
    done = False
    for token in _TOKEN.finditer(line):
        if done or token["other"]:
            raise UserError(f"{where}: {line[token.start() :][:20]!r}, expected a node or a leaf")
        if token["close"]:
            if not missing or missing.pop():
                raise UserError(f"{where}: a node that ends without all its children")
        elif missing and missing[-1] == 0:
            raise UserError(f"{where}: a node with more children than it says")
        elif missing:
            missing[-1] -= 1
        if token["node"] is not None:
            missing.append(_children(where, token["node"]))
        if token["leaf"] is not None:
            leaf = _LEAF.fullmatch(token["leaf"])
            if leaf is None:
                said = f"leaf {token['leaf'][:40]!r}, expected category, 2 tags, word, category"
                raise UserError(f"{where}: {said}")
            leaves.append(leaf)
        done = not missing
    if missing:
        raise UserError(f"{where}: a derivation that is not closed")
    return Annotated(
        words=tuple(unescape(leaf["word"]) for leaf in leaves),
        where=where,
        name=name,
        tags=tuple(leaf["tag"] for leaf in leaves),
        supertags=tuple(leaf["category"] for leaf in leaves),
    )


def _children(where: str, node: str) -> int:
    match = _NODE.fullmatch(node)
    if match is None or match["children"] not in ("1", "2"):
        raise UserError(
            f"{where}: node {node[:40]!r}, expected category, head, and 1 or 2 children"
        )
    return int(match["children"])


FORMATS.add(
    Format(
        name="ccgbank",
        about="CCGbank derivations: supertags",
        endings=(".auto",),
        carries=("tags", "supertags"),
        read=read_ccgbank,
    )
)
