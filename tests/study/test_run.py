import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import small
import torch
from small import bytes_of

import tombola
from tombola import study, tables, training
from tombola.errors import DivergedError, UserError
from tombola.study import KINDS, answers, models, run_study, states, status
from tombola.study.engine import Event
from tombola.study.library import Library
from tombola.study.plan import plan
from tombola.study.stage import Stage
from tombola.study.store import Store
from tombola.training import loop as loop_module


def joined(out: Path, name: str) -> pd.DataFrame:
    """A table with what is known of its models."""
    known = tables.read(out / "tables", "models").drop(columns=["signature", "task"])
    return tables.read(out / "tables", name).merge(known, on="model")


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished study."""
    folder = tmp_path_factory.mktemp("study")
    outcome = run_study(small.recipe(folder / "text"), folder / "out", engine="serial")
    assert outcome.failures == ()
    assert outcome.done == outcome.stages == small.SEED_STAGES
    return folder


def test_scores_hold_every_model_once_at_its_exact_sparsity(done: Path):
    scores = joined(done / "out", "scores")
    assert len(scores) == 1 + 2 * 2 * 2
    n = 4 * 16 * 16 + 2 * 16 * 32
    first = round(0.4 * n)
    expected = {0: 0, 1: first / n, 2: (first + round(0.4 * (n - first))) / n}
    for row in scores.itertuples():
        assert row.sparsity == expected[row.round]
        assert row.low <= row.score <= row.high or np.isnan(row.score)
        assert row.n == 20
        assert f"round:{row.round}" in row.signature or row.round == 0
    assert set(scores["criterion"]) == {"", "magnitude", "random"}
    steps = scores.groupby(["rewind", "round"])["steps"].first().to_dict()
    assert steps == {
        ("", 0): 6, ("weights 0", 1): 6, ("weights 0", 2): 6,
        ("learning-rate 0.5", 1): 9, ("learning-rate 0.5", 2): 12,
    }  # fmt: skip


def unfinished(done: Path, out: Path, *lost: str) -> Path:
    """The folder of a study that runs, in which no stage of these names is finished yet."""
    hide = shutil.ignore_patterns("tables", "study.json", "report.html", *lost)
    return shutil.copytree(done / "out", out, ignore=hide)


def test_a_study_that_runs_is_told_as_far_as_it_is(done: Path, tmp_path: Path):
    out = unfinished(done, tmp_path / "out", "*-r2-*")
    study.catch_up(out)
    assert set(tables.read(out / "tables", "models")["round"]) == {0, 1}
    told = json.loads((out / "study.json").read_text())
    assert told["name"] == "small"
    assert 0 < told["done"] < told["stages"] == small.SEED_STAGES
    before = bytes_of(out)
    study.catch_up(out)
    assert bytes_of(out) == before
    shutil.copytree(done / "out" / "stages", out / "stages", dirs_exist_ok=True)
    study.catch_up(out)
    assert bytes_of(out) == bytes_of(done / "out")


def test_a_study_without_a_finished_stage_has_an_honest_page(done: Path, tmp_path: Path):
    out = unfinished(done, tmp_path / "out", "*-toy-*")
    text = tombola.build_report(out).read_text(encoding="utf-8")
    assert f"<strong>0 of {small.SEED_STAGES} stages are done</strong>" in text
    assert "Nothing was scored yet." in text
    assert "There is no chart." in text


def test_the_sparsity_table_adds_up_to_the_masks(done: Path):
    found = joined(done / "out", "sparsity")
    sums = found.groupby("model").agg(
        n=("n", "sum"), pruned=("pruned", "sum"), sparsity=("sparsity", "first")
    )
    assert (sums["pruned"] / sums["n"] == sums["sparsity"]).all()


def test_the_tickets_are_what_the_tables_say(done: Path):
    known = tables.read(done / "out" / "tables", "models").set_index("model")
    for name, row in known.query("round == 2").iterrows():
        ticket = tombola.load(done / "out" / "stages" / str(name) / "model")
        assert ticket.mask.digest == row["mask"]
        assert ticket.mask.sparsity == row["sparsity"]
        assert ticket.provenance["stage"]["at"]["criterion"] == row["criterion"]


def test_the_answers_are_kept_and_give_the_score(done: Path):
    for row in tables.read(done / "out" / "tables", "scores").itertuples():
        path = done / "out" / "stages" / row.model / answers.ANSWERS_FILE
        given, references = answers.read_answers(path)
        again = tombola.tasks.METRICS[row.metric](given, references)
        assert again.value == pytest.approx(row.score, nan_ok=True)
        assert path.stat().st_size < 10_000


def test_a_difference_is_that_of_the_scores(done: Path):
    found = tables.read(done / "out" / "tables", "differences")
    scores = joined(done / "out", "scores")
    dense = scores.query("round == 0")["score"].item()
    by_model = scores.set_index("model")["score"]
    assert len(found) == 8
    assert set(found["against"]) == {"dense"}
    for row in found.itertuples():
        if not np.isnan(row.difference):
            assert row.difference == pytest.approx(by_model[row.model] - dense)
            assert row.low <= row.difference <= row.high
        assert row.over == "examples"


def test_the_origin_of_every_number_is_in_the_tables(done: Path):
    """A signature names what was read; the table of stages has the facts of each of those."""
    stages = tables.read(done / "out" / "tables", "stages").set_index("stage")
    for name in tables.names(done / "out" / "tables"):
        frame = tables.read(done / "out" / "tables", name)
        if "signature" not in frame:
            continue
        for signature in frame["signature"]:
            named = [part.split(":", 1)[1] for part in signature.split("|")]
            assert any(value in stages.index for value in named) or "kind:train" in signature
    facts = stages["facts"].map(json.loads)
    assert all("version" in each and "kind" in each for each in facts)


def test_learning_rate_rewinding_keeps_trained_weights_and_weight_rewinding_does_not(done: Path):
    """Round 1 prunes the same trained model, so both chains draw the same mask."""
    known = tables.read(done / "out" / "tables", "models").query("round == 1")
    assert known.groupby("criterion")["mask"].nunique().to_dict() == {"magnitude": 1, "random": 1}
    stages = done / "out" / "stages"
    dense = tombola.load(next(stages.glob("dense-*")) / "model").model
    distances = {}
    for kind in ("weights", "learning-rate"):
        path = next(stages.glob(f"tickets-*-magnitude-{kind}-*-r1-*"))
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
    run_study(small.recipe(done / "text"), done / "out", engine="serial", watch=events.append)
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
    assert len(finished) == len(set(finished)) == small.SEED_STAGES
    assert bytes_of(out) == bytes_of(done / "out")


def run_and_watch(recipe: Any, out: Path) -> list[Event]:
    """Run, and return the stages that were done now."""
    events: list[Event] = []
    run_study(recipe, out, engine="serial", watch=events.append)
    return [event for event in events if event.kind == "done"]


def test_a_study_grows_by_rounds_chains_seeds_and_steps(done: Path, tmp_path: Path):
    """What is added later gives the bytes that it would have given from the beginning."""
    out, text = tmp_path / "out", done / "text"
    chain = "tickets.rewind=[{weights: start}]"
    few = small.recipe(text, "tickets.rounds=1", chain, "tickets.criterion=[magnitude]")
    run_study(few, out, engine="serial")
    one_more = small.recipe(text, "tickets.rounds=2", chain, "tickets.criterion=[magnitude]")
    assert {event.stage.at["round"] for event in run_and_watch(one_more, out)} == {2}
    grown = run_and_watch(small.recipe(text), out)
    assert "dense" not in {event.stage.step for event in grown}
    assert bytes_of(out) == bytes_of(done / "out")
    # fewer again: nothing is done, and nothing is taken from the tables
    assert run_and_watch(few, out) == []
    kept = tables.read(out / "tables", "models")
    assert set(kept["model"]) == set(tables.read(done / "out" / "tables", "models")["model"])


def test_a_study_grows_by_seeds_and_what_folds_them_is_done_anew(done: Path, tmp_path: Path):
    out, text = tmp_path / "out", done / "text"
    small_one = ("tickets.rounds=1", "tickets.rewind={weights: start}", "layers=null")
    raw = small.raw(small.cola_folder(text))
    del raw["steps"]["layers"]
    run_study(small.of(raw, *small_one[:2]), out, engine="serial")
    grown = run_and_watch(small.of(raw, *small_one[:2], "seeds=[1, 2]"), out)
    assert {event.stage.seed for event in grown} == {2, None}
    found = tables.read(out / "tables", "differences")
    assert list(found["seeds"]) == [2, 2]
    assert set(found["over"]) == {"seeds and examples"}


def test_a_study_grows_by_tasks_and_steps(done: Path, tmp_path: Path):
    out = tmp_path / "out"
    raw = small.raw(small.cola_folder(tmp_path / "text"))
    raw["steps"] = {"dense": {**raw["steps"]["dense"], "task": "all"}}
    raw["models"]["bert"]["words"] = ["toy"]
    run_study(small.of(raw), out, engine="serial")
    raw["tasks"]["short"] = {**raw["tasks"]["toy"], "train": 20}
    assert {event.stage.at["task"] for event in run_and_watch(small.of(raw), out)} == {"short"}
    raw["steps"]["shot"] = {"do": "rounds", "of": "dense", "pruning": {"amount": 0.5},
                            "rewind": None, "rounds": 1}  # fmt: skip
    assert {event.stage.step for event in run_and_watch(small.of(raw), out)} == {"shot"}
    assert len(tables.read(out / "tables", "scores")) == 4


def test_a_study_does_not_change(done: Path):
    out, text = done / "out", done / "text"
    for change, words in (
        ("tickets.pruning.amount=0.3", "pruning.amount was 0.4, is 0.3"),
        ("dense.training.warmup=0.5", "training.warmup was not set, is 0.5"),
        ("toy.max_tokens=9", "task.max_tokens was 128, is 9"),
        ("name=other", "belongs to the study 'small'"),
    ):
        with pytest.raises(UserError, match="choose another --out") as caught:
            run_study(small.recipe(text, change), out)
        assert words in str(caught.value)


def test_a_folder_of_something_else_is_left_alone(done: Path, tmp_path: Path):
    (tmp_path / "thesis.tex").write_text("precious")
    with pytest.raises(UserError, match="no study's folder"):
        run_study(small.recipe(done / "text"), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_a_run_that_diverges_stops_alone_and_says_where(
    done: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    kind = type(KINDS["rounds"])
    real = kind.work

    def work(self: Any, job: Any, folder: Path) -> None:
        if (job.stage.at["rewind"], job.stage.at["round"]) == ("learning-rate 0.5", 1):
            raise DivergedError("the loss became nan at step 4 of 6")
        real(self, job, folder)

    monkeypatch.setattr(kind, "work", work)
    out, recipe = tmp_path / "out", small.recipe(done / "text")
    outcome = run_study(recipe, out, engine="serial")
    assert [f["why"] for f in outcome.failures] == ["the loss became nan at step 4 of 6"] * 2
    assert all("learning-rate 0.5, round 1" in f["what"] for f in outcome.failures)
    lost = 2 * 2 * 3
    assert outcome.done == small.SEED_STAGES - lost
    assert len(tables.read(out / "tables", "scores")) == 1 + 2 * 2
    found = status(out)
    assert (found.count("failed"), found.count("blocked")) == (2, lost - 2)
    assert json.loads((out / "study.json").read_text())["failures"]

    monkeypatch.setattr(kind, "work", real)  # tried again, it may succeed
    assert run_study(recipe, out, engine="serial").failures == ()
    assert bytes_of(out) == bytes_of(done / "out")


def test_a_full_disk_stops_the_study_in_one_line_and_loses_nothing(
    done: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    real, calls = models.write_answers, []

    def write(*args: Any) -> None:
        calls.append(args)
        if len(calls) == 3:
            raise OSError(28, "No space left on device")
        real(*args)

    monkeypatch.setattr(models, "write_answers", write)
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
        if event.kind == "done" and event.stage.step == "tickets":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_study(small.recipe(done / "text"), out, engine="serial", watch=stop)
    found = status(out)
    assert (found.count("done"), found.count("left")) == (2, small.SEED_STAGES - 2)
    assert found.seconds_spent > 0
    assert found.seconds_left is None  # nothing is known yet of the other steps
    assert status(done / "out").seconds_left == 0
    with pytest.raises(UserError, match="no study here"):
        status(tmp_path)


def test_a_damaged_file_is_named_with_the_way_out(done: Path, tmp_path: Path):
    import shutil

    out = tmp_path / "out"
    shutil.copytree(done / "out", out)
    for name in ("score.json", "stage.json"):
        damaged = next((out / "stages").glob("dense-*")) / name
        sound = damaged.read_text()
        damaged.write_text("{")
        with pytest.raises(UserError, match=r"damaged.*run again") as caught:
            run_study(small.recipe(done / "text"), out, engine="serial")
        assert str(damaged) in str(caught.value)
        damaged.write_text(sound)
    shutil.rmtree(damaged.parent)
    plan_file = (out / "plan.json").read_text()
    (out / "plan.json").write_text(plan_file[: len(plan_file) // 2])
    with pytest.raises(UserError, match="run the study again into this folder"):
        status(out)
    run_study(small.recipe(done / "text"), out, engine="serial")
    assert bytes_of(out) == bytes_of(done / "out")


def test_what_a_killed_run_left_behind_does_not_stay(tmp_path: Path):
    store = Store(tmp_path)
    stage = Stage("train", "train", {}, {"version": 1}, name="train-1")
    for draft in (".model.0a1b2c3d/x", "model/.mask.safetensors.0a1b2c3d", "resume.safetensors"):
        path = store.working(stage.name) / draft
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    for path in (store.working(stage.name) / "progress.json", tmp_path / "failed" / "train-1.json"):
        path.parent.mkdir(exist_ok=True)
        path.write_text("{")
    assert store.progress(stage.name) is None
    assert "damaged" in store.failure(stage.name)["why"]
    assert store.run(stage, lambda folder: (folder / "model" / "x").write_text("x") and None)
    left = sorted(p.name for p in store.path(stage.name).rglob("*") if p.is_file())
    assert left == ["stage.json", "x"]


def test_a_run_that_ends_late_keeps_what_another_has_added(done: Path, tmp_path: Path):
    value = small.raw(done / "text")
    value["steps"] = {"dense": value["steps"]["dense"]}
    one, two = small.of(value), small.of(value, "seeds=[1, 2]")

    def grow(event: Event) -> None:
        if event.kind == "started":
            run_study(two, tmp_path / "out", engine="serial")

    run_study(one, tmp_path / "out", engine="serial", watch=grow)
    assert set(tables.read(tmp_path / "out" / "tables", "models")["seed"]) == {1, 2}


def test_a_state_that_was_not_kept_is_trained_again_to_the_same_bits(done: Path, tmp_path: Path):
    import shutil

    from tombola.study.job import Job

    out = tmp_path / "out"
    shutil.copytree(done / "out", out)
    recipe = small.recipe(done / "text")
    library, store = Library(recipe), Store(out)
    stages = {stage.name: stage for stage in plan(recipe, library)}
    for stage in stages.values():
        for share in stage.keeps:
            path = store.state(stage.name, round(share * 6))
            kept = training.Checkpoint.load(path)
            path.unlink()
            job: Job[Any] = Job(stage, stages, library, store)
            again = states.state_of(job, stage, share)
            assert again.step == kept.step
            for one, other in ((again.weights, kept.weights), (again.moments, kept.moments)):
                assert one.keys() == other.keys()
                assert all(torch.equal(one[name], other[name]) for name in one)
            assert path.exists()


def test_a_stage_that_another_process_holds_is_running(done: Path, tmp_path: Path):
    out = tmp_path / "out"
    seen: list[int] = []
    kind = type(KINDS["train"])
    real = kind.work

    def work(self: Any, job: Any, folder: Path) -> None:
        # The lock is this process's own; a second process is asked whether it could take it.
        import subprocess
        import sys

        code = (
            "import sys; from tombola.study.standing import status; "
            f"sys.exit(10 + status({str(out)!r}).count('running'))"
        )
        seen.append(subprocess.run([sys.executable, "-c", code], check=False).returncode)
        real(self, job, folder)

    monkey = pytest.MonkeyPatch()
    with monkey.context() as patch:
        patch.setattr(kind, "work", work)
        raw = small.raw(small.cola_folder(tmp_path / "text"))
        raw["steps"] = {"dense": raw["steps"]["dense"]}
        run_study(small.of(raw), out, engine="serial")
    assert seen == [11]


def test_dissection_agrees_with_a_direct_computation(done: Path):
    """Layer similarity of the first ticket, from all activations at once, in float64."""
    row = (
        joined(done / "out", "similarity")
        .query(
            "criterion == 'magnitude' and rewind == 'weights 0' and round == 1"
            " and dense_layer == 1 and sparse_layer == 1"
        )
        .iloc[0]
    )
    stages = done / "out" / "stages"
    pair = [tombola.load(stages / row[role] / "model") for role in ("against", "model")]
    task = tombola.load_task("CoLA", done / "text")
    hidden: list[list[torch.Tensor]] = [[], []]
    for example in task.dev:
        tokens = pair[0].tokenizer(example.text, return_tensors="pt")
        for kept, ticket in zip(hidden, pair, strict=True):
            with torch.inference_mode():
                out = ticket.model(**tokens, output_hidden_states=True)
            kept.append(out.hidden_states[1][0].double())
    x, y = (torch.cat(kept) for kept in hidden)
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


def test_loops_prune_until_the_score_falls_and_carry_over_to_tables(tmp_path: Path):
    raw = small.raw(small.cola_folder(tmp_path / "text"))
    raw["steps"] = {
        "dense": raw["steps"]["dense"],
        "holds": {"do": "prune-while", "of": "dense", "share": 0.9, "pruning": {"amount": 0.3}},
    }
    raw["tasks"]["toy"]["metric"] = "accuracy"
    out = tmp_path / "out"
    small.ran(raw, out)
    turns = tables.read(out / "tables", "prunings")
    assert list(turns["pruning"]) == list(range(len(turns)))
    assert turns["kept"].iloc[:-1].all()
    held = turns[turns["kept"]].iloc[-1]
    assert (turns["score"] >= turns["floor"]).tolist() == turns["kept"].tolist()
    score = joined(out, "scores").query("criterion == 'magnitude'").iloc[0]
    assert (score["score"], score["sparsity"]) == (held["score"], held["sparsity"])


def test_a_full_score_of_nothing_is_no_measure(tmp_path: Path):
    raw = small.raw(small.cola_folder(tmp_path / "text"))
    raw["steps"]["dense"]["training"] = {"steps": 1, "learning_rate": 1e-12}
    raw["steps"] = {
        "dense": raw["steps"]["dense"],
        "holds": {"do": "prune-while", "of": "dense"},
    }
    outcome = run_study(small.of(raw), tmp_path / "out", engine="serial")
    assert "no measure of what is kept" in outcome.failures[0]["why"]


def test_tickets_pruned_without_retraining_are_retrained_once(tmp_path: Path):
    raw = small.raw(small.cola_folder(tmp_path / "text"))
    raw["steps"] = {
        "dense": raw["steps"]["dense"],
        "shot": {"do": "rounds", "of": "dense", "pruning": {"amount": 0.5}, "rewind": None,
                 "rounds": 2},
        "again": {"do": "train", "model": "bert", "mask": {"of": "shot", "round": 2},
                  "training": {"steps": 6, "batch_size": 8, "learning_rate": 0.01}},
        "onwards": {"do": "train", "model": "dense", "mask": {"of": "shot", "round": 2},
                    "training": {"steps": 6, "batch_size": 8, "learning_rate": 0.01},
                    "begin": 0.5},
    }  # fmt: skip
    out = tmp_path / "out"
    small.ran(raw, out)
    known = tables.read(out / "tables", "models").set_index("step")
    assert known.loc["again", "sparsity"] == known.loc["onwards", "sparsity"] == 0.75
    assert known.loc["again", "mask"] == known.loc["shot"].query("round == 2")["mask"].item()
    assert known["steps"].to_dict() == {"dense": 6, "shot": 6, "again": 6, "onwards": 9}
    assert known.loc["again", "root"] == known.loc["dense", "model"]


def test_tables_are_tidy_and_say_what_their_columns_are(done: Path):
    folder = done / "out" / "tables"
    assert {"models", "scores", "sparsity", "similarity", "differences", "stages"} <= set(
        tables.names(folder)
    )
    for name in tables.names(folder):
        frame = tables.read(folder, name)
        about = tables.about(folder, name)
        assert list(about) == list(frame.columns)
        assert all(about.values())
