"""Products in float32: how far they are from those in float64."""

import numpy as np
import pytest
import torch
from dissect_models import batches, bert, sentences

from tombola.dissect import MEASURES, layer_similarity
from tombola.dissect.measures import Reading
from tombola.dissect.moments import Moments

OF_MOMENTS = [name for name in sorted(MEASURES) if MEASURES[name].sums is Moments]
FAST = Reading(products="float32")


@pytest.mark.parametrize("mean", [0.0, 30.0])
@pytest.mark.parametrize("name", ["as_published", "debiased", "neurons", "neurons_back"])
def test_the_error_is_below_a_millionth(name: str, mean: float) -> None:
    """5,000 tokens, neurons of very unequal spread, far from zero or not."""
    generator = torch.Generator().manual_seed(1)
    x = torch.randn(5000, 64, generator=generator) * torch.logspace(-2, 1, 64)
    y = x @ torch.randn(64, 64, generator=generator) / 8 + torch.randn(
        5000, 64, generator=generator
    )
    values = []
    for reading in (Reading(), FAST):
        sums = MEASURES[name].begin([x + mean], [y], reading)
        for first in range(0, 5000, 1250):
            rows = slice(first, first + 1250)
            sums.add([(x + mean)[rows]], [y[rows]], torch.arange(1250))
        values.append(MEASURES[name].value(sums).item())
    assert values[0] != values[1]
    assert values[1] == pytest.approx(values[0], abs=1e-6)


def test_models_are_compared_fast_where_asked() -> None:
    texts = batches(sentences(40, 7), 10)
    slow, fast = (
        layer_similarity(bert(1), bert(2), texts, OF_MOMENTS, block_sentences=10, **options)
        for options in ({}, {"reading": FAST})
    )
    errors = np.array([[a.value - b.value, a.low - b.low] for a, b in zip(slow, fast, strict=True)])
    assert 0 < np.abs(errors).max() < 1e-5
