"""From a model and a text to vectors of its words, in a file."""

from collections.abc import Sequence
from pathlib import Path
from typing import cast, get_args

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from tombola.dissect.probes import store
from tombola.dissect.probes.words import Pooling, Precision, StackName, Words
from tombola.dissect.representations import (
    body_inputs,
    evaluating,
    padded_states,
    stack_names,
)
from tombola.errors import UserError, allowed_for
from tombola.text import IGNORED, Aligned, Row, TooLong, align, longest_input, standing

DTYPES: dict[Precision, str] = {"half": "float16", "single": "float32"}


def represent_words(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    texts: Sequence[Sequence[str]],
    file: Path,
    *,
    layers: Sequence[int] | None = None,
    pooling: Pooling = "mean",
    precision: Precision = "half",
    batch_size: int = 32,
    max_tokens: int | None = None,
    too_long: TooLong = "refuse",
    stride: int | None = None,
    stack: StackName | None = None,
    digest: str | None = None,
) -> Words:
    """Read texts of given words with one stack, once; keep a vector per word and layer in a file.

    A word's vector is the mean of its sub-tokens' (Liu et al. 2019; Movva & Zhao 2020), that of its
    `first` or `last` one, or the `max` of each feature. Sub-tokens are aligned exactly, as
    `tombola.text.align` says, and no text is lost; Movva & Zhao re-tokenise sentences and drop
    those whose words they cannot find again.

    A text of more than `max_tokens` sub-tokens, special ones included (default: what the model
    takes), is refused or, by `too_long`, skipped or read through windows `stride` tokens apart; a
    word's vector is then of the window in which it has the most context. It is never cut.

    `stack`: the encoder where there is one, else the decoder. A decoder beside an encoder is read
    as it learns to copy: the sentence is its encoder's input and its own. `layers`: their numbers;
    all where not given.

    `digest`: the model's `model_digest`, where it is known already.

    `file` is a folder, where a file is named by what is in it, or else the file itself. Vectors
    that are there already, of the same model (weights and configuration), sub-tokens, layers and
    settings, are used as they are; others are refused. It takes 2 · words · layers · width bytes
    in `half` precision; memory is that of a batch and of the ids.

    Raises UserError for a stack or layer that the model does not have; for vectors that are not
    finite, or too large for half precision; as `tombola.text.align` does.
    """
    if pooling not in get_args(Pooling):
        raise UserError(f"unknown pooling {pooling!r}; {allowed_for(pooling, get_args(Pooling))}")
    if precision not in DTYPES:
        raise UserError(f"unknown precision {precision!r}; {allowed_for(precision, DTYPES)}")
    stacks = stack_names(model)
    chosen = stack or stacks[0]
    if chosen not in stacks:
        raise UserError(f"the model has no {chosen}; it has: {', '.join(stacks)}")
    limit = max_tokens if max_tokens is not None else longest_input(model, tokenizer)
    if max_tokens is None and limit is not None and chosen != stacks[0]:
        limit -= 1  # for the token that it starts with
    aligned = align(texts, tokenizer, limit, too_long, stride)
    if not len(aligned):
        raise UserError(f"no sentences to read: all {len(texts)} have over {limit} tokens")
    depth, width = _sizes(model, chosen)
    numbers = tuple(range(depth)) if layers is None else tuple(layers)
    for number in numbers:
        if not 0 <= number < depth:
            raise UserError(f"the {chosen} has no layer {number}; allowed: 0 to {depth - 1}")
    shape = (len(numbers), len(aligned.row), width)
    facts = {
        "version": store.VERSION,
        "model": digest or store.model_digest(model),
        "text": store.text_digest(aligned),
        "stack": chosen,
        "layers": list(numbers),
        "pooling": pooling,
        "dtype": DTYPES[precision],
        "shape": list(shape),
    }
    path = file / f"{store.name_of(facts)}.npy" if file.is_dir() else file
    vectors = store.reading(path, facts)
    if vectors is None:
        with store.writing(path, facts, shape, DTYPES[precision]) as array:
            _read_all(model, tokenizer, aligned, array, numbers, pooling, batch_size, chosen)
        vectors = store.reading(path, facts)
        assert vectors is not None  # just written
    return Words(
        vectors=vectors,
        layers=numbers,
        starts=np.concatenate([[0], np.cumsum(aligned.n_words)]),
        kept=aligned.kept,
        skipped=aligned.skipped,
        unknown=_unknown(aligned, tokenizer),
        n_windowed=_windowed(aligned),
    )


def _sizes(model: PreTrainedModel, stack: str) -> tuple[int, int]:
    """States of a stack, its embedding output among them, and their width."""
    place = {"input_ids": torch.ones(1, 1, dtype=torch.long)}
    stacks = stack_names(model)
    batch: dict[str, Tensor] = {**place, "attention_mask": torch.ones(1, 1, dtype=torch.long)}
    if stack != stacks[0]:
        batch["labels"] = torch.ones(1, 1, dtype=torch.long)
    with evaluating(model):
        states = padded_states(model, body_inputs(model, batch), stacks)[stack]
    return len(states), states[0].shape[-1]


def _read_all(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    aligned: Aligned,
    array: np.ndarray,
    layers: Sequence[int],
    pooling: Pooling,
    batch_size: int,
    stack: str,
) -> None:
    stacks, rows = stack_names(model), aligned.rows
    by_length = np.argsort(aligned.lengths, kind="stable")  # least padding
    by_row = np.argsort(aligned.row, kind="stable")  # words of each row, together
    ends = np.cumsum(np.bincount(aligned.row, minlength=len(rows)))
    # A decoder beside an encoder starts with a token of its own.
    shift = int(stack != stacks[0])
    with evaluating(model):
        for first in range(0, len(rows), batch_size):
            some = by_length[first : first + batch_size]
            batch = _padded([rows[i] for i in some], tokenizer, beside=bool(shift))
            states = padded_states(model, body_inputs(model, batch), stacks)[stack]
            owned = [by_row[ends[i - 1] if i else 0 : ends[i]] for i in some]
            words = np.concatenate(owned)
            at = np.repeat(np.arange(len(some)), [len(one) for one in owned])
            found = _pooled(
                torch.stack([states[i] for i in layers], dim=2).float(),
                at,
                aligned.start[words] + shift,
                aligned.end[words] + shift,
                pooling,
            ).transpose(1, 0, 2)
            with np.errstate(over="ignore"):  # said in one line
                array[:, words] = found
            _check_finite(found, array[:, words], layers)


def _check_finite(found: np.ndarray, kept: np.ndarray, layers: Sequence[int]) -> None:
    lost = ~np.isfinite(kept).all(axis=(1, 2))
    if not lost.any():
        return
    first = int(lost.argmax())
    largest = float(np.abs(found[first]).max())
    if not np.isfinite(largest):
        raise UserError(f"layer {layers[first]} gives vectors that hold NaN or infinity")
    raise UserError(
        f"layer {layers[first]} has values up to {largest:.3g}, too large for half precision; "
        "keep the vectors in precision single"
    )


def _unknown(aligned: Aligned, tokenizer: PreTrainedTokenizerBase) -> float:
    """Share of words' sub-tokens that the tokenizer does not know."""
    if tokenizer.unk_token_id is None:
        return 0.0
    sizes = aligned.end - aligned.start
    begins = (np.cumsum(aligned.lengths) - aligned.lengths)[aligned.row] + aligned.start
    before = np.cumsum(sizes) - sizes
    at = np.repeat(begins - before, sizes) + np.arange(sizes.sum())
    return float((aligned.columns["input_ids"][at] == tokenizer.unk_token_id).mean())


def _windowed(aligned: Aligned) -> int:
    """Texts whose words are read in more than one row."""
    ends = np.cumsum(aligned.n_words)
    firsts, lasts = aligned.row[ends - aligned.n_words], aligned.row[ends - 1]
    return int((firsts != lasts).sum())


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
