"""The ticket itself; of several runs, what survives in all of them."""

from functools import reduce
from operator import and_
from typing import ClassVar

from tombola.masks import Mask
from tombola.tickets.subnetworks.construction import SUBNETWORKS, Found


class Good:
    """Prasanna et al. (2020), appendix E, call what survives in all runs super-survivors."""

    name: ClassVar[str] = "good"
    version: ClassVar[int] = 1
    about: ClassVar[str] = "what was found; of several runs, what survives in all"
    units: ClassVar[tuple[str, ...]] = ("weights", "parts")

    def mask(self, found: Found) -> Mask:
        """What survives in every mask."""
        return reduce(and_, found.good)


SUBNETWORKS.add(Good())
