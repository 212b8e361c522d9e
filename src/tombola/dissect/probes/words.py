"""Representations of words: what a probe reads. Kept on disk, whatever the size of the text."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast, get_args

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from tombola.dissect.representations import (
    body_inputs,
    evaluating,
    padded_states,
    stack_names,
)
from tombola.errors import UserError
from tombola.text import IGNORED, Aligned, Row, TooLong, align, longest_input, standing

Pooling = Literal["mean", "first", "last", "max"]
StackName = Literal["encoder", "decoder"]


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
    stride: int | None = None,
    stack: StackName | None = None,
) -> Words:
    """Read sentences with one stack, once, and write a vector per word and layer to `file`.

    A word's vector is the mean of its sub-tokens' (Liu et al. 2019; Movva & Zhao 2020), that of its
    `first` or `last` one, or the `max` of each feature. Sub-tokens are aligned exactly, as
    `tombola.tasks.align` says, and no sentence is lost; Movva & Zhao re-tokenise sentences and drop
    those whose words they cannot find again.

    A sentence of more than `max_tokens` sub-tokens, special ones included (default: what the model
    takes), is refused or, by `too_long`, skipped or read through windows `stride` tokens apart; a
    word's vector is then of the window in which it has the most context. It is never cut.

    `stack`: the encoder where there is one, else the decoder. A decoder beside an encoder is read
    as it learns to copy: the sentence is its encoder's input and its own.

    `file` takes 4 · words · layers · width bytes; memory is that of a batch and of the ids.

    Raises UserError for a stack that the model does not have, and as `tombola.tasks.align` does.
    """
    if pooling not in get_args(Pooling):
        raise UserError(f"unknown pooling {pooling!r}; allowed: {', '.join(get_args(Pooling))}")
    stacks = stack_names(model)
    chosen = stack or stacks[0]
    if chosen not in stacks:
        raise UserError(f"the model has no {chosen}; it has: {', '.join(stacks)}")
    limit = max_tokens if max_tokens is not None else longest_input(model, tokenizer)
    if max_tokens is None and limit is not None and chosen != stacks[0]:
        limit -= 1  # for the token that it starts with
    aligned = align(sentences, tokenizer, limit, too_long, stride)
    if not len(aligned):
        raise UserError(f"no sentences to read: all {len(sentences)} have over {limit} tokens")
    return _read_all(model, tokenizer, aligned, file, pooling, batch_size, chosen, stacks)


def _read_all(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    aligned: Aligned,
    file: Path,
    pooling: Pooling,
    batch_size: int,
    stack: str,
    stacks: tuple[str, ...],
) -> Words:
    rows = aligned.rows
    by_length = np.argsort(aligned.lengths, kind="stable")  # least padding
    by_row = np.argsort(aligned.row, kind="stable")  # words of each row, together
    ends = np.cumsum(np.bincount(aligned.row, minlength=len(rows)))
    vectors: np.ndarray | None = None
    with evaluating(model):
        for first in range(0, len(rows), batch_size):
            some = by_length[first : first + batch_size]
            batch = _padded([rows[i] for i in some], tokenizer, beside=stack != stacks[0])
            inputs = body_inputs(model, batch)
            layers = padded_states(model, inputs, stacks)[stack]
            owned = [by_row[ends[i - 1] if i else 0 : ends[i]] for i in some]
            words = np.concatenate(owned)
            at = np.repeat(np.arange(len(some)), [len(one) for one in owned])
            # A decoder beside an encoder starts with a token of its own.
            shift = int(stack != stacks[0])
            found = _pooled(
                torch.stack(layers, dim=2).float(),
                at,
                aligned.start[words] + shift,
                aligned.end[words] + shift,
                pooling,
            )
            if vectors is None:
                shape = (len(aligned.row), *found.shape[1:])
                vectors = np.memmap(file, dtype=np.float32, mode="w+", shape=shape)
            vectors[words] = found
    assert vectors is not None  # there is a row
    starts = np.concatenate([[0], np.cumsum(aligned.n_words)])
    return Words(vectors, starts, aligned.kept, aligned.skipped)


def _padded(
    rows: Sequence[Row], tokenizer: PreTrainedTokenizerBase, beside: bool
) -> dict[str, Tensor]:
    """Rows as one batch; as labels too for a decoder beside an encoder."""
    pad = tokenizer.pad_token_id
    fill = {"input_ids": pad if pad is not None else 0}  # whatever it is, the mask hides it
    columns = {name: [cast(list[int], row[name]) for row in rows] for name in rows[0]}
    batch = {name: _column(values, fill.get(name, 0)) for name, values in columns.items()}
    if beside:
        # One more: the decoder's inputs are the labels moved by one, and none may fall off.
        ids = [[*row, IGNORED] for row in columns["input_ids"]]
        batch["labels"] = _column(ids, IGNORED)
    return batch


def _column(values: Sequence[list[int]], fill: int) -> Int[Tensor, "rows tokens"]:
    longest = max(map(len, values))
    return torch.tensor([value + [fill] * (longest - len(value)) for value in values])


def _pooled(
    states: Float[Tensor, "rows tokens layers width"],
    row: Int[np.ndarray, " words"],
    start: Int[np.ndarray, " words"],
    end: Int[np.ndarray, " words"],
    pooling: Pooling,
) -> Float[np.ndarray, "words layers width"]:
    """One vector per word of the states of its tokens."""
    device, flat = states.device, states.flatten(0, 1)
    offset = row * states.shape[1]
    if pooling == "first" or pooling == "last":
        one = offset + standing(start, end, pooling)
        picked: np.ndarray = flat[torch.from_numpy(one).to(device)].cpu().numpy()
        return picked
    sizes = end - start
    before = np.cumsum(sizes) - sizes
    at = np.repeat(offset + start - before, sizes) + np.arange(sizes.sum())
    owner = torch.from_numpy(np.repeat(np.arange(len(sizes)), sizes)).to(device)
    tokens = flat[torch.from_numpy(at).to(device)]
    empty = flat.new_zeros(len(sizes), *flat.shape[1:])
    if pooling == "max":
        everywhere = owner[:, None, None].expand_as(tokens)
        found = empty.scatter_reduce(0, everywhere, tokens, "amax", include_self=False)
    else:
        counts = torch.from_numpy(sizes).to(device)[:, None, None]
        found = empty.index_add(0, owner, tokens) / counts
    vectors: np.ndarray = found.cpu().numpy()
    return vectors
