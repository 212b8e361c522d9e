"""Batches whose words are known, and of what kind each is."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import torch
from jaxtyping import Int
from torch import Tensor

from tombola.dissect.representations import Batch
from tombola.errors import UserError
from tombola.text import align

NONE = -1
"""In place of a number: no word, or of no kind."""
Kinds = Mapping[str, Sequence[Sequence[str | None]]]
"""By what words are told apart (`pos`, say), to the kind of every word of every text; or None."""


@dataclass(frozen=True)
class Marked:
    """A batch, the words in it, and their kinds."""

    batch: Batch
    words: Mapping[str, Int[Tensor, "batch positions"]]
    """Per stack the number, in this batch, of the word that each position belongs to; or NONE.
    A word of several tokens is read as their mean."""
    kinds: Mapping[str, Mapping[str, Int[Tensor, " words"]]]
    """Per stack and way of telling apart, the number of each word's kind among `names`; or NONE."""


def marked_words(
    texts: Sequence[Sequence[str]],
    kinds: Kinds,
    tokenizer: Any,
    *,
    stack: str,
    batch_size: int = 32,
    max_tokens: int | None = None,
    orders: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> tuple[Iterator[Marked], dict[str, tuple[str, ...]]]:
    """Texts of given words, batch by batch in their order, and the names of kinds.

    Args:
        texts: words, sentence by sentence.
        kinds: their kinds.
        tokenizer: finds the sub-tokens of every word, as `tombola.text.align` says.
        stack: whose input they are: encoder, where a model has one, else decoder.
        batch_size: texts at a time.
        max_tokens: longer texts are read through windows; None for no limit.
        orders: names of kinds in an order of their own, where it is not that of the alphabet.

    Raises UserError where a text has not as many kinds as words, and as `align` does.
    """
    for by, every in kinds.items():
        for i, (words, own) in enumerate(zip(texts, every, strict=True), 1):
            if len(words) != len(own):
                raise UserError(f"text {i} has {len(words)} words and {len(own)} of {by}")
    found = {
        by: sorted({kind for own in every for kind in own if kind is not None})
        for by, every in kinds.items()
    }
    names = {by: tuple(orders.get(by, own)) for by, own in found.items()}
    aligned = align(texts, tokenizer, max_tokens, "window")
    numbers = {by: {name: i for i, name in enumerate(own)} for by, own in names.items()}
    flat = {
        by: np.array([numbers[by].get(k, NONE) for own in every for k in own])  # type: ignore[arg-type]  # None has no number
        for by, every in kinds.items()
    }
    return _batches(aligned, flat, tokenizer.pad_token_id, stack, batch_size), names


def _batches(
    aligned: Any, kinds: Mapping[str, np.ndarray], pad: int | None, stack: str, batch_size: int
) -> Iterator[Marked]:
    rows = aligned.rows
    order = np.argsort(aligned.row, kind="stable")
    ends = np.cumsum(np.bincount(aligned.row, minlength=len(rows)))
    for first in range(0, len(rows), batch_size):
        some = rows[first : first + batch_size]
        last = first + len(some)
        longest = max(len(row["input_ids"]) for row in some)
        batch = {
            name: torch.tensor(
                [
                    [
                        *row[name],
                        *[(pad or 0) if name == "input_ids" else 0] * (longest - len(row[name])),
                    ]
                    for row in some
                ]
            )
            for name in some[0]
        }
        own = order[ends[first - 1] if first else 0 : ends[last - 1]]
        words = torch.full((len(some), longest), NONE)
        for number, word in enumerate(own.tolist()):
            words[aligned.row[word] - first, aligned.start[word] : aligned.end[word]] = number
        marks = {by: torch.from_numpy(every[own]) for by, every in kinds.items()}
        yield Marked(batch, {stack: words}, {stack: marks})
