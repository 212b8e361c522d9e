"""What puts examples in an order along which a dev split is cut, and all such by their names."""

from abc import ABC, abstractmethod

import numpy as np
from jaxtyping import Float

from tombola.registry import Registry
from tombola.tasks.task import Task


class Slicer(ABC):
    """A number for every example, known without any model."""

    name: str
    version = 1
    """Raised when its numbers change."""
    unit: str
    """What is counted, as it stands beside a slice's ends."""

    @abstractmethod
    def numbers(self, task: Task) -> Float[np.ndarray, " n"]:
        """The number of each example of the dev split, in its order."""


SLICERS: Registry[Slicer] = Registry("slicer", "tombola.tasks.slices")
"""Every slicer by its name."""
