"""What the verbs found, as tables in a terminal."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import yaml
from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from tombola.anatomy import Inspection
    from tombola.study import Status
    from tombola.tickets import Ticket
    from tombola.verbs import Comparison, MaskPair


def status(found: "Status") -> None:
    """How a study stands."""
    from tombola.study.status import STATES

    counts = ", ".join(f"{found.count(s)} {s}" for s in STATES if found.count(s))
    _line(f"{found.out}: {counts} of {len(found.stages)} stages")
    left = found.seconds_left
    _line(
        f"work done {_duration(found.seconds_spent)}, left "
        + ("unknown" if left is None else f"about {_duration(left)}")
        + " (added up over processes)"
    )
    rows = [
        (
            each.state,
            each.stage.title,
            f"step {each.step:,} of {each.total:,}" if each.total else each.why,
        )
        for each in found.stages
        if each.state != "done"
    ]
    if rows:
        _table(("state", "stage", ""), rows)


def recipes(found: dict[str, str]) -> None:
    """Names and titles of recipes."""
    _table(("recipe", "title"), [(k, str(yaml.safe_load(v)["title"])) for k, v in found.items()])
    _line("tombola recipes show NAME prints one; tombola run NAME runs it")


def inspection(found: "Inspection") -> None:
    """The anatomy of a model."""
    from tombola.anatomy.show import render

    Console().print(render(found))


def drawn(ticket: "Ticket", out: Path) -> None:
    """A ticket that was drawn."""
    assert ticket.mask is not None  # it was just drawn
    mask = ticket.mask
    _line(
        f"{out}: {mask.n_pruned:,} of {mask.n:,} prunable weights pruned "
        f"({mask.sparsity:.1%}); mask {mask.digest}"
    )
    _line("the zeros make the model neither smaller nor faster by themselves")


def probes(found: Iterable[Any]) -> None:
    """Probe scores by layer."""
    rows = [
        (
            row.stack,
            str(row.layer),
            f"{row.value:.4f}",
            _interval(row.low, row.high),
            f"{row.chance:.4f}",
            f"{row.word_baseline:.4f}",
            f"{row.n:,}",
        )
        for row in found
    ]
    heads = ("stack", "layer", "accuracy", "95% interval", "chance", "word baseline", "n words")
    _table(heads, rows, right=(1, 2, 3, 4, 5, 6))


def comparison(found: "Comparison") -> None:
    """Answers and layers of two models."""
    if found.behaviour is None:
        _line("no answers to compare: one of the models has no head for a task")
    else:
        for key, value in found.to_dict()["behaviour"].items():
            shown = f"{value:.4f}" if isinstance(value, float) else str(value)
            _line(f"{key.replace('_', ' ')}: {shown}")
    rows = [
        (
            row.stack,
            str(row.dense_layer),
            f"{row.value:.4f}",
            _interval(row.low, row.high),
            f"{row.noise_floor:.4f}",
            f"{row.n:,}",
        )
        for row in found.layers
        if row.dense_layer == row.sparse_layer
    ]
    heads = ("stack", "layer", "similarity", "95% interval", "noise floor", "n tokens")
    _table(heads, rows, right=(1, 2, 3, 4, 5))


def mask_pairs(found: Iterable["MaskPair"]) -> None:
    """What masks share; each has a number, for paths are long."""
    pairs = list(found)
    numbers: dict[str, str] = {}
    for pair in pairs:
        for path in (pair.a, pair.b):
            numbers.setdefault(path, str(len(numbers) + 1))
    for path, number in numbers.items():
        _line(f"{number}  {path}")
    rows = [
        (
            f"{numbers[pair.a]} · {numbers[pair.b]}",
            f"{pair.overlap.intersection:,}",
            f"{pair.overlap.jaccard:.4f}",
            f"{pair.overlap.expected_jaccard:.4f}",
            f"{pair.overlap.expected_jaccard_by_tensor:.4f}",
            f"{pair.overlap.n:,}",
        )
        for pair in pairs
    ]
    heads = ("masks", "shared", "Jaccard", "by chance", "by chance per tensor", "n weights")
    _table(heads, rows, right=(1, 2, 3, 4, 5))


def _interval(low: float, high: float) -> str:
    return f"{low:.4f}–{high:.4f}" if low == low else ""


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


def _table(
    heads: tuple[str, ...], rows: Iterable[tuple[str, ...]], right: tuple[int, ...] = ()
) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column, head in enumerate(heads):
        side: Literal["left", "right"] = "right" if column in right else "left"
        table.add_column(head, justify=side, overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))  # Text: no markup in what came from data
    Console().print(table)


def _line(text: str) -> None:
    Console().print(text, markup=False, highlight=False, soft_wrap=True)
