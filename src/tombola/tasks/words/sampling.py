"""Negatives of the arc tasks: pairs of words without an arc."""

import random
from collections.abc import Collection

ARC, NO_ARC = "arc", "none"
"""The two classes of all tasks that ask whether there is an arc."""


def negatives(n_words: int, child: int, heads: Collection[int], rng: random.Random) -> int | None:
    """A word, uniformly drawn, that is neither `child` nor one of `heads`, all that it depends on.

    None where there is no such word; then nothing is drawn from `rng`. Words are positions from 0;
    `ROOT` among the heads is no word and excludes none. A word that depends on `child` may be
    drawn: the reversed arc is a negative.

    One per positive balances the classes of arc prediction (Liu et al. 2019; Movva & Zhao 2020,
    section 4.1), in training, development and test text alike. The published code draws from one
    generator in the order of reading, so that a negative depends on all sentences before it; here
    each text has a generator of its own (`generator`).
    """
    excluded = sorted({position for position in (child, *heads) if 0 <= position < n_words})
    left = n_words - len(excluded)
    if left <= 0:
        return None
    drawn = rng.randrange(left)
    for position in excluded:  # in order, so that each moves `drawn` past itself
        if position <= drawn:
            drawn += 1
    return drawn


def generator(seed: int, words: tuple[str, ...]) -> random.Random:
    """The generator of one text's negatives, made of its words and the seed.

    The same text has the same negatives whatever comes before it, on any machine.
    """
    # A string is hashed by SHA-512: the same everywhere. Words of files hold no newline.
    return random.Random(f"negatives/{seed}/" + "\n".join(words))
