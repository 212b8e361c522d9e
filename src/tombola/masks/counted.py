"""Several masks at once: how many weights survive in which of them."""

from collections import Counter
from collections.abc import Sequence
from math import prod

import numpy as np

from tombola.errors import UserError
from tombola.masks.mask import Mask
from tombola.statistics.patterns import Patterns

CHUNK = 1 << 17
"""Bytes of a packed mask looked at at once; unpacked they are a million weights."""
MOST = 63
"""Masks at once: a pattern is a whole number with a bit for each."""
COUNTERS = 16
"""Up to so many masks every pattern has a counter; beyond, patterns are sorted, which is slow."""


def patterns(masks: Sequence[Mask]) -> Patterns:
    """Count entries by which masks they survive in; raters are the masks, in their order.

    Masks stay packed but for a million entries at a time.

    Raises UserError for masks of different models, and for none or more than 63.
    """
    if not 1 <= len(masks) <= MOST:
        raise UserError(f"{len(masks)} masks: between 1 and {MOST} are looked at together")
    for other in masks[1:]:
        masks[0].check_same(other)
    few = len(masks) <= COUNTERS
    found: Counter[int] = Counter()
    for name, shape in masks[0].shapes.items():
        packed, n = [mask.bits(name) for mask in masks], prod(shape)
        for start in range(0, len(packed[0]), CHUNK):
            codes: np.ndarray = np.zeros(
                min(8 * CHUNK, n - 8 * start), dtype=np.uint16 if few else np.int64
            )
            for i, bits in enumerate(packed):
                entries = np.unpackbits(
                    bits[start : start + CHUNK], count=len(codes), bitorder="little"
                )
                codes = codes | (entries.astype(codes.dtype) << i)
            if few:
                counts = np.bincount(codes)
                found.update({int(code): int(counts[code]) for code in np.flatnonzero(counts)})
            else:
                each, counts = np.unique(codes, return_counts=True)
                found.update(dict(zip(each.tolist(), counts.tolist(), strict=True)))
    every = np.array(sorted(found), dtype=np.int64)
    kept = (every[:, None] >> np.arange(len(masks)) & 1).astype(bool)
    return Patterns(kept, np.array([found[code] for code in sorted(found)], dtype=np.int64))
