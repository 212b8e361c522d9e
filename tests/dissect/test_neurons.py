"""NeuronSim from streamed moments, against numpy's correlations of whole activations."""

import numpy as np
import pytest
import torch
from dissect_models import batches, bert, sentences
from test_moments_cka import D, layers, noise, streamed
from torch import Tensor

from tombola.dissect import MEASURES, layer_similarity
from tombola.dissect.moments import Moments

THERE, BACK = MEASURES["neurons"], MEASURES["neurons_back"]


def direct(x: Tensor, y: Tensor) -> np.ndarray:
    """Absolute correlations, neurons of x in rows."""
    width = x.shape[1]
    return np.abs(np.corrcoef(x.numpy().T, y.numpy().T)[:width, width:])


@pytest.mark.parametrize("cuts", [[], [1, 7, 60, 61]])
def test_both_directions_are_numpy_s(cuts: list[int]) -> None:
    x, y = layers(90, seed=1)  # widths 8 and 5
    x = [v + 100 for v in x]
    moments = streamed(x, y, cuts)
    every = [[direct(a, b) for b in y] for a in x]
    for measure, axis in ((THERE, 1), (BACK, 0)):
        wanted = [[r.max(axis).mean() for r in row] for row in every]
        assert np.allclose(measure.value(moments).numpy(), wanted, atol=1e-10)
        assert set(measure.details(moments)) == {"constant", "constant-other"}


def test_details_say_who_is_matched_with_itself_and_how_well() -> None:
    base = noise(200, 6, seed=2)
    x = [base, base + noise(200, 6, seed=3)]
    y = [base[:, [1, 0, 2, 3, 4, 5]] * -3 + 7, base + 2 * noise(200, 6, seed=4)]
    moments = streamed(x, y, [50])
    for measure, axis in ((THERE, 1), (BACK, 0)):
        said = measure.details(moments)
        assert said["itself"][0, 0].item() == pytest.approx(4 / 6)  # two changed places
        assert measure.value(moments)[0, 0].item() == pytest.approx(1)  # whatever sign and scale
        for i, j in np.ndindex(2, 2):
            r = direct(x[i], y[j])
            own = (r.argmax(axis) == np.arange(6)).mean()
            assert said["itself"][i, j].item() == pytest.approx(own)
            assert said["with-itself"][i, j].item() == pytest.approx(r.diagonal().mean())
            deciles = [said[f"p{p}"][i, j].item() for p in range(0, 101, 10)]
            wanted = np.quantile(r.max(axis), np.linspace(0, 1, 11))
            assert np.isnan(deciles).all() if i != j else np.allclose(deciles, wanted)


def test_constant_neurons_are_counted_and_left_out() -> None:
    x, y = noise(50, 4, seed=5), noise(50, 4, seed=6)
    x[:, 1] = 0.1
    x[:, 2] = 5 + 1e-7 * x[:, 2]  # what float32 leaves of a constant
    y[:, 0] = 0
    moments = streamed([x.float()], [y.float()], [20])
    r = direct(x[:, [0, 3]].float().to(D), y[:, 1:].float().to(D))
    for measure, axis, counts in ((THERE, 1, (2, 1)), (BACK, 0, (1, 2))):
        assert measure.value(moments).item() == pytest.approx(r.max(axis).mean(), abs=1e-6)
        said = measure.details(moments)
        assert (said["constant"].item(), said["constant-other"].item()) == counts
        assert all(value.isfinite().all() for value in said.values())
    nothing = streamed([x[:, 1:2]], [y], [])
    assert THERE.value(nothing).isnan().all()


def test_unrelated_sentences_score_about_the_floor() -> None:
    """Sentences of four tokens that are alike, paired at random."""
    values, floors = [], []
    for seed in range(10):
        generator = torch.Generator().manual_seed(seed)
        of_sentence = torch.randn(2, 100, 40, generator=generator, dtype=D)
        of_token = torch.randn(2, 400, 40, generator=generator, dtype=D)
        x, y = 0.6 * of_sentence.repeat_interleave(4, dim=1) + 0.8 * of_token
        moments = Moments.start([x], [y])
        moments.add([x], [y], torch.arange(100).repeat_interleave(4))
        values.append(THERE.value(moments).item())
        floors.append(THERE.noise_floor(moments).item())
    assert np.mean(floors) == pytest.approx(np.mean(values), rel=0.03)


def test_rows_carry_details_and_an_interval() -> None:
    texts = batches(sentences(60, 7), 10)
    names = ["neurons", "neurons_back", "debiased"]
    rows = layer_similarity(bert(1), bert(2), texts, names, block_sentences=10)
    for row in rows:
        assert row.low < row.value < row.high
        wanted = {"constant", "constant-other", "itself", "with-itself"}
        if row.dense_layer == row.sparse_layer:
            wanted |= {f"p{p}" for p in range(0, 101, 10)}
        assert set(row.details) == (set() if "CKA" in row.measure else wanted)
    same = layer_similarity(bert(1), bert(1), texts, "neurons")
    assert all(row.details["itself"] == 1 for row in same if row.dense_layer == row.sparse_layer)
