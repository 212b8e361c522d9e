"""What pages take for granted: a model MODEL, half of it PRUNED, reviews, recipes and plug-ins."""

import shutil
from pathlib import Path

import tombola

WORDS = ("good", "bad", "fine", "poor", "film", "book", "the", "a", "this", "is", "was", "very")
N_REVIEWS = 64
RECIPE = """
name: page
title: What pieces of recipes on pages are part of
seeds: [1]
tasks:
  cola: {name: builtin-acceptability, train: 100, dev: 50}
  tags: {name: builtin-pos, train: 100, dev: 50}
models: {encoder: {new: {model_type: bert, size: tiny}}}
steps:
  pre-trained: {do: train, model: encoder, task: cola, training: {steps: 10}}
  dense: {do: train, model: encoder, task: cola, training: {steps: 10}}
  tickets:
    {do: rounds, of: dense, criterion: [magnitude, random], pruning: {amount: 0.2}, rounds: 2}
  layers: {do: similarity, of: tickets, to: dense}
"""


def give(folder: Path, page: Path) -> None:
    """Put into a folder the recipes that stand beside a page, and examples of plug-ins."""
    for path in (*page.parent.glob("*.yaml"), *_examples()):
        shutil.copy(path, folder)
    (folder / "topics.txt").write_text("topic\n" * 50)


def make(folder: Path, page: Path) -> None:
    """Put into a folder all that a page's code names without making it."""
    give(folder, page)
    if not (folder / "MODEL").exists():
        text = "\n".join(["review,stars", *_reviews()]) + "\n"
        (folder / "reviews").mkdir()
        for file in ("reviews.csv", "reviews/train.csv", "reviews/dev.csv"):
            (folder / file).write_text(text)
        _model(folder / "MODEL")
        tombola.prune(folder / "MODEL", 0.5).save(folder / "PRUNED")


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
