"""Real tokenizers of every kind, trained within a second on a few sentences, and offline."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from tokenizers import (
    Regex,
    Tokenizer,
    decoders,
    models,
    normalizers,
    pre_tokenizers,
    processors,
    trainers,
)
from transformers import ByT5Tokenizer, PreTrainedTokenizerFast

TEXT = [
    "The small frogs sleep near the old river, and nobody hears them.",
    "She said that 3 of 17 trains were late; they weren't cancelled.",
    "Tokenization of unusual words is an art: naïve, café, über, Straße.",
    "A reader who reads slowly remembers what the writer wrote.",
    "Visit http://example.org/a_b?c=1 or write to him@example.org today!",
] * 3

SPLIT = r"'s|'t|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s+(?!\S)|\s+"
"""Splits digits off the blank before them, as the tokenizers of recent decoders do."""


def bytes_with_leading_blanks(specials: bool = True) -> PreTrainedTokenizerFast:
    """Byte-level BPE as RoBERTa's, or without special tokens as GPT-2's."""
    made = _byte_level(pre_tokenizers.ByteLevel(add_prefix_space=False))
    if specials:
        ends = [(token, made.token_to_id(token)) for token in ("</s>", "<s>")]
        made.post_processor = processors.RobertaProcessing(*ends, add_prefix_space=False)
    return _wrapped(made)


def bytes_split_first() -> PreTrainedTokenizerFast:
    """Byte-level BPE after a regular expression, as Llama 3's: a blank before a digit is alone."""
    made = _byte_level(
        pre_tokenizers.Sequence(
            [
                pre_tokenizers.Split(Regex(SPLIT), behavior="isolated"),
                pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
            ]
        )
    )
    made.post_processor = processors.TemplateProcessing(
        single="<s> $A", special_tokens=[("<s>", made.token_to_id("<s>"))]
    )
    return _wrapped(made)


def wordpiece() -> PreTrainedTokenizerFast:
    """WordPiece as BERT's: lower case, no accents."""
    made = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    made.normalizer = normalizers.BertNormalizer(lowercase=True)
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    specials = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    trainer = trainers.WordPieceTrainer(
        vocab_size=250, special_tokens=specials, show_progress=False
    )
    made.train_from_iterator(TEXT, trainer)
    made.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    made.decoder = decoders.WordPiece()
    return PreTrainedTokenizerFast(
        tokenizer_object=made,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        model_input_names=["input_ids", "token_type_ids", "attention_mask"],
    )


def unigram() -> PreTrainedTokenizerFast:
    """Unigram over words that begin with a mark, as T5's and XLM-R's."""
    made = Tokenizer(models.Unigram())
    made.normalizer = normalizers.NFKC()
    made.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    specials = ["<pad>", "</s>", "<unk>"]
    trainer = trainers.UnigramTrainer(
        vocab_size=250, special_tokens=specials, unk_token="<unk>", show_progress=False
    )
    made.train_from_iterator(TEXT, trainer)
    made.post_processor = processors.TemplateProcessing(
        single="$A </s>", special_tokens=[("</s>", made.token_to_id("</s>"))]
    )
    made.decoder = decoders.Metaspace(prepend_scheme="always")
    return _wrapped(made)


def bpe_with_marks(mark_the_first: bool) -> PreTrainedTokenizerFast:
    """BPE over text whose blanks are marks, unknown characters as bytes.

    With the first word marked as Llama's, or not as Gemma's, which marks blanks only.
    """
    made = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    marks: list[Any] = [normalizers.Replace(" ", "▁")]
    made.normalizer = normalizers.Sequence(
        [normalizers.Prepend("▁"), *marks] if mark_the_first else marks
    )
    made.pre_tokenizer = pre_tokenizers.Split("▁", behavior="merged_with_next")
    specials = ["<unk>", "<s>", "</s>", "<pad>", *(f"<0x{byte:02X}>" for byte in range(256))]
    trainer = trainers.BpeTrainer(vocab_size=600, special_tokens=specials, show_progress=False)
    made.train_from_iterator(TEXT, trainer)
    made.pre_tokenizer = None  # as theirs: the splits that training needs are not made later
    made.post_processor = processors.TemplateProcessing(
        single="<s> $A", special_tokens=[("<s>", made.token_to_id("<s>"))]
    )
    made.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()]
    )
    return _wrapped(made)


def marian(folder: Path) -> Any:
    """A slow tokenizer on two SentencePiece files, as translation models have."""
    sentencepiece = pytest.importorskip("sentencepiece", reason="no sentencepiece installed")
    from transformers import MarianTokenizer

    for side in ("source", "target"):
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(TEXT),
            model_prefix=str(folder / side),
            vocab_size=200,
            hard_vocab_limit=False,
            character_coverage=1.0,
            minloglevel=2,
            num_threads=1,
        )
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(folder / "source.model"))
    names = [pieces.id_to_piece(i) for i in range(3, len(pieces))]
    vocabulary = {name: i for i, name in enumerate(["</s>", "<unk>", *names, "<pad>"])}
    (folder / "vocab.json").write_text(json.dumps(vocabulary), encoding="utf-8")
    return MarianTokenizer(
        source_spm=str(folder / "source.model"),
        target_spm=str(folder / "target.model"),
        vocab=str(folder / "vocab.json"),
        source_lang="en",
        target_lang="de",
    )


KINDS: dict[str, Callable[[Path], Any]] = {
    "roberta": lambda folder: bytes_with_leading_blanks(),
    "gpt2": lambda folder: bytes_with_leading_blanks(specials=False),
    "llama3": lambda folder: bytes_split_first(),
    "bert": lambda folder: wordpiece(),
    "t5": lambda folder: unigram(),
    "llama2": lambda folder: bpe_with_marks(mark_the_first=True),
    "gemma": lambda folder: bpe_with_marks(mark_the_first=False),
    "marian": marian,
    "byt5": lambda folder: ByT5Tokenizer(extra_ids=0),
}
"""Makers by the model that is best known for the kind; they are given an empty folder."""


def _byte_level(splitter: Any) -> Tokenizer:
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = splitter
    trainer = trainers.BpeTrainer(
        vocab_size=400,
        special_tokens=["<s>", "<pad>", "</s>", "<unk>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    made.train_from_iterator(TEXT, trainer)
    made.decoder = decoders.ByteLevel()
    return made


def _wrapped(made: Tokenizer) -> PreTrainedTokenizerFast:
    return PreTrainedTokenizerFast(
        tokenizer_object=made,
        bos_token="<s>",
        eos_token="</s>",
        unk_token="<unk>",
        pad_token="<pad>",
    )


def running_text(tokenizer: Any, words: Sequence[str]) -> list[int]:
    """Ids of the words as one text, without special tokens."""
    ids: list[int] = tokenizer(" ".join(words), add_special_tokens=False)["input_ids"]
    return ids
