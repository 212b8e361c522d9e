"""Models and batches so small that a test trains them in a second."""

import random

import torch
from transformers import BertConfig, BertForSequenceClassification, BertForTokenClassification

from tombola.tasks import Batches

WORDS = 20


def bert(
    seed: int = 0, layers: int = 1, dropout: float = 0.1, words: int = WORDS, **more: int
) -> torch.nn.Module:
    """A two-class BERT, 16 wide, with initial weights drawn from `seed`."""
    config = BertConfig(
        vocab_size=words,
        hidden_size=16,
        num_hidden_layers=layers,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=64,
        hidden_dropout_prob=dropout,
        **more,
    )
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return BertForSequenceClassification(config)


def tagger(tags: int = 3) -> torch.nn.Module:
    """A BERT of the same size, without dropout, that tags every token."""
    body = bert(dropout=0.0).config
    config = BertConfig(**{**body.to_dict(), "num_labels": tags, "classifier_dropout": 0.0,
                           "attention_probs_dropout_prob": 0.0})  # fmt: skip
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return BertForTokenClassification(config)


def batches(n: int = 40, batch_size: int = 8, seed: int = 0) -> Batches:
    """Sentences of 3 to 7 words; the class is whether word 5 is among them."""
    rng = random.Random(seed)
    rows = []
    for _ in range(n):
        words = [rng.randrange(1, 12) for _ in range(rng.randint(3, 7))]
        rows.append(
            {
                "input_ids": words,
                "attention_mask": [1] * len(words),
                "labels": int(5 in words),
            }
        )
    return Batches(rows, batch_size, pad=0)
