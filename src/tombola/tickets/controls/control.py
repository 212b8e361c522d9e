"""What a control is: it takes from a ticket one thing that the ticket may owe much to."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Protocol, runtime_checkable

import numpy as np
from torch import Tensor

from tombola.anatomy import Anatomy
from tombola.masks import Mask
from tombola.registry import Registry


@dataclass(frozen=True)
class Given:
    """What a control may look at."""

    mask: Mask
    """The ticket's."""
    weights: Mapping[str, Tensor]
    """The weights that training would begin from, without the mask, by every parameter's name. They
    are those of a model, and may be changed in place."""
    body: Anatomy
    fresh: Callable[[], Mapping[str, Tensor]]
    """Weights of such a model drawn anew."""
    seed: int
    """Of whatever is random."""

    @property
    def rng(self) -> np.random.Generator:
        """A generator from the seed."""
        return np.random.default_rng(self.seed)


@runtime_checkable
class Control(Protocol):
    """One short file in this folder, or in a plug-in, enters one."""

    name: ClassVar[str]
    version: ClassVar[int]
    """Raised when what it makes changes."""
    about: ClassVar[str]
    """One line for lists."""

    def make(self, given: Given) -> Mask:
        """Change the weights in place, or give another mask; returns the mask that holds."""
        ...


CONTROLS: Registry[Control] = Registry("control", "tombola.tickets.controls")
"""Controls by name."""
