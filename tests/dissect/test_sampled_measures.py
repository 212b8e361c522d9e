"""Measures on a sample of tokens, against plain float64 numpy, scipy and scikit-learn."""

import numpy as np
import pytest
import torch
from dissect_models import batches, bert, sentences
from scipy.linalg import subspace_angles
from scipy.spatial import procrustes
from scipy.spatial.distance import pdist, squareform
from sklearn.linear_model import LinearRegression

from tombola.dissect import MEASURES, layer_similarity
from tombola.dissect.measures import Reading
from tombola.dissect.sample import Sample, hashed

NAMES = (
    *("svcca", "svcca_as_published", "pwcca", "regression", "regression_back"),
    *("regression_as_published", "procrustes", "rbf_cka"),
)


def layers(n: int = 120, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Two layers of widths 7 and 5, related, anisotropic, not centred."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 7)) * np.geomspace(3, 0.05, 7) + 2
    return x, x[:, :5] @ rng.normal(size=(5, 5)) + 0.5 * rng.normal(size=(n, 5)) - 1


def found(name: str, x: np.ndarray, y: np.ndarray) -> float:
    own = [[torch.from_numpy(each)] for each in (x, y)]
    sums = Sample.start(*own)
    sums.add(*own, torch.arange(len(x)))
    return MEASURES[name].value(sums).item()


def cut(x: np.ndarray, *, published: bool) -> np.ndarray:
    """The directions that SVCCA keeps."""
    x = x - x.mean(0)
    if published:
        x = x / x.std(0, ddof=1)
    u, s, _ = np.linalg.svd(x, full_matrices=False)
    held = np.cumsum(s**2) / np.sum(s**2)
    k = int(np.sum(held < 0.99)) if published else int(np.argmax(held >= 0.99)) + 1
    return u[:, :k]


def canonical(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Correlations, and x's variates of unit length: by roots of covariances."""
    x, y = x - x.mean(0), y - y.mean(0)

    def root(z: np.ndarray) -> np.ndarray:
        values, vectors = np.linalg.eigh(z.T @ z)
        return vectors / np.sqrt(values) @ vectors.T

    u, s, _ = np.linalg.svd(root(x) @ x.T @ y @ root(y), full_matrices=False)
    return s, x @ root(x) @ u


@pytest.mark.parametrize("published", [False, True])
def test_svcca_is_that_of_angles_between_subspaces(published: bool) -> None:
    x, y = layers()
    own, other = (cut(each, published=published) for each in (x, y))
    name = "svcca_as_published" if published else "svcca"
    assert found(name, x, y) == pytest.approx(np.cos(subspace_angles(own, other)).mean())
    assert own.shape[1] < 7


def test_pwcca_weighs_canonical_correlations() -> None:
    x, y = layers()
    s, variates = canonical(x, y)
    weights = np.abs(variates.T @ (x - x.mean(0))).sum(1)
    assert found("pwcca", x, y) == pytest.approx((weights * s).sum() / weights.sum())
    s, variates = canonical(y, x)
    weights = np.abs(variates.T @ (y - y.mean(0))).sum(1)
    assert found("pwcca", y, x) == pytest.approx((weights * s).sum() / weights.sum())


def test_regression_is_scikit_learn_s() -> None:
    x, y = layers()
    for name, target, source in (("regression", x, y), ("regression_back", y, x)):
        fit = LinearRegression().fit(source, target)
        left = np.square(target - fit.predict(source)).sum()
        wanted = 1 - left / np.square(target - target.mean(0)).sum()
        assert found(name, x, y) == pytest.approx(wanted)
    each = [LinearRegression().fit(y, t).score(y, t) ** 0.5 for t in x.T]
    assert found("regression_as_published", x, y) == pytest.approx(np.mean(each))


def test_procrustes_is_scipy_s() -> None:
    x, y = layers()
    padded = np.pad(y, ((0, 0), (0, 2)))
    value = found("procrustes", x, y)
    assert 1 - procrustes(x, padded)[2] == pytest.approx(value**2)
    a, b = x - x.mean(0), y - y.mean(0)
    a, b = a / np.linalg.norm(a), b / np.linalg.norm(b)
    assert value == pytest.approx(np.linalg.norm(a.T @ b, "nuc"))


def test_rbf_cka_is_that_of_whole_kernels() -> None:
    x, y = layers()

    def kernel(z: np.ndarray) -> np.ndarray:
        squares = squareform(pdist(z, "sqeuclidean"))
        median = np.sort(squares, axis=None)[(squares.size - 1) // 2]
        centring = np.eye(len(z)) - 1 / len(z)
        return centring @ np.exp(-squares / (2 * median)) @ centring

    k, other = kernel(x), kernel(y)
    wanted = (k * other).sum() / np.sqrt((k * k).sum() * (other * other).sum())
    assert found("rbf_cka", x, y) == pytest.approx(wanted)


@pytest.mark.parametrize("name", NAMES)
def test_all_know_the_same_layer_and_forgive_what_they_should(name: str) -> None:
    x, y = layers()
    assert found(name, x, x) == pytest.approx(1)
    rotation = np.linalg.qr(np.random.default_rng(3).normal(size=(7, 7)))[0]
    moved = (x @ rotation) * 5 + 3
    if name not in ("svcca_as_published", "regression_as_published"):  # these scale neurons first
        assert found(name, moved, y) == pytest.approx(found(name, x, y), rel=0.1)
    if name in ("svcca", "regression", "regression_back", "procrustes", "rbf_cka"):
        assert found(name, moved, y) == pytest.approx(found(name, x, y))
    assert np.isnan(found(name, np.full_like(x, 0.1), y))
    constant = x.copy()
    constant[:, 2] = 0.1
    assert 0 < found(name, constant, y) < 1


def test_few_tokens_score_as_high_as_their_floor() -> None:
    """Unrelated layers, fewer tokens than twice the width."""
    rng = np.random.default_rng(1)
    x, y = (torch.from_numpy(rng.normal(size=(60, 40))) for _ in range(2))
    sums = Sample.start([x], [y])
    sums.add([x], [y], torch.arange(60))
    for name in NAMES:
        value, floor = MEASURES[name].value(sums).item(), MEASURES[name].noise_floor(sums).item()
        assert value == pytest.approx(floor, abs=0.06)
        assert floor > 0.4


def test_a_sample_is_of_the_text_not_of_its_batches() -> None:
    x = torch.arange(500.0)[:, None]
    ways = []
    for sizes in ([500], [1] * 500, [3, 200, 297]):
        whole = Sample.start([x], [x], rows=50, seed=4)
        at = 0
        for size in sizes:
            part, rows = whole.empty(), x[at : at + size]
            part.add([rows[: size // 2]], [rows[: size // 2]], torch.arange(size // 2))
            part.add([rows[size // 2 :]], [rows[size // 2 :]], torch.arange(size - size // 2))
            whole.merge(part)
            at += size
        assert (whole.n, whole.kept) == (500, 50)
        assert torch.equal(whole.x[0], whole.y[0])
        ways.append(whole.x[0])
    assert torch.equal(ways[0], ways[1])
    assert torch.equal(ways[0], ways[2])
    other = Sample.start([x], [x], rows=50, seed=5)
    other.add([x], [x], torch.arange(500))
    assert not torch.equal(other.x[0], ways[0])


def test_every_token_is_as_likely() -> None:
    keys = hashed(np.arange(20_000, dtype=np.uint64), 0)
    assert len(set(keys.tolist())) == 20_000
    chosen = np.argsort(keys)[:5000]
    counts = np.histogram(chosen, bins=20, range=(0, 20_000))[0]
    assert ((counts - 250) ** 2 / 250).sum() < 40  # chi-squared of 19: one in 300 is higher


def test_rows_say_how_many_tokens_the_sample_has() -> None:
    texts = batches(sentences(60, 7), 10)
    reading = Reading(sample=64)
    rows = layer_similarity(bert(1), bert(2), texts, ["debiased", *NAMES], reading=reading)
    assert {row.n for row in rows if "CKA, deb" not in row.measure} == {64}
    for row in rows:
        assert np.isnan(row.low) or "debiased" in row.measure
        assert 0 < row.value <= 1 + 1e-9
