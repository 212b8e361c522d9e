"""`sweep`: one command from a trained model to how sparse it gets."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import small
import torch
from typer.testing import CliRunner

import tombola
from tombola import tickets
from tombola.cli.command import find_verbs
from tombola.cli.terminal.app import app
from tombola.errors import UserError
from tombola.verbs import Swept

WANTED: dict[str, Any] = {"max_loss": 0.6, "grid": [0.3, 0.6], "threads": 1, "max_tokens": 32}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A trained model, and the text that it learned."""
    place = tmp_path_factory.mktemp("trained")
    value = small.raw(small.cola_folder(place / "text"))
    value["steps"] = {"dense": value["steps"]["dense"]}
    out = small.ran(value, place / "out")
    next((out / "stages").glob("dense-*/model")).rename(place / "model")
    return place


@pytest.fixture(scope="module")
def found(folder: Path) -> Swept:
    return tombola.sweep(
        str(folder / "model"), "CoLA", folder / "text", out=folder / "swept", **WANTED
    )


def test_it_ends_in_an_answer_a_ticket_and_a_page(folder: Path, found: Swept) -> None:
    assert str(found).startswith("With ") or str(found).startswith("No size")
    assert found.report.is_file()
    assert len(found.to_frame()) == 5
    assert found.folder == folder / "swept" / "ticket"
    mask = tombola.load(found.folder).mask
    assert mask is not None
    assert mask.sparsity == found.sparsity == found.ticket.mask.sparsity  # type: ignore[union-attr]


def test_the_ticket_knows_its_task_and_tables_are_told_shortly(found: Swept) -> None:
    won = found.frame[found.frame["chosen"]].iloc[0]
    again = found.ticket.evaluate()
    assert (again.value, again.n) == (won["score"], won["n"])
    read = tombola.Tables.read(found.out)
    assert repr(read) == f"Tables({len(read)} tables of {found.out / 'tables'})"
    assert "sweep" in str(read)


def test_the_command_says_it_and_goes_on_from_what_is_there(folder: Path, found: Swept) -> None:
    find_verbs()
    asked = [
        "sweep", str(folder / "model"), "--task", "CoLA", "--folder", str(folder / "text"),
        "--max-loss", "0.6", "--grid", "30%,60%", "--threads", "1", "--max-tokens", "32",
        "--out", str(folder / "swept"),
    ]  # fmt: skip
    said = CliRunner().invoke(app, asked, env={"COLUMNS": "200"})
    assert said.exit_code == 0, said.output
    assert found.sentences[0][:40] in said.stdout.replace("\n", " ")
    assert f"report: {folder / 'swept' / 'report.html'}" in said.stdout
    as_json = CliRunner().invoke(app, [*asked, "--json"])
    assert json.loads(as_json.stdout)["sparsity"] == found.sparsity


def test_models_data_and_functions_in_memory(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # the page takes longer than all else, and was looked at above
    monkeypatch.setattr(tombola.report, "report", lambda out: out / "report.html", raising=False)
    lines = (folder / "text" / "dev.tsv").read_text().splitlines()
    cells = [line.split("\t") for line in lines]
    records = [{"text": each[3], "label": ("unacceptable", "acceptable")[int(each[1])]}
               for each in cells]  # fmt: skip
    ticket = tombola.load(folder / "model")
    before = {name: value.clone() for name, value in ticket.model.state_dict().items()}
    heard: list[tuple[str, int, int]] = []

    def small_first(weight: torch.Tensor) -> torch.Tensor:
        return weight**2

    def right(said: int, true: int) -> float:
        return float(said == true)

    trained = SimpleNamespace(model=ticket.model, processing_class=ticket.tokenizer)
    found = tombola.sweep(
        trained, records, criterion=small_first, metric=right, out=tmp_path / "out", max_loss=0.6,
        grid=[0.5], threads=1,
        heard=lambda record, done, total: heard.append((record["role"], done, total)),
    )  # fmt: skip
    assert heard == [("full", 1, 3), ("drawn", 2, 3), ("control", 3, 3)]
    drawn = found.frame[found.frame["role"] == "drawn"].iloc[0]
    assert (drawn["method"], drawn["metric"]) == ("small_first", "right")
    assert drawn["n"] == 10
    by_name = tickets.draw(ticket.model, tickets.Pruning(amount=0.5, of="target"), "magnitude")
    if found.folder is not None:  # squares rank as magnitudes do
        assert found.ticket.mask == by_name
    assert all(torch.equal(value, before[n]) for n, value in ticket.model.state_dict().items())
    assert "small_first" not in tickets.CRITERIA


@pytest.mark.parametrize(("change", "said"), [
    ({"criterion": "guess"}, "unknown criterion 'guess'"),
    ({"parts": "arms"}, "parts"),
    ({"max_loss": "lots"}, "a loss is 1% .* not 'lots'"),
    ({"grid": [1.5]}, "greater than 0 and less than 1"),
    ({"criterion": lambda a, b, c: a}, r"a function of \(weight\)"),
])  # fmt: skip
def test_bad_input_is_one_line_before_work(
    folder: Path, tmp_path: Path, change: dict[str, Any], said: str
) -> None:
    out = tmp_path / "out"
    with pytest.raises(UserError, match=said):
        tombola.sweep(str(folder / "model"), "CoLA", folder / "text", out=out, **WANTED | change)
    assert not out.exists()


def test_a_model_that_has_not_learned_the_task_is_refused(folder: Path, tmp_path: Path) -> None:
    ticket, bare = tombola.load(folder / "model"), tmp_path / "bare"
    tombola.save(ticket.model.base_model, bare, tokenizer=ticket.tokenizer)
    with pytest.raises(UserError, match=r"sequence-classification.*has learned the task"):
        tombola.sweep(str(bare), "CoLA", folder / "text", out=tmp_path / "out")
