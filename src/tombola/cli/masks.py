"""`tombola masks`: what masks share."""

from typing import TYPE_CHECKING, Annotated

import typer

from tombola import verbs
from tombola.cli.terminal.answer import answer
from tombola.cli.terminal.app import app
from tombola.cli.terminal.options import Json, Plugins, begun
from tombola.cli.terminal.screen import line, table

if TYPE_CHECKING:
    from tombola.verbs import MaskComparison, MaskPair, MasksTogether

EXAMPLES = """Examples:

\b
tombola masks ticket-a ticket-b            folders of tickets
tombola masks runs/first-look              all masks of a study
tombola masks runs/first-look:cola/1       those of a task and a seed
tombola masks 'runs/a:*/round=3' runs/b    stages by round; another study
"""


@app.command(epilog=EXAMPLES)
def masks(
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="MASK",
            help="Mask files, tickets' folders, studies' folders, or stages of a study.",
            autocompletion=begun,
        ),
    ],
    plugins: Plugins = None,
    as_json: Json = False,
) -> None:
    """What every two of some masks share, and three or more together, beside chance.

    Stages are named by their study's folder, a colon, and parts of their titles: DIR:step/…, or
    DIR:task/seed/round. Beginnings of words and * will do, and axes by name, as round=2.
    """
    found = verbs.compare_masks(list(files))
    answer(found, as_json, _compared)


def _compared(found: "MaskComparison") -> None:
    _mask_pairs(found.pairs)
    if found.together is not None:
        line("")
        _mask_agreement(found.together)


def _mask_pairs(pairs: "tuple[MaskPair, ...]") -> None:
    """What masks share; each has a number, for paths are long."""
    numbers: dict[str, str] = {}
    for pair in pairs:
        for path in (pair.a, pair.b):
            numbers.setdefault(path, str(len(numbers) + 1))
    for path, number in numbers.items():
        line(f"{number}  {path}")
    rows = [
        (
            f"{numbers[pair.a]} · {numbers[pair.b]}",
            f"{pair.overlap.intersection:,}",
            f"{pair.overlap.jaccard:.4f}",
            f"{pair.overlap.expected_jaccard:.4f}",
            f"{pair.overlap.expected_jaccard_by_tensor:.4f}",
            f"{pair.overlap.difference:.4f}",
            f"{pair.overlap.expected_difference:.4f}",
            f"{pair.overlap.most_different:.4f}",
            f"{pair.overlap.n:,}",
        )
        for pair in pairs
    ]
    heads = (
        "masks", "shared", "Jaccard", "by chance", "by chance per tensor", "differ in", "by chance",
        "at most", "n weights",
    )  # fmt: skip
    table(heads, rows, right=tuple(range(1, len(heads))))


def _mask_agreement(found: "MasksTogether") -> None:
    """All masks as a whole, and what each statistic speaks about."""
    rows = [
        (
            each.statistic.title,
            _number(each.value),
            _reach(each.low, each.high),
            _number(each.null_mean),
            _reach(each.null_low, each.null_high),
            f"{each.p:.2g}" if each.p == each.p else "",
        )
        for each in found.agreement
    ]
    heads = ("all masks", "value", "95% interval", "shuffled", "95% of shuffles", "p")
    table(heads, rows, right=(1, 2, 3, 4, 5))
    line(
        f"{found.in_all:,} of {found.n:,} weights survive in all {len(found.survivors)} masks; by "
        f"chance {found.expected_in_all:,.1f} would. {found.in_none:,} survive in none."
    )
    for each in found.agreement:
        line(each.statistic.tests)


def _reach(low: float, high: float) -> str:
    return f"{_number(low)} to {_number(high)}" if low == low else ""


def _number(value: float) -> str:
    """Of statistics below 1, and of counts of weights."""
    if value != value:
        return "undefined"
    return f"{value:,.1f}" if abs(value) >= 100 else f"{value:.4f}"
