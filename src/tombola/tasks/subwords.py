"""Tokenizers of sub-words for new models, made of their text by the `tokenizers` library."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

from tombola.errors import UserError
from tombola.tasks.subword_settings import Subwords
from tombola.tasks.tokenize import SPECIALS, UNK, Purpose, as_reader

ALPHABET = 1000
"""Characters that a vocabulary may hold, the most frequent; what is of others is unknown."""
END, INSIDE = "</w>", "##"
"""How a sub-word is marked that ends a word (BPE), or does not begin it (WordPiece)."""


def subword_tokenizer(
    lines: Iterable[str], settings: Subwords, purpose: Purpose = "encoder"
) -> Any:
    """A tokenizer whose vocabulary is made of `lines`, or read from the settings' file.

    `lines` are gone through twice, and none is held. For translation give sources and targets: the
    vocabulary is joint. Special tokens are those of
    `word_tokenizer`, and so is what stands around a text, by `purpose`. The same text gives the
    same tokenizer. Raises UserError where there is no text, or the file is no vocabulary.
    """
    make = {"bpe": _bpe, "wordpiece": _wordpiece}[settings.kind]
    if settings.file is not None:
        return as_reader(_around(_read(settings.file), settings.lower), purpose)
    return as_reader(make(lines, settings), purpose)


def _bpe(lines: Iterable[str], settings: Subwords) -> Tokenizer:
    if settings.split == "bytes":
        tokenizer = Tokenizer(models.BPE())
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        tokenizer.decoder = decoders.ByteLevel()
        alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
        trainer = trainers.BpeTrainer(**_options(settings, SPECIALS, alphabet))
        tokenizer.train_from_iterator(_some(lines), trainer)
        return tokenizer
    known = _alphabet(_some(lines))
    tokenizer = Tokenizer(models.BPE(unk_token=UNK, end_of_word_suffix=END))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.decoder = decoders.BPEDecoder(suffix=END)
    pieces = [*SPECIALS, *known, *(char + END for char in known)]
    options = _options(settings, pieces, known, end_of_word_suffix=END)
    tokenizer.train_from_iterator(_some(lines), trainers.BpeTrainer(**options))
    made = json.loads(tokenizer.to_str())["model"]
    merges = [tuple(pair) for pair in made["merges"]]
    tokenizer.model = models.BPE(made["vocab"], merges, unk_token=UNK, end_of_word_suffix=END)
    return _without_added(tokenizer)


def _wordpiece(lines: Iterable[str], settings: Subwords) -> Tokenizer:
    """Vocabularies are made by merges as BPE's are, and read by the longest match."""
    tokenizer = _around(models.WordPiece(unk_token=UNK), settings.lower)
    known = _alphabet(map(tokenizer.normalizer.normalize_str, _some(lines)))
    pieces = [*SPECIALS, *known, *(INSIDE + char for char in known)]
    options = _options(settings, pieces, known, continuing_subword_prefix=INSIDE)
    tokenizer.train_from_iterator(_some(lines), trainers.WordPieceTrainer(**options))
    vocabulary = json.loads(tokenizer.to_str())["model"]["vocab"]
    return _around(models.WordPiece(vocabulary, unk_token=UNK), settings.lower)


def _options(
    settings: Subwords, pieces: Sequence[str], alphabet: Sequence[str], **marks: str
) -> dict[str, Any]:
    """Of what learns merges, with some pieces numbered beforehand.

    The library numbers characters as they are marked within words in an order that changes from
    run to run, and with it which of equally frequent merges come first. So all of them are named.
    """
    if len(pieces) + (0 if marks else len(alphabet)) > settings.size:
        raise UserError(
            f"subwords.size: {settings.size}: the {len(alphabet)} characters of the text, and what "
            f"marks them, take {len(pieces)} already"
        )
    return {
        "vocab_size": settings.size,
        "special_tokens": list(pieces),
        "initial_alphabet": list(alphabet),
        "limit_alphabet": max(ALPHABET, len(alphabet)),
        "show_progress": False,
        **marks,
    }


def _alphabet(lines: Iterable[str]) -> list[str]:
    """The most frequent characters but for white space, sorted."""
    seen = Counter(char for line in lines for char in line if not char.isspace())
    most = sorted(seen.items(), key=lambda pair: (-pair[1], pair[0]))
    return sorted(char for char, _ in most[:ALPHABET])


def _without_added(tokenizer: Tokenizer) -> Tokenizer:
    """The same, without taking pieces for special tokens, as training does with those named."""
    plain = json.loads(tokenizer.to_str())
    plain["added_tokens"] = []
    return Tokenizer.from_str(json.dumps(plain))


def _around(model: Any, lower: bool) -> Tokenizer:
    """A WordPiece model with what BERT does before and after it."""
    tokenizer = Tokenizer(model)
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=lower, strip_accents=lower)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece(prefix=INSIDE)
    return tokenizer


def _read(file: Path) -> Any:
    try:
        names = file.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as problem:
        raise UserError(f"{file}: no readable vocabulary: {problem}") from problem
    for special in SPECIALS:
        if special not in names:
            raise UserError(f"{file}: the vocabulary has no {special}")
    return models.WordPiece({name: i for i, name in enumerate(names)}, unk_token=UNK)


def _some(lines: Iterable[str]) -> Iterator[str]:
    """The lines that are not empty. Raises UserError where there are none."""
    found = False
    for line in lines:
        if line.strip():
            found = True
            yield line
    if not found:
        raise UserError("no text to make a tokenizer of")
