"""Behavioural difference of two models."""

import math

import numpy as np
import pytest
import torch
from dissect_models import batches, bert, marian, sentences
from scipy.spatial.distance import jensenshannon
from scipy.special import rel_entr, softmax
from scipy.stats import binom
from sklearn.metrics import cohen_kappa_score

from tombola.dissect import compare
from tombola.errors import UserError
from tombola.statistics import wilson


def labelled(n: int, size: int, seed: int) -> list[dict]:
    generator = torch.Generator().manual_seed(seed)
    made = batches(sentences(n, seed), size)
    for batch in made:
        batch["labels"] = torch.randint(0, 3, (len(batch["input_ids"]),), generator=generator)
    return made


def logits(model, text: list[dict]) -> np.ndarray:
    model.eval()
    with torch.no_grad():
        return np.concatenate([model(**batch).logits.double().numpy() for batch in text])


def test_classifiers_against_other_libraries() -> None:
    a, b, text = bert(1), bert(2), labelled(60, 7, seed=3)
    found = compare(a, b, text)
    x, y = logits(a, text), logits(b, text)
    labels = np.concatenate([batch["labels"].numpy() for batch in text])
    said_a, said_b = x.argmax(1), y.argmax(1)
    p, q = softmax(x, axis=1), softmax(y, axis=1)
    assert (found.unit, found.n) == ("example", 60)
    assert found.agreement == np.mean(said_a == said_b)
    assert (found.low, found.high) == wilson(int(np.sum(said_a == said_b)), 60)
    assert found.kappa == pytest.approx(cohen_kappa_score(said_a, said_b), abs=1e-12)
    assert found.kl == pytest.approx(rel_entr(p, q).sum(1).mean(), abs=1e-6)
    assert found.js == pytest.approx(np.mean(jensenshannon(p, q, axis=1) ** 2), abs=1e-6)
    assert found.accuracy_a == pytest.approx(np.mean(said_a == labels))
    assert found.accuracy_b == pytest.approx(np.mean(said_b == labels))
    only_a = int(np.sum((said_a == labels) & (said_b != labels)))
    only_b = int(np.sum((said_a != labels) & (said_b == labels)))
    assert (found.only_a_right, found.only_b_right) == (only_a, only_b)
    assert only_a + only_b > 10
    tail = 2 * binom.cdf(min(only_a, only_b), only_a + only_b, 0.5)
    assert found.mcnemar_p == pytest.approx(min(1, tail))


def test_translation_counts_labelled_tokens() -> None:
    a, b = marian(1), marian(2)
    source, target = sentences(20, 3), sentences(20, 4)
    found = compare(a, b, batches(source, 6, targets=target))
    alone = [
        [
            logits(model, batches([src], 1, targets=[tgt]))[0]
            for src, tgt in zip(source, target, strict=True)
        ]
        for model in (a, b)
    ]
    x, y = (np.concatenate(own) for own in alone)
    labels = np.concatenate([np.array(tgt) for tgt in target])
    assert (found.unit, found.n) == ("token", len(labels))
    assert found.agreement == pytest.approx(np.mean(x.argmax(1) == y.argmax(1)))
    assert found.accuracy_a == pytest.approx(np.mean(x.argmax(1) == labels))
    wanted = rel_entr(softmax(x, axis=1), softmax(y, axis=1)).sum(1).mean()
    assert found.kl == pytest.approx(wanted, abs=1e-5)


def test_a_model_agrees_with_itself() -> None:
    model = bert(1).train()
    found = compare(model, model, labelled(10, 4, seed=5))
    assert (found.agreement, found.kl, found.mcnemar_p) == (1, 0, 1)
    assert found.js == pytest.approx(0, abs=1e-12)
    assert model.training


def test_without_labels_there_is_no_accuracy() -> None:
    text = labelled(10, 4, seed=5)
    with_labels = compare(bert(1), bert(2), text)
    for batch in text:
        del batch["labels"]
    found = compare(bert(1), bert(2), text)
    assert found.agreement == with_labels.agreement
    assert found.accuracy_a is found.accuracy_b is found.mcnemar_p is found.only_a_right is None


def test_a_class_that_is_ruled_out_is_no_trouble() -> None:
    a, b = bert(1), bert(2)
    with torch.no_grad():
        for model in (a, b):
            model.classifier.bias[2] = -torch.inf
    found = compare(a, b, labelled(10, 4, seed=5))
    assert 0 < found.js < math.log(2)
    assert 0 < found.kl < math.inf
    with torch.no_grad():
        a.classifier.bias[:] = torch.tensor([100.0, -torch.inf, -torch.inf])
        b.classifier.bias[:] = torch.tensor([100.0, -torch.inf, -torch.inf])
    assert compare(a, b, labelled(10, 4, seed=5)).kappa is None  # both always say the same


def test_bad_input_is_said() -> None:
    text = labelled(10, 4, seed=5)
    with pytest.raises(UserError, match="shape of their outputs"):
        compare(bert(1), bert(2, n_labels=4), text)
    with pytest.raises(UserError, match="one number per example"):
        compare(bert(1, n_labels=1), bert(2, n_labels=1), batches(sentences(3, 1), 3))
    with pytest.raises(UserError, match="no examples"):
        compare(bert(1), bert(2), [])
    del text[1]["labels"]
    with pytest.raises(UserError, match="only 6 of 10 examples have a label"):
        compare(bert(1), bert(2), text)
