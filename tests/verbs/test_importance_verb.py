"""`tombola.importance`, from a folder and from memory, and the command line's."""

import json
import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import BertForTokenClassification, BertModel

import tombola
import toys
from study.small import cola_folder
from tombola.errors import UserError
from tombola.tasks import TASK_KINDS, Batches, encode, load_task, word_tokenizer
from tombola.tickets import PART_SCORES, Sight


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a model, its tokenizer, and a task."""
    folder = tmp_path_factory.mktemp("importance")
    text = load_task("CoLA", cola_folder(folder / "CoLA"))
    tokenizer = word_tokenizer(text.text)
    toys.bert(layers=2, words=len(tokenizer)).save_pretrained(folder / "model")
    tokenizer.save_pretrained(folder / "model")
    return folder


def test_a_folder_and_a_model_in_memory_give_the_same(here: Path):
    found = tombola.importance(here / "model", "CoLA", here / "CoLA", batch_size=7)
    ticket = tombola.load(here / "model")
    model = ticket.model.train()
    again = tombola.importance(
        model, "CoLA", here / "CoLA", tokenizer=ticket.tokenizer, batch_size=3
    )
    assert model.training
    task = load_task("CoLA", here / "CoLA")
    batches = Batches(encode(task, task.dev, ticket.tokenizer, 128), 1, 0)
    sight = Sight(model, batches.in_order, TASK_KINDS["classification"].loss)
    wanted = PART_SCORES["gate"].score(sight)
    for each in (found, again):
        assert each.found[0].n == 20
        assert torch.allclose(each.found[0].values("heads"), wanted.values("heads"), rtol=1e-4)
    rows = found.to_dict()["parts"]
    assert len(rows) == 2 * (2 + 1)
    assert list(found.to_frame()) == list(rows[0])
    assert found.to_dict()["agreement"] == []


def test_scores_split_and_number_of_examples_are_chosen(here: Path):
    found = tombola.importance(
        here / "model", "CoLA", here / "CoLA", score=["gate", "magnitude"], split="train",
        examples=10, per="as_published", batch_size=4, norm="none",
    )  # fmt: skip
    assert [(each.score, each.per, each.n) for each in found.found] == [
        ("gate", "as_published", 3),
        ("magnitude", "", 0),
    ]
    assert all(row["value"] == row["normed"] for row in found.rows())
    assert [(a.parts, a.n) for a in found.agreement] == [("heads", 4), ("mlps", 2)]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"score": "size"}, "unknown importance score 'size'; allowed: activation, gate"),
        ({"score": ["gate", "gate"]}, "gate is listed twice"),
        ({"score": []}, "at least 1 item"),
        ({"per": "token"}, "per: .*as_published"),
        ({"norm": "l1"}, "norm: .*min-max"),
        ({"split": "test"}, "split: "),
        ({"examples": 0}, "examples: .*greater than 0"),
        ({"examples": 21}, "21 examples asked for, there are 20"),
        ({"batch_size": 0}, "batch_size: "),
        ({"task": "WNLI"}, "no column sentence1"),
    ],
)
def test_bad_input_is_refused_in_one_line(here: Path, changes: dict[str, Any], message: str):
    given = {"model": here / "model", "task": "CoLA", "folder": here / "CoLA", **changes}
    with pytest.raises(UserError, match=message) as problem:
        tombola.importance(**given)
    assert "\n" not in str(problem.value)


def test_models_that_do_not_do_the_task_are_refused(here: Path):
    ticket = tombola.load(here / "model")
    config, tokenizer = ticket.model.config, ticket.tokenizer
    of_tags, bare = BertForTokenClassification(config), BertModel(config)
    of_three = toys.bert(words=len(tokenizer), num_labels=3)
    for model, message in (
        (of_tags, "no head for CoLA, which needs sequence-classification"),
        (bare, "no head for CoLA"),
        (of_three, "tells 3 labels apart, CoLA has 2"),
        (torch.nn.Linear(2, 2), "supported families"),
    ):
        with pytest.raises(UserError, match=message):
            tombola.importance(model, "CoLA", here / "CoLA", tokenizer=tokenizer)
    with pytest.raises(UserError, match="no tokenizer"):
        tombola.importance(ticket.model, "CoLA", here / "CoLA")
    with torch.no_grad():
        ticket.model.classifier.bias.fill_(math.nan)
    with pytest.raises(UserError, match="the loss of batch 1 is nan"):
        tombola.importance(ticket.model, "CoLA", here / "CoLA", tokenizer=tokenizer)


def call(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tombola.cli", "importance", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_command_line_says_the_same(here: Path):
    given = [here / "model", "--task", "CoLA", "--folder", here / "CoLA"]
    scores = ["--score", "gate", "--score", "activation"]
    shown = call(*given, *scores)
    assert shown.returncode == 0, shown.stderr
    for said in ("gate (example), n = 20", "encoder.1.self", "encoder.1.mlp", "Spearman"):
        assert said in shown.stdout
    found = json.loads(call(*given, "--json").stdout)
    wanted = tombola.importance(here / "model", "CoLA", here / "CoLA").to_dict()
    assert [row["head"] for row in found["parts"]] == [0, 1, 0, 1, -1, -1]
    assert found["parts"][0]["value"] == pytest.approx(wanted["parts"][0]["value"])
    refused = call(*given, "--per", "sentence")
    assert refused.returncode == 2
    assert len(refused.stderr.strip().splitlines()) == 1
