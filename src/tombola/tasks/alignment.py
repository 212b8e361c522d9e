"""Words and the sub-tokens a tokenizer makes of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from tombola.errors import UserError
from tombola.tasks.tokenize import Row, check_every_word

Span = tuple[int, int]
"""Positions [start, end) of a word's sub-tokens in `input_ids`."""


@dataclass(frozen=True)
class Aligned:
    """Sentences as a model takes them, and where each of their words is."""

    rows: tuple[Row, ...]
    spans: tuple[tuple[Span, ...], ...]
    """For each sentence, for each of its words."""
    kept: tuple[int, ...]
    """Index of each sentence among those given: the missing ones were too long."""

    def __len__(self) -> int:
        return len(self.rows)


def align(
    sentences: Sequence[Sequence[str]],
    tokenizer: Any,
    max_tokens: int,
    too_long: Literal["error", "drop"] = "error",
) -> Aligned:
    """Tokenize sentences of given words with a fast tokenizer and find each word's sub-tokens.

    No sentence is cut: one of more than `max_tokens` tokens, special tokens included, is left out
    where `too_long` is "drop" and else a UserError, as is a word that gets no sub-token.
    """
    if not tokenizer.is_fast:
        raise UserError(f"{type(tokenizer).__name__} is no fast tokenizer: it cannot align words")
    rows: list[Row] = []
    spans: list[tuple[Span, ...]] = []
    kept: list[int] = []
    for index, words in enumerate(sentences):
        encoded = tokenizer(list(words), is_split_into_words=True, verbose=False)
        check_every_word(words, encoded.word_ids())
        n_tokens = len(encoded["input_ids"])
        if n_tokens > max_tokens:
            if too_long == "drop":
                continue
            raise UserError(
                f"sentence {index + 1} has {n_tokens} tokens, at most {max_tokens} are possible: "
                f"{' '.join(words)[:80]!r}"
            )
        rows.append(dict(encoded))
        spans.append(_spans(encoded.word_ids()))
        kept.append(index)
    return Aligned(tuple(rows), tuple(spans), tuple(kept))


def _spans(word_ids: Sequence[int | None]) -> tuple[Span, ...]:
    first: dict[int, int] = {}
    last: dict[int, int] = {}
    for position, word in enumerate(word_ids):
        if word is not None:
            first.setdefault(word, position)
            last[word] = position
    return tuple((first[word], last[word] + 1) for word in sorted(first))
