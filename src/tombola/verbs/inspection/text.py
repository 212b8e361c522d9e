"""An inspection for the terminal."""

from collections.abc import Iterator

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from tombola.anatomy import Inspection
from tombola.verbs.inspection.tree import lines, percent, tree

_KEY = "layers that look alike share a line; entries are those of one layer, biases apart"


def render(inspection: Inspection) -> RenderableType:
    """A rich renderable of 80 columns or a little more."""
    i = inspection
    # Text, not markup: a source may be called anything.
    title = Text(f"{i.architecture} ({i.family}), {i.width:,} wide", style="bold")
    parts: list[RenderableType] = [title]
    if i.source != i.architecture:
        parts.append(Text(f"from {i.source}", style="dim"))
    parts += [_blocks(i), Text(_KEY, style="dim"), Text(""), _sets(i), *_notes(i)]
    return Group(*parts)


def text(inspection: Inspection) -> str:
    """The same as plain text, 100 columns wide."""
    console = Console(width=100, color_system=None)
    with console.capture() as captured:
        console.print(render(inspection))
    return captured.get()


def _blocks(inspection: Inspection) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    known = _has_zeros(inspection)
    table.add_column("", overflow="fold")
    table.add_column("size", no_wrap=True)
    table.add_column("entries", justify="right", no_wrap=True)
    if known:
        table.add_column("zeros", justify="right", no_wrap=True)
    for name, node in lines(tree(inspection)):
        table.add_row(name, node.size, node.entries, *([node.zeros] if known else []))
    return table


def _sets(inspection: Inspection) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("parameters")
    known = _has_zeros(inspection)
    table.add_column("entries", justify="right", no_wrap=True)
    if known:
        table.add_column("zeros", justify="right", no_wrap=True)
    counts = {name.replace("_", " "): count for name, count in inspection.sets.items() if count.n}
    for name, count in {**counts, "in all": inspection.total}.items():
        zeros = [percent(count)] if known else []
        table.add_row(name, f"{count.n:,}", *zeros, style="bold" if name == "in all" else None)
    return table


def _notes(inspection: Inspection) -> Iterator[Text]:
    for names in inspection.tied:
        yield Text(f"tied, counted once: {', '.join(names)}", style="dim")
    for name, shape in inspection.fixed.items():
        size = " × ".join(f"{length:,}" for length in shape)
        yield Text(f"fixed, not counted: {name}, {size}", style="dim")
    if inspection.left:
        yield Text("parts were removed; left, by the numbers of the whole model:", style="dim")
    for line in (*inspection.left, *inspection.limits):
        yield Text(line, style="dim")


def _has_zeros(inspection: Inspection) -> bool:
    """Whether there are weights to ask, for one parameter set at least."""
    return any(count.n and count.zeros is not None for count in inspection.sets.values())
