"""Layers of the Parallel Meaning Bank (Abzianidze et al. 2017), as columns."""

from collections.abc import Iterator
from pathlib import Path

from tombola.errors import UserError
from tombola.text.annotated import Annotated
from tombola.text.formats.checks import UniqueIds, split_cells
from tombola.text.formats.columns import split_multiwords
from tombola.text.formats.format import FORMATS, Format
from tombola.text.lines import read_blocks

LAYERS = ("tok", "tok", "sym", "sem", "cat", "sns", "rol")
"""Columns where no comment names them: token (twice), symbol, semantic tag, category, sense,
roles."""


def read_pmb(path: Path) -> Iterator[Annotated]:
    """Sentences with semantic tags and categories, a token per line, columns between tabs.

    A comment such as `# tok:gold sem:gold cat:gold` names the columns for what follows it. A token
    of several words keeps its one label of each layer; the `~` between them becomes a space, as in
    the text. Raises UserError with file and line where a line
    has other columns, a read layer is empty at a word, or an id is given twice.
    """
    return _read(path, split=False)


def read_pmb_split(path: Path) -> Iterator[Annotated]:
    """As `read_pmb`, with a token of several words split, each with the token's labels.

    The published rule for semantic tags (Liu et al. 2019). Categories are copied too, though the
    parts of a multiword token would have other categories in a derivation.
    """
    return _read(path, split=True)


def _read(path: Path, split: bool) -> Iterator[Annotated]:
    ids = UniqueIds(path)
    layers: tuple[str, ...] = LAYERS
    empty = True
    for block in read_blocks(path):
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
            yield _sentence(path, rows, layers, name, split)
            empty = False
        elif name is not None:
            raise UserError(f"{path}:{block[0][0]}: comments without a sentence")
    if empty:
        raise UserError(f"{path}: no sentences")


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
    for layer in ("tok", "sem", "cat"):
        if layer not in layers:
            continue
        column = layers.index(layer)
        for (number, _), row in zip(rows, cells, strict=True):
            if not row[column].strip():
                raise UserError(f"{path}:{number}: column {layer!r} is empty")
        kept[layer] = tuple(row[column] for row in cells)
    tokens = kept.pop("tok")
    if split:
        words, copied = split_multiwords(tokens, *kept.values())
        kept = dict(zip(kept, copied, strict=True))
    else:
        words = tuple(token.replace("~", " ").strip() or token for token in tokens)
    return Annotated(
        words=words,
        where=f"{path}:{rows[0][0]}",
        name=name,
        semantic_tags=kept.get("sem"),
        supertags=kept.get("cat"),
    )


FORMATS.add(
    Format(
        name="pmb",
        about="Parallel Meaning Bank layers, one label per token",
        endings=(".conll",),
        carries=("semantic_tags", "supertags"),
        read=read_pmb,
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
