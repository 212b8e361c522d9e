"""Similarity of layers of models, streamed over batches."""

import math
from collections import Counter
from dataclasses import asdict

import numpy as np
import pytest
import torch
from dissect_models import batches, bert, marian, sentences
from test_moments_cka import D, direct_biased, direct_debiased
from transformers import AutoModel, AutoTokenizer

import realdata
from tombola.dissect import MEASURES, layer_similarity, similarities
from tombola.dissect.representations import stream
from tombola.errors import UserError
from tombola.study.kinds.similarity import SIMILARITY


def values(rows) -> np.ndarray:
    return np.array([row.value for row in rows])


@pytest.mark.parametrize(
    ("measure", "direct"), [("debiased", direct_debiased), ("as_published", direct_biased)]
)
def test_all_pairs_of_layers_of_both_stacks(measure, direct) -> None:
    source, target = sentences(30, seed=1), sentences(30, seed=2)
    text = batches(source, 30, targets=target)
    dense, sparse = marian(seed=3), marian(seed=4)
    rows = layer_similarity(dense, sparse, batches(source, 7, targets=target), measure)
    (x,), (y,) = stream(dense, text), stream(sparse, text)
    assert [(row.stack, row.dense_layer, row.sparse_layer) for row in rows] == [
        *(("encoder", i, j) for i in range(3) for j in range(3)),
        *(("decoder", i, j) for i in range(2) for j in range(2)),
    ]
    for row in rows:
        a, b = x[row.stack][row.dense_layer], y[row.stack][row.sparse_layer]
        # the padding of a batch moves its float32 states by some 1e-7
        assert row.value == pytest.approx(direct(a.to(D), b.to(D)), abs=1e-5)
        assert (row.n, row.width, row.measure) == (len(a), 16, MEASURES[measure].title)


def test_rows_fit_the_table() -> None:
    rows = layer_similarity(bert(1), bert(2), batches(sentences(5, 3), 2))
    columns = set(SIMILARITY.columns) - {"model", "against", "map", "text", "signature"}
    assert set(asdict(rows[0])) == columns | {"details"}


@pytest.mark.parametrize("measure", ["as_published", "debiased"])
def test_batch_size_and_padding_do_not_count(measure) -> None:
    texts = sentences(40, seed=5)
    dense, sparse = bert(seed=6), bert(seed=7)
    every = [
        layer_similarity(dense, sparse, batches(texts, size, width), measure)
        for size, width in ((1, None), (8, None), (8, 30), (40, 12))
    ]
    for other in every[1:]:
        assert np.allclose(values(every[0]), values(other), atol=1e-6)
        assert [row.n for row in other] == [sum(map(len, texts))] * 9


def test_a_model_is_like_itself() -> None:
    model = bert(seed=8).train()
    rows = layer_similarity(model, model, batches(sentences(30, 9), 5), block_sentences=5)
    for row in rows:
        if row.dense_layer == row.sparse_layer:
            assert row.value == pytest.approx(1, abs=1e-9)
            assert (row.low, row.high) == (pytest.approx(1, abs=1e-6), 1)
        else:
            assert row.low < row.value < row.high <= 1
    assert all(module.training for module in model.modules())


def test_text_may_be_an_iterator_and_layers_chosen() -> None:
    texts = sentences(20, seed=10)
    dense, sparse = bert(seed=6), bert(seed=7)
    every = layer_similarity(dense, sparse, iter(batches(texts, 4)))
    some = layer_similarity(dense, sparse, iter(batches(texts, 4)), layers={2, 0})
    wanted = [row for row in every if 1 not in (row.dense_layer, row.sparse_layer)]
    assert [(r.dense_layer, r.sparse_layer) for r in some] == [(0, 0), (0, 2), (2, 0), (2, 2)]
    assert np.allclose(values(some), values(wanted), atol=1e-12)


def test_one_block_has_no_interval() -> None:
    rows = layer_similarity(bert(6), bert(7), batches(sentences(9, 1), 3), block_sentences=5)
    assert all(math.isnan(row.low) and math.isnan(row.high) for row in rows)


@pytest.mark.parametrize("reads", ["states", "attention"])
def test_measures_share_one_pass(reads: str) -> None:
    names = sorted(name for name in MEASURES if MEASURES[name].reads == reads)
    texts = batches(sentences(60, seed=12), 10)
    dense, sparse = bert(1), bert(2)
    read = Counter()
    for model in (dense, sparse):
        model.base_model.register_forward_hook(lambda *_: read.update(["passes"]))
    together = layer_similarity(dense, sparse, iter(texts), names, block_sentences=10)
    assert read["passes"] == 2 * len(texts)
    alone = [
        row
        for name in names
        for row in layer_similarity(dense, sparse, texts, name, block_sentences=10)
    ]
    assert list(map(str, together)) == list(map(str, alone))  # NaN is not itself
    assert len({row.measure for row in together}) == len(names)


def test_the_interval_covers_what_more_text_gives() -> None:
    """Over fresh texts of one language, about 95% of intervals hold the value of a long text."""
    dense, sparse = bert(seed=13), bert(seed=14)
    with torch.no_grad():  # a ticket: like the dense model, not the same
        for theirs, own in zip(sparse.parameters(), dense.parameters(), strict=True):
            theirs.copy_(own + 0.5 * theirs * (own.ndim > 1))
    names = ("as_published", "debiased", "across_blocks")
    runs = [
        layer_similarity(
            dense, sparse, batches(sentences(320, 100 + k), 20), names, block_sentences=20
        )
        for k in range(20)
    ]
    value, low, high = (
        np.array([[getattr(row, name) for row in run] for run in runs]).reshape(20, len(names), 9)
        for name in ("value", "low", "high")
    )
    truth = value.mean(0)  # of the same n: the biased estimator's mean depends on it
    # 180 intervals each, some of them of one text: an independent 95% would miss 9.
    assert (((low < truth) & (truth < high)).mean((0, 2)) > 0.9).all()
    assert ((high - low).mean((0, 2)) < 1.6 * (2 * 1.96 * value.std(0)).mean(1)).all()


def test_many_blocks_are_joined() -> None:
    dense, sparse = bert(seed=13), bert(seed=14)
    texts = batches(sentences(200, 3), 1)
    fine = layer_similarity(dense, sparse, texts, block_sentences=3, layers={1})[0]
    coarse = layer_similarity(dense, sparse, texts, block_sentences=6, layers={1})[0]
    assert fine.value == pytest.approx(coarse.value, abs=1e-9)
    assert fine.high - fine.low == pytest.approx(coarse.high - coarse.low, rel=0.7)


def test_many_models_are_read_once_and_paired() -> None:
    texts = batches(sentences(40, seed=12), 10)
    models = {name: bert(seed) for seed, name in enumerate("abc")}
    read = Counter()
    for name, model in models.items():
        model.base_model.register_forward_hook(lambda *_, name=name: read.update([name]))
    names = ["debiased", "neurons"]
    every = similarities(models, iter(texts), names, block_sentences=10)
    assert list(every) == [("a", "b"), ("a", "c"), ("b", "c")]
    assert read == dict.fromkeys("abc", len(texts))
    alone = layer_similarity(models["b"], models["c"], texts, names, block_sentences=10)
    assert every["b", "c"] == alone


def test_a_model_s_own_map_is_that_of_two_equal_models() -> None:
    texts = batches(sentences(40, seed=12), 10)
    names = sorted(MEASURES)
    own = similarities({"a": bert(1)}, texts, names, pairs=[("a", "a")], block_sentences=10)
    both = layer_similarity(bert(1), bert(1), texts, names, block_sentences=10)
    for one, other in zip(own["a", "a"], both, strict=True):
        flat = [{**asdict(row), "details": 0, **row.details} for row in (one, other)]
        assert flat[0] == pytest.approx(flat[1], nan_ok=True, abs=1e-6)


def test_embeddings_may_be_left_out() -> None:
    texts = batches(sentences(20, seed=12), 10)
    every = layer_similarity(bert(1), bert(2), texts)
    some = layer_similarity(bert(1), bert(2), texts, embeddings=False)
    assert [row.dense_layer for row in some] == [1, 1, 2, 2]
    wanted = [row for row in every if row.dense_layer and row.sparse_layer]
    assert np.allclose(values(some), values(wanted), atol=1e-12)


def test_bad_input_is_said() -> None:
    texts = batches(sentences(4, 1), 2)
    with pytest.raises(UserError, match=r"unknown measure.*across_blocks, as_published, attention"):
        layer_similarity(bert(1), bert(2), texts, "cka")
    with pytest.raises(UserError, match=r"no layer \[3\] in the encoder; allowed: 0 to 2"):
        layer_similarity(bert(1), bert(2), texts, layers=[3])
    with pytest.raises(UserError, match="no tokens"):
        layer_similarity(bert(1), bert(2), [])
    with pytest.raises(UserError, match="pairs of c; models to pair: a, b"):
        similarities({"a": bert(1), "b": bert(2)}, texts, pairs=[("a", "c")])
    with pytest.raises(UserError, match="pairs of none"):
        similarities({"a": bert(1)}, texts)
    with pytest.raises(UserError, match="no tokens"):
        layer_similarity(bert(1), bert(2), texts, exclude=range(40))
    both = batches(sentences(4, 1), 2, targets=sentences(4, 2))
    with pytest.raises(UserError, match="differ in stacks"):
        layer_similarity(bert(1), marian(1), both)


def test_a_real_encoder() -> None:
    folder = realdata.minilm()
    model, tokenizer = AutoModel.from_pretrained(folder), AutoTokenizer.from_pretrained(folder)
    ticket = AutoModel.from_pretrained(folder)
    with torch.no_grad():
        for name, weight in ticket.named_parameters():
            if "encoder.layer" in name and weight.ndim == 2:
                weight[weight.abs() < weight.abs().median()] = 0
    nouns = ("cat", "ship", "law", "river", "song", "price", "doctor", "stone", "idea", "train")
    lines = [f"The old {a} left the {b} by chance." for a in nouns for b in nouns]
    text = [
        dict(tokenizer(lines[k : k + 25], padding=True, return_tensors="pt"))
        for k in range(0, len(lines), 25)
    ]
    rows = layer_similarity(model, ticket, text, block_sentences=25)
    assert len(rows) == 49
    assert rows[0].value == pytest.approx(1)  # embeddings were not pruned
    assert rows[-1].value < 0.99

    last = [
        torch.cat([batch["encoder"][6] for batch in stream(own, text)]).to(D)
        for own in (model, ticket)
    ]
    assert rows[-1].value == pytest.approx(direct_debiased(*last), abs=1e-9)
    assert rows[-1].low <= rows[-1].value <= rows[-1].high
