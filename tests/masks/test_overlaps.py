from math import isnan

import pytest
import torch
from hypothesis import given, settings
from worlds import build, flat, masks, random_mask

from tombola.masks import Mask, n_different, overlap


@settings(deadline=None)
@given(masks(2))
def test_counts(pair):
    a, b = build(pair)
    x, y = (flat(m) if m else torch.zeros(0).bool() for m in (a, b))
    found = overlap(a, b)
    assert found.n == len(x)
    assert found.survivors == (int(x.sum()), int(y.sum()))
    assert found.intersection == int((x & y).sum())
    union = int((x | y).sum())
    assert isnan(found.jaccard) if union == 0 else found.jaccard == found.intersection / union


def test_chance_level_is_what_independent_masks_show():
    shapes = {"a": (100, 100), "b": (50, 50)}
    found = overlap(random_mask(shapes, 0.3, 1), random_mask(shapes, 0.6, 2))
    assert found.intersection == pytest.approx(found.expected, rel=0.05)
    assert found.jaccard == pytest.approx(found.expected_jaccard, rel=0.05)


def test_chance_level_by_tensor_knows_how_much_each_keeps():
    generator = torch.Generator().manual_seed(0)

    def mask() -> Mask:
        a, b = (torch.rand(100, 100, generator=generator) for _ in "ab")
        return Mask({"a": a < 0.9, "b": b < 0.1})

    found = overlap(mask(), mask())
    assert found.expected_by_tensor == pytest.approx(found.intersection, rel=0.05)
    assert found.expected_jaccard_by_tensor == pytest.approx(found.jaccard, rel=0.05)
    assert found.expected == pytest.approx(5000, rel=0.05)
    assert found.intersection > 1.5 * found.expected


def test_same_mask():
    mask = random_mask({"a": (30, 30)}, 0.5, 0)
    assert overlap(mask, mask).jaccard == 1
    assert overlap(mask, ~mask).jaccard == 0


def test_difference_is_what_survives_in_one_only_beside_bound_and_chance():
    shapes = {"a": (5, 13), "b": (77,), "c": (3, 64)}
    one, other = (random_mask(shapes, d, s) for d, s in ((0.4, 1), (0.3, 2)))
    found = overlap(one, other)
    apart = int((flat(one) != flat(other)).sum())
    assert n_different(one, other) == apart
    assert found.difference == apart / one.n
    assert n_different(one, one) == overlap(one, one).difference == 0
    assert found.difference <= found.most_different
    p, q = one.density, other.density
    assert abs(found.expected_difference - (p * (1 - q) + q * (1 - p))) < 1e-12
    assert overlap(one, ~one).difference == 1
    kept = Mask({"w": torch.arange(10) < 3}), Mask({"w": torch.arange(10) >= 7})
    assert overlap(*kept).difference == overlap(*kept).most_different == 0.6  # 2 · min(s, 1 - s)
