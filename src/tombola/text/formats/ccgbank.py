"""Machine-readable derivations of CCGbank, `.auto` (Hockenmaier & Steedman 2007)."""

import re
from collections.abc import Iterator
from pathlib import Path

from tombola.errors import UserError
from tombola.text.annotated import Annotated
from tombola.text.formats.checks import UniqueIds
from tombola.text.formats.format import FORMATS, Format
from tombola.text.formats.sample import Sample, Sure, most
from tombola.text.formats.trees import unescape
from tombola.text.lines import read_lines
from tombola.text.reading import Reading, reading_of

_ID = re.compile(r"ID=(?P<name>[^\s,]+)(?:,? .*)?$")
_TOKEN = re.compile(
    r"\(<L (?P<leaf>.*?)>\)|\(<T (?P<node>.*?)>|(?P<close>\))|(?P<other>\S)",
)
_LEAF = re.compile(r"(?P<category>\S+) (?P<modified>\S+) (?P<tag>\S+) (?P<word>\S+) \S+ ?")
_NODE = re.compile(r"\S+ \d+ (?P<children>\d+) ?")


def read_ccgbank(path: Path, reading: Reading | None = None) -> Iterator[Annotated]:
    """The sentences of a file, plain or gzipped, with supertags and the treebank's own tags.

    A derivation is one line, with a line `ID=…` before it, which may be missing, and after whose id
    parsers write what they like; empty lines and lines that begin with `#` are skipped. Supertags
    are the categories of words as they stand there (`(S[dcl]\\NP)/NP`); tags are the original ones,
    not those that CCGbank changed. Words are unescaped (`trees.unescape`). Raises UserError with
    file and line where a line is no derivation, a node has not as many children as it says, an id
    stands before no derivation, and where there is no sentence.
    """
    reading = reading_of(reading)
    ids = UniqueIds(path, reading)
    name, named = None, 0

    def sentence(numbered: tuple[int, str]) -> Annotated | None:
        nonlocal name, named
        number, line = numbered
        if line.startswith("ID="):
            match = _ID.match(line)
            if match is None:
                raise UserError(f"{path}:{number}: {line[:40]!r} is no id")
            before, name, named = name, match["name"], number
            if before is not None:
                raise UserError(f"{path}:{number}: two ids for one derivation")
            ids.add(name, number)
        elif line.startswith("(<"):
            own, name = name, None
            return _sentence(f"{path}:{number}", line, own)
        elif line.strip() and not line.startswith("#"):
            raise UserError(f"{path}:{number}: {line[:20]!r}, expected 'ID=' or a derivation '(<'")
        return None

    yield from reading.texts(path, read_lines(path), sentence)
    if name is not None:
        reading.refuse(UserError(f"{path}:{named}: id {name!r} without a derivation"))


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


def _looks(sample: Sample) -> Sure:
    return (
        Sure.MARKED
        if most(sample.lines, lambda line: line[:3] in ("ID=", "(<T", "(<L"))
        else Sure.NO
    )


FORMATS.add(
    Format(
        name="ccgbank",
        about="CCGbank derivations: supertags",
        endings=(".auto",),
        carries=("tags", "supertags"),
        read=read_ccgbank,
        looks=_looks,
    )
)
