"""The classifier of attention maps: how well it does, that it is the same each time, its file."""

from pathlib import Path

import numpy as np
import pytest
import torch
from dissect_models import batches, bert, marian, sentences
from sklearn.metrics import f1_score

from tombola.dissect.patterns import (
    NAMES,
    Classifier,
    ClassifierSettings,
    load_classifier,
    synthetic_maps,
    trained_classifier,
)
from tombola.dissect.patterns.classifier import shown_of
from tombola.dissect.patterns.quality import Quality, quality
from tombola.dissect.patterns.shares import pattern_counts
from tombola.errors import UserError
from tombola.settings import validate

SMALL = ClassifierSettings(maps=300, held_out=200, steps=40, batch_size=32, lengths=(6, 40))


@pytest.fixture(scope="module")
def trained() -> tuple[Classifier, Quality]:
    return trained_classifier(SMALL)


def test_it_is_far_above_chance_on_maps_it_has_not_seen(
    trained: tuple[Classifier, Quality],
) -> None:
    found = trained[1]
    assert [score.pattern for score in found.scores] == [*NAMES, "all"]
    assert found.macro > 0.7
    assert [score.n for score in found.scores] == [40] * 5 + [200]
    assert all(s.low <= s.f1 <= s.high for s in found.scores)
    assert (found.source, found.trained_on) == ("synthetic", 300)


def test_it_is_the_same_each_time_and_leaves_random_state_alone(
    trained: tuple[Classifier, Quality],
) -> None:
    torch.manual_seed(5)
    before = torch.random.get_rng_state()
    again, found = trained_classifier(SMALL)
    assert (torch.random.get_rng_state() == before).all()
    assert found == trained[1]
    ours = trained[0].net.state_dict()
    assert all((ours[k] == v).all() for k, v in again.net.state_dict().items())


def test_f1_is_scikit_learns() -> None:
    rng = np.random.default_rng(0)
    labels = np.arange(60) % 5
    said = np.where(rng.random(60) < 0.6, labels, rng.integers(-1, 5, 60))
    found = quality(labels, said, "synthetic", 1, 0)
    each = f1_score(labels, said, labels=range(5), average=None)
    assert [s.f1 for s in found.scores] == pytest.approx([*each, each.mean()])


def test_a_file_gives_the_same_network_back(
    trained: tuple[Classifier, Quality], tmp_path: Path
) -> None:
    classifier = trained[0]
    classifier.save(tmp_path / "net.safetensors")
    shown = shown_of(synthetic_maps(50, 9))
    again = load_classifier(tmp_path / "net.safetensors").classify(shown)
    assert (classifier.classify(shown) == again).all()
    (tmp_path / "net.safetensors").write_bytes(b"nothing")
    with pytest.raises(UserError, match="no classifier of attention patterns"):
        load_classifier(tmp_path / "net.safetensors")


def test_a_persons_maps_take_the_place_of_made_up_ones() -> None:
    maps = synthetic_maps(100, 4, lengths=(8, 20))
    found = trained_classifier(SMALL, labelled=maps)[1]
    assert (found.source, found.trained_on) == ("labelled", 80)
    assert [score.n for score in found.scores] == [4] * 5 + [20]


@pytest.mark.parametrize(
    ("given", "message"),
    [({"lengths": [4, 9]}, "lengths: fewest and most tokens, 5 to 1024"), ({"maps": 3}, "maps: ")],
)
def test_settings_are_checked(given: dict[str, object], message: str) -> None:
    with pytest.raises(UserError, match=message):
        validate(ClassifierSettings, given)


def test_every_head_is_counted_on_every_example(trained: tuple[Classifier, Quality]) -> None:
    model = bert(seed=1).train()
    texts = [*sentences(5, seed=2, shortest=5), [7, 8, 9]]  # one is too short to show a pattern
    given = {"raw": trained[0], "norm": trained[0], "as_published": trained[0]}
    found = pattern_counts(model, batches(texts, 4), given)
    assert model.training
    places = [(f.weighting, f.stack, f.layer, f.block, f.head) for f in found]
    assert places == [
        (w, "encoder", layer, "self", head) for w in given for layer in range(2) for head in (0, 1)
    ]
    assert all(sum(f.counts) == f.n == 5 for f in found)
    assert sum(found[0].shares.values()) == pytest.approx(1)
    # by how many a batch is does not matter
    assert found == pattern_counts(model, batches(texts, 1), given)


def test_a_head_that_puts_out_nothing_has_a_raw_map_only(
    trained: tuple[Classifier, Quality],
) -> None:
    model = bert(seed=1)
    with torch.no_grad():
        model.bert.encoder.layer[1].attention.output.dense.weight[:, :8] = 0
    given = {"raw": trained[0], "norm": trained[0]}
    found = pattern_counts(model, batches(sentences(4, seed=2, shortest=6), 4), given)
    n = {(f.weighting, f.layer, f.head): f.n for f in found}
    assert n.pop(("norm", 1, 0)) == 0
    assert set(n.values()) == {4}
    (empty,) = [f for f in found if f.n == 0]
    assert all(np.isnan(share) for share in empty.shares.values())


def test_decoders_are_read_with_their_attention_to_the_encoder(
    trained: tuple[Classifier, Quality],
) -> None:
    model, source = marian(seed=1), sentences(3, seed=2, shortest=6)
    targets = [*sentences(2, seed=3, shortest=6), [5, 6]]
    found = pattern_counts(model, batches(source, 3, targets=targets), {"raw": trained[0]})
    n = {(f.stack, f.block): f.n for f in found}
    assert n == {("encoder", "self"): 3, ("decoder", "self"): 2, ("decoder", "cross"): 2}


def test_examples_that_are_all_too_short_are_refused(
    trained: tuple[Classifier, Quality],
) -> None:
    with pytest.raises(UserError, match="no examples of 5 tokens or more"):
        pattern_counts(bert(seed=1), batches([[5, 6, 7]], 1), {"raw": trained[0]})
