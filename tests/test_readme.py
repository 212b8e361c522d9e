"""What the README promises of tickets, on a model so small that it takes seconds."""

import json
from pathlib import Path

import pytest
from transformers import DataCollatorWithPadding, Trainer, TrainingArguments

import tombola
import toys
from tombola import tables
from tombola.study.model_rows import MODELS, SCORES
from tombola.tasks import encode, word_tokenizer


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A model's folder."""
    toys.bert().save_pretrained(tmp_path / "model")
    word_tokenizer(["the dog sees a cat ."]).save_pretrained(tmp_path / "model")
    return tmp_path / "model"


@pytest.fixture
def text(tmp_path: Path) -> Path:
    """A task's folder in the form of CoLA."""
    (tmp_path / "CoLA").mkdir()
    rows = [f"x\t{i % 2}\t\tthe dog sees {'a' if i % 2 else 'the'} cat ." for i in range(20)]
    for split in ("train", "dev"):
        (tmp_path / "CoLA" / f"{split}.tsv").write_text("\n".join(rows) + "\n")
    return tmp_path / "CoLA"


def test_the_five_lines(model: Path, text: Path, tmp_path: Path):
    ticket = tombola.prune(model, 0.5)
    task = tombola.load_task("CoLA", text)
    rows = [dict(row) for row in encode(task, task.train, ticket.tokenizer, 32)]
    arguments = TrainingArguments(
        str(tmp_path / "trainer"), max_steps=4, learning_rate=0.1, weight_decay=0.1,
        report_to="none", disable_tqdm=True, use_cpu=True,
    )  # fmt: skip
    Trainer(
        ticket.model,
        arguments,
        train_dataset=rows,
        data_collator=DataCollatorWithPadding(ticket.tokenizer),
        callbacks=[tombola.MaskCallback(ticket.mask)],
    ).train()
    ticket.save(tmp_path / "half")
    assert tombola.load(tmp_path / "half").mask == ticket.mask  # which refuses revived weights

    found = tombola.compare(model, tmp_path / "half", "CoLA", text)
    assert found.behaviour.n == 20
    assert len(found.layers) == 2 * 2
    assert "in all" in str(tombola.inspect(tmp_path / "half"))

    _a_table(tmp_path / "tables")
    chart = tombola.figure("score", tombola.Tables.read(str(tmp_path / "tables")))
    assert "translation" in json.dumps(chart.to_dict())


def _a_table(folder: Path) -> None:
    known = {
        "model": "dense-1", "step": "dense", "seed": 1, "task": "translation", "round": 0,
        "criterion": "", "rewind": "", "source": "marian, from scratch", "root": "dense-1",
        "sparsity": 0.0, "sparsity_model": 0.0, "mask": "", "parameters": 9, "steps": 3,
        "signature": "s",
    }  # fmt: skip
    score = {
        "model": "dense-1", "task": "translation", "metric": "accuracy", "score": 0.9, "low": 0.8,
        "high": 0.95, "n": 50, "chance": 0.5, "cut": 0, "reason": "", "signature": "s",
    }  # fmt: skip
    pruned = {"model": "ticket-1", "criterion": "magnitude", "rewind": "weights 0", "round": 1,
              "sparsity": 0.5, "step": "tickets"}  # fmt: skip
    for table, rows in (
        (MODELS, [known, {**known, **pruned}]),
        (SCORES, [score, {**score, "model": "ticket-1"}]),
    ):
        tables.write(folder, table, table.frame(rows))


def test_parts_are_removed_for_real(model: Path, tmp_path: Path):
    ticket = tombola.load(model)
    smaller = tombola.remove(ticket.model, heads={"encoder.0.self": [0]}, mlps=["encoder.0.mlp"])
    tombola.save(smaller, tmp_path / "smaller", ticket.tokenizer)
    back = tombola.load(tmp_path / "smaller").model
    assert tombola.inspect(back).blocks == tombola.inspect(smaller).blocks
    cost = tombola.measure(
        tmp_path / "smaller", model, batch_sizes=(1,), lengths=(4,), repeats=6, warmup=1
    )
    assert "times" in str(cost)
