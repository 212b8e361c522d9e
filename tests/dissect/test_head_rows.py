"""Heads held to one another row by row, against loops over sentences, rows and heads."""

import pytest
import torch
from attention_maps import SOURCE, STACKS, TARGET, maps, visible
from dissect_models import batches, bert, marian
from torch import Tensor

from tombola.dissect import similarities

NAMES = ("heads_pearson", "heads_jensen", "heads_frobenius")


def test_heads_row_by_row() -> None:
    models = {"dense": marian(seed=3), "ticket": marian(seed=4)}
    texts = batches(SOURCE, 8, targets=TARGET)
    made = similarities(models, texts, NAMES, block_sentences=8)["dense", "ticket"]
    found = {(row.measure, row.stack, row.dense_layer, row.sparse_layer): row for row in made}
    dense, ticket = map(maps, models.values())
    for stack in STACKS:
        for i, one in enumerate(dense[stack], 1):
            for j, other in enumerate(ticket[stack], 1):
                correlation, divergence, distance = by_row(stack, one, other)
                for name, alike, n in (
                    ("heads by row, Pearson", correlation, sum(map(len, asking(stack)))),
                    ("heads by row, Jensen-Shannon", divergence, sum(map(len, asking(stack)))),
                    ("heads by map, Frobenius", distance, len(SOURCE)),
                ):
                    row = found[name, stack, i, j]
                    assert row.value == pytest.approx(float(alike.amax(1).mean()), abs=1e-6), name
                    assert row.details["head-0-match"] == int(alike[0].argmax())
                    assert row.low < row.value < row.high
                    assert row.n == n


def asking(stack: str) -> list[list[int]]:
    return SOURCE if stack == "encoder" else TARGET


def by_row(stack: str, one: list[Tensor], other: list[Tensor]) -> tuple[Tensor, Tensor, Tensor]:
    """The plain way: loops over sentences, rows and heads."""
    n = one[0].shape[0]
    correlations, divergences, distances = [], [], []
    for x, y in zip(one, other, strict=True):
        distances.append(torch.cdist(x.flatten(1), y.flatten(1)))
        for query, seen in enumerate(visible(stack, x)):
            p, q = x[:, query][:, seen], y[:, query][:, seen]
            if seen.sum() > 1:
                correlations.append(torch.corrcoef(torch.cat([p, q]))[:n, n:])
            middle = (p[:, None] + q) / 2
            entropy = [-(v * v.log2()).sum(-1) for v in (middle, p, q)]
            divergences.append(entropy[0] - (entropy[1][:, None] + entropy[2]) / 2)
    means = [torch.stack(each).mean(0) for each in (correlations, divergences, distances)]
    return means[0], 1 - means[1], 1 - means[2]


def test_a_model_beside_itself_is_itself() -> None:
    model = bert(seed=1)
    texts = batches(SOURCE, 8, left=True)
    for row in similarities({"": model}, texts, NAMES, pairs=[("", "")])["", ""]:
        if row.dense_layer == row.sparse_layer:
            assert row.value == pytest.approx(1, abs=1e-6), row.measure
            assert row.details["itself"] == 1
