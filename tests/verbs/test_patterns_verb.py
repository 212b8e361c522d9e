"""`tombola.attention_patterns`, from a folder and from memory, and the command line's."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tombola
import toys
from study.small import cola_folder
from tombola.cli import patterns as command
from tombola.dissect.patterns import NAMES
from tombola.errors import UserError
from tombola.tasks import load_task, word_tokenizer

SMALL = {"maps": 150, "held_out": 50, "steps": 40, "batch_size": 25, "lengths": [5, 12]}


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a model, its tokenizer, and a task."""
    folder = tmp_path_factory.mktemp("patterns")
    text = load_task("CoLA", cola_folder(folder / "CoLA"))
    tokenizer = word_tokenizer(text.text)
    toys.bert(layers=2, words=len(tokenizer)).save_pretrained(folder / "model")
    tokenizer.save_pretrained(folder / "model")
    return folder


def test_a_folder_and_a_model_in_memory_give_the_same(here: Path) -> None:
    given = {"folder": here / "CoLA", "classifier": SMALL, "examples": 8}
    found = tombola.attention_patterns(here / "model", "CoLA", **given)
    ticket = tombola.load(here / "model")
    again = tombola.attention_patterns(
        ticket.model, "CoLA", **given, tokenizer=ticket.tokenizer, batch_size=3
    )
    assert found == again
    frame = found.to_frame()
    places = ["weighting", "stack", "layer", "block", "head"]
    assert list(frame) == [*places, "pattern", "count", "share", "n"]
    assert len(frame) == 2 * 2 * 2 * len(NAMES)
    assert frame["n"].unique().tolist() == [8]
    for weighting, own in frame.groupby("weighting"):
        mean = own.groupby("pattern")["share"].mean()
        assert mean.to_dict() == pytest.approx(found.shares(str(weighting)))
    told = found.to_dict()["classifiers"]
    assert told["raw"]["source"] == "synthetic"
    assert len(told["norm"]["scores"]) == len(NAMES) + 1


def test_a_persons_maps_may_be_given(here: Path, tmp_path: Path) -> None:
    maps = np.random.default_rng(0).random((25, 6, 6))
    np.savez(tmp_path / "maps.npz", maps=maps, labels=[NAMES[i % 5] for i in range(25)])
    found = tombola.attention_patterns(
        here / "model", "CoLA", here / "CoLA", classifier=SMALL, weighting="raw", examples=4,
        labelled={"raw": tmp_path / "maps.npz"},
    )  # fmt: skip
    assert found.classifiers["raw"].source == "labelled"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"weighting": "value"}, "no weighting 'value'; allowed: raw, norm, as_published"),
        ({"classifier": {"size": 3}}, "classifier: unknown key 'size'; allowed: maps"),
        ({"labelled": {"raw": "nowhere"}}, "nowhere: neither a folder"),
    ],
)
def test_what_is_wrong_is_one_line(here: Path, given: dict[str, object], message: str) -> None:
    with pytest.raises(UserError, match=message):
        tombola.attention_patterns(here / "model", "CoLA", here / "CoLA", **given)


def test_the_command_line_says_it(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def quick(model: str, task: str, folder: Path, **given: Any) -> Any:
        return tombola.attention_patterns(model, task, folder, classifier=SMALL, **given)

    monkeypatch.setattr(command.verbs, "attention_patterns", quick, raising=False)
    arguments = {"examples": 4, "weighting": ["norm"], "folder": here / "CoLA"}
    command.patterns(model=str(here / "model"), task="CoLA", **arguments)
    said = capsys.readouterr().out
    assert said.startswith("norm: 4 heads, 16 maps")
    assert "encoder.1.self" in said
    assert "F1, synthetic" in said
    command.patterns(model=str(here / "model"), task="CoLA", **arguments, as_json=True)
    found = json.loads(capsys.readouterr().out)
    assert len(found["heads"]) == 4 * len(NAMES)
    assert sum(found["shares"]["norm"].values()) == pytest.approx(1)
