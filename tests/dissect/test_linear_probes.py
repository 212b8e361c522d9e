"""Training of linear probes on given vectors."""

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression

from tombola.dissect.probes.linear import ProbeSettings, right, train_probes
from tombola.dissect.probes.words import Words
from tombola.errors import UserError
from tombola.settings import validate

LAYERS, WIDTH, CLASSES = 3, 12, 4


def made(
    n_sentences: int, seed: int, noise: tuple[float, ...] = (0.5, 1.0, 3.0)
) -> tuple[Words, np.ndarray]:
    """Words whose class has a centre of its own, behind more noise in deeper layers."""
    centres = np.random.default_rng(0).normal(size=(CLASSES, WIDTH))
    rng = np.random.default_rng(seed)
    starts = np.concatenate([[0], np.cumsum(rng.integers(1, 9, n_sentences))])
    labels = rng.integers(0, CLASSES, starts[-1])
    vectors = np.stack(
        [centres[labels] + s * rng.normal(size=(len(labels), WIDTH)) for s in noise], axis=1
    )
    kept = tuple(range(n_sentences))
    return Words(vectors.astype(np.float32), starts, kept, ()), labels


def accuracy(probes, words: Words, labels: np.ndarray) -> np.ndarray:
    return right(probes, words, labels, range(words.n_sentences)).double().mean(1).numpy()


def test_is_as_accurate_as_logistic_regression() -> None:
    (train, y), (dev, y_dev) = made(500, seed=1), made(500, seed=2)
    settings = ProbeSettings(epochs=100, patience=20, learning_rate=3e-2)
    found = accuracy(train_probes(train, y, CLASSES, 3, settings), dev, y_dev)
    for layer in range(LAYERS):
        model = LogisticRegression(C=1e6, max_iter=1000).fit(train.vectors[:, layer], y)
        wanted = model.score(dev.vectors[:, layer], y_dev)
        assert found[layer] == pytest.approx(wanted, abs=0.02)
    assert found[0] > 0.97 > found[1] > found[2] > 0.3


def test_together_is_as_alone() -> None:
    (train, y), (dev, _) = made(150, seed=4), made(50, seed=5)
    settings = ProbeSettings(epochs=15, learning_rate=3e-2, patience=2)
    together = train_probes(train, y, CLASSES, 6, settings)
    assert len(set(together.best_epoch)) > 1  # layers stop at different times
    for layer in range(LAYERS):
        alone = train_probes(train, y, CLASSES, 6, settings, layers=[layer])
        assert alone.best_epoch == together.best_epoch[layer : layer + 1]
        assert torch.allclose(alone.weight[0], together.weight[layer], atol=1e-5)
        rows = np.arange(len(dev.vectors))
        same = alone.predict(dev, rows)[0] == together.predict(dev, rows)[layer]
        assert same.double().mean() > 0.99


def test_shuffled_labels_score_at_chance() -> None:
    (train, y), (dev, y_dev) = made(400, seed=7), made(400, seed=8)
    shuffle = np.random.default_rng(9).permutation
    probes = train_probes(train, shuffle(y), CLASSES, 10)
    found = accuracy(probes, dev, shuffle(y_dev))
    assert np.all(np.abs(found - 0.25) < 4 * np.sqrt(0.25 * 0.75 / len(y_dev)))


def test_one_epoch_is_what_plain_torch_does() -> None:
    """Against torch.nn.Linear, cross_entropy and Adam, fed the same batches in the same order."""
    train, y = made(40, seed=11)
    for average in ("words", "sentences"):
        settings = ProbeSettings(epochs=1, batch_sentences=100, average=average)  # one batch
        probes = train_probes(train, y, CLASSES, 12, settings, layers=[1])
        untrained = train_probes(
            train, y, CLASSES, 12, settings.model_copy(update={"learning_rate": 1e-30}), layers=[1]
        )
        linear = torch.nn.Linear(WIDTH, CLASSES)
        with torch.no_grad():
            linear.weight.copy_(untrained.weight[0].T)
            linear.bias.copy_(untrained.bias[0])
        assert linear.weight.abs().max() <= WIDTH**-0.5
        trained_on = _trained_sentences(train, y, settings)
        adam = torch.optim.Adam(linear.parameters(), lr=1e-3)
        losses = []
        for i in trained_on:
            rows = train.rows([i])
            logits = linear(torch.from_numpy(train.vectors[rows, 1]))
            losses.append(
                torch.nn.functional.cross_entropy(
                    logits, torch.from_numpy(y[rows]), reduction="none"
                )
            )
        loss = (
            torch.cat(losses).mean()
            if average == "words"
            else torch.stack([one.mean() for one in losses]).mean()
        )
        loss.backward()
        adam.step()
        assert torch.allclose(probes.weight[0].T, linear.weight, atol=1e-5)
        assert torch.allclose(probes.bias[0], linear.bias, atol=1e-5)


def _trained_sentences(train: Words, y: np.ndarray, settings: ProbeSettings) -> list[int]:
    """Sentences whose vectors have an influence on the weights: not the held-out ones."""
    plain = train_probes(train, y, CLASSES, 12, settings, layers=[1]).weight
    used = []
    for i in range(train.n_sentences):
        bent = train.vectors.copy()
        bent[train.rows([i])] *= -5
        changed = Words(bent, train.starts, train.kept, ())
        weight = train_probes(changed, y, CLASSES, 12, settings, layers=[1]).weight
        if not torch.equal(weight, plain):
            used.append(i)
    assert len(used) == 36  # a tenth is held out
    return used


def test_stops_when_held_out_words_no_longer_improve() -> None:
    train, y = made(60, seed=13)
    rng = np.random.default_rng(14)
    noise = Words(
        rng.normal(size=train.vectors.shape).astype(np.float32), train.starts, train.kept, ()
    )
    long = ProbeSettings(epochs=60, learning_rate=3e-2, patience=2)
    best = train_probes(noise, y, CLASSES, 15, long)
    assert max(best.best_epoch) < 40
    for layer, epoch in enumerate(best.best_epoch):
        # stopping right there gives the same weights: those of the best epoch are kept
        cut = long.model_copy(update={"epochs": epoch})
        short = train_probes(noise, y, CLASSES, 15, cut, layers=[layer])
        assert torch.allclose(short.weight[0], best.weight[layer], atol=1e-6)


def test_seeds_decide_all() -> None:
    train, y = made(60, seed=16)
    state = torch.get_rng_state()
    settings = ProbeSettings(epochs=3)
    one, again, other = (train_probes(train, y, CLASSES, seed, settings) for seed in (1, 1, 2))
    assert torch.equal(one.weight, again.weight)
    assert torch.equal(one.bias, again.bias)
    assert not torch.allclose(one.weight, other.weight, atol=1e-3)
    assert torch.equal(torch.get_rng_state(), state)


def test_standardised_features_forget_their_scale() -> None:
    train, y = made(80, seed=17)
    scaled = Words(train.vectors * np.float32(100) + np.float32(7), train.starts, train.kept, ())
    settings = ProbeSettings(epochs=5, standardise=True)
    plain = train_probes(train, y, CLASSES, 18, settings)
    moved = train_probes(scaled, y, CLASSES, 18, settings)
    assert torch.allclose(plain.weight, moved.weight, atol=1e-3)
    rows = train.rows(range(80))
    assert plain.standard[0, 0].numpy() == pytest.approx(train.vectors[rows, 0].mean(0), abs=0.1)
    raw = settings.model_copy(update={"standardise": False})
    assert not torch.allclose(
        train_probes(train, y, CLASSES, 18, raw).weight,
        train_probes(scaled, y, CLASSES, 18, raw).weight,
        atol=1e-3,
    )


def test_bad_settings_are_said() -> None:
    for bad in (
        {"epochs": 0},
        {"patience": 0},
        {"batch_sentences": 0},
        {"learning_rate": -1.0},
        {"held_out": 1.0},
        {"average": "tokens"},
        {"pooling": "cut"},
    ):
        with pytest.raises(UserError, match=next(iter(bad))):
            validate(ProbeSettings, bad)
    train, y = made(1, seed=1)
    with pytest.raises(UserError, match="too few to hold"):
        train_probes(train, y, CLASSES, 1)
