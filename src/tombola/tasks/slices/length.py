"""How long an example is."""

import numpy as np
from jaxtyping import Float

from tombola.tasks.slices.slicer import SLICERS, Slicer
from tombola.tasks.slices.words import words
from tombola.tasks.task import Task


class Length(Slicer):
    """Words of what is read; of a pair, of both sentences."""

    name = "length"
    unit = "words"

    def numbers(self, task: Task) -> Float[np.ndarray, " n"]:
        """Words of each example."""
        return np.array([len(words(example)) for example in task.dev], np.float64)


SLICERS.add(Length())
