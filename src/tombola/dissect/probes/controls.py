"""Controls: is it the representation that knows, or the probe that learns?"""

import random
from collections import Counter
from collections.abc import Sequence
from itertools import accumulate

from tombola.text.examples import TaggedSentence


def control_task(
    train: Sequence[TaggedSentence], dev: Sequence[TaggedSentence], seed: int
) -> tuple[list[TaggedSentence], list[TaggedSentence]]:
    """Give every word form one tag drawn at random, with the frequencies of the training tags.

    Hewitt & Liang 2019, "Designing and Interpreting Probes with Control Tasks", section 2: only
    memory of forms can solve it, so accuracy on the tags less accuracy on this, a probe's
    *selectivity*, is what cannot be memory. The draw depends on seed and form alone.
    """
    counts = Counter(tag for sentence in train for tag in sentence.tags)
    tags = sorted(counts)
    cumulative = list(accumulate(counts[tag] for tag in tags))
    drawn: dict[str, str] = {}

    def draw(form: str) -> str:
        if form not in drawn:
            rng = random.Random(f"control/{seed}/{form}")  # seeded by text: the same everywhere
            drawn[form] = rng.choices(tags, cum_weights=cumulative)[0]
        return drawn[form]

    def redrawn(sentences: Sequence[TaggedSentence]) -> list[TaggedSentence]:
        return [TaggedSentence(s.words, tuple(map(draw, s.words))) for s in sentences]

    return redrawn(train), redrawn(dev)
