"""Similarity of attention from streamed sums, against direct float64 computations."""

import pytest
import torch
from attention_maps import SOURCE, STACKS, TARGET, maps, visible
from dissect_models import batches, bert, marian
from torch import Tensor

from tombola.dissect import similarities
from tombola.dissect.attention import looks
from tombola.dissect.similarity import LayerSimilarity

MEASURES = ("attention", "attention_as_published", "heads", "heads_back")


@pytest.fixture(scope="module")
def models() -> dict[str, torch.nn.Module]:
    return {"dense": marian(seed=3), "ticket": marian(seed=4)}


@pytest.fixture(scope="module")
def found(models: dict[str, torch.nn.Module]) -> dict[tuple[str, str, int, int], LayerSimilarity]:
    batched = batches(SOURCE, 8, targets=TARGET)
    made = similarities(models, batched, MEASURES, block_sentences=8)["dense", "ticket"]
    return {(row.measure, row.stack, row.dense_layer, row.sparse_layer): row for row in made}


def rows_of(stack: str, layer: list[Tensor]) -> Tensor:
    """Pairs × heads."""
    return torch.cat([one[:, visible(stack, one)].T for one in layer])


def cka(x: Tensor, y: Tensor) -> float:
    x, y = x - x.mean(0), y - y.mean(0)
    return float((x.T @ y).square().sum() / ((x.T @ x).norm() * (y.T @ y).norm()))


@pytest.mark.parametrize("stack", STACKS)
def test_it_is_cka_of_the_pairs_that_masks_let_through(models, found, stack) -> None:
    dense, ticket = (maps(model)[stack] for model in models.values())
    for i, one in enumerate(dense, 1):
        for j, other in enumerate(ticket, 1):
            x, y = rows_of(stack, one), rows_of(stack, other)
            published = found["AttentionSim, as published", stack, i, j]
            assert published.n == found["AttentionSim", stack, i, j].n == len(x)  # no underflow
            assert published.value == pytest.approx(cka(x, y), abs=1e-6)
            assert found["AttentionSim", stack, i, j].value == pytest.approx(cka(x, y), abs=0.05)
            r = torch.corrcoef(torch.cat([x, y], 1).T)[: x.shape[1], x.shape[1] :].abs()
            heads = found["HeadSim", stack, i, j]
            assert heads.value == pytest.approx(float(r.amax(1).mean()), abs=1e-6)
            assert heads.details["head-1"] == pytest.approx(float(r[1].max()), abs=1e-6)
            assert heads.details["head-1-match"] == int(r[1].argmax())
            back = found["HeadSim, back", stack, i, j]
            assert back.value == pytest.approx(float(r.amax(0).mean()), abs=1e-6)


def test_batches_and_memory_change_nothing(models, found, monkeypatch) -> None:
    monkeypatch.setattr(looks, "MOST", 40)
    batched = batches(SOURCE, 3, width=12, targets=TARGET)
    made = similarities(models, batched, MEASURES)["dense", "ticket"]
    for row in made:
        whole = found[row.measure, row.stack, row.dense_layer, row.sparse_layer]
        assert (row.value, row.n) == pytest.approx((whole.value, whole.n), abs=1e-6)


def test_a_model_beside_itself_is_itself() -> None:
    model = bert(seed=1)
    texts = batches(SOURCE, 8, left=True)
    for row in similarities({"": model}, texts, MEASURES, pairs=[("", "")])["", ""]:
        if row.dense_layer == row.sparse_layer:
            assert row.value == pytest.approx(1, abs=1e-6), row.measure
            assert row.details.get("itself", 1) == 1


def test_a_zero_that_is_no_mask_counts_but_in_the_published_way() -> None:
    x = torch.tensor([[[0.0, 1.0], [0.5, 0.5]], [[0.3, 0.7], [0.2, 0.8]]])
    sentence = torch.tensor([0, 0])
    for sums, n in ((looks.Looks, 4), (looks.LooksAsPublished, 3)):
        own = sums.start([x], [x])
        own.add([x], [x], sentence)
        assert own.n == n
