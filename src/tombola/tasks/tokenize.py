"""Text to numbers: a word-level tokenizer, and rows of sentences by any tokenizer."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal, TypeAlias, cast, overload

from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import PreTrainedTokenizerFast

from tombola.errors import UserError
from tombola.text.examples import SentenceExample
from tombola.text.rows import Row

SPECIALS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
PAD, UNK, CLS, SEP, MASK = SPECIALS
Purpose: TypeAlias = Literal["encoder", "translation", "decoder"]
"""What a model of a new vocabulary is for: that says which tokens stand around a text."""


def word_tokenizer(
    sentences: Iterable[str],
    purpose: Purpose = "encoder",
    max_words: int | None = None,
) -> PreTrainedTokenizerFast:
    """A tokenizer whose tokens are the words of `sentences`, split at white space.

    For an encoder it adds `[CLS]` and `[SEP]` as BERT does, with segment ids; for translation, and
    for a decoder, it adds the end token `[SEP]` only. For translation give sources and targets: the
    vocabulary is joint. Ids: the five special tokens, then words from frequent to rare, ties in
    code point order; with `max_words`, only that many of the most frequent. `save_pretrained` and
    `from_pretrained` work as with any tokenizer of transformers.
    """
    counts = Counter(word for sentence in sentences for word in sentence.split())
    words = sorted(counts.keys() - set(SPECIALS), key=lambda word: (-counts[word], word))
    if not words:
        raise UserError("no words to make a tokenizer of")
    vocabulary = {token: i for i, token in enumerate([*SPECIALS, *words[:max_words]])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token=UNK))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return as_reader(tokenizer, purpose)


def as_reader(tokenizer: Tokenizer, purpose: Purpose) -> PreTrainedTokenizerFast:
    """A tokenizer with our special tokens as one of transformers; see `word_tokenizer`."""
    encoder = purpose == "encoder"
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{CLS} $A {SEP}" if encoder else f"$A {SEP}",
        pair=f"{CLS} $A {SEP} $B:1 {SEP}:1" if encoder else f"$A {SEP} $B {SEP}",
        special_tokens=[(token, tokenizer.token_to_id(token)) for token in (CLS, SEP)],
    )
    inputs = ["input_ids", "token_type_ids", "attention_mask"]
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token=PAD,
        unk_token=UNK,
        cls_token=CLS,
        bos_token=CLS,
        sep_token=SEP,
        eos_token=SEP,
        mask_token=MASK,
        model_input_names=inputs if encoder else [inputs[0], inputs[2]],
    )


def tokenizer_digest(tokenizer: Any) -> str:
    """16 hexadecimal digits of how a tokenizer reads text: equal digests, equal rows.

    How it cuts and pads is left out, for a tokenizer keeps what it was last asked for.
    """
    digest = hashlib.blake2b(digest_size=8)
    digest.update(json.dumps([type(tokenizer).__name__, tokenizer.model_input_names]).encode())
    if tokenizer.is_fast:
        described = json.loads(tokenizer.backend_tokenizer.to_str())
        said = {key: described[key] for key in described if key not in {"truncation", "padding"}}
        digest.update(json.dumps(said, sort_keys=True).encode())
        return digest.hexdigest()
    with TemporaryDirectory() as folder:  # those in Python say what they are only when saved
        tokenizer.save_pretrained(folder)
        for path in sorted(Path(folder).iterdir()):
            digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


@dataclass(frozen=True)
class Encoded(Sequence[Row]):
    """Encoded examples in their order, and how many of them were cut to fit."""

    rows: tuple[Row, ...]
    n_cut: int
    """Examples that lost tokens because they were longer than the limit."""

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Row, ...]: ...
    def __getitem__(self, index: int | slice) -> Row | tuple[Row, ...]:
        return self.rows[index]

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)


def sentences(examples: Sequence[SentenceExample], tokenizer: Any, max_tokens: int) -> Encoded:
    """Sentences, or pairs, with their label where it is not hidden.

    Longer ones are cut as the tokenizer cuts them, the longer of a pair first. Raises ValueError
    for sentences among pairs, UserError where `max_tokens` leaves no room.
    """
    paired = {example.pair is not None for example in examples}
    if len(paired) > 1:
        raise ValueError("examples of mixed kinds: sentences and pairs")
    texts = [e.text if e.pair is None else (e.text, e.pair) for e in examples]
    rows, cut = tokenize(texts, tokenizer, max_tokens, paired=paired.pop())
    for row, example in zip(rows, examples, strict=True):
        if example.label is not None:
            row["labels"] = example.label
    return Encoded(tuple(rows), len(cut))


def check_limit(tokenizer: Any, max_tokens: int, paired: bool) -> None:
    """Raise UserError unless special tokens leave room for another one."""
    n_special = tokenizer.num_special_tokens_to_add(pair=paired)
    if max_tokens <= n_special:
        raise UserError(
            f"at most {max_tokens} tokens per example: special tokens alone take {n_special}"
        )


def tokenize(
    texts: Sequence[Any],
    tokenizer: Any,
    max_tokens: int,
    paired: bool = False,
    as_target: bool = False,
) -> tuple[list[Row], set[int]]:
    """Rows of the texts (a pair of texts is one row), and the indices of those that were cut.

    `as_target` reads them as the translations that a tokenizer of two languages knows. Raises
    UserError where `max_tokens` leaves no room.
    """
    check_limit(tokenizer, max_tokens, paired)
    key = "text_target" if as_target else "text"

    def run(chosen: Sequence[Any], **options: Any) -> list[Row]:
        # Passed as one batch: a fast tokenizer spreads it over threads.
        columns = tokenizer(**{key: list(chosen)}, **options)
        return [{name: values[i] for name, values in columns.items()} for i in range(len(chosen))]

    rows = run(texts, verbose=False)  # it would warn of long texts, which are dealt with below
    cut = [i for i, row in enumerate(rows) if len(cast(list[int], row["input_ids"])) > max_tokens]
    if cut:
        short = run([texts[i] for i in cut], truncation=True, max_length=max_tokens)
        for i, row in zip(cut, short, strict=True):
            rows[i] = row
    return rows, set(cut)
