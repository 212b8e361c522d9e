import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import small
import torch

import tombola
from tombola import tables
from tombola.errors import UserError
from tombola.study import run_study, status
from tombola.study import work as work_module
from tombola.study.engines import Event
from tombola.training import loop as loop_module


def bytes_of(out: Path) -> dict[str, bytes]:
    """The tables of a study, byte for byte."""
    return {path.name: path.read_bytes() for path in sorted((out / "tables").iterdir())}


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished study."""
    folder = tmp_path_factory.mktemp("study")
    outcome = run_study(small.recipe(folder / "text"), folder / "out", engine="serial")
    assert outcome.done == outcome.stages == 1 + 2 * 2 * 2 * 2
    return folder


def test_scores_hold_every_model_once_at_its_exact_sparsity(done: Path):
    scores = tables.read(done / "out" / "tables", "scores")
    assert len(scores) == 1 + 2 * 2 * 2
    n = 4 * 16 * 16 + 2 * 16 * 32
    first = round(0.4 * n)
    expected = {0: 0, 1: first / n, 2: (first + round(0.4 * (n - first))) / n}
    for row in scores.itertuples():
        assert row.sparsity == expected[row.round]
        assert row.low <= row.score <= row.high or np.isnan(row.score)
        assert row.n == 20
        assert f"round:{row.round}" in row.signature or row.round == 0
    assert set(scores["criterion"]) == {"dense", "magnitude", "random"}


def test_the_sparsity_table_adds_up_to_the_masks(done: Path):
    scores = tables.read(done / "out" / "tables", "scores")
    sparsity = tables.read(done / "out" / "tables", "sparsity")
    keys = ["criterion", "rewinding", "round"]
    sums = sparsity.groupby(keys)[["n", "pruned"]].sum()
    for row in scores.itertuples():
        n, pruned = sums.loc[(row.criterion, row.rewinding, row.round)]
        assert pruned / n == row.sparsity


def test_the_tickets_are_what_the_tables_say(done: Path):
    scores = tables.read(done / "out" / "tables", "scores").query("round == 2")
    for folder in (done / "out" / "stages").glob("ticket-*-r2-*"):
        ticket = tombola.load(folder / "model")
        row = scores[scores["mask"] == ticket.mask.digest].iloc[0]
        assert ticket.mask.sparsity == row["sparsity"]
        assert row["criterion"] == ticket.provenance["stage"]["criterion"]


def test_learning_rate_rewinding_keeps_trained_weights_and_weight_rewinding_does_not(done: Path):
    """Round 1 prunes the same trained model, so both chains draw the same mask."""
    scores = tables.read(done / "out" / "tables", "scores").query("round == 1")
    masks = scores.groupby("criterion")["mask"].nunique()
    assert masks.to_dict() == {"magnitude": 1, "random": 1}
    dense = tombola.load(next((done / "out" / "stages").glob("dense-*")) / "model").model
    distances = {}
    for kind in ("weights", "learning-rate"):
        path = next((done / "out" / "stages").glob(f"ticket-toy-s1-{kind}-magnitude-r1-*"))
        ticket = tombola.load(path / "model")
        trained = dict(ticket.model.named_parameters())
        distances[kind] = sum(
            float((trained[name] - p)[survives].detach().norm())
            for name, survives in ticket.mask.items()
            for p in [dense.get_parameter(name)]
        )
    assert distances["learning-rate"] != distances["weights"]


def test_a_second_run_does_nothing_and_changes_no_byte(done: Path):
    before, events = bytes_of(done / "out"), []
    run_study(small.recipe(done / "text"), done / "out", watch=events.append)
    assert events == []
    assert bytes_of(done / "out") == before


def test_processes_give_the_same_bytes(done: Path, tmp_path: Path):
    recipe = small.recipe(done / "text")
    outcome = run_study(recipe, tmp_path / "out", engine="processes", workers=2)
    assert outcome.done == outcome.stages
    assert bytes_of(tmp_path / "out") == bytes_of(done / "out")


def test_an_interrupted_study_ends_with_the_same_bytes_and_repeats_nothing(
    done: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(loop_module, "SECONDS_BETWEEN_SAVES", -1.0)
    recipe, out = small.recipe(done / "text"), tmp_path / "out"
    finished: list[str] = []

    def watch(event: Event) -> None:
        if event.kind == "done":
            finished.append(event.stage.name)
            if len(finished) in {2, 5}:
                raise KeyboardInterrupt

    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            run_study(recipe, out, engine="serial", watch=watch)
    run_study(recipe, out, engine="serial", watch=watch)
    assert len(finished) == len(set(finished)) == 17
    assert bytes_of(out) == bytes_of(done / "out")


def test_a_study_may_grow_but_not_change(done: Path, tmp_path: Path):
    out, text = tmp_path / "out", done / "text"
    run_study(small.recipe(text, "toy.rounds=1"), out, engine="serial")
    events: list[Event] = []
    grown = run_study(small.recipe(text), out, engine="serial", watch=events.append)
    assert grown.done == 17
    assert {event.stage.round for event in events} == {2}
    assert bytes_of(out) == bytes_of(done / "out")
    for change in ("toy.pruning.amount=0.3", "toy.rounds=1", "name=other"):
        with pytest.raises(UserError, match="choose another --out"):
            run_study(small.recipe(text, change), out)


def test_a_folder_of_something_else_is_left_alone(done: Path, tmp_path: Path):
    (tmp_path / "thesis.tex").write_text("precious")
    with pytest.raises(UserError, match="no study's folder"):
        run_study(small.recipe(done / "text"), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_a_run_that_diverges_stops_alone_and_says_where(
    done: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    real = work_module.train

    def train(model, batches, loss_of, training, **kwargs):
        def poisoned(model, batch):
            return loss_of(model, batch) * float("nan")

        mask = kwargs.get("mask")
        broken = mask is not None and mask.sparsity < 0.5 and kwargs["start"].step == 3
        return real(model, batches, poisoned if broken else loss_of, training, **kwargs)

    monkeypatch.setattr(work_module, "train", train)
    out, recipe = tmp_path / "out", small.recipe(done / "text")
    outcome = run_study(recipe, out, engine="serial")
    assert [f["why"] for f in outcome.failures] == ["the loss became nan at step 4 of 6"] * 2
    assert all("rewinding learning-rate, round 1" in f["what"] for f in outcome.failures)
    assert outcome.done == 17 - 2 * 4
    assert len(tables.read(out / "tables", "scores")) == 1 + 2 * 2
    found = status(out)
    assert (found.count("failed"), found.count("blocked"), found.count("done")) == (2, 6, 9)
    assert json.loads((out / "study.json").read_text())["failures"]

    monkeypatch.setattr(work_module, "train", real)  # tried again, it may succeed
    assert run_study(recipe, out, engine="serial").failures == ()
    assert bytes_of(out) == bytes_of(done / "out")


def test_a_full_disk_stops_the_study_in_one_line_and_loses_nothing(
    done: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    real, calls = work_module.write_ticket, []

    def write(folder, ticket):
        calls.append(folder)
        if len(calls) == 3:
            raise OSError(28, "No space left on device")
        real(folder, ticket)

    monkeypatch.setattr(work_module, "write_ticket", write)
    out, recipe = tmp_path / "out", small.recipe(done / "text")
    with pytest.raises(UserError, match="disk is full"):
        run_study(recipe, out, engine="serial")
    assert status(out).count("done") >= 2
    assert len(tables.read(out / "tables", "scores")) == 2
    run_study(recipe, out, engine="serial")
    assert bytes_of(out) == bytes_of(done / "out")


def test_status_tells_done_from_left_and_estimates_the_rest(done: Path, tmp_path: Path):
    out = tmp_path / "out"

    def stop(event: Event) -> None:
        if event.kind == "done" and event.stage.kind == "similarity":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_study(small.recipe(done / "text"), out, engine="serial", watch=stop)
    found = status(out)
    assert (found.count("done"), found.count("left")) == (3, 14)
    assert found.seconds_spent > 0
    assert found.seconds_left is not None
    assert found.seconds_left > 0
    assert status(done / "out").seconds_left == 0
    with pytest.raises(UserError, match="no study here"):
        status(tmp_path)


def test_a_stage_that_another_process_holds_is_running(done: Path, tmp_path: Path):
    out = tmp_path / "out"
    seen: list[tuple[int, int]] = []

    def look(event: Event) -> None:
        if event.kind == "started":
            seen.append((status(out).count("running"), status(out).count("done")))

    real = work_module.train

    def train(*args, **kwargs):
        # The lock is this process's own; a second process is asked whether it could take it.
        import subprocess
        import sys

        code = (
            "import sys; from tombola.study.standing import status; "
            f"sys.exit(10 + status({str(out)!r}).count('running'))"
        )
        seen.append(subprocess.run([sys.executable, "-c", code], check=False).returncode)
        return real(*args, **kwargs)

    monkey = pytest.MonkeyPatch()
    with monkey.context() as patch:
        patch.setattr(work_module, "train", train)
        recipe = small.recipe(done / "text", "toy.rounds=1", "toy.criteria=[magnitude]")
        run_study(recipe, out, engine="serial")
    assert seen == [11, 11, 11]


def test_dissection_agrees_with_a_direct_computation(done: Path):
    """Layer similarity of the first ticket, from all activations at once, in float64."""
    similarity = tables.read(done / "out" / "tables", "similarity")
    row = similarity.query(
        "criterion == 'magnitude' and rewinding == 'weights' and round == 1"
        " and dense_layer == 1 and sparse_layer == 1"
    ).iloc[0]
    stages = done / "out" / "stages"
    models = [
        tombola.load(next(stages.glob(pattern)) / "model")
        for pattern in ("dense-*", "ticket-toy-s1-weights-magnitude-r1-*")
    ]
    task = tombola.load_task("CoLA", done / "text")
    states: list[list[torch.Tensor]] = [[], []]
    for example in task.dev:
        tokens = models[0].tokenizer(example.text, return_tensors="pt")
        for kept, ticket in zip(states, models, strict=True):
            with torch.inference_mode():
                out = ticket.model(**tokens, output_hidden_states=True)
            kept.append(out.hidden_states[1][0].double())
    x, y = (torch.cat(kept) for kept in states)
    k, l = (z @ z.T for z in (x, y))  # noqa: E741
    assert row["value"] == pytest.approx(_debiased_cka(k, l), abs=1e-6)
    assert row["n"] == len(x)


def _debiased_cka(k: torch.Tensor, l: torch.Tensor) -> float:  # noqa: E741
    """Song et al. (2012), equation 5, with whole Gram matrices."""

    def hsic(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        n = len(a)
        a, b = a - a.diag().diag(), b - b.diag().diag()
        total = (a * b).sum() + a.sum() * b.sum() / ((n - 1) * (n - 2))
        return (total - 2 / (n - 2) * (a.sum(0) @ b.sum(0))) / (n * (n - 3))

    return float(hsic(k, l) / (hsic(k, k) * hsic(l, l)).sqrt())


def test_tables_are_tidy(done: Path):
    for name, columns in tables.TABLES.items():
        frame = tables.read(done / "out" / "tables", name)
        assert list(frame.columns) == list(columns)
        assert isinstance(frame, pd.DataFrame)
