"""Test sets of WMT: SGML (`.sgm`), and the XML that took its place in 2021.

    <srcset setid="newstest2014" srclang="de">        <dataset id="newstest2021.de-en">
    <doc docid="1012-bbc" genre="news">               <doc id="1012-bbc" origlang="de">
    <p><seg id="1">Ein Satz.</seg></p>                <src lang="de"><p><seg id="1">Ein Satz.</seg>
    </doc></srcset>                                   </p></src><ref lang="en" translator="A">…

Only the few tags that matter are looked for, in both: the SGML was never strict enough for an XML
parser, and what is not parsed as XML cannot ask for external entities.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple

from tombola.errors import UserError
from tombola.text.examples import TranslationExample
from tombola.text.lines import read_lines
from tombola.text.reading import Reading, reading_of

Side = Literal["source", "reference", "system"]

_TAG = re.compile(
    r"<(?P<close>/?)(?P<name>srcset|refset|tstset|dataset|doc|src|ref|hyp|seg)\b(?P<rest>[^<>]*)>",
    re.IGNORECASE,
)
_ATTRIBUTE = re.compile(r"""([\w:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
_ENTITY = re.compile(r"&(?:(amp|lt|gt|quot|apos)|#([0-9]{1,7})|#[xX]([0-9a-fA-F]{1,6}));")
_ENTITIES = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_SIDES: dict[str, Side] = {
    "srcset": "source", "src": "source", "refset": "reference", "ref": "reference",
    "tstset": "system", "hyp": "system",
}  # fmt: skip


class Segment(NamedTuple):
    """A sentence, or a few, of a test set."""

    side: Side
    by: str
    """Who translated it, as the file says; empty where it does not."""
    language: str
    document: str
    id: str
    text: str
    where: str
    """File and line."""


@dataclass
class _Open:
    """The elements that are open, from the outermost, with their attributes and lines."""

    tags: list[tuple[str, dict[str, str], int]] = field(default_factory=list)

    def attribute(self, names: tuple[str, ...]) -> str:
        """The innermost attribute of one of these names; empty where there is none."""
        for _, attributes, _ in reversed(self.tags):
            for name in names:
                if name in attributes:
                    return attributes[name]
        return ""

    def side(self) -> Side | None:
        return next((_SIDES[name] for name, _, _ in reversed(self.tags) if name in _SIDES), None)


def read_sgml(path: Path) -> Iterator[Segment]:
    """The segments of a file, plain or gzipped, in its order; streams.

    The five entities of XML and numbered ones are replaced, white space is made single. Raises
    UserError with file and line where elements are not closed in the order they were opened, a
    segment has no id, stands in no document or on no side, or is there twice.
    """
    open_ = _Open()
    gathered: list[str] = []
    seen: dict[tuple[str, ...], int] = {}
    for number, line in read_lines(path, mixed_ends=True):
        at = 0
        for tag in _TAG.finditer(line):
            if tag["rest"].endswith("/"):  # an element without content
                continue
            name = tag["name"].lower()
            where = f"{path}:{number}"
            gathered.append(line[at : tag.start()])
            at = tag.end()
            if not tag["close"]:
                around = next((tag for tag in open_.tags if tag[0] in (name, "seg")), None)
                if around:
                    raise UserError(
                        f"{where}: <{name}> within the <{around[0]}> of line {around[2]}"
                    )
                open_.tags.append((name, _attributes(tag["rest"]), number))
                gathered = []
                continue
            if not open_.tags or open_.tags[-1][0] != name:
                inner = f"<{open_.tags[-1][0]}> of line {_line(open_)}" if open_.tags else "nothing"
                raise UserError(f"{where}: </{name}> closes {inner}")
            if name == "seg":
                segment = _segment(open_, "".join(gathered), path)
                if seen.setdefault(segment[:5], number) != number:
                    raise UserError(
                        f"{where}: segment {segment.id[:20]!r} of {segment.document[:40]!r} again"
                    )
                yield segment
            open_.tags.pop()
        gathered.append(f"{line[at:]} ")
        if not open_.tags or open_.tags[-1][0] != "seg":
            gathered = []
    if open_.tags:
        raise UserError(f"{path}:{_line(open_)}: <{open_.tags[-1][0]}> is never closed")
    if not seen:
        raise UserError(f"{path}: no segments")


def read_test_set(
    source: Path,
    reference: Path | None = None,
    by: str | None = None,
    reading: Reading | None = None,
) -> list[TranslationExample]:
    """A test set: sources with one reference each, in the order of the sources.

    `reference` is the file of the references; None where `source` holds both (XML). `by` is whose
    references are meant, where there are several. Raises UserError as `read_sgml` does, where the
    two sides have not the same segments (a `reading` that skips leaves those out), and where there
    are several references and none is chosen.
    """
    sources = [segment for segment in read_sgml(source) if segment.side == "source"]
    place = source if reference is None else reference
    references = [segment for segment in read_sgml(place) if segment.side == "reference"]
    known = sorted({segment.by for segment in references})
    if by is None and len(known) > 1:
        raise UserError(f"{place}: references by {', '.join(map(repr, known[:9]))}: choose one")
    if by is not None and by not in known:
        raise UserError(
            f"{place}: no references by {by!r}; there are {', '.join(map(repr, known[:9]))}"
        )
    translated = {
        (segment.document, segment.id): segment
        for segment in references
        if by is None or segment.by == by
    }

    def pair(segment: Segment) -> TranslationExample:
        found = translated.pop((segment.document, segment.id), None)
        if found is None:
            raise UserError(f"{segment.where}: {_named(segment)} has no reference in {place}")
        for side in (segment, found):
            if not side.text:
                raise UserError(f"{side.where}: a segment without text")
        return TranslationExample(segment.text, found.text)

    reading = reading_of(reading)
    examples = list(reading.texts(source, sources, pair, "sources"))
    for segment in translated.values():
        reading.refuse(UserError(f"{segment.where}: {_named(segment)} has no source in {source}"))
    return examples


def _named(segment: Segment) -> str:
    return f"segment {segment.id[:20]!r} of {segment.document[:40]!r}"


def _segment(open_: _Open, text: str, path: Path) -> Segment:
    _, attributes, number = open_.tags[-1]
    where = f"{path}:{number}"
    side, document = open_.side(), next((a for n, a, _ in open_.tags if n == "doc"), None)
    if side is None or document is None:
        raise UserError(f"{where}: a segment outside of a document of sources or references")
    if not attributes.get("id"):
        raise UserError(f"{where}: a segment without id")
    return Segment(
        side=side,
        by=open_.attribute(("translator", "system", "sysid")),
        language=open_.attribute(("lang", "trglang", "srclang")),
        document=document.get("docid") or document.get("id") or "",
        id=attributes["id"],
        text=" ".join(_ENTITY.sub(_character, text).split()),
        where=where,
    )


def _character(entity: re.Match[str]) -> str:
    name, decimal, hexadecimal = entity.groups()
    if name:
        return _ENTITIES[name]
    code = int(decimal) if decimal else int(hexadecimal, 16)
    # What is no character (surrogates, beyond the last plane) stays as it was written.
    return chr(code) if code < 0xD800 or 0xDFFF < code < 0x110000 else entity[0]


def _attributes(text: str) -> dict[str, str]:
    return {
        name.lower(): double or single or bare
        for name, double, single, bare in _ATTRIBUTE.findall(text)
    }


def _line(open_: _Open) -> int:
    return open_.tags[-1][2]
