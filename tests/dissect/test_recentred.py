"""Moments about another centre than the mean."""

import torch
from torch import Tensor

from tombola.dissect import MEASURES
from tombola.dissect.moments import Moments
from tombola.dissect.recentred import about


def test_words_apart_from_all_others_score_about_the_floor() -> None:
    """A kind that two unrelated models put apart: about the mean of all words that is alike."""
    debiased, found = MEASURES["debiased"], []
    for seed in range(6):
        x, y = apart(seed), apart(seed + 50)
        every = Moments.start([x[:1]], [y[:1]])
        kind = every.empty()
        every.add([x], [y], torch.arange(300))
        kind.add([x[::2]], [y[::2]], torch.arange(150))
        turned = about(kind, every.x.total / 300, every.y.total / 300)
        own, moved = (
            float(debiased.value(m)) - float(debiased.noise_floor(m)) for m in (kind, turned)
        )
        found.append([own, moved, float(debiased.value(turned))])
    own, moved, high = torch.tensor(found).mean(0).tolist()
    assert abs(own) < 0.05
    assert abs(moved) < 0.05
    assert high > 0.3


def apart(seed: int) -> Tensor:
    """Every other word is of the kind."""
    rows = torch.randn(300, 8, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    rows[::2] += 2
    return rows
