"""What pages take for granted: a model called MODEL, reviews with stars, recipes beside them."""

import shutil
from pathlib import Path

WORDS = ("good", "bad", "fine", "poor", "film", "book", "the", "a", "this", "is", "was", "very")
N_REVIEWS = 64


def make(folder: Path, page: Path) -> None:
    """Put into a folder what a page's code names without making it."""
    for path in (*page.parent.glob("*.yaml"), *_examples()):
        shutil.copy(path, folder)
    if not (folder / "MODEL").exists():
        (folder / "reviews.csv").write_text("\n".join(["review,stars", *_reviews()]) + "\n")
        _model(folder / "MODEL")


def _examples() -> list[Path]:
    return sorted((Path(__file__).parents[2] / "examples" / "plugins").glob("*.py"))


def _reviews() -> list[str]:
    """Each says good or bad things of a film or a book, with one or two stars for it."""
    rows = []
    for i in range(N_REVIEWS):
        word, thing = WORDS[i % 4], WORDS[4 + (i // 4) % 2]
        rows.append(f"this {thing} {WORDS[9 + i % 2]} {'very ' * (i % 3)}{word},{1 + (i + 1) % 2}")
    return rows


def _model(folder: Path) -> None:
    """A BERT of two classes, hardly trained: enough for every command, and no result."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification

    from tombola.tasks import word_tokenizer

    tokenizer = word_tokenizer([" ".join(WORDS)])
    config = BertConfig(
        vocab_size=len(tokenizer), hidden_size=16, num_hidden_layers=2, num_attention_heads=2,
        intermediate_size=32, max_position_embeddings=64, id2label={0: "1", 1: "2"},
        label2id={"1": 0, "2": 1},
    )  # fmt: skip
    with torch.random.fork_rng():
        torch.manual_seed(0)
        BertForSequenceClassification(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
