"""How frequent the words of an example are on the whole."""

import numpy as np
from jaxtyping import Float

from tombola.tasks.slices.slicer import SLICERS, Slicer
from tombola.tasks.slices.words import frequencies, words
from tombola.tasks.task import Task


class Frequency(Slicer):
    """Geometric mean of how often the example's words stand in the training split, plus one.

    Unlike the rarest word's it hardly depends on the example's length.
    """

    name = "frequency"
    unit = "occurrences"

    def numbers(self, task: Task) -> Float[np.ndarray, " n"]:
        """The mean of each example; 0 where there is no word."""
        known = frequencies(task)
        found = []
        for example in task.dev:
            logs = [np.log1p(known[word]) for word in words(example)]
            found.append(float(np.exp(np.mean(logs))) if logs else 0.0)
        return np.array(found, np.float64)


SLICERS.add(Frequency())
