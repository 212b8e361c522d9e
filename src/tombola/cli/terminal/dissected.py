"""How a dissection of models is printed: layers beside their own number; all is in --json."""

from collections.abc import Iterable
from string import ascii_uppercase as LETTERS
from typing import TYPE_CHECKING, Any

from tombola.cli.terminal.screen import interval, line, table

if TYPE_CHECKING:
    from tombola.verbs import Dissection


def dissection(found: "Dissection") -> None:
    """A table for each part, and what could not be compared."""
    rows = found.rows()
    called = letters(dict.fromkeys([*found.complexity, *(n for p in found.similarity for n in p)]))
    for name, letter in called.items():
        line(f"{letter}: {name}")
    for note in found.notes:
        line(f"note: {note}")

    def two(row: dict[str, Any]) -> str:
        return f"{called[row['against']]}, {called[row['model']]}"

    table(
        ("models", "measure", "stack", "layer", "similarity", "95% interval", "floor", "n"),
        [
            (two(row), row["measure"], row["stack"], str(row["dense_layer"]),
             _number(row["value"]), interval(row["low"], row["high"]),
             _number(row["noise_floor"]), f"{row['n']:,}")
            for row in rows["similarity"]
            if row["dense_layer"] == row["sparse_layer"]
        ],
        right=(3, 4, 5, 6, 7),
    )  # fmt: skip
    table(
        ("model", "stack", "layer", "about", "directions of 80%", "effective rank", "of", "n"),
        [
            (called[row["model"]], row["stack"], str(row["layer"]),
             "mean" if row["centred"] else "zero",
             "" if row["k80"] is None else str(row["k80"]), _number(row["effective_rank"], 1),
             str(row["width"]), f"{row['n']:,}")
            for row in rows["complexity"]
        ],
        right=(2, 4, 5, 6, 7),
    )  # fmt: skip
    table(
        ("models", "measure", "stack", "by", "words", "similarity", "95% interval", "floor", "n"),
        [
            (two(row), row["measure"], row["stack"], row["by"], row["kind"],
             _number(row["value"]), interval(row["low"], row["high"]),
             _number(row["noise_floor"]),
             f"{row['n']:,}{' (fewer than dimensions)' if row['n'] < row['width'] else ''}")
            for row in rows["words"]
        ],
        right=(5, 6, 7, 8),
    )  # fmt: skip
    table(
        ("model", "attention", "rows", "share over .95 on one token", "95% interval", "n"),
        [
            (called[row["model"]], row["stack"], row["rows"], f"{row['share']:.1%}",
             interval(row["low"], row["high"]), f"{row['n']:,}")
            for row in rows["peaks"]
            if row["layer"] == 0
        ],
        right=(3, 4, 5),
    )  # fmt: skip


def letters(names: Iterable[str]) -> dict[str, str]:
    """A letter for each, as the help has it, for names are wider than the columns of a table."""
    return {name: LETTERS[i] if i < len(LETTERS) else str(i + 1) for i, name in enumerate(names)}


def _number(value: float, places: int = 4) -> str:
    return f"{value:.{places}f}" if value == value else "–"
