"""An inspection for the terminal; layers that look the same share a line."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from tombola.anatomy.inspection import BlockRow, Count, Inspection


def render(inspection: Inspection) -> RenderableType:
    """A rich renderable of 80 columns or a little more."""
    i = inspection
    # Text, not markup: a source may be called anything.
    title = Text(f"{i.architecture} ({i.family}), {i.width:,} wide", style="bold")
    parts: list[RenderableType] = [title]
    if i.source != i.architecture:
        parts.append(Text(f"from {i.source}", style="dim"))
    parts += [_blocks(i), _sets(i), *_notes(i)]
    return Group(*parts)


def text(inspection: Inspection) -> str:
    """The same as plain text, 100 columns wide."""
    console = Console(width=100, color_system=None)
    with console.capture() as captured:
        console.print(render(inspection))
    return captured.get()


def _blocks(inspection: Inspection) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim", title_justify="left")
    for column in ("stack", "layers", "block", "size", "matrices"):
        table.add_column(column, no_wrap=column != "matrices")
    _add_count_columns(table, inspection.total)
    for stack, rows in groupby(inspection.blocks, key=lambda block: block.stack):
        for layers, blocks in _alike(rows):
            for n, block in enumerate(blocks):
                table.add_row(
                    stack,
                    layers,
                    block.kind,
                    _size(block),
                    _matrices(block),
                    *_cells(block.count, inspection.total),
                )
                stack, layers = "", "" if n < len(blocks) - 1 else layers
    table.caption = "entries and zeros of one layer's matrices, biases apart"
    table.caption_justify = "left"
    return table


def _alike(rows: Iterable[BlockRow]) -> Iterator[tuple[str, list[BlockRow]]]:
    """Neighbouring layers that would look the same: `0-11`, and the blocks of the first."""

    def look(layer: tuple[int, list[BlockRow]]) -> list[tuple[str, ...]]:
        return [
            (b.kind, _size(b), _matrices(b), f"{b.count.n}", _percent(b.count)) for b in layer[1]
        ]

    layers = [(index, list(blocks)) for index, blocks in groupby(rows, key=lambda b: b.layer)]
    for _, same in groupby(layers, key=look):
        same_layers = list(same)
        first, last = same_layers[0][0], same_layers[-1][0]
        yield f"{first}" if first == last else f"{first}-{last}", same_layers[0][1]


def _size(block: BlockRow) -> str:
    if block.kind == "mlp":
        return f"{block.neurons:,} neurons"
    return f"{block.heads} heads × {block.head_dim}"


def _matrices(block: BlockRow) -> str:
    by_shape: dict[tuple[int, ...], list[str]] = {}
    for matrix in block.matrices:
        by_shape.setdefault(matrix.shape, []).append(matrix.role)
    return "; ".join(
        f"{', '.join(roles)} {'×'.join(map(str, shape))}" for shape, roles in by_shape.items()
    )


def _sets(inspection: Inspection) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("parameters")
    _add_count_columns(table, inspection.total)
    for name, count in inspection.sets.items():
        if count.n:
            table.add_row(name.replace("_", " "), *_cells(count, inspection.total))
    table.add_row("in all", *_cells(inspection.total, inspection.total), style="bold")
    return table


def _notes(inspection: Inspection) -> Iterator[Text]:
    for names in inspection.tied:
        yield Text(f"tied, counted once: {', '.join(names)}", style="dim")
    for name, shape in inspection.fixed.items():
        size = " × ".join(f"{length:,}" for length in shape)
        yield Text(f"fixed, not counted: {name}, {size}", style="dim")


def _add_count_columns(table: Table, total: Count) -> None:
    table.add_column("entries", justify="right", no_wrap=True)
    if total.n and _has_zeros(total):
        table.add_column("zeros", justify="right", no_wrap=True)


def _cells(count: Count, total: Count) -> list[str]:
    return [f"{count.n:,}", _percent(count)] if _has_zeros(total) else [f"{count.n:,}"]


def _has_zeros(total: Count) -> bool:
    return total.zeros is not None


def _percent(count: Count) -> str:
    return "–" if count.sparsity is None else f"{count.sparsity:.1%}"
