"""Windows over a text that is longer than what a model takes."""

import numpy as np
from jaxtyping import Int

Span = tuple[int, int]
"""From the first to before the second."""


def windows(sizes: Int[np.ndarray, " words"], room: int, stride: int) -> list[Span]:
    """Stretches of whole words, each of `room` tokens at most, that cover all words in order.

    A window begins at most `stride` tokens after the one before; later where words are so long that
    it would else hold no new one. The last begins as early as it can: it too is as full as words
    allow. `sizes` are tokens of each word; none is above `room`.
    """
    ends = np.cumsum(sizes)
    starts = ends - sizes
    total = int(ends[-1])
    found: list[Span] = []
    first = 0
    while True:
        begin = int(starts[first])
        if total - begin <= room:
            first = int(np.searchsorted(starts, total - room))
            return [*found, (first, len(sizes))]
        last = int(np.searchsorted(ends, begin + room, side="right"))
        found.append((first, last))
        by_stride = int(np.searchsorted(starts, begin + stride, side="right")) - 1
        first = max(by_stride, int(np.searchsorted(starts, ends[last] - room)))


def widest(sizes: Int[np.ndarray, " words"], spans: list[Span]) -> Int[np.ndarray, " words"]:
    """For each word, the window in which it has the most context.

    That is where the shorter of its two sides, in tokens, is longest; a side on which the text
    itself ends lacks nothing and is never the shorter. Of equals, the first.
    """
    ends = np.cumsum(sizes)
    starts = ends - sizes
    most = np.full(len(sizes), -1.0)
    window = np.zeros(len(sizes), dtype=np.int64)
    for number, (first, last) in enumerate(spans):
        left = starts[first:last] - starts[first] if first else np.inf
        right = ends[last - 1] - ends[first:last] if last < len(sizes) else np.inf
        context = np.broadcast_to(np.minimum(left, right), (last - first,))
        better = context > most[first:last]
        most[first:last][better] = context[better]
        window[first:last][better] = number
    return window
