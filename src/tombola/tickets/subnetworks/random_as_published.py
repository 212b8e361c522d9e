"""Random heads and MLPs as the original's code drew them."""

from collections.abc import Sequence
from functools import reduce
from operator import and_
from typing import ClassVar

import numpy as np

from tombola.masks import Mask
from tombola.tickets.subnetworks.bad_as_published import BadAsPublished, filled
from tombola.tickets.subnetworks.construction import SUBNETWORKS, Alive, Found, flat, remade


class RandomAsPublished:
    """Each part survives with the probability that the good mask's share gives: no exact size.

    Prasanna et al.'s heads differ from the good ones by -13 to 14, their MLPs by -5 to 2. Of
    several masks ("super"), as many as there are good ones, from what is neither good nor bad.
    """

    name: ClassVar[str] = "random-as-published"
    version: ClassVar[int] = 1
    about: ClassVar[str] = "each part by a coin of the good mask's share: sizes differ"
    units: ClassVar[tuple[str, ...]] = ("parts",)

    def mask(self, found: Found) -> Mask:
        """Coins; or of several masks, an exact number."""
        if len(found.good) == 1:
            return coins(found.good, np.random.RandomState(found.seed % 2**32))[0]
        good, rng = reduce(and_, found.good), np.random.default_rng(found.seed)
        bad = BadAsPublished().mask(found)

        def make(names: tuple[str, ...]) -> Alive:
            alive, worst = flat(good, names), flat(bad, names)
            neither = ~alive & ~worst
            every = np.ones(len(alive), dtype=bool)
            return filled(int(alive.sum()), (neither, every), rng)

        return remade(good, make)


def coins(good: Sequence[Mask], rng: np.random.RandomState) -> list[Mask]:
    """A mask for each of several, one after another from one stream of coins: heads, then MLPs.

    With `RandomState(13)`, tasks in the order CoLA, SST-2, MRPC, STS-B, QQP, MNLI, QNLI, RTE, WNLI
    and seeds 1337, 42, 86, 71, 166 within them, these are the 45 published masks, bit for bit.
    """

    def tossed(mask: Mask) -> Mask:
        def make(names: tuple[str, ...]) -> Alive:
            alive = flat(mask, names)
            return rng.rand(len(alive)) < alive.mean()

        return remade(mask, make)

    return [tossed(mask) for mask in good]


SUBNETWORKS.add(RandomAsPublished())
