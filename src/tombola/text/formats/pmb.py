"""Layers of the Parallel Meaning Bank (Abzianidze et al. 2017), as columns."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from tombola.errors import UserError
from tombola.text.annotated import Annotated
from tombola.text.formats.checks import UniqueIds, check_words, layer, split_cells
from tombola.text.formats.format import FORMATS, Format
from tombola.text.formats.multiwords import split_multiwords
from tombola.text.formats.sample import MOST, Sample, Sure, most
from tombola.text.lines import read_blocks
from tombola.text.reading import Reading, reading_of

LAYERS = ("tok", "tok", "sym", "sem", "cat", "sns", "rol")
"""Columns where no comment names them: token (twice; once in version 3), symbol, semantic tag,
category, sense, roles."""


def read_pmb(path: Path, reading: Reading | None = None) -> Iterator[Annotated]:
    """Sentences with semantic tags and categories, a token per line, columns between tabs.

    A comment such as `# tok:gold sem:gold cat:gold` names the columns for what follows it. A token
    of several words keeps its one label of each layer; the `~` between them becomes a space, as in
    the text. Raises UserError with file and line where a line has other columns, or a read layer is
    empty at a word. The format `columns` reads files whose columns are others.
    """
    return _read(path, reading_of(reading), split=False)


def read_pmb_split(path: Path, reading: Reading | None = None) -> Iterator[Annotated]:
    """As `read_pmb`, with a token of several words split, each with the token's labels.

    The published rule for semantic tags (Liu et al. 2019). Categories are copied too, though the
    parts of a multiword token would have other categories in a derivation.
    """
    return _read(path, reading_of(reading), split=True)


def _read(path: Path, reading: Reading, split: bool) -> Iterator[Annotated]:
    ids = UniqueIds(path, reading)
    layers: tuple[str, ...] | None = None

    def sentence(block: list[tuple[int, str]]) -> Annotated | None:
        nonlocal layers
        name = None
        rows: list[tuple[int, str]] = []
        for number, line in block:
            if not line.startswith("#") or ("\t" in line and not _names_layers(line)):
                rows.append((number, line))  # `#` may be a word: comments have no columns
            elif rows:
                raise UserError(f"{path}:{number}: a comment within a sentence")
            elif _names_layers(line):
                layers = _layers(line)
                if "tok" not in layers:
                    raise UserError(f"{path}:{number}: no column of tokens (tok) is named")
            elif line.startswith("# newdoc id ="):
                name = line.partition("=")[2].strip()
                ids.add(name, number)
        if rows:
            unnamed = LAYERS if len(rows[0][1].split("\t")) != len(LAYERS) - 1 else LAYERS[1:]
            return _sentence(path, rows, layers or unnamed, name, split)
        if name is not None:
            said = "comments without a sentence"
            reading.note(said, f"{path}:{block[0][0]}: {said}")
        return None

    return reading.texts(path, read_blocks(path), sentence)


def _names_layers(line: str) -> bool:
    cells = line[1:].split("\t")
    return len(cells) > 1 and all(":" in cell for cell in cells)


def _layers(line: str) -> tuple[str, ...]:
    return tuple(cell.strip().partition(":")[0] for cell in line[1:].split("\t"))


def _sentence(
    path: Path, rows: list[tuple[int, str]], layers: tuple[str, ...], name: str | None, split: bool
) -> Annotated:
    cells = [split_cells(path, number, line, len(layers), "\t") for number, line in rows]
    kept: dict[str, tuple[str, ...]] = {}
    for name_of in ("tok", "sem", "cat"):
        if name_of not in layers:
            continue
        column = layers.index(name_of)
        for (number, _), row in zip(rows, cells, strict=True):
            if not row[column].strip():
                raise UserError(f"{path}:{number}: column {name_of!r} is empty")
        kept[name_of] = tuple(row[column] for row in cells)
    tokens = kept.pop("tok")
    check_words(f"{path}:{rows[0][0]}", tokens)
    if split:
        words, copied = split_multiwords(tokens, *kept.values())
        kept = dict(zip(kept, copied, strict=True))
    else:
        words = tuple(token.replace("~", " ").strip() or token for token in tokens)
    return Annotated(
        words=words,
        where=f"{path}:{rows[0][0]}",
        name=name,
        semantic_tags=_layer(kept, "sem"),
        supertags=_layer(kept, "cat"),
    )


def _layer(kept: dict[str, tuple[str, ...]], name: str) -> tuple[str, ...] | None:
    return layer(kept[name]) if name in kept else None


SEMANTIC_TAGS = frozenset((
    "ALT", "ANA", "AND", "APP", "APX", "ART", "BOT", "BUT", "CLO", "COL", "CON", "COO", "CTC",
    "DAT", "DEC", "DEF", "DEG", "DIS", "DOM", "DOW", "DST", "DXD", "DXP", "DXT", "EFS", "EMP",
    "ENG", "ENS", "ENT", "EPG", "EPS", "EPT", "EQA", "EQU", "ETG", "ETV", "EXC", "EXG", "EXN",
    "EXS", "EXT", "EXV", "FUT", "GEO", "GPE", "GPO", "GRE", "GRP", "HAP", "HAS", "HES", "IMP",
    "INT", "IST", "ITJ", "LES", "LIT", "MOR", "MOY", "NAM", "NEC", "NIL", "NOT", "NOW", "NTH",
    "ORD", "ORG", "PER", "PFT", "POS", "PRG", "PRI", "PRO", "PRX", "PST", "QUA", "QUC", "QUE",
    "QUV", "REF", "REL", "ROL", "SCO", "SST", "SUB", "TOP", "UNE", "UNK", "UOM", "URL", "XCL",
    "XEM", "XOU", "XPD", "YOC",
))  # fmt: skip
"""Universal semantic tags, of all versions (Bjerva et al. 2016; Abzianidze & Bos 2017)."""


def are_semantic(tags: Iterable[str]) -> bool:
    """Whether nearly all of them are universal semantic tags."""
    return most(tags, SEMANTIC_TAGS.__contains__)


def _looks(sample: Sample) -> Sure:
    if any(re.match(r"#\s*(tok|sem|cat):", line) for line in sample.lines):
        return Sure.MARKED
    if any(re.match(r"# newdoc id = p\d+/d\d+", line) for line in sample.comments):
        return Sure.MARKED
    tags = [cells[-4] for cells in sample.tabbed if len(cells) in (6, 7)]
    return Sure.LIKELY if len(tags) >= MOST * len(sample.tabbed) and are_semantic(tags) else Sure.NO


FORMATS.add(
    Format(
        name="pmb",
        about="Parallel Meaning Bank layers, one label per token",
        endings=(".conll",),
        carries=("semantic_tags", "supertags"),
        read=read_pmb,
        looks=_looks,
    )
)
FORMATS.add(
    Format(
        name="pmb-split",
        about="Parallel Meaning Bank layers, tokens of several words split",
        endings=(),
        carries=("semantic_tags", "supertags"),
        read=read_pmb_split,
    )
)
