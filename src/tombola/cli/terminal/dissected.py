"""How a dissection of models is printed: layers beside their own number; all is in --json."""

from typing import TYPE_CHECKING

from tombola.cli.terminal.screen import interval, line, table

if TYPE_CHECKING:
    from tombola.verbs import Dissection


def dissection(found: "Dissection") -> None:
    """A table for each part, and what could not be compared."""
    rows = found.rows()
    for note in found.notes:
        line(f"note: {note}")
    table(
        ("models", "measure", "stack", "layer", "similarity", "95% interval", "floor", "n"),
        [
            (_pair(row), row["measure"], row["stack"], str(row["dense_layer"]),
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
            (row["model"], row["stack"], str(row["layer"]), "mean" if row["centred"] else "zero",
             "" if row["k80"] is None else str(row["k80"]), _number(row["effective_rank"], 1),
             str(row["width"]), f"{row['n']:,}")
            for row in rows["complexity"]
        ],
        right=(2, 4, 5, 6, 7),
    )  # fmt: skip
    table(
        ("models", "measure", "stack", "by", "words", "similarity", "95% interval", "floor", "n"),
        [
            (_pair(row), row["measure"], row["stack"], row["by"], row["kind"],
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
            (row["model"], row["stack"], row["rows"], f"{row['share']:.1%}",
             interval(row["low"], row["high"]), f"{row['n']:,}")
            for row in rows["peaks"]
            if row["layer"] == 0
        ],
        right=(3, 4, 5),
    )  # fmt: skip


def _pair(row: dict[str, object]) -> str:
    return f"{row['against']}, {row['model']}"


def _number(value: float, places: int = 4) -> str:
    return f"{value:.{places}f}" if value == value else "–"
