"""Complexity from streamed moments, against singular values of whole activations."""

import math

import numpy as np
import pytest
import torch
from dissect_models import batches, bert, marian, sentences
from scipy.stats import entropy

from tombola.dissect import complexity
from tombola.dissect.moments import OwnMoments
from tombola.dissect.representations import stream
from tombola.dissect.spectrum import of_moments
from tombola.errors import UserError


def direct(x: np.ndarray, *, centred: bool) -> tuple[np.ndarray, float, float]:
    """Cumulative shares, effective rank, participation ratio."""
    values = np.linalg.svd(x - x.mean(0) if centred else x, compute_uv=False)
    squares = np.concatenate([values**2, np.zeros(x.shape[1] - len(values))])
    ratio = squares.sum() ** 2 / (squares**2).sum()
    return squares.cumsum() / squares.sum(), math.exp(entropy(values / values.sum())), ratio


def summed(x: torch.Tensor, cut: int) -> OwnMoments:
    own = OwnMoments(x[:cut].double().mean(0)[None])
    for part in (x[:cut], x[cut:]):
        own.add([part], torch.arange(len(part)), torch.ones(len(part), dtype=torch.long))
    return own


@pytest.mark.parametrize("centred", [True, False])
def test_singular_values_are_numpy_s_of_both_stacks(centred: bool) -> None:
    source, target = sentences(30, seed=1), sentences(30, seed=2)
    model = marian(seed=3).train()
    text = batches(source, 7, targets=target)
    found = complexity(model, iter(text), centred=[centred])
    assert model.training
    (states,) = stream(model, batches(source, 30, targets=target))
    assert [(one.stack, one.layer) for one in found] == [
        *(("encoder", i) for i in range(3)), *(("decoder", i) for i in range(2)),
    ]  # fmt: skip
    for one in found:
        x = states[one.stack][one.layer].double().numpy()
        shares, rank, ratio = direct(x, centred=centred)
        assert np.allclose(one.explained, shares, atol=1e-5)
        assert one.effective_rank == pytest.approx(rank, rel=1e-4)
        assert one.participation_ratio == pytest.approx(ratio, rel=1e-4)
        assert (one.n, one.width, one.centred, one.short) == (len(x), 16, centred, False)
        for share in (0.3, 0.8, 0.99):
            assert one.k(share) == int(np.argmax(shares >= share)) + 1
        assert one.by(2) == pytest.approx(shares[1], abs=1e-5)


def test_means_far_from_zero_do_not_cancel() -> None:
    x = torch.randn(300, 6, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    own = summed(x + 1e5, 2)
    for centred in (True, False):
        (one,) = of_moments(own, "encoder", [1], centred=centred)
        wanted = direct((x + 1e5).numpy(), centred=centred)
        assert np.allclose(one.explained, wanted[0], atol=1e-9)
    assert one.k(0.99) == 1  # about zero there is little but the mean


def test_known_spectra() -> None:
    """Equal directions count fully; a share that is met exactly is enough."""
    x = torch.cat([torch.eye(4), -torch.eye(4)]).double()
    (one,) = of_moments(summed(x, 3), "encoder", [0], centred=True)
    assert one.effective_rank == pytest.approx(4)
    assert one.participation_ratio == pytest.approx(4)
    assert [one.k(share) for share in (0.25, 0.26, 0.5, 1.0)] == [1, 2, 2, 4]
    line = torch.outer(torch.arange(9.0), torch.ones(3)).double()
    (one,) = of_moments(summed(line, 4), "encoder", [0], centred=True)
    assert (one.k(1.0), round(one.participation_ratio, 6)) == (1, 1)


def test_constants_and_few_tokens_are_said() -> None:
    x = torch.randn(5, 8, generator=torch.Generator().manual_seed(2))
    x[:, [3, 6]] = torch.tensor([0.1, 7.0])
    (one,) = of_moments(summed(x, 2), "encoder", [0], centred=True)
    assert one.short
    assert one.constant == (3, 6)
    assert one.k(1.0) <= 4
    (none,) = of_moments(summed(torch.full((5, 3), 0.1), 2), "encoder", [0], centred=True)
    assert none.k(0.8) is None
    assert math.isnan(none.effective_rank)
    assert math.isnan(none.participation_ratio)


def test_bad_input_is_said() -> None:
    texts = batches(sentences(4, 1), 2)
    (one, *_) = complexity(bert(1), texts, layers=[2])
    assert one.layer == 2
    assert [x.layer for x in complexity(bert(1), texts, embeddings=False, centred=[True])] == [1, 2]
    with pytest.raises(UserError, match="share 0"):
        one.k(0.0)
    with pytest.raises(UserError, match="k 17: 1 to 16"):
        one.by(17)
    with pytest.raises(UserError, match="no tokens"):
        complexity(bert(1), [])
    with pytest.raises(UserError, match=r"no layer \[3\]"):
        complexity(bert(1), texts, layers=[3])
