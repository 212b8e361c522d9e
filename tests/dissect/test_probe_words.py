"""Vectors of words: of long texts, of any tokenizer, of either stack."""

import numpy as np
import pytest
import torch
from dissect_models import bert, marian
from transformers import GPT2Config, GPT2Model

from tiny_tokenizers import KINDS, TEXT
from tombola.dissect.probes import represent_words
from tombola.errors import UserError
from tombola.tasks import word_tokenizer
from tombola.text import align

ROUNDED = 4e-3
"""Of numbers up to 4, in half precision."""
WORDS = [f"w{i}" for i in range(30)]


@pytest.fixture(scope="module")
def tokenizer():
    return word_tokenizer([" ".join(WORDS)])


def gpt(seed: int, **settings: object) -> GPT2Model:
    small = {"n_embd": 16, "n_layer": 2, "n_head": 2, "vocab_size": 700, "n_positions": 256}
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return GPT2Model(GPT2Config(**{**small, "initializer_range": 0.3, **settings})).eval()


def test_a_long_text_is_read_through_windows(tokenizer, tmp_path) -> None:
    model = bert(seed=1)
    model.eval()
    limit = 12  # room for 10 words beside the two special tokens
    texts = [WORDS[:4], WORDS[:27], WORDS[5:9]]
    with pytest.raises(UserError, match="1 of 3 sentences have more than 12 tokens"):
        represent_words(model, tokenizer, texts, tmp_path / "x", max_tokens=limit)
    words = represent_words(
        model, tokenizer, texts, tmp_path / "y", max_tokens=limit, too_long="window", stride=5
    )
    assert words.kept == (0, 1, 2)
    assert words.starts.tolist() == [0, 4, 31, 35]

    windows = [(0, 10), (5, 15), (10, 20), (15, 25), (17, 27)]
    states = []
    for first, last in windows:
        ids = torch.tensor([tokenizer(" ".join(WORDS[first:last]))["input_ids"]])
        found = model.bert(ids, output_hidden_states=True).hidden_states
        states.append(torch.stack(found)[:, 0, 1:-1].detach().numpy())
    # Between neighbours, each word where the shorter side is longer; of equals, the first.
    assert words.n_windowed == 1
    for word, row in enumerate(range(4, 31)):
        context = {
            k: min(word - a if a else 99, b - 1 - word if b < 27 else 99)
            for k, (a, b) in enumerate(windows)
            if a <= word < b
        }
        best = min(k for k in context if context[k] == max(context.values()))
        wanted = states[best][:, word - windows[best][0]]
        assert np.allclose(words.vectors[:, row], wanted, atol=ROUNDED)
        for k in context.keys() - {best}:  # a test that can fail: the windows do differ
            far = states[k][:, word - windows[k][0]]
            assert not np.allclose(words.vectors[:, row], far, atol=1e-3)
    alone = represent_words(model, tokenizer, texts[:1], tmp_path / "z")
    assert np.allclose(words.vectors[:, :4], alone.vectors, atol=ROUNDED)


@pytest.mark.parametrize("name", KINDS)
def test_a_decoder_reads_words_of_any_tokenizer(name, tmp_path) -> None:
    tokenizer = KINDS[name](tmp_path)
    texts = [text.split() for text in TEXT[:3]]
    model = gpt(seed=2)
    words = represent_words(model, tokenizer, texts, tmp_path / "v", batch_size=2)
    aligned = align(texts, tokenizer)
    for i, (row, spans) in enumerate(zip(aligned.rows, aligned.spans, strict=True)):
        inputs = {column: torch.tensor([values]) for column, values in row.items()}
        out = model(**inputs, output_hidden_states=True).hidden_states
        for (start, end), at in zip(spans, range(*words.starts[i : i + 2]), strict=True):
            for layer in range(3):
                wanted = out[layer][0, start:end].mean(0).detach().numpy()
                assert np.allclose(words.vectors[layer, at], wanted, atol=ROUNDED)


def test_a_decoder_beside_an_encoder_starts_with_a_token_of_its_own(tokenizer, tmp_path) -> None:
    model = marian(seed=3)
    model.eval()
    texts = [WORDS[:4], WORDS[6:9]]
    words = represent_words(model, tokenizer, texts, tmp_path / "d", stack="decoder")
    for i, text in enumerate(texts):
        ids = tokenizer(" ".join(text))["input_ids"]
        out = model.model(
            torch.tensor([ids]),
            decoder_input_ids=torch.tensor([[model.config.decoder_start_token_id, *ids]]),
            output_hidden_states=True,
        )
        for number, row in enumerate(range(*words.starts[i : i + 2])):
            for layer in range(2):
                wanted = out.decoder_hidden_states[layer][0, number + 2].detach().numpy()
                assert np.allclose(words.vectors[layer, row], wanted, atol=ROUNDED)
    encoder = represent_words(model, tokenizer, texts, tmp_path / "e")
    assert encoder.vectors.shape[0] == 3
    same = represent_words(model, tokenizer, texts, tmp_path / "f", stack="encoder")
    assert np.array_equal(encoder.vectors, same.vectors)


def test_a_stack_that_is_not_there_is_said(tokenizer, tmp_path) -> None:
    with pytest.raises(UserError, match="the model has no decoder; it has: encoder"):
        represent_words(bert(1), tokenizer, [["w1"]], tmp_path / "x", stack="decoder")
    with pytest.raises(UserError, match="the model has no encoder; it has: decoder"):
        represent_words(gpt(1), tokenizer, [["w1"]], tmp_path / "x", stack="encoder")
