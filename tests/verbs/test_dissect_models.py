"""Several models on one text: what can be compared is, and the rest is named."""

import math
from pathlib import Path
from typing import Any

import pytest
from transformers import BertConfig, BertModel, GPT2Config, GPT2Model, MarianConfig, MarianMTModel

from tombola import UserError, dissect_models
from tombola.tasks.tokenize import word_tokenizer
from toys import bert

WORDS = ["the", "a", "dog", "cat", "bird", "sees", "hears", "likes", "no", "old"]
LINES = [" ".join(WORDS[(i * k) % 10] for k in range(1, 3 + i % 5)) for i in range(30)]
READER = word_tokenizer([" ".join(WORDS)])
MEASURES = ("debiased", "neurons", "attention")


def seeded(make: Any, seed: int) -> Any:
    import torch

    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return make()


def sized(seed: int, width: int = 16, heads: int = 2) -> Any:
    config = BertConfig(
        vocab_size=20, hidden_size=width, num_hidden_layers=2, num_attention_heads=heads,
        intermediate_size=32, max_position_embeddings=64, initializer_range=0.3,
    )  # fmt: skip
    return seeded(lambda: BertModel(config), seed)


@pytest.fixture(scope="module")
def found() -> Any:
    models = {"a": sized(1), "b": sized(2), "wide": sized(3, width=24, heads=3)}
    return dissect_models(models, LINES, tokenizer=READER, measures=MEASURES, ranks=(3, 6))


def test_every_two_models_are_held_together_whatever_their_width(found: Any) -> None:
    assert list(found.similarity) == [("a", "b"), ("a", "wide"), ("b", "wide")]
    for rows in found.similarity.values():
        assert {row.measure for row in rows} == {"linear CKA, debiased", "NeuronSim",
                                                 "AttentionSim"}  # fmt: skip
        assert all(math.isfinite(row.value) for row in rows)
    assert {row.kind for row in found.words["a", "wide"]} == {"all", "1 to 3", "4 to 6", "7 on"}
    assert list(found.complexity) == list(found.peaks) == ["a", "b", "wide"]
    assert found.notes == ()
    frames = found.to_frames()
    assert set(frames) == {"similarity", "complexity", "words", "peaks"}
    assert set(frames["peaks"]["model"]) == {"a", "b", "wide"}


def test_another_vocabulary_or_stack_is_named_and_the_rest_compared() -> None:
    other = word_tokenizer(["quite other words than those here"])
    models = {"a": (sized(1), READER), "b": (sized(2), READER), "c": (sized(3), other)}
    gpt = GPT2Config(n_embd=16, n_layer=2, n_head=2, vocab_size=20, n_positions=64)
    models["d"] = (seeded(lambda: GPT2Model(gpt), 4), READER)
    readers = {name: reader for name, (_, reader) in models.items()}
    made = dissect_models(
        {name: model for name, (model, _) in models.items()}, LINES, tokenizer=readers,
        measures=["debiased", "attention"],
    )  # fmt: skip
    assert list(made.similarity) == [("a", "b")]
    assert list(made.complexity) == ["a", "b", "c", "d"]
    notes = "\n".join(made.notes)
    assert "c: another vocabulary than a: not held to the others" in notes
    assert "a and d have other stacks (encoder and decoder): not held together" in notes
    assert {one.stack for one in made.peaks["d"]} == {"decoder"}


def test_an_encoder_decoder_reads_translations() -> None:
    config = MarianConfig(
        vocab_size=20, d_model=16, encoder_layers=1, decoder_layers=1, encoder_attention_heads=2,
        decoder_attention_heads=2, encoder_ffn_dim=32, decoder_ffn_dim=32, pad_token_id=0,
        eos_token_id=3, decoder_start_token_id=0, forced_eos_token_id=3,
        max_position_embeddings=64,
    )  # fmt: skip
    reader = word_tokenizer([" ".join(WORDS)], purpose="translation")
    models = {str(seed): seeded(lambda: MarianMTModel(config), seed) for seed in (1, 2)}
    made = dissect_models(
        models, LINES, target=LINES[::-1], tokenizer=reader, measures=["debiased", "attention"]
    )
    rows = made.similarity["1", "2"]
    looks = {row.stack for row in rows if row.measure == "AttentionSim"}
    assert looks == {"encoder", "decoder", "cross"}
    assert {row.stack for row in made.words["1", "2"]} == {"encoder", "decoder"}


def test_attention_that_cannot_be_read_and_what_is_left_out_are_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    models = {"a": sized(1), "b": sized(2)}
    monkeypatch.setattr(models["b"], "set_attn_implementation", refuse)
    made = dissect_models(
        models, [*LINES, "", " "], tokenizer=READER, measures=["debiased", "attention"],
        max_tokens=6,
    )  # fmt: skip
    assert {row.measure for row in made.similarity["a", "b"]} == {"linear CKA, debiased"}
    notes = "\n".join(made.notes)
    assert "2 empty lines left out" in notes
    assert "sentences cut to 6 tokens" in notes
    assert "b: attention: BertModel cannot show its attention: no such way" in notes
    assert list(made.peaks) == ["a"]


def refuse(name: str) -> None:
    raise ValueError("no such way")


def test_labels_of_words_come_from_a_file(tmp_path: Path) -> None:
    lines = "\n\n".join("\n".join(f"{w}\t{'c' if len(w) > 3 else 'i'}" for w in line.split())
                        for line in LINES)  # fmt: skip
    (tmp_path / "words.tsv").write_text(lines + "\n")
    made = dissect_models(
        {"a": sized(1), "b": sized(2)}, tmp_path / "words.tsv", labels="ged", format="errors",
        tokenizer=READER, measures=["debiased"],
    )  # fmt: skip
    kinds = {(row.by, row.kind): row.n for row in made.words["a", "b"]}
    assert kinds["ged", "c"] + kinds["ged", "i"] == kinds["all", "all"]


@pytest.mark.parametrize(
    ("models", "more", "words"),
    [
        (1, {}, "two models or more"),
        (2, {"measures": ["cka"]}, "unknown measure"),
        (2, {"target": LINES[1:]}, "30 lines of text, and 29 of translations"),
        (2, {"labels": "parent"}, "labels"),
        (2, {"data": [" ", ""]}, "no line with a word"),
        (2, {"data": "nowhere.txt"}, "nowhere.txt: no such file"),
    ],
)
def test_bad_input_is_one_line(models: int, more: dict[str, Any], words: str) -> None:
    named = {str(i): bert(i) for i in range(models)}
    data = more.pop("data", LINES)
    with pytest.raises(UserError, match=words) as problem:
        dissect_models(named, data, tokenizer=READER, **more)
    assert "\n" not in str(problem.value)
