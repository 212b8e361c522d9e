"""What may be set when a model is measured."""

from typing import Annotated, Literal

from pydantic import Field, PositiveInt

from tombola.cost.timing import FEWEST
from tombola.settings import Settings


class CostSettings(Settings):
    """On what, and how often, models are timed."""

    batch_sizes: Annotated[tuple[PositiveInt, ...], Field(min_length=1)] = (1, 8)
    """Examples at a time."""
    lengths: Annotated[tuple[PositiveInt, ...], Field(min_length=1)] = (16, 64)
    """Tokens per example; none is padding."""
    new_tokens: PositiveInt | None = None
    """Tokens to generate per example, greedily; None times no generation."""
    repeats: Annotated[int, Field(ge=FEWEST)] = 20
    """Timed turns of each workload; fewer than six give no 95% interval."""
    warmup: Annotated[int, Field(ge=0)] = 3
    """Turns before those that are timed."""
    seed: Annotated[int, Field(ge=0)] = 0
    """Of the token ids and of the order within a turn."""
    device: str | None = None
    """None is a GPU where there is one, else the CPU."""
    dtype: Literal["float32", "bfloat16", "float16"] = "float32"
    """Of the weights while they are timed."""
    threads: PositiveInt | None = None
    """Of torch on the CPU; None leaves them as they are."""
