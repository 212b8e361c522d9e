"""What can be set of scores of heads and MLPs."""

from typing import Annotated, Literal

from pydantic import Field

from tombola.settings import ONCE, ONE_OR_MORE, Settings, named_in
from tombola.tickets.importance.part_score import PART_SCORES, Per
from tombola.tickets.importance.values import Norm


class ImportanceSettings(Settings):
    """By which scores, on which examples, and how values are normed."""

    score: Annotated[tuple[str, ...], ONE_OR_MORE, named_in(PART_SCORES), ONCE] = Field(
        ("gate",), min_length=1
    )
    """Scores by name, on the same examples; of every two it is said how far they rank alike."""
    per: Per = "example"
    """Of what gradients `gate` takes absolute values; the published code: as_published."""
    norm: Norm = "l2-min-max"
    """How values are normed before they are compared."""
    split: Literal["dev", "train"] = "dev"
    """The examples that are read. The published code reads dev, and Michel et al. train."""
    examples: int | None = Field(None, gt=0)
    """How many; all where not given."""
    batch_size: int = Field(32, gt=0)
    """Examples at a time; it changes values `per` batch and as_published (there 64)."""
