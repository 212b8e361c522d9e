"""A small model learns a task of every kind by heart, from its tokenizer to its score."""

from dataclasses import replace

import pytest
from transformers import BertConfig, MarianConfig

from tombola.anatomy import load_model
from tombola.tasks import TASK_KINDS, Batches, encode, load_task, word_tokenizer
from tombola.training import Training, evaluate, train


def config(purpose: str, tokenizer):
    """32 wide, one layer."""
    size = len(tokenizer)
    if purpose == "encoder":
        return BertConfig(
            vocab_size=size, hidden_size=32, num_hidden_layers=1, num_attention_heads=2,
            intermediate_size=64, max_position_embeddings=64, initializer_range=0.1,
            pad_token_id=tokenizer.pad_token_id,
        )  # fmt: skip
    return MarianConfig(
        vocab_size=size, decoder_vocab_size=size, d_model=32, encoder_layers=1, decoder_layers=1,
        encoder_attention_heads=2, decoder_attention_heads=2, encoder_ffn_dim=64,
        decoder_ffn_dim=64, max_position_embeddings=64, init_std=0.1, scale_embedding=True,
        pad_token_id=tokenizer.pad_token_id, decoder_start_token_id=tokenizer.pad_token_id,
        eos_token_id=tokenizer.eos_token_id, forced_eos_token_id=None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("builtin-sentiment", 0.95),
        ("builtin-similarity", 0.9),
        ("builtin-pos", 0.95),
        ("builtin-translation", 80.0),
    ],
)
def test_a_small_model_learns_by_heart(name: str, least: float):
    made = load_task(name, train=48, dev=1)
    task = replace(made, dev=made.train)
    kind = TASK_KINDS[task.kind]
    tokenizer = word_tokenizer(task.text, kind.purpose)
    source = config(kind.purpose, tokenizer)
    model = load_model(source, kind.head, n_labels=kind.n_labels(task), seed=1)
    batches = Batches(encode(task, task.train, tokenizer, 64), 16, tokenizer.pad_token_id)
    before = evaluate(model, task, batches, tokenizer)
    training = Training(steps=150, learning_rate=1e-2, warmup=0.1)
    losses = train(model, batches, kind.loss, training, seed=1).losses
    after = evaluate(model, task, batches, tokenizer)
    assert losses[-1][1] < losses[0][1] / 2
    assert before.value < least < after.value
    assert after.n == 48
