"""Cosine of features, against a plain computation."""

import numpy as np
import pytest
import torch

from tombola.dissect import MEASURES
from tombola.dissect.measures.cosine import Cosines


def test_cosines_of_tokens_and_of_all_pairs_of_them() -> None:
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(2, 30, 6)) + 1
    y += x
    measure = MEASURES["cosine"]
    layers = [torch.tensor(x), torch.tensor(x[:, :4])], [torch.tensor(y)]
    whole = Cosines.start(*layers)
    for part in (slice(0, 11), slice(11, 30)):
        more = whole.empty()
        some = [[rows[part] for rows in both] for both in layers]
        more.add(*some, torch.arange(part.stop - part.start))
        whole.merge(more)
    unit = [v / np.linalg.norm(v, axis=1, keepdims=True) for v in (x, y)]
    value, floor = measure.value(whole), measure.noise_floor(whole)
    assert value[0, 0].item() == pytest.approx((unit[0] * unit[1]).sum(1).mean())
    assert floor[0, 0].item() == pytest.approx((unit[0] @ unit[1].T).mean())
    assert value[1, 0].isnan()
    assert floor[1, 0].isnan()
    own = Cosines.start(layers[0][:1], layers[0][:1])
    own.add(layers[0][:1], layers[0][:1], torch.arange(30))
    assert measure.value(own).item() == pytest.approx(1)
