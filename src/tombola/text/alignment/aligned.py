"""Sentences as a model takes them, and where each of their words is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from jaxtyping import Int

from tombola.errors import UserError, allowed_for
from tombola.text.alignment.subtokens import SubTokens, subtokens
from tombola.text.alignment.windows import Span, widest, windows
from tombola.text.rows import Row

TooLong = Literal["refuse", "skip", "window"]
"""What becomes of a sentence that is too long: an error, left out, or read through windows."""


@dataclass(frozen=True)
class Aligned:
    """Rows for a model, and the place of every word in them.

    A row is a sentence with its special tokens, or a window over a long one. Every word of the kept
    sentences has one place, in one row.
    """

    columns: dict[str, Int[np.ndarray, " tokens"]]
    """What a model takes, by name, one row after the other."""
    lengths: Int[np.ndarray, " rows"]
    """Tokens of each row."""
    row: Int[np.ndarray, " words"]
    """Row in which each word is to be read: of several windows, the one with most context."""
    start: Int[np.ndarray, " words"]
    """Position of its first sub-token there."""
    end: Int[np.ndarray, " words"]
    """The position after its last."""
    n_words: Int[np.ndarray, " sentences"]
    """Words of each kept sentence."""
    kept: tuple[int, ...]
    """Index of each kept sentence among those given."""
    skipped: tuple[int, ...]
    """Indices of those left out, for they were too long."""

    def __len__(self) -> int:
        return len(self.lengths)

    @property
    def rows(self) -> tuple[Row, ...]:
        """Every row, as a model takes it."""
        ends = np.cumsum(self.lengths).tolist()
        names = {name: values.tolist() for name, values in self.columns.items()}
        return tuple(
            {name: values[end - length : end] for name, values in names.items()}
            for end, length in zip(ends, self.lengths.tolist(), strict=True)
        )

    @property
    def spans(self) -> tuple[tuple[Span, ...], ...]:
        """For each kept sentence, for each word, its positions from the first to before the last.

        They are positions in the word's own row.
        """
        pairs = list(zip(self.start.tolist(), self.end.tolist(), strict=True))
        ends = np.cumsum(self.n_words).tolist()
        return tuple(
            tuple(pairs[end - n : end]) for end, n in zip(ends, self.n_words.tolist(), strict=True)
        )


def align(
    sentences: Sequence[Sequence[str]],
    tokenizer: Any,
    max_tokens: int | None = None,
    too_long: TooLong = "refuse",
    stride: int | None = None,
) -> Aligned:
    """Tokenize sentences of given words, by a fast tokenizer or a slow one, and find each word.

    No sentence is cut. One of more than `max_tokens` tokens, special ones included (None: no limit,
    see `longest_input`), is by `too_long`

    refuse   a UserError
    skip     left out, and its index is told
    window   read through windows of whole words, each with its own special tokens, that begin
             `stride` tokens after each other at most (default: half of what fits); each word is
             read in the window in which it has the most context

    How words become sub-tokens is said in `subtokens`.

    Raises UserError where there are no sentences or one has no words, where a word becomes nothing,
    where a window has no room for one of the words, and for a stride outside 1 to what fits.
    """
    if too_long not in get_args(TooLong):
        raise UserError(
            f"unknown too_long {too_long!r}; {allowed_for(too_long, get_args(TooLong))}"
        )
    found = subtokens(sentences, tokenizer)
    long = np.zeros(len(sentences), bool) if max_tokens is None else found.lengths > max_tokens
    indices = np.flatnonzero(long)
    if max_tokens is None or not len(indices):
        return _as_it_is(found)
    if too_long == "skip":
        return _without(found, long)
    if too_long == "window":
        return _windowed(found, sentences, max_tokens, stride)
    first = int(indices[0])
    raise UserError(
        f"{len(indices)} of {len(sentences)} sentences have more than {max_tokens} tokens; the "
        f"first is sentence {first + 1} with {found.lengths[first]}: "
        f"{' '.join(sentences[first])[:80]!r}; shorten them, or have them skipped or windowed"
    )


def _as_it_is(found: SubTokens) -> Aligned:
    n = len(found.lengths)
    return Aligned(
        columns=found.columns,
        lengths=found.lengths,
        row=np.repeat(np.arange(n), found.n_words),
        start=found.first,
        end=found.first + found.sizes,
        n_words=found.n_words,
        kept=tuple(range(n)),
        skipped=(),
    )


def _without(found: SubTokens, long: np.ndarray) -> Aligned:
    tokens, words = np.repeat(~long, found.lengths), np.repeat(~long, found.n_words)
    n_words, first = found.n_words[~long], found.first[words]
    return Aligned(
        columns={name: values[tokens] for name, values in found.columns.items()},
        lengths=found.lengths[~long],
        row=np.repeat(np.arange(len(n_words)), n_words),
        start=first,
        end=first + found.sizes[words],
        n_words=n_words,
        kept=tuple(np.flatnonzero(~long).tolist()),
        skipped=tuple(np.flatnonzero(long).tolist()),
    )


def _windowed(
    found: SubTokens, sentences: Sequence[Sequence[str]], max_tokens: int, stride: int | None
) -> Aligned:
    tokens: list[np.ndarray] = []  # of each row, where they are in the columns
    row, start = np.zeros_like(found.first), found.first.copy()
    word = token = 0  # where the sentence begins
    for index, (length, n) in enumerate(zip(found.lengths, found.n_words, strict=True)):
        whole = np.arange(token, token + length)
        words = slice(word, word + n)
        sizes = found.sizes[words]
        before = int(found.first[word])
        after = int(found.first[words][-1] + sizes[-1])
        room = max_tokens - (int(length) - (after - before))
        spans = [(0, int(n))]
        if length > max_tokens:
            _check_room(sentences[index], sizes, room, index, max_tokens)
            spans = windows(sizes, room, _checked(stride, room))
        own = widest(sizes, spans)
        row[words] = len(tokens) + own
        begins = np.cumsum(sizes) - sizes
        lost = np.array([begins[first] for first, _ in spans])  # tokens before each window
        start[words] -= lost[own]
        for first, last in spans:
            inner = slice(before + begins[first], before + begins[last - 1] + sizes[last - 1])
            tokens.append(np.concatenate([whole[:before], whole[inner], whole[after:]]))
        word, token = word + n, token + length
    taken = np.concatenate(tokens)
    return Aligned(
        columns={name: values[taken] for name, values in found.columns.items()},
        lengths=np.array([len(one) for one in tokens]),
        row=row,
        start=start,
        end=start + found.sizes,
        n_words=found.n_words,
        kept=tuple(range(len(found.lengths))),
        skipped=(),
    )


def _check_room(
    words: Sequence[str], sizes: np.ndarray, room: int, index: int, max_tokens: int
) -> None:
    longest = int(sizes.argmax())
    if sizes[longest] > room:
        raise UserError(
            f"sentence {index + 1}: word {longest + 1}, {words[longest][:80]!r}, has "
            f"{sizes[longest]} tokens; a window of {max_tokens} has room for {max(room, 0)}"
        )


def _checked(stride: int | None, room: int) -> int:
    if stride is None:
        return max(1, room // 2)
    if not 1 <= stride <= room:
        raise UserError(f"stride {stride} between windows; allowed: 1 to {room} tokens")
    return stride
