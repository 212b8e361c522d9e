"""What can be set of the classifier of attention patterns."""

from pydantic import Field, field_validator

from tombola.dissect.patterns.layout import SHORTEST
from tombola.settings import Settings


class ClassifierSettings(Settings):
    """What it is trained on and how long; the defaults take seconds on one core."""

    maps: int = Field(2500, ge=25)
    """Made-up maps to train on, as many of each pattern."""
    held_out: int = Field(1000, ge=25)
    """Made-up maps to score it on."""
    lengths: tuple[int, int] = (SHORTEST, 128)
    """Fewest and most tokens of made-up maps."""
    steps: int = Field(200, gt=0)
    """Batches that it is trained on."""
    batch_size: int = Field(64, ge=2)
    """Maps at a time."""
    learning_rate: float = Field(5e-3, gt=0)
    """The highest: it rises over the first fifth of the steps and falls to zero."""
    seed: int = 0
    """Of maps, first weights and batches: the same network for all models that are compared."""

    @field_validator("lengths")
    @classmethod
    def _sound(cls, lengths: tuple[int, int]) -> tuple[int, int]:
        if not SHORTEST <= lengths[0] <= lengths[1] <= 1024:
            raise ValueError(f"fewest and most tokens, {SHORTEST} to 1024, not {list(lengths)}")
        return lengths
