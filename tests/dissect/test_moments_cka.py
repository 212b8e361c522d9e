"""Streamed linear CKA against n × n Gram matrices, and its behaviour on known cases."""

import itertools

import numpy as np
import pytest
import torch
from torch import Tensor

from tombola.dissect.measures import MEASURES
from tombola.dissect.moments import Moments

PUBLISHED, DEBIASED = (MEASURES[name] for name in ("as_published", "debiased"))

D = torch.float64


def direct_biased(x: Tensor, y: Tensor) -> float:
    k, ell = (centred @ centred.T for centred in (x - x.mean(0), y - y.mean(0)))
    return float((k * ell).sum() / ((k * k).sum() * (ell * ell).sum()).sqrt())


def direct_hsic(x: Tensor, y: Tensor) -> float:
    """Song et al. 2012, eq. 5, on Gram matrices of the raw (uncentred) rows."""
    n = len(x)
    k, ell = x @ x.T, y @ y.T
    k.fill_diagonal_(0)
    ell.fill_diagonal_(0)
    one = torch.ones(n, dtype=D)
    first = torch.trace(k @ ell)
    second = (one @ k @ one) * (one @ ell @ one) / ((n - 1) * (n - 2))
    third = 2 / (n - 2) * (one @ k @ ell @ one)
    return float((first + second - third) / (n * (n - 3)))


def direct_debiased(x: Tensor, y: Tensor) -> float:
    return direct_hsic(x, y) / np.sqrt(direct_hsic(x, x) * direct_hsic(y, y))


def noise(n: int, width: int, seed: int) -> Tensor:
    return torch.randn(n, width, generator=torch.Generator().manual_seed(seed), dtype=D)


def layers(n: int, seed: int) -> tuple[list[Tensor], list[Tensor]]:
    """Three layers of width 8 and two of width 5: correlated, anisotropic, not centred."""
    base = noise(n, 8, seed) * torch.linspace(0.1, 3, 8, dtype=D)
    x = [base + i * noise(n, 8, seed + 10 + i) + 2 * noise(1, 8, seed + 20 + i) for i in range(3)]
    y = [base[:, :5] + noise(n, 5, seed + 30 + i) - (i + 1) for i in range(2)]
    return x, y


def streamed(
    x: list[Tensor], y: list[Tensor], cuts: list[int], shift_rows: int | None = None
) -> Moments:
    ends = [0, *cuts, len(x[0])]
    first = shift_rows or ends[1]
    moments = Moments.start([v[:first] for v in x], [v[:first] for v in y])
    for start, end in itertools.pairwise(ends):
        alone = torch.arange(end - start)  # every token a sentence
        moments.add([v[start:end] for v in x], [v[start:end] for v in y], alone)
    return moments


@pytest.mark.parametrize(
    ("estimator", "direct"),
    [(PUBLISHED, direct_biased), (DEBIASED, direct_debiased)],
)
@pytest.mark.parametrize("cuts", [[], [1, 7, 60, 61]])
def test_equals_gram_matrices(estimator, direct, cuts) -> None:
    x, y = layers(90, seed=1)
    found = estimator.value(streamed(x, y, cuts))
    wanted = torch.tensor([[direct(a, b) for b in y] for a in x], dtype=D)
    assert torch.allclose(found, wanted, atol=1e-10, rtol=0)


def test_own_products_equal_cross_products_with_itself() -> None:
    x, _ = layers(40, seed=2)
    moments = streamed(x, x, [10])
    for estimator in (PUBLISHED, DEBIASED):
        products = estimator.products(moments)
        assert torch.allclose(products.xy.diagonal(), products.xx, rtol=1e-12)
        assert torch.allclose(products.value().diagonal(), torch.ones(3, dtype=D), atol=1e-12)


def test_hsic_equals_the_direct_one() -> None:
    x, y = layers(30, seed=3)
    found = DEBIASED.products(streamed(x, y, [4])).xy
    wanted = torch.tensor([[direct_hsic(a, b) for b in y] for a in x], dtype=D)
    assert torch.allclose(found, wanted, rtol=1e-9)


@pytest.mark.parametrize("estimator", [PUBLISHED, DEBIASED])
def test_is_unmoved_by_rotation_shift_and_scale(estimator) -> None:
    x, y = layers(70, seed=4)
    rotation, _ = torch.linalg.qr(noise(8, 8, 5))
    moved = [v @ rotation * 1e-3 + 1e3 for v in x]
    before, after = (estimator.value(streamed(own, y, [20])) for own in (x, moved))
    assert torch.allclose(before, after, atol=1e-9)
    # a general linear map does change it
    bent = [v * torch.linspace(0.01, 10, 8, dtype=D) for v in x]
    assert (estimator.value(streamed(bent, y, [20])) - before).abs().max() > 0.01


def test_survives_an_unlucky_shift_and_large_means() -> None:
    x, y = layers(80, seed=6)
    x = [v + 1e4 for v in x]
    moments = streamed(x, y, [3], shift_rows=1)
    for estimator, direct in ((PUBLISHED, direct_biased), (DEBIASED, direct_debiased)):
        centred = [v - v.mean(0) for v in x]  # the direct one would itself cancel
        wanted = torch.tensor([[direct(a, b) for b in y] for a in centred], dtype=D)
        assert torch.allclose(estimator.value(moments), wanted, atol=1e-9)


def test_independent_noise_scores_its_floor() -> None:
    n, width = 400, 30
    published, fair = [], []
    for seed in range(40):
        x, y = noise(n, width, 1000 + seed), noise(n, width, 2000 + seed)
        moments = streamed([x], [y], [])
        published.append(float(PUBLISHED.value(moments)))
        fair.append(float(DEBIASED.value(moments)))
        floor = float(PUBLISHED.noise_floor(moments))
        assert floor == pytest.approx(width / (n + width), rel=0.02)
    sd = np.sqrt(2 / (n * (n - 3)))
    assert np.mean(published) == pytest.approx(width / (n + width), rel=0.02)
    assert abs(np.mean(fair)) < 3 * sd / np.sqrt(40)
    assert np.std(fair) == pytest.approx(sd, rel=0.35)  # 40 draws: an sd is known to some 11%


def test_noise_floor_is_the_mean_over_pairings() -> None:
    x, y = layers(25, seed=7)
    generator = torch.Generator().manual_seed(8)
    for estimator in (PUBLISHED, DEBIASED):
        shuffled = []
        for _ in range(600):
            order = torch.randperm(25, generator=generator)
            shuffled.append(estimator.value(streamed(x[:1], [y[0][order]], [])).item())
        error = np.std(shuffled) / np.sqrt(len(shuffled))
        floor = estimator.noise_floor(streamed(x, y, []))[0, 0].item()
        assert abs(np.mean(shuffled) - floor) < 4 * error


def test_size_does_not_grow_with_the_text() -> None:
    x, y = layers(2000, seed=9)
    sizes = []
    for n in (10, 2000):
        moments = streamed([v[:n] for v in x], [v[:n] for v in y], [5])
        tensors = [
            value
            for own in (moments, moments.x, moments.y)
            for value in vars(own).values()
            if isinstance(value, Tensor)
        ]
        sizes.append(sum(t.numel() * t.element_size() for t in tensors))
    assert sizes[0] == sizes[1]


def test_merging_is_adding() -> None:
    x, y = layers(50, seed=10)
    whole = streamed(x, y, [])
    parts = Moments(whole.x.shift, whole.y.shift)
    for rows in (slice(0, 13), slice(13, 50)):
        part = parts.empty()
        part.add([v[rows] for v in x], [v[rows] for v in y], torch.arange(len(x[0][rows])))
        parts.merge(part)
    for estimator in (PUBLISHED, DEBIASED):
        assert torch.allclose(estimator.value(whole), estimator.value(parts), atol=1e-12)


def test_constant_layers_and_few_tokens_are_not_a_number() -> None:
    x, y = layers(20, seed=11)
    x[1] = torch.full_like(x[1], 0.1)
    for estimator in (PUBLISHED, DEBIASED):
        value = estimator.value(streamed(x, y, [3]))
        assert value[1].isnan().all()
        assert value[[0, 2]].isfinite().all()
    assert DEBIASED.value(streamed([v[:3] for v in x], [v[:3] for v in y], [])).isnan().all()
