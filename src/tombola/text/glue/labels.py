"""What a label in a file is here: the id of a class, or a score."""

import math
from typing import Any

from tombola.errors import UserError
from tombola.text.glue.layouts import Layout

NO_GOLD = "-"
"""What stands for the label where annotators agreed on none."""

HIDDEN = -1
"""What stands for it on the hub, and for every label of a test split."""


def from_text(cell: str, layout: Layout, where: str) -> int | float:
    """The id or score of a label as GLUE's files spell it. Raises UserError for anything else."""
    if layout.in_file:
        if cell not in layout.in_file:
            raise UserError(f"{where}: label {cell[:40]!r}; allowed: {', '.join(layout.in_file)}")
        return layout.in_file.index(cell)
    try:
        score = float(cell)
    except ValueError:
        score = math.nan
    return _score(score, repr(cell[:40]), layout, where)


def from_hub(value: Any, names: tuple[str, ...], layout: Layout, where: str) -> int | float | None:
    """The id or score of a label on the hub: a number, or its name; None where there is no gold.

    `names` are those of the numbers, in their order. Raises UserError for anything else, also for
    the -1 of hidden labels where a gold label must be.
    """
    if layout.may_lack_gold and value in (NO_GOLD, HIDDEN):
        return None
    if not layout.labels:
        number = (
            float(value) if isinstance(value, int | float | str) and _is_number(value) else None
        )
        if number == HIDDEN:
            raise UserError(f"{where}: score -1: the labels of this split are hidden")
        return _score(math.nan if number is None else number, repr(str(value)[:40]), layout, where)
    if isinstance(value, str) and value not in names and _is_number(value):
        value = int(value) if value.lstrip("-").isdecimal() else value
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < len(names):
        value = names[value]
    if value == HIDDEN:
        raise UserError(f"{where}: label -1: the labels of this split are hidden")
    if value not in names:
        shown = ", ".join(f"{i} or {name}" for i, name in enumerate(names))
        raise UserError(f"{where}: label {str(value)[:40]!r}; allowed: {shown}")
    return layout.hub_ids[layout.hub_labels.index(value)]


def _is_number(value: float | str) -> bool:
    try:
        float(value)
    except (ValueError, OverflowError):
        return False
    return not isinstance(value, bool)


def _score(score: float, shown: str, layout: Layout, where: str) -> float:
    if not math.isfinite(score):
        raise UserError(f"{where}: score {shown}; a number was expected")
    if not 0 <= score <= layout.highest:
        raise UserError(f"{where}: score {shown}; allowed: 0 to {layout.highest:g}")
    return score
