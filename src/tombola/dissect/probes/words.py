"""Representations of words: what a probe reads. Kept on disk, whatever the size of the text."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from tombola.dissect.representations import body_inputs, evaluating, padded_states
from tombola.errors import UserError

Pooling = Literal["mean", "first", "last"]
TooLong = Literal["refuse", "skip"]
CHUNK = 1000


@dataclass(frozen=True)
class Words:
    """Vectors of the words of sentences, every layer, in a file."""

    vectors: Float[np.ndarray, "words layers width"]
    """float32; row after row, the words of the kept sentences in order. Layer 0 is the embedding
    output."""
    starts: Int[np.ndarray, " sentences_plus_1"]
    """First row of each kept sentence, and the end."""
    kept: tuple[int, ...]
    """Indices of the sentences that were not too long."""
    skipped: tuple[int, ...]
    """Indices of those that were."""

    @property
    def n_sentences(self) -> int:
        """Kept sentences."""
        return len(self.kept)

    def rows(self, sentences: Sequence[int]) -> Int[np.ndarray, " rows"]:
        """Rows of the words of kept sentences (numbered among the kept)."""
        return np.concatenate([np.arange(self.starts[i], self.starts[i + 1]) for i in sentences])

    def lengths(self, sentences: Sequence[int]) -> Int[np.ndarray, " sentences"]:
        """Words in each of these sentences."""
        return np.array([self.starts[i + 1] - self.starts[i] for i in sentences])

    def read(
        self, rows: Int[np.ndarray, " rows"], layers: Sequence[int]
    ) -> Float[Tensor, "layers rows width"]:
        """Vectors of some words at some layers."""
        every = torch.from_numpy(self.vectors[rows]).transpose(0, 1)
        return every if tuple(layers) == tuple(range(len(every))) else every[list(layers)]


def represent_words(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    sentences: Sequence[Sequence[str]],
    file: Path,
    *,
    pooling: Pooling = "mean",
    batch_size: int = 32,
    max_tokens: int | None = None,
    too_long: TooLong = "refuse",
) -> Words:
    """Read sentences with the encoder, once, and write a vector per word and layer to `file`.

    A word's vector is the mean of its sub-tokens' (Liu et al. 2019; Movva & Zhao 2020), or its
    `first` or `last` one's. Words are given to the tokenizer as they are, so that sub-tokens are
    aligned exactly and no sentence is lost; Movva & Zhao re-tokenise sentences and drop those whose
    words they cannot find again.

    A sentence of more than `max_tokens` sub-tokens, special ones included (default: what the model
    takes), is refused or, with `too_long="skip"`, left out. It is never cut.

    `file` takes 4 · words · layers · width bytes; memory is that of a batch.

    Raises UserError for a tokenizer that cannot align (not a fast one), a sentence that is empty or
    too long, or a word of which the tokenizer makes nothing.
    """
    for name, value, allowed in (("pooling", pooling, Pooling), ("too_long", too_long, TooLong)):
        if value not in get_args(allowed):
            raise UserError(f"unknown {name} {value!r}; allowed: {', '.join(get_args(allowed))}")
    if not tokenizer.is_fast:
        raise UserError("a probe needs a fast tokenizer: a slow one does not align words")
    limit = max_tokens if max_tokens is not None else _limit(model, tokenizer)
    n_tokens = _count_tokens(tokenizer, sentences)
    long = [i for i, n in enumerate(n_tokens) if n > limit]
    if long and too_long == "refuse":
        raise UserError(
            f"{len(long)} sentences are longer than {limit} tokens, first number {long[0] + 1}; "
            f"shorten them or pass too_long='skip'"
        )
    kept = [i for i, n in enumerate(n_tokens) if n <= limit]
    if not kept:
        raise UserError("no sentences to read")
    starts = np.concatenate([[0], np.cumsum([len(sentences[i]) for i in kept])])

    by_length = sorted(range(len(kept)), key=lambda i: n_tokens[kept[i]])  # least padding
    vectors: np.ndarray | None = None
    with evaluating(model):
        for first in range(0, len(kept), batch_size):
            chosen = by_length[first : first + batch_size]
            found = _read(model, tokenizer, [sentences[kept[i]] for i in chosen], pooling)
            if vectors is None:
                shape = (int(starts[-1]), *found.shape[1:])
                vectors = np.memmap(file, dtype=np.float32, mode="w+", shape=shape)
            ends = np.cumsum([len(sentences[kept[i]]) for i in chosen])
            for i, part in zip(chosen, np.split(found, ends[:-1]), strict=True):
                vectors[starts[i] : starts[i + 1]] = part
    assert vectors is not None  # there is a sentence
    return Words(vectors, starts, tuple(kept), tuple(long))


def _limit(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> int:
    of_model = getattr(model.config, "max_position_embeddings", None)
    return min(tokenizer.model_max_length, of_model or tokenizer.model_max_length)


def _count_tokens(
    tokenizer: PreTrainedTokenizerBase, sentences: Sequence[Sequence[str]]
) -> list[int]:
    """Sub-tokens of each sentence; every word has one at least."""
    counts = []
    for first in range(0, len(sentences), CHUNK):
        chunk = [list(words) for words in sentences[first : first + CHUNK]]
        for i, words in enumerate(chunk):
            if not words:
                raise UserError(f"sentence {first + i + 1} has no words")
        encoded = _encode(tokenizer, chunk)
        for i, words in enumerate(chunk):
            aligned = encoded.word_ids(i)
            lost = set(range(len(words))) - set(aligned)
            if lost:
                word = min(lost)
                raise UserError(
                    f"sentence {first + i + 1}: the tokenizer makes nothing of word {word + 1}, "
                    f"{words[word]!r}"
                )
            counts.append(len(aligned))
    return counts


def _encode(tokenizer: PreTrainedTokenizerBase, sentences: list[list[str]], **options: Any) -> Any:
    # verbose: it would warn of long sentences, which are counted here
    return tokenizer(
        sentences, is_split_into_words=True, truncation=False, verbose=False, **options
    )


def _read(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    sentences: Sequence[Sequence[str]],
    pooling: Pooling,
) -> Float[np.ndarray, "words layers width"]:
    """Vectors of the words of a batch of sentences."""
    chunk = [list(words) for words in sentences]
    encoded = _encode(tokenizer, chunk, padding=True, return_tensors="pt")
    inputs = body_inputs(model, encoded)
    states = torch.stack(padded_states(model, inputs)["encoder"], dim=2).flatten(0, 1).float()
    positions = encoded["input_ids"].shape[1]
    rows: list[int] = []  # of the words
    at: list[int] = []  # of the sub-tokens, in the flattened batch
    first_row = 0
    for i, words in enumerate(chunk):
        aligned = encoded.word_ids(i)
        for position, word in enumerate(aligned):
            if word is None:
                continue
            starts = position == 0 or aligned[position - 1] != word
            ends = position + 1 == len(aligned) or aligned[position + 1] != word
            if pooling == "mean" or (pooling == "first" and starts) or (pooling == "last" and ends):
                rows.append(first_row + word)
                at.append(i * positions + position)
        first_row += len(words)
    owner = torch.tensor(rows, device=states.device)
    sums = states.new_zeros(first_row, *states.shape[1:])
    sums.index_add_(0, owner, states[torch.tensor(at, device=states.device)])
    counts = owner.bincount(minlength=first_row)
    vectors: np.ndarray = (sums / counts[:, None, None]).cpu().numpy()
    return vectors
