"""What models answer, and their scores."""

from dataclasses import replace

import pytest
import torch
from transformers import BartConfig, BartForConditionalGeneration

from tombola.errors import UserError
from tombola.tasks import Batches, Search, Task, encode, load_task, word_tokenizer
from tombola.training import answers, evaluate


def translator(tokenizer, positions: int, seed: int = 0, **changes: int) -> torch.nn.Module:
    """Draws its words at random, and hardly ever comes to an end."""
    settings = {
        "vocab_size": len(tokenizer), "d_model": 16, "encoder_layers": 1, "decoder_layers": 1,
        "encoder_attention_heads": 2, "decoder_attention_heads": 2, "encoder_ffn_dim": 16,
        "decoder_ffn_dim": 16, "init_std": 1.0, "max_position_embeddings": positions,
        "pad_token_id": tokenizer.pad_token_id, "bos_token_id": tokenizer.bos_token_id,
        "eos_token_id": tokenizer.eos_token_id, "forced_eos_token_id": None,
        "decoder_start_token_id": tokenizer.pad_token_id,
    }  # fmt: skip
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return BartForConditionalGeneration(BartConfig(**settings | changes))


@pytest.fixture(scope="module")
def translation() -> Task:
    return load_task("builtin-translation", train=1, dev=24)


@pytest.fixture(scope="module")
def tokenizer(translation):
    lines = [line for example in translation.dev for line in example.lines]
    return word_tokenizer(lines, "translation")


def said(model, task, tokenizer, batch_size: int) -> list[str]:
    encoded = encode(task, task.dev, tokenizer, 60)
    return answers(model, task, Batches(encoded, batch_size, tokenizer.pad_token_id), tokenizer)


@pytest.mark.parametrize("forced", [False, True])
def test_translations_do_not_depend_on_the_batch(translation, tokenizer, forced):
    end = {"forced_eos_token_id": tokenizer.eos_token_id} if forced else {}
    model = translator(tokenizer, 200, **end)
    alone, few, many = (said(model, translation, tokenizer, size) for size in (1, 7, 64))
    assert alone == few == many
    sizes = [len(answer.split()) for answer in alone]
    limits = [2 * (len(example.source.split()) + 1) + 10 for example in translation.dev]
    assert all(size <= limit for size, limit in zip(sizes, limits, strict=True))
    assert sum(size == limit for size, limit in zip(sizes, limits, strict=True)) > 8


def test_beams_do_not_depend_on_the_batch_and_penalties_change_lengths(translation, tokenizer):
    model, few = translator(tokenizer, 200), replace(translation, dev=translation.dev[:6])
    short, long = (few.searching(Search(beams=3, length_penalty=p)) for p in (0.0, 4.0))
    alone, many = (said(model, long, tokenizer, size) for size in (1, 64))
    assert alone == many
    sizes = [len(answer.split()) for answer in alone]
    limits = [2 * (len(example.source.split()) + 1) + 10 for example in few.dev]
    assert all(size <= limit for size, limit in zip(sizes, limits, strict=True))
    shorter = said(model, short, tokenizer, 64)
    assert sum(len(answer.split()) for answer in shorter) < sum(sizes)
    greedy = said(model, few, tokenizer, 64)
    assert said(model, few.searching(Search()), tokenizer, 64) == greedy != alone


def test_only_translations_are_searched_for():
    task = load_task("builtin-acceptability", train=4, dev=4)
    with pytest.raises(UserError, match="search is for translations"):
        task.searching(Search(beams=2))


def test_translations_end_where_positions_do(translation, tokenizer):
    longest = max(len(example.source.split()) + 1 for example in translation.dev)
    found = said(translator(tokenizer, longest), translation, tokenizer, 64)
    assert max(len(answer.split()) for answer in found) == longest - 1


def test_a_score_is_that_of_the_answers(translation, tokenizer):
    model = translator(tokenizer, 200)
    encoded = encode(translation, translation.dev, tokenizer, 60)
    batches = Batches(encoded, 7, tokenizer.pad_token_id)
    score = evaluate(model, translation, batches, tokenizer)
    assert score.n == len(answers(model, translation, batches, tokenizer)) == 24
    assert not model.training
