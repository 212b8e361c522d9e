"""An inspection as a picture: stacks side by side, the input at the bottom, sparsity by colour."""

from collections.abc import Iterator
from itertools import groupby

from tombola.anatomy.inspection.inspect import BlockRow, Count, Inspection
from tombola.verbs.inspection.svg import (
    GREY,
    OUTLINE,
    UNKNOWN,
    Drawing,
    Pixels,
    shade,
    shortened,
    text_width,
)

_KINDS = {"self": "self-attention", "cross": "cross-attention", "mlp": "MLP"}

_MARGIN, _GAP = 24.0, 44.0
_NUMBER, _NAME, _BAR, _WORDS = 26.0, 84.0, 300.0, 148.0
"""Widths of the parts of a stack: layer's number, block's name, cells, what the cells are."""
_STACK = _NUMBER + _NAME + _BAR + _WORDS
_ROW, _PITCH, _PAD, _BETWEEN = 14.0, 17.0, 4.0, 5.0
"""A block's height, from block to block, within a layer's frame, between frames."""
_WIDEST_CELL = 26.0
_NARROW = 4.0
"""Cells of so many pixels or less have no outline: it would hide their colour."""
_OUTSIDE = 20.0
"""Height of what stands above or below the stacks."""

_Layers = list[tuple[int, list[BlockRow]]]


def picture(inspection: Inspection) -> str:
    """Draw what a model is made of, as the text of an SVG file without scripts.

    A cell is a head, a bar an MLP, as long as it has neurons. Their colour is the share of their
    matrices' entries that are zero, biases apart; the numbers show under the mouse.
    """
    i = inspection
    stacks = {name: _layers(rows) for name, rows in groupby(i.blocks, key=lambda b: b.stack)}
    heights = {name: sum(map(_layer_height, layers)) for name, layers in stacks.items()}
    tallest = max(heights.values(), default=0.0)
    columns = max(len(stacks), 1)
    width = 2 * _MARGIN + columns * _STACK + (columns - 1) * _GAP
    head = _headline(i, width - 2 * _MARGIN)
    above = [name for name in ("pooler", "task_head") if i.sets[name].n]
    top = _MARGIN + 18 + 16 * len(head) + 12 + len(above) * (_OUTSIDE + 6)
    bottom = top + 34 + tallest  # where the lowest layers end
    drawing = Drawing(width, bottom + 14 + _OUTSIDE + 78, f"Anatomy of {i.architecture}")

    title = f"{i.architecture} ({i.family})"
    short = shortened(title, width - 2 * _MARGIN, 19)  # 17, and bold is wider
    tip = "" if short == title else title
    drawing.text(_MARGIN, _MARGIN + 14, short, size=17, bold=True, tip=tip)
    for n, (line, whole) in enumerate(head):
        drawing.text(_MARGIN, _MARGIN + 32 + 16 * n, line, size=11, color=GREY, tip=whole)
    for n, name in enumerate(reversed(above)):
        y = top - (len(above) - n) * (_OUTSIDE + 6)
        _outside(drawing, y, width, name.replace("_", " "), i.sets[name])
    scale = _Scale(i)
    for n, (name, layers) in enumerate(stacks.items()):
        x = _MARGIN + n * (_STACK + _GAP)
        start = bottom - heights[name]
        words = f"{len(layers)} layer{'' if len(layers) == 1 else 's'}"
        n_uses = max(blocks[0].n_uses for _, blocks in layers)
        words += "" if n_uses == 1 else f", used {n_uses} times"
        drawing.text(x + _NUMBER, start - 12, name, size=13, bold=True)
        indent = _NUMBER + text_width(name, 13) + 16
        drawing.text(x + indent, start - 12, words, size=11, color=GREY)
        drawing.arrow((x + _STACK / 2, bottom + 13), (x + _STACK / 2, bottom))
        for index, blocks in reversed(layers):
            _layer(drawing, x, start, index, blocks, scale)
            start += _layer_height((index, blocks))
    if len(stacks) == 2 and any(b.kind == "cross" for b in i.blocks):
        _reads(drawing, bottom, list(heights.values()))
    _outside(drawing, bottom + 14, width, "embeddings", i.sets["embeddings"])
    _legend(drawing, bottom + 14 + _OUTSIDE + 26, i, scale)
    return str(drawing)


class _Scale:
    """How wide a head and a neuron are drawn: the same everywhere in a picture."""

    def __init__(self, inspection: Inspection) -> None:
        heads = max((block.heads for block in inspection.blocks), default=0)
        self.neurons = max((block.neurons for block in inspection.blocks), default=0)
        self.head = min(_WIDEST_CELL, _BAR / max(heads, 1))
        self.neuron = _BAR / max(self.neurons, 1)


def _layers(rows: Iterator[BlockRow]) -> _Layers:
    return [(index, list(blocks)) for index, blocks in groupby(rows, key=lambda b: b.layer)]


def _layer_height(layer: tuple[int, list[BlockRow]]) -> Pixels:
    return len(layer[1]) * _PITCH - (_PITCH - _ROW) + 2 * _PAD + _BETWEEN


def _headline(inspection: Inspection, width: Pixels) -> list[tuple[str, str]]:
    """The lines under the title, and what they say in full where they are shortened."""
    i = inspection
    lines = [f"from {i.source}"] if i.source != i.architecture else []
    lines.append(f"{i.width:,} wide, {_entries(i.total, 'parameters')}")
    lines.append(f"matrices: {_entries(i.sets['matrices'])}")
    lines.append("; ".join(f"{name}: {_entries(i.sets[name])}" for name in ("biases", "norms")))
    shown = [shortened(line, width, 11) for line in lines]
    return [
        (short, "" if short == line else line) for short, line in zip(shown, lines, strict=True)
    ]


def _layer(
    drawing: Drawing, x: Pixels, y: Pixels, index: int, blocks: list[BlockRow], scale: _Scale
) -> None:
    """A frame with the blocks of a layer, the first one computed at the bottom."""
    height = _layer_height((index, blocks)) - _BETWEEN
    drawing.box(x + _NUMBER, y, _STACK - _NUMBER, height, "#f6f8fa", "layer", stroke="#d0d7de")
    drawing.text(x + _NUMBER - 6, y + height / 2 + 4, f"{index}", color=GREY, anchor="end")
    for n, block in enumerate(reversed(blocks)):
        top = y + _PAD + n * _PITCH
        drawing.text(x + _NUMBER + 6, top + 11, _KINDS[block.kind])
        left = x + _NUMBER + _NAME + 6
        _cells(drawing, left, top, block, scale)
        words = f"{_size(block)}{_percent(block.count, ' · ')}"
        drawing.text(x + _STACK - 6, top + 11, words, color=GREY, anchor="end", size=10)


def _cells(drawing: Drawing, x: Pixels, y: Pixels, block: BlockRow, scale: _Scale) -> None:
    """A bar for an MLP, a cell for each head; one bar for heads that cannot be told apart."""
    name = f"{block.stack} layer {block.layer}, {_KINDS[block.kind]}"
    if block.by_head is None:
        width = block.neurons * scale.neuron if block.kind == "mlp" else block.heads * scale.head
        tip = f"{name}: {_size(block)}, {_entries(block.count)}"
        drawing.box(x, y, width, _ROW, _shade(block.count), block.kind, tip)
        return
    gap = min(1.0, scale.head / 5)
    stroke = OUTLINE if scale.head > _NARROW else "none"
    for head, count in enumerate(block.by_head):
        tip = f"{name}, head {head}: {_entries(count)}"
        left = x + head * scale.head
        drawing.box(left, y, scale.head - gap, _ROW, _shade(count), "head", tip, stroke)


def _reads(drawing: Drawing, bottom: Pixels, heights: list[Pixels]) -> None:
    """The arrow from the top of the first stack into the side of the second."""
    top, side = bottom - heights[0], _MARGIN + _STACK
    x, middle = side + _GAP / 2, bottom - heights[1] / 2
    end = side + _GAP + _NUMBER - 18
    start = (side - 40, top - _BETWEEN)
    drawing.arrow(start, (start[0], top - 16), (x - 4, top - 16), (x - 4, middle), (end, middle))


def _outside(drawing: Drawing, y: Pixels, width: Pixels, name: str, count: Count) -> None:
    """What no stack holds: a swatch in the colour of its sparsity, and its numbers."""
    drawing.box(_MARGIN, y, width - 2 * _MARGIN, _OUTSIDE, "#f6f8fa", "outside", stroke="#d0d7de")
    drawing.box(_MARGIN + 6, y + 4, 12, 12, _shade(count), name.replace(" ", "_"))
    drawing.text(_MARGIN + 26, y + 14, f"{name}: {_entries(count)}")


def _legend(drawing: Drawing, y: Pixels, inspection: Inspection, scale: _Scale) -> None:
    key = "a cell is a head"
    if scale.neurons:
        key += f"; a bar is an MLP, the longest has {scale.neurons:,} neurons"
    if inspection.total.zeros is None and all(b.count.zeros is None for b in inspection.blocks):
        drawing.box(_MARGIN, y, 12, 12, UNKNOWN, "key")
        drawing.text(_MARGIN + 20, y + 10, "no weights here: sparsity is not known", color=GREY)
        drawing.text(_MARGIN, y + 30, key, color=GREY)
        return
    drawing.text(_MARGIN, y + 42, key, color=GREY)
    steps, width = 50, 5.0
    for step in range(steps):
        share = step / (steps - 1)
        drawing.box(_MARGIN + step * width, y, width + 0.3, 10, shade(share), "key", stroke="none")
    drawing.box(_MARGIN, y, steps * width, 10, "none", "key")
    for percent in (0, 25, 50, 75, 100):
        x = _MARGIN + steps * width * percent / 100
        drawing.text(x, y + 22, f"{percent}%", size=9, color=GREY, anchor="middle")
    words = "entries that are zero, biases apart"
    drawing.text(_MARGIN + steps * width + 22, y + 10, words, color=GREY)


def _shade(count: Count) -> str:
    """The colour of a count's sparsity; of nothing at all it is that of no zeros."""
    return shade(0.0 if count.n == 0 and count.zeros is not None else count.sparsity)


def _size(block: BlockRow) -> str:
    if block.kind == "mlp":
        return f"{block.neurons:,} neurons"
    return f"{block.heads} head{'' if block.heads == 1 else 's'} × {block.head_dim}"


def _entries(count: Count, what: str = "entries") -> str:
    return f"{count.n:,} {what}{_percent(count, ', ')}{'' if count.sparsity is None else ' zero'}"


def _percent(count: Count, before: str) -> str:
    return "" if count.sparsity is None else f"{before}{count.sparsity:.1%}"
