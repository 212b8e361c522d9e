"""What weights alone say: sums that go with pruning, shares of heads, bands, the table of words."""

import math

import numpy as np
import pytest
import torch
from scipy import stats

import toys
from tombola.anatomy import anatomy
from tombola.dissect.weights.bands import bands, magnitude_map
from tombola.dissect.weights.pruned import head_shares, prunings
from tombola.dissect.weights.words import correlations, length_of, words_of
from tombola.masks import Mask
from tombola.statistics import partial_spearman


@pytest.fixture(scope="module")
def model() -> torch.nn.Module:
    return toys.bert(layers=2)


def test_sums_and_heads_are_those_of_weights_taken_one_by_one(model: torch.nn.Module) -> None:
    body = anatomy(model)
    chosen = [p for p in body.in_sets(("matrices",)) if p.block == "self"]
    named = {name: p.detach() for name, p in model.named_parameters()}
    (found, heads), (_, wide) = prunings(model, chosen, [0.6], ["matrix", "global"])
    gone = {}
    for p in chosen:
        flat = named[p.name].abs().reshape(-1)
        lost = torch.zeros(len(flat), dtype=torch.bool)
        lost[flat.argsort(stable=True)[: round(0.6 * len(flat))]] = True
        gone[p.name] = lost.view(p.shape)
    assert found.pruned == pytest.approx(
        sum(float(named[n][g].abs().sum()) for n, g in gone.items())
    )
    assert found.signed == pytest.approx(
        sum(float(named[n][g].sum()) for n, g in gone.items()), abs=1e-5
    )
    assert found.total == pytest.approx(sum(float(named[n].abs().sum()) for n in gone))
    shares = []
    for layer in range(2):
        at = f"bert.encoder.layer.{layer}.attention."
        for head in range(2):
            own = slice(8 * head, 8 * head + 8)  # rows of what makes it, columns of what it gives
            parts = [gone[f"{at}self.{role}.weight"][own] for role in ("query", "key", "value")]
            parts.append(gone[f"{at}output.dense.weight"][:, own])
            shares.append(float(torch.cat([p.reshape(-1) for p in parts]).float().mean()))
    assert heads is not None
    assert (heads.heads, heads.least, heads.most) == (4, min(shares), max(shares))
    assert (heads.mean, heads.sd) == pytest.approx((np.mean(shares), np.std(shares)))
    assert wide is not None
    assert wide.sparsity == pytest.approx(0.6, abs=1e-3)


def test_random_masks_spread_over_heads_as_chance_says(model: torch.nn.Module) -> None:
    body = anatomy(model)
    shapes = {p.name: p.shape for p in body.in_sets(("matrices",)) if p.block == "self"}
    generator, found = torch.Generator().manual_seed(0), []
    for _ in range(60):
        kept = {}
        for name, shape in shapes.items():
            order = torch.randperm(math.prod(shape), generator=generator)
            kept[name] = (order >= 0.6 * len(order)).view(shape)
        heads = head_shares(Mask(kept), body)
        assert heads is not None
        found.append((heads.sd**2, heads.chance_sd**2))
    # a matrix loses a fixed number, so one of two heads has what the other has not
    ours, chance = np.mean(found, axis=0)
    assert ours == pytest.approx(chance, rel=0.35)


def test_bands_are_seen_where_there_are_some_and_only_there(model: torch.nn.Module) -> None:
    body = anatomy(model)
    block = next(iter(body.attention))
    place = body.parameter("bert.encoder.layer.0.attention.self.key.weight")
    generator = torch.Generator().manual_seed(0)
    plain = torch.randn(place.shape, generator=generator)
    banded = plain * torch.tensor([1.0, 3.0]).repeat_interleave(8)[:, None]
    assert bands(banded, place, block).between > 0.8 > bands(banded, place, block).high
    found = bands(plain, place, block)
    assert found.low <= found.between <= found.high
    assert found.chance == pytest.approx(1 / 15)
    cells = magnitude_map(banded, place, rows=4, columns=2)
    assert cells.shape == (4, 2, 2)
    assert cells.mean() == pytest.approx(float(banded.abs().mean()), rel=1e-6)
    assert cells[:, 1].min() > cells[:, 0].max()


def test_length_and_frequency_each_with_the_other_held_fixed() -> None:
    rng = np.random.default_rng(0)
    tokens = {f"{'##' if i % 2 else ''}{'x' * rng.integers(1, 9)}{i:03}": i for i in range(300)}
    length = np.array([length_of(token) for token in tokens])
    count = np.round(1000 / (length + 0.1 * rng.random(300))).astype(np.int64)
    count[:20] = 0
    table = torch.tensor((1 / (count + 1))[:, None] * np.ones((300, 4)), dtype=torch.float32)
    found = {
        (c.about, c.fixed): c for c in correlations(words_of(table, tokens, np.array([7]), count))
    }
    assert found["frequency", ""].value == pytest.approx(-1, abs=1e-3)
    assert found["frequency", ""].n == 280
    assert found["length", ""].n == 299
    x, y, z = rng.normal(size=(3, 200))
    x, y = x + z, y + z
    rest = [stats.rankdata(v) for v in (x, y, z)]
    left = [np.polyval(np.polyfit(rest[2], r, 1), rest[2]) - r for r in rest[:2]]
    value, low, high = partial_spearman(x, y, z)
    assert value == pytest.approx(stats.pearsonr(*left).statistic)
    assert low < 0 < high
