"""Vectors of words in files: what they hold, when they are used again, when they are refused."""

import json

import numpy as np
import pytest
import torch
from dissect_models import bert

from tombola.dissect.probes import represent_words
from tombola.errors import UserError
from tombola.tasks import word_tokenizer

WORDS = [f"w{i}" for i in range(30)]
TEXTS = [WORDS[:5], WORDS[3:20], WORDS[:2]]
N, LAYERS, WIDTH = 24, 3, 16


@pytest.fixture(scope="module")
def tokenizer():
    return word_tokenizer([" ".join(WORDS)])


def test_two_bytes_for_each_number_and_the_same_again(tokenizer, tmp_path, monkeypatch) -> None:
    file = tmp_path / "v.npy"
    words = represent_words(bert(1), tokenizer, TEXTS, file)
    assert words.vectors.shape == (LAYERS, N, WIDTH)
    assert words.vectors.dtype == np.float16
    assert file.stat().st_size == 2 * N * LAYERS * WIDTH + 128
    assert isinstance(words.vectors, np.memmap)
    written = file.stat().st_mtime_ns
    monkeypatch.setattr("tombola.dissect.probes.represent._read_all", None)  # nothing is read
    again = represent_words(bert(1), tokenizer, TEXTS, file)
    assert np.array_equal(words.vectors, again.vectors)
    assert file.stat().st_mtime_ns == written


def test_half_precision_is_near_single(tokenizer, tmp_path) -> None:
    half = represent_words(bert(1), tokenizer, TEXTS, tmp_path / "h")
    single = represent_words(bert(1), tokenizer, TEXTS, tmp_path / "s", precision="single")
    assert single.vectors.dtype == np.float32
    assert np.allclose(half.vectors, single.vectors, rtol=2**-11, atol=1e-7)


def test_some_layers(tokenizer, tmp_path) -> None:
    every = represent_words(bert(1), tokenizer, TEXTS, tmp_path / "a")
    two = represent_words(bert(1), tokenizer, TEXTS, tmp_path / "b", layers=[2, 0])
    assert two.layers == (2, 0)
    assert np.array_equal(two.vectors, every.vectors[[2, 0]])
    rows = np.array([[3], [1]])
    assert torch.equal(two.read(rows, [0], torch.float32), every.read(rows, [0], torch.float32))
    with pytest.raises(UserError, match="the encoder has no layer 3; allowed: 0 to 2"):
        represent_words(bert(1), tokenizer, TEXTS, tmp_path / "c", layers=[3])


def test_vectors_of_another_model_or_text_are_refused(tokenizer, tmp_path) -> None:
    file = tmp_path / "v.npy"
    represent_words(bert(1), tokenizer, TEXTS, file)
    with pytest.raises(UserError, match=r"v\.npy: vectors with model \w+, not \w+; name another"):
        represent_words(bert(2), tokenizer, TEXTS, file)
    with pytest.raises(UserError, match="vectors with text"):
        represent_words(bert(1), tokenizer, [WORDS[1:6], *TEXTS[1:]], file)
    with pytest.raises(UserError, match="vectors with pooling mean, not first"):
        represent_words(bert(1), tokenizer, TEXTS, file, pooling="first")
    changed = bert(1)
    with torch.no_grad():
        next(changed.parameters()).view(-1)[0] += 1
    with pytest.raises(UserError, match="vectors with model"):
        represent_words(changed, tokenizer, TEXTS, file)


def test_damaged_files_are_said_and_unfinished_ones_written_anew(tokenizer, tmp_path) -> None:
    file = tmp_path / "v.npy"
    whole = represent_words(bert(1), tokenizer, TEXTS, file).vectors.copy()
    file.write_bytes(file.read_bytes()[:-10])
    with pytest.raises(UserError, match="no readable vectors"):
        represent_words(bert(1), tokenizer, TEXTS, file)
    (tmp_path / "v.npy.json").unlink()  # as if it had been interrupted
    assert np.array_equal(represent_words(bert(1), tokenizer, TEXTS, file).vectors, whole)
    about = json.loads((tmp_path / "v.npy.json").read_text())
    (tmp_path / "v.npy.json").write_text(json.dumps({**about, "layers": [0]}))
    with pytest.raises(UserError, match="layers"):
        represent_words(bert(1), tokenizer, TEXTS, file)


def test_a_folder_holds_many(tokenizer, tmp_path) -> None:
    for seed in (1, 2):
        represent_words(bert(seed), tokenizer, TEXTS, tmp_path)
        represent_words(bert(seed), tokenizer, TEXTS, tmp_path, pooling="last")
    assert len(list(tmp_path.glob("*.npy"))) == 4


def test_what_is_not_finite_is_said(tokenizer, tmp_path) -> None:
    broken, large = bert(1), bert(1)
    with torch.no_grad():
        broken.bert.encoder.layer[0].output.LayerNorm.bias[0] = torch.nan
        large.bert.encoder.layer[1].output.LayerNorm.bias[0] = 1e6
    with pytest.raises(UserError, match="layer 1 gives vectors that hold NaN or infinity"):
        represent_words(broken, tokenizer, TEXTS, tmp_path)
    with pytest.raises(UserError, match=r"layer 2 has values up to 1e\+06, too large for half"):
        represent_words(large, tokenizer, TEXTS, tmp_path)
    assert not list(tmp_path.iterdir())
    assert represent_words(large, tokenizer, TEXTS, tmp_path, precision="single")


def test_unknown_words_are_counted(tokenizer, tmp_path) -> None:
    some = represent_words(bert(1), tokenizer, [["w1", "new", "w2", "neu"]], tmp_path)
    assert some.unknown == 0.5
    assert represent_words(bert(1), tokenizer, TEXTS, tmp_path).unknown == 0
