"""Tiny models and batches for the tests of dissect."""

import torch
from torch import Tensor
from transformers import BertConfig, BertForSequenceClassification, MarianConfig, MarianMTModel

WORDS = 40
PAD = 0


def bert(seed: int, n_labels: int = 3, **settings: object) -> BertForSequenceClassification:
    config = {
        "vocab_size": WORDS,
        "hidden_size": 16,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "intermediate_size": 32,
        "max_position_embeddings": 64,
        "num_labels": n_labels,
        # default initialisation leaves logits nearly equal
        "initializer_range": 0.3,
    } | settings
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return BertForSequenceClassification(BertConfig(**config))


def marian(seed: int) -> MarianMTModel:
    config = MarianConfig(
        vocab_size=WORDS,
        d_model=16,
        encoder_layers=2,
        decoder_layers=1,
        encoder_attention_heads=2,
        decoder_attention_heads=2,
        encoder_ffn_dim=32,
        decoder_ffn_dim=32,
        pad_token_id=PAD,
        eos_token_id=1,
        decoder_start_token_id=PAD,
        forced_eos_token_id=1,
        max_position_embeddings=64,
        init_std=0.3,
    )
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return MarianMTModel(config)


def sentences(n: int, seed: int, shortest: int = 2, longest: int = 9) -> list[list[int]]:
    generator = torch.Generator().manual_seed(seed)
    lengths = torch.randint(shortest, longest + 1, (n,), generator=generator).tolist()
    return [torch.randint(5, WORDS, (k,), generator=generator).tolist() for k in lengths]


def padded(
    rows: list[list[int]], fill: int, width: int | None = None, left: bool = False
) -> Tensor:
    width = width or max(map(len, rows))
    pads = [[fill] * (width - len(row)) for row in rows]
    both = zip(rows, pads, strict=True)
    return torch.tensor([pad + row if left else row + pad for row, pad in both])


def batches(
    texts: list[list[int]],
    size: int,
    width: int | None = None,
    left: bool = False,
    targets: list[list[int]] | None = None,
) -> list[dict[str, Tensor]]:
    made = []
    for first in range(0, len(texts), size):
        some = texts[first : first + size]
        batch = {
            "input_ids": padded(some, PAD, width, left),
            "attention_mask": padded([[1] * len(row) for row in some], 0, width, left),
        }
        if targets is not None:
            batch["labels"] = padded(targets[first : first + size], -100, width)
        made.append(batch)
    return made
