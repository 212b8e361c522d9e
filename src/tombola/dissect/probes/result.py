"""What a probe found, and which layer is best."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from tombola.dissect.probes.words import MIX

Selection = Literal["dev", "as_published"]


@dataclass(frozen=True)
class ProbeResult:
    """One probe on one layer: how well it does, and beside what."""

    task: str
    word_task: str
    """The word task that it is an instance of: `pos`, `ner`, …"""
    group: str
    """What that counts among where tasks are averaged: `WordTask.group` says."""
    hidden: int
    """Width of the probe's hidden layer; 0 is linear."""
    penalty: float
    """Strength of its L2 penalty."""
    replicate: int
    """Probes of the same kind that differ in their seed are counted from 0."""
    stack: str
    layer: int
    """0 is the embedding output, -1 a mix of all layers."""
    metric: str
    value: float
    """Its score on texts that it has not seen: test, or dev where there is no test."""
    low: float
    high: float
    """95% interval over texts."""
    n: int
    """Words, or pairs, scored."""
    texts: int
    """Texts that they are in."""
    chance: float
    """Score of the best constant answer; NaN if none has a score."""
    word_baseline: float
    """Score of what is usual for each word, without context."""
    error: float
    """Mean absolute error; NaN where answers are classes."""
    stopping: float
    """Score on the texts that decided when to stop: dev, or held-out training texts. The layer is
    to be chosen by it."""
    epoch: int
    """The epoch (from 1) whose weights were kept."""
    n_train: int
    """Words, or pairs, trained on."""
    n_unseen: int
    """Words scored whose class training has not: counted as wrong."""
    control: float
    """Score of the same probe on labels drawn for each word form; NaN where that was not asked.
    `value` less this is its selectivity."""
    bits: float
    """Bits in which the training labels are told by the online code; NaN where not asked. Uniform
    bits over these are the compression."""
    control_bits: float
    """The same of the labels drawn for each word form."""
    uniform_bits: float
    """Bits of the training labels where every class is as likely."""
    centre: float
    """Of a mix, the mean of the layers' numbers by what they count (the centre of gravity of Tenney
    et al. 2019); NaN of one layer."""
    n_skipped: int
    """Texts left out for their length."""
    n_windowed: int
    """Texts read through windows for their length."""
    unknown: float
    """Share of the scored texts' sub-tokens that the tokenizer does not know."""


def best_layer(results: Iterable[ProbeResult], by: Selection = "dev") -> int:
    """The layer with the best mean score over replicates; of equals, the first.

    Chosen by the score on the texts that decided when to stop. Movva & Zhao 2020 choose by the
    score that they report, on test (`as_published`): the highest of many noisy numbers is too high.
    A mix of layers is none. Results are those of one task and one kind of probe. Raises ValueError
    where there are none.
    """
    scores: dict[int, list[float]] = defaultdict(list)
    for result in results:
        if result.layer == MIX:
            continue
        scores[result.layer].append(result.stopping if by == "dev" else result.value)
    if not scores:
        raise ValueError("no results to choose a layer from")
    means = {layer: _mean(found) for layer, found in sorted(scores.items())}
    return max(means, key=means.__getitem__)


def _mean(values: Sequence[float]) -> float:
    """A layer without a score is no better than any other."""
    mean = float(np.mean(values))
    return mean if np.isfinite(mean) else -np.inf
