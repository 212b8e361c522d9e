"""Probes on a mix of all layers."""

import numpy as np
import pytest
import torch
from dissect_models import bert
from probe_texts import made, question, task, texts, words

from tombola.dissect import ProbeSettings, best_layer
from tombola.dissect.probes import Reader, probe_tasks, train_probes
from tombola.dissect.probes.words import MIX
from tombola.tasks import WORD_TASKS, WordData, word_tokenizer

QUICK = ProbeSettings(epochs=15, learning_rate=3e-2, patience=5)


def test_a_mix_counts_the_layers_that_know() -> None:
    found, labelled, _ = made(60, seed=1, noise=(4.0, 0.3, 4.0))
    asked = question(task(), labelled)
    items = asked.items(labelled, found)
    probes = train_probes(asked, found, items, [1, 2], QUICK, layers=[MIX])
    assert (probes.layers, probes.stopping.shape) == ((MIX,), (1, 2))
    shares = probes.shares
    assert shares is not None
    assert shares.sum(-1) == pytest.approx(1)
    assert (shares.argmax(-1) == 1).all()
    alone = train_probes(asked, found, items, [1, 2], QUICK)
    assert alone.shares is None
    assert (probes.stopping > alone.stopping[[0, 2]]).all()


@pytest.mark.parametrize("standardise", [False, True])
def test_what_a_mix_says_by_hand(standardise: bool) -> None:
    """Of pairs: each word is mixed, then both stand beside their product."""
    found, labelled, _ = made(30, seed=1)
    pairs = texts([len(text.words) for text in labelled], lambda i: "AB"[i % 2])
    pairs = [
        type(one)(one.words, tuple(t._replace(at=(*t.at, 0)) for t in one.targets), "")
        for one in pairs
    ]
    asked = question(task("pair"), pairs)
    items = asked.items(pairs, found)
    settings = QUICK.model_copy(update={"standardise": standardise, "epochs": 2})
    probes = train_probes(asked, found, items, [1], settings, layers=[MIX], hidden=5)
    weights = {name: one[0, 0].double() for name, one in probes.weights.items()}
    vectors = torch.from_numpy(found.vectors).double()
    if standardise:
        read = vectors[:, items.rows.reshape(-1)]
        vectors = (vectors - read.mean(1, keepdim=True)) / read.std(1, keepdim=True, correction=0)
    mixed = weights["scale"] * torch.einsum("l,lnw->nw", weights["mix"].softmax(0), vectors)
    x, y = mixed[items.rows[:, 0]], mixed[items.rows[:, 1]]
    hidden = (torch.cat([x, y, x * y], 1) @ weights["weight_in"] + weights["bias_in"]).relu()
    wanted = hidden @ weights["weight"] + weights["bias"]
    (outputs,) = probes.outputs(found, items)
    assert torch.allclose(outputs[0, 0].double(), wanted, atol=1e-4)


def test_a_mix_is_a_result_beside_those_of_layers(tmp_path) -> None:
    _, labelled, _ = made(24, seed=1)
    tokenizer = word_tokenizer([line for text in labelled for line in text.lines])
    data = WordData(WORD_TASKS["pos"], (), tuple(labelled[:16]), tuple(labelled[16:]), None)
    settings = ProbeSettings(epochs=2, mix=True, control=True, code=True, replicates=2)
    reader = Reader(bert(1, vocab_size=len(tokenizer)), tokenizer, tmp_path, settings)
    found = [result for result, _ in probe_tasks(reader, {"tags": data}, 1)]
    assert [r.layer for r in found] == [0, 0, 1, 1, 2, 2, MIX, MIX]
    assert {(r.task, r.word_task, r.group) for r in found} == {("tags", "pos", "part of speech")}
    mixes = [r for r in found if r.layer == MIX]
    assert all(0 <= r.centre <= 2 and r.control >= 0 and np.isnan(r.bits) for r in mixes)
    assert all(np.isnan(r.centre) and r.bits > 0 for r in found if r.layer != MIX)
    assert best_layer(found) >= 0


def test_layers_alone_are_the_same_beside_a_mix() -> None:
    found, labelled, _ = made(20, seed=1)
    flat = words(found.vectors.transpose(1, 0, 2), [len(text.words) for text in labelled])
    rows = np.arange(6).reshape(3, 2)
    every = flat.read_all(rows, torch.float32)
    assert every.shape == (3, 2, 3, 12)
    for place, layer in enumerate(flat.layers):
        alone = flat.read(rows[:, :1], [layer], torch.float32)[0]
        assert torch.equal(every[:, 0, place], alone)
