"""Training of probes on given vectors: together as alone, as plain torch, as scikit-learn."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import torch
from probe_texts import CLASSES, WIDTH, made, question, task, texts, words
from sklearn.linear_model import LogisticRegression

from tombola.dissect.probes import ProbeSettings, Words, train_probes
from tombola.errors import UserError
from tombola.settings import validate

QUICK = ProbeSettings(epochs=15, learning_rate=3e-2, patience=2)


def data(n: int, seed: int, **more):
    found, labelled, y = made(n, seed, **more)
    asked = question(task(), labelled)
    return asked, found, asked.items(labelled, found), y


def test_is_as_accurate_as_logistic_regression() -> None:
    (asked, train, items, y), (_, dev, dev_items, y_dev) = data(500, 1), data(500, 2)
    settings = ProbeSettings(epochs=100, patience=20, learning_rate=3e-2)
    answers = train_probes(asked, train, items, [3], settings).answers(dev, dev_items)
    found = (answers[:, 0] == dev_items.labels).mean(1)
    for layer in range(3):
        model = LogisticRegression(C=1e6, max_iter=1000).fit(train.vectors[layer], y)
        assert found[layer] == pytest.approx(model.score(dev.vectors[layer], y_dev), abs=0.02)
    assert found[0] > 0.97 > found[1] > found[2] > 0.3


@pytest.mark.parametrize(
    ("hidden", "other", "average"),
    [(0, False, "words"), (0, True, "sentences"), (7, False, "sentences"), (7, True, "words")],
)
def test_together_is_as_alone(hidden: int, other: bool, average: str) -> None:
    """To 1e-5 in double precision, whoever has stopped before."""
    asked, train, items, _ = data(60, 4)
    _, dev, dev_items, _ = data(30, 5)
    settings = QUICK.model_copy(update={"batch_sentences": 20, "average": average,
                                        "standardise": other})  # fmt: skip
    stop = (dev, dev_items) if other else None
    how = {"hidden": hidden, "penalty": 1e-3, "stop": stop, "dtype": torch.float64}
    seeds = (6, 7)
    together = train_probes(asked, train, items, seeds, settings, **how)
    assert len(np.unique(together.epoch)) > 2  # probes stop at different times
    for i, layer in enumerate(train.layers):
        for j, seed in enumerate(seeds):
            alone = train_probes(asked, train, items, [seed], settings, layers=[layer], **how)
            assert alone.epoch[0, 0] == together.epoch[i, j]
            assert alone.stopping[0, 0] == together.stopping[i, j]
            for name, one in alone.weights.items():
                assert torch.allclose(one[0, 0], together.weights[name][i, j], atol=1e-5, rtol=0)
    assert together.outputs(dev, dev_items).__next__().shape[:3] == (3, 2, len(dev_items))


def test_layers_in_groups_are_as_all_at_once(monkeypatch) -> None:
    asked, train, items, _ = data(60, 4)
    whole = train_probes(asked, train, items, [1, 2], QUICK, dtype=torch.float64)
    monkeypatch.setattr("tombola.dissect.probes.training.HELD", 1)
    parts = train_probes(asked, train, items, [1, 2], QUICK, dtype=torch.float64)
    assert torch.allclose(whole.weights["weight"], parts.weights["weight"], atol=1e-9)
    assert np.array_equal(whole.epoch, parts.epoch)


def test_pairs_are_read_as_both_and_their_product() -> None:
    _, train, _, _ = data(30, 4)
    rows = np.array([[0, 3], [2, 1]])
    x = train.read(rows, (0, 2), torch.float64)
    assert x.shape == (2, 2, 3 * WIDTH) == (2, 2, train.features(2))
    a, b = train.vectors[2][0].astype(float), train.vectors[2][3].astype(float)
    assert np.allclose(x[1, 0].numpy(), np.concatenate([a, b, a * b]))


def test_shuffled_labels_score_at_chance() -> None:
    found, labelled, y = made(200, seed=7)
    shuffled = np.random.default_rng(9).permutation(y)
    mixed = texts([len(t.words) for t in labelled], lambda i: f"c{shuffled[i]}")
    asked = question(task(), mixed)
    probes = train_probes(asked, found, asked.items(mixed, found), [1], QUICK)
    _, dev, items, y = data(200, 8)
    other = np.random.default_rng(10).permutation(y)
    share = (probes.answers(dev, items)[:, 0] == other).mean(1)
    assert np.all(np.abs(share - 0.25) < 4 * np.sqrt(0.25 * 0.75 / len(items)))


@pytest.mark.parametrize("hidden", [0, 5])
@pytest.mark.parametrize("average", ["words", "sentences"])
def test_one_epoch_is_what_plain_torch_does(hidden: int, average: str) -> None:
    """Against torch's own layers, cross_entropy and Adam, fed the same words as one batch."""
    asked, train, items, y = data(40, 11)
    settings = ProbeSettings(epochs=1, batch_sentences=100, average=average)
    how = {"hidden": hidden, "layers": [1], "stop": (train, items)}
    probes = train_probes(asked, train, items, [12], settings, **how)
    still = settings.model_copy(update={"learning_rate": 1e-30})
    untrained = train_probes(asked, train, items, [12], still, **how).weights
    sizes = [WIDTH, *([hidden] if hidden else []), CLASSES]
    layers = [torch.nn.Linear(a, b) for a, b in pairwise(sizes)]
    names = [("weight_in", "bias_in")] * bool(hidden) + [("weight", "bias")]
    for layer, (weight, bias) in zip(layers, names, strict=True):
        with torch.no_grad():
            layer.weight.copy_(untrained[weight][0, 0].T)
            layer.bias.copy_(untrained[bias][0, 0, 0])
        assert layer.weight.abs().max() <= layer.in_features**-0.5
    net = torch.nn.Sequential(*[m for layer in layers for m in (layer, torch.nn.ReLU())][:-1])
    adam = torch.optim.Adam(net.parameters(), lr=1e-3)
    losses = []
    for start, end in zip(train.starts[:-1], train.starts[1:], strict=True):
        out = net(torch.from_numpy(train.vectors[1, start:end]))
        target = torch.from_numpy(y[start:end])
        losses.append(torch.nn.functional.cross_entropy(out, target, reduction="none"))
    mean = [one.mean() for one in losses]
    (torch.cat(losses).mean() if average == "words" else torch.stack(mean).mean()).backward()
    adam.step()
    for layer, (weight, bias) in zip(layers, names, strict=True):
        assert torch.allclose(probes.weights[weight][0, 0].T, layer.weight, atol=1e-5)
        assert torch.allclose(probes.weights[bias][0, 0, 0], layer.bias, atol=1e-5)


def test_held_out_sentences_are_not_trained_on() -> None:
    asked, train, items, _ = data(40, 11)
    settings = ProbeSettings(epochs=1, batch_sentences=100)
    plain = train_probes(asked, train, items, [12], settings, layers=[1]).weights["weight"]
    used = 0
    for start, end in zip(train.starts[:-1], train.starts[1:], strict=True):
        bent = train.vectors.copy()
        bent[:, start:end] *= -5
        weights = train_probes(
            asked, replace(train, vectors=bent), items, [12], settings, layers=[1]
        ).weights["weight"]
        used += not torch.equal(weights, plain)
    assert used == 36  # a tenth is held out


def test_stops_when_the_score_no_longer_improves_and_keeps_the_best_weights() -> None:
    asked, train, items, _ = data(60, 13)
    noise = np.random.default_rng(14).normal(size=train.vectors.shape).astype(np.float32)
    train = replace(train, vectors=noise)
    long = ProbeSettings(epochs=60, learning_rate=3e-2, patience=2)
    best = train_probes(asked, train, items, [15, 16], long)
    assert best.epoch.max() < 40
    for layer in range(3):
        for j, seed in enumerate((15, 16)):
            cut = long.model_copy(update={"epochs": int(best.epoch[layer, j])})
            short = train_probes(asked, train, items, [seed], cut, layers=[layer])
            mine = best.weights["weight"][layer, j]
            assert torch.allclose(short.weights["weight"][0, 0], mine, atol=1e-6)


def test_seeds_decide_all() -> None:
    asked, train, items, _ = data(60, 16)
    state = torch.get_rng_state()
    short = ProbeSettings(epochs=3)
    one, again, other = (
        train_probes(asked, train, items, [seed], short).weights["weight"] for seed in (1, 1, 2)
    )
    assert torch.equal(one, again)
    assert not torch.allclose(one, other, atol=1e-3)
    assert torch.equal(torch.get_rng_state(), state)


def test_standardised_features_forget_their_scale() -> None:
    asked, train, items, _ = data(80, 17)
    scaled = replace(train, vectors=train.vectors * np.float32(100) + np.float32(7))
    settings = ProbeSettings(epochs=5, standardise=True)
    plain = train_probes(asked, train, items, [18], settings)
    moved = train_probes(asked, scaled, items, [18], settings)
    assert torch.allclose(plain.weights["weight"], moved.weights["weight"], atol=1e-3)
    assert plain.standard[0].numpy() == pytest.approx(train.vectors.mean(1), abs=1e-5)
    assert plain.standard[1].numpy() == pytest.approx(train.vectors.std(1), abs=1e-5)


def test_a_penalty_shrinks_weights() -> None:
    asked, train, items, _ = data(80, 17)
    sizes = [
        train_probes(asked, train, items, [1], QUICK, penalty=p).weights["weight"].square().sum()
        for p in (0.0, 0.1, 10.0)
    ]
    assert sizes[0] > sizes[1] > sizes[2]


def test_numbers_are_learned_by_hubers_loss() -> None:
    rng = np.random.default_rng(3)
    lengths = rng.integers(2, 9, 200)
    vectors = rng.normal(size=(lengths.sum(), 2, WIDTH)).astype(np.float32)
    y = vectors[:, 0] @ np.linspace(-1, 1, WIDTH)
    labelled = texts(lengths, lambda i: float(y[i]), every=3)
    asked = question(task(metric="pearson", numbers=True), labelled)
    found = words(vectors, lengths)
    items = asked.items(labelled, found)
    assert asked.outputs == 1
    assert len(items) == len(y[::3])
    settings = ProbeSettings(epochs=40, learning_rate=3e-2)
    probes = train_probes(asked, found, items, [1], settings, stop=(found, items))
    answers = probes.answers(found, items)[:, 0]
    assert probes.stopping[0, 0] == pytest.approx(np.corrcoef(answers[0], y[::3])[0, 1], abs=1e-6)
    assert asked.score(answers[0], items) > 0.98
    assert asked.form.error(answers[0], items) < 0.2
    outputs = torch.tensor([[[0.5], [3.0]]])
    assert asked.form.loss(outputs, torch.tensor([[0.0, 0.0]])).tolist() == [[0.125, 2.5]]


def test_bad_settings_are_said() -> None:
    for bad in (
        {"epochs": 0},
        {"patience": 0},
        {"batch_sentences": 0},
        {"learning_rate": -1.0},
        {"held_out": 1.0},
        {"average": "tokens"},
        {"pooling": "cut"},
        {"precision": "double"},
        {"hidden": -1},
        {"hidden": [8, 8]},
        {"penalty": [-1.0]},
        {"replicates": 0},
    ):
        with pytest.raises(UserError, match=next(iter(bad))):
            validate(ProbeSettings, bad)
    asked, train, items, _ = data(1, 1)
    with pytest.raises(UserError, match="too few to hold"):
        train_probes(asked, train, items, [1], ProbeSettings())


def test_words_know_how_wide_they_are() -> None:
    _, train, _, _ = data(3, 1)
    assert isinstance(train, Words)
    assert (train.width, train.features(1)) == (WIDTH, WIDTH)
