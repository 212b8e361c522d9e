"""How rare the rarest word of an example is."""

import numpy as np
from jaxtyping import Float

from tombola.tasks.slices.slicer import SLICERS, Slicer
from tombola.tasks.slices.words import frequencies, words
from tombola.tasks.task import Task


class Rarest(Slicer):
    """How often the example's rarest word stands in the training split; 0 for an unseen one.

    Long sentences have rarer words: slices by `length` stand beside these.
    """

    name = "rarest"
    unit = "occurrences"

    def numbers(self, task: Task) -> Float[np.ndarray, " n"]:
        """The least frequency of any word; 0 where there is no word."""
        known = frequencies(task)
        each = [min((known[w] for w in words(example)), default=0) for example in task.dev]
        return np.array(each, np.float64)


SLICERS.add(Rarest())
