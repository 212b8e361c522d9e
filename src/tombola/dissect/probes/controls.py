"""Control tasks: is it the representation that knows, or the probe that learns?"""

import random
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from tombola.dissect.probes.baselines import Key
from tombola.dissect.probes.items import Items


def control_items(
    train: Items, splits: Sequence[tuple[Items, Sequence[Key]]], seed: int
) -> list[Items]:
    """The items of splits, each word form (of a pair: each two) with one label drawn at random.

    Hewitt & Liang 2019, "Designing and Interpreting Probes with Control Tasks", section 2: labels
    are drawn with the frequencies of those of training, so only memory of forms can answer. A
    probe's score less its score on these, its *selectivity*, is what cannot be memory. The draw
    depends on seed and form alone: a form has the same label in all splits.
    """
    values, counts = np.unique(train.labels, return_counts=True)
    bounds = np.cumsum(counts)

    def draw(key: Key) -> float:
        rng = random.Random(f"control/{seed}/" + "\n".join(key))  # by SHA-512: everywhere the same
        place = np.searchsorted(bounds, rng.randrange(int(bounds[-1])), side="right")
        return float(values[place])

    known = {key: draw(key) for key in {key for _, keys in splits for key in keys}}
    return [
        replace(
            items,
            labels=np.array([known[key] for key in keys], items.labels.dtype),
            unseen=(),
            n_unseen=0,
        )
        for items, keys in splits
    ]
