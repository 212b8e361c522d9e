"""How sparse a trained model gets: what is tried, chosen, reported, and left behind."""

import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import small

from tombola import masks, tables, tasks, tickets, training
from tombola.errors import UserError
from tombola.study import run_study
from tombola.study.library import Library
from tombola.study.plan import plan
from tombola.study.sweep_loop import SweepLoop
from tombola.study.sweep_points import by_halves, chosen, next_of, on_grid, winner

RETRAIN = {"steps": 3, "batch_size": 8, "learning_rate": 0.01}


def raw(folder: Path) -> dict[str, Any]:
    """The small study's model, trained and then swept in every way."""
    value = small.raw(small.cola_folder(folder / "text"))
    value["tasks"]["toy"] |= {"held": 0.5, "metric": "accuracy"}
    sweep = {"do": "sweep", "of": "dense", "max_loss": 0.3}
    value["steps"] = {
        "dense": value["steps"]["dense"],
        "sweep": {**sweep, "grid": [0.6, 0.3, 0.9]},
        "halves": {**sweep, "search": "bisection", "step": 0.125, "control": False},
        "parts": {**sweep, "grid": [0.5], "parts": ["heads", "mlps"]},
        "again": {**sweep, "grid": [0.5], "retrain": RETRAIN, "scope": "2:4"},
    }
    return value


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sweep")
    return small.ran(raw(folder), folder / "out")


def of_step(done: Path, step: str) -> pd.DataFrame:
    rows = tables.read(done / "tables", "sweep")
    return rows[rows["step"] == step].reset_index(drop=True)


def test_every_size_is_scored_as_a_ticket_drawn_alone_is(done: Path) -> None:
    rows = of_step(done, "sweep")
    assert rows["role"].tolist() == ["full", *["drawn", "control"] * 3]
    assert rows["level"].tolist() == [0, 0.3, 0.3, 0.6, 0.6, 0.9, 0.9]
    assert rows["sparsity"].tolist() == pytest.approx(rows["level"].tolist(), abs=1e-3)
    value = raw(done.parent)
    library = Library(small.of(value))
    task = library.task("toy")
    assert not {e.text for e in task.held} & {e.text for e in task.dev}
    (dense,) = (done / "stages").glob("dense-*/model")
    for _, row in rows.iterrows():
        ticket = tickets.load(dense)
        if row["role"] != "full":
            pruning = tickets.Pruning(amount=row["level"], of="target")
            name = "magnitude" if row["role"] == "drawn" else "random"
            mask = tickets.draw(ticket.model, pruning, name, seed=1001)
            masks.apply(ticket.model, mask)
        for split, score in (("held", "choice"), ("dev", "score")):
            examples = getattr(task, split)
            encoded = tasks.encode(task, examples, ticket.tokenizer, 128)
            batches = tasks.in_batches(task, encoded, 8, ticket.tokenizer)
            found = training.evaluate(ticket.model, task, batches, ticket.tokenizer, examples)
            assert row[score] == found.value
            assert row["n" if split == "dev" else "choice_n"] == found.n


def test_the_choice_is_of_one_half_and_the_answer_of_the_other(done: Path) -> None:
    rows = of_step(done, "sweep")
    full = rows.iloc[0]
    drawn = rows[rows["role"] == "drawn"]
    assert (drawn["difference"] == drawn["score"] - full["score"]).all()
    assert drawn["low"].lt(drawn["difference"]).all()
    assert (rows["allowed"] == 0.3).all()
    holds = drawn[drawn["holds"]]
    assert holds["choice"].iloc[-1] >= full["choice"] - 0.3
    won = rows[rows["chosen"]].iloc[0]
    assert won["level"] == (holds["level"].max() if len(holds) else 0)
    (folder,) = (done / "stages").glob("sweep-*")
    ticket = tickets.load(folder / "model")
    assert (ticket.mask.sparsity if ticket.mask else 0.0) == won["sparsity"]
    models = tables.read(done / "tables", "models").set_index("step")
    scores = tables.read(done / "tables", "scores").set_index("model")
    assert scores.loc[models.loc["sweep", "model"], "score"] == won["score"]


def test_a_sweep_that_was_killed_goes_on_and_ends_alike(
    done: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    shutil.copytree(done, out)
    (stage,) = (out / "stages").glob("sweep-*")
    shutil.rmtree(stage)
    record, left = SweepLoop._record, 3

    def killed(self: SweepLoop, *given: Any) -> Any:
        nonlocal left
        left -= 1
        if left < 0:
            raise KeyboardInterrupt
        return record(self, *given)

    with monkeypatch.context() as patch:
        patch.setattr(SweepLoop, "_record", killed)
        with pytest.raises(KeyboardInterrupt):
            run_study(small.of(raw(done.parent)), out, engine="serial")
    left = 4  # what was recorded is not done again
    monkeypatch.setattr(SweepLoop, "_record", killed)
    run_study(small.of(raw(done.parent)), out, engine="serial")
    for name in ("sweep", "models", "scores"):
        file = f"tables/{name}.parquet"
        assert (out / file).read_bytes() == (done / file).read_bytes()


def test_whole_parts_go_and_their_control_is_of_as_many(done: Path) -> None:
    rows = of_step(done, "parts")
    assert rows["unit"].unique().tolist() == ["heads and mlps"]
    assert rows["method"].tolist() == ["none", "gate", "random"]
    assert rows["sparsity"].iloc[1] == rows["sparsity"].iloc[2] > 0
    (folder,) = (done / "stages").glob("parts-*")
    ticket, won = tickets.load(folder / "model"), rows[rows["chosen"]].iloc[0]
    assert (ticket.mask.sparsity if ticket.mask else 0.0) == won["sparsity"]


def test_what_is_retrained_stands_beside_the_full_model_trained_as_long(done: Path) -> None:
    rows = of_step(done, "again")
    assert rows["role"].tolist() == ["full", "as-long", "drawn", "control"]
    assert rows["steps"].tolist() == [0, 3, 3, 3]
    assert rows["level"].tolist() == [0, 0, 0.5, 0.5]
    (folder,) = (done / "stages").glob("again-*")
    assert not list(folder.rglob("*resume*"))
    assert not list(folder.rglob("retrained*"))
    won = rows[rows["chosen"]].iloc[0]
    ticket = tickets.load(folder / "model")
    library = Library(small.of(raw(done.parent)))
    task = library.task("toy")
    encoded = tasks.encode(task, task.dev, ticket.tokenizer, 128)
    batches = tasks.in_batches(task, encoded, 8, ticket.tokenizer)
    found = training.evaluate(ticket.model, task, batches, ticket.tokenizer)
    assert found.value == won["score"]


def test_halves_end_at_neighbours_of_which_one_holds(done: Path) -> None:
    rows = of_step(done, "halves").sort_values("level")
    drawn = rows[rows["role"] == "drawn"]
    assert len(drawn) == 3
    assert set(drawn["level"] * 8 % 1) == {0}
    assert drawn["level"].nunique() == 3


def record(role: str, level: float, choice: float, **more: Any) -> dict[str, Any]:
    return {"role": role, "level": level, "sparsity": level, "choice": choice, **more}


def test_a_sparse_model_is_not_made_denser_and_a_level_has_its_control() -> None:
    full = record("full", 0.4, 0.9)
    assert on_grid([0.2, 0.4, 0.6, 0.8], [full]) == 0.6
    drawn = record("drawn", 0.6, 0.8)
    assert on_grid([0.2, 0.4, 0.6, 0.8], [full, drawn]) == 0.8
    assert next_of([full], 0.6, control=True, retrained=False) == ("drawn", 0.6)
    assert next_of([full], 0.6, control=True, retrained=True) == ("as-long", 0.4)
    assert next_of([full, drawn], 0.8, control=True, retrained=False) == ("control", 0.6)
    assert next_of([full, drawn], None, control=False, retrained=False) is None


def test_halves_find_where_a_falling_score_falls_under_the_floor() -> None:
    for least_that_fails in range(1, 100):
        records = [record("full", 0.0, 1.0, held=True)]
        while (level := by_halves(0.01, records)) is not None:
            held = round(100 * level) < least_that_fails
            records.append(record("drawn", level, float(held), held=held))
        assert len(records) <= 8
        best = winner(records, chosen(records, 0.5, 1.0))
        assert round(100 * records[best]["level"]) == least_that_fails - 1


def test_less_is_better_of_a_loss_and_an_undefined_score_never_holds() -> None:
    records = [record("full", 0.0, 2.0), record("drawn", 0.5, 2.1), record("drawn", 0.7, 2.6)]
    assert chosen(records, -2.2, -1.0) == [True, True, False]
    records[1]["choice"] = None
    assert winner(records, chosen(records, -9.0, -1.0)) == 0


@pytest.mark.parametrize(("changes", "said"), [
    (["toy.held=null"], "task toy holds no examples apart"),
    (["sweep.max_loss=-1"], "a loss is 1% .* not '-1.0'"),
    (["sweep.max_loss=100%"], "a loss is 1%"),
    (["sweep.grid=[0.5, 1.0]"], "shares greater than 0 and less than 1"),
    (["sweep.criterion=none"], "none prunes nothing"),
    (["sweep.of=bert", "sweep.task=toy"], "a new model has learned nothing"),
    (["sweep.by=nothing"], "unknown importance score 'nothing'"),
    (["halves.scope='2:4'"], "scope 2:4 has one size"),
    (["sweep.sets=[]"], "sets"),
])  # fmt: skip
def test_what_cannot_be_is_one_line_before_work(
    tmp_path: Path, changes: list[str], said: str
) -> None:
    def planned() -> None:
        recipe = small.of(raw(tmp_path), *changes)
        plan(recipe, Library(recipe))

    with pytest.raises(UserError, match=said):
        planned()
