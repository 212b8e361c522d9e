"""The sub-tokens of words, by any tokenizer."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from jaxtyping import Int

from tombola.errors import UserError

CHUNK = 1000
"""Sentences tokenized at once: what a tokenizer returns takes far more memory than what is kept."""

PAIRS = (("the", "cat"), ("a", "b"), ("in", "2"), ("Yes", "!"))
"""Neighbours on which a tokenizer shows what it does with the blank between words."""


@dataclass(frozen=True)
class SubTokens:
    """Tokenized sentences, one row after the other."""

    columns: dict[str, Int[np.ndarray, " tokens"]]
    """What a model takes, by name: `input_ids`, `attention_mask`, …"""
    lengths: Int[np.ndarray, " sentences"]
    """Tokens of each sentence, special ones included."""
    n_words: Int[np.ndarray, " sentences"]
    first: Int[np.ndarray, " words"]
    """Position of each word's first sub-token in its own row."""
    sizes: Int[np.ndarray, " words"]
    """Its sub-tokens, one at least; they follow each other."""


def subtokens(sentences: Sequence[Sequence[str]], tokenizer: Any) -> SubTokens:
    """Tokenize sentences of given words; know the sub-tokens of every word.

    Words are tokenized one by one as they stand in running text: those after the first with the
    blank before them where the tokenizer makes a difference (byte-level BPE; SentencePiece without
    a mark at the beginning). All that a word and this blank become are its sub-tokens, so every
    token but the special ones is of one word.

    Raises UserError for a sentence without words, and for a word that is blank or becomes nothing.
    """
    blanks = needs_blanks(tokenizer)
    encode = _fast if tokenizer.is_fast else _slow
    parts = []
    for start in range(0, len(sentences), CHUNK):
        chunk = sentences[start : start + CHUNK]
        for number, words in enumerate(chunk, start + 1):
            if not words:
                raise UserError(f"sentence {number} has no words")
        given = [[word if word.strip() else "" for word in words] for words in chunk]
        if blanks:
            given = [_with_blanks(words) for words in given]
        part = encode(given, tokenizer)
        _check(chunk, part, start)
        parts.append(part)
    if not parts:
        raise UserError("no sentences to tokenize")
    return SubTokens(
        columns={
            name: np.concatenate([part.columns[name] for part in parts])
            for name in parts[0].columns
        },
        lengths=np.concatenate([part.lengths for part in parts]),
        n_words=np.concatenate([part.n_words for part in parts]),
        first=np.concatenate([part.first for part in parts]),
        sizes=np.concatenate([part.sizes for part in parts]),
    )


def needs_blanks(tokenizer: Any) -> bool:
    """Whether words of running text become what they are only with the blank before them."""

    def ids(text: Any, **options: Any) -> list[int]:
        found: list[int] = tokenizer(text, add_special_tokens=False, verbose=False, **options)[
            "input_ids"
        ]
        return found

    alone = with_blank = 0
    for pair in PAIRS:
        running = ids(" ".join(pair))
        alone += ids(list(pair), is_split_into_words=True) == running
        with_blank += ids(_with_blanks(pair), is_split_into_words=True) == running
    return with_blank > alone


def _with_blanks(words: Sequence[str]) -> list[str]:
    # An empty word stays so: it is refused, not saved by the blank.
    return [words[0], *(word and f" {word}" for word in words[1:])]


def _fast(sentences: list[list[str]], tokenizer: Any) -> SubTokens:
    # verbose: it would warn of long sentences, which are dealt with by who calls
    encoded = tokenizer(
        sentences, is_split_into_words=True, truncation=False, padding=False, verbose=False
    )
    columns = {name: _flat(rows) for name, rows in encoded.items()}
    lengths = np.array([len(row) for row in encoded["input_ids"]])
    # Special tokens belong to None, which becomes not-a-number.
    owners = np.array(list(chain.from_iterable(e.word_ids for e in encoded.encodings)), np.float64)
    of_words = np.flatnonzero(~np.isnan(owners))
    n_words = np.array([len(words) for words in sentences])
    word_starts, row_starts = _starts(n_words), _starts(lengths)
    row = np.repeat(np.arange(len(sentences)), lengths)[of_words]
    word = owners[of_words].astype(np.int64) + word_starts[row]
    sizes = np.bincount(word, minlength=int(n_words.sum()))
    first = np.zeros_like(sizes)
    begins = np.flatnonzero(np.diff(word, prepend=-1))
    first[word[begins]] = of_words[begins] - row_starts[row[begins]]
    return SubTokens(columns, lengths, n_words, first, sizes)


def _slow(sentences: list[list[str]], tokenizer: Any) -> SubTokens:
    known: dict[str, list[int]] = {}
    for word in set(chain.from_iterable(sentences)):
        known[word] = tokenizer.convert_tokens_to_ids(tokenizer.tokenize(word)) if word else []
    before = tokenizer.build_inputs_with_special_tokens([-1]).index(-1)  # -1 is no token's id
    rows = [
        tokenizer.prepare_for_model(
            list(chain.from_iterable(map(known.__getitem__, words))),
            truncation=False,
            padding=False,
            verbose=False,
        )
        for words in sentences
    ]
    n_words = np.array([len(words) for words in sentences])
    sizes = np.array([len(known[word]) for word in chain.from_iterable(sentences)])
    firsts = _starts(sizes)
    return SubTokens(
        columns={name: _flat(row[name] for row in rows) for name in rows[0]},
        lengths=np.array([len(row["input_ids"]) for row in rows]),
        n_words=n_words,
        first=before + firsts - np.repeat(firsts[_starts(n_words)], n_words),
        sizes=sizes,
    )


def _check(sentences: Sequence[Sequence[str]], found: SubTokens, before: int) -> None:
    if found.sizes.all():
        return
    lost = int(np.flatnonzero(found.sizes == 0)[0])
    starts = _starts(found.n_words)
    sentence = int(np.searchsorted(starts, lost, side="right")) - 1
    number = lost - int(starts[sentence])
    words = sentences[sentence]
    text = " ".join(words)
    raise UserError(
        f"sentence {before + sentence + 1}: the tokenizer makes no token of word {number + 1}, "
        f"{words[number]!r}, in {text[:80]!r}"
    )


def _flat(rows: Iterable[Sequence[int]]) -> Int[np.ndarray, " tokens"]:
    return np.fromiter(chain.from_iterable(rows), dtype=np.int32)


def _starts(lengths: Int[np.ndarray, " n"]) -> Int[np.ndarray, " n"]:
    """Where each of consecutive stretches begins."""
    return np.cumsum(lengths) - lengths
