"""What a study keeps: less on disk, the same tables, and what is asked for later is done again."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from study.small import cola_folder, of, raw
from tombola import tables
from tombola.errors import UserError
from tombola.study import Outcome, clean, run_study, sharing
from tombola.study.stage import Stage
from tombola.study.store import Store


@pytest.fixture(scope="module")
def value(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A dense model and two rounds, compared with it by score."""
    found = raw(cola_folder(tmp_path_factory.mktemp("cola")))
    del found["steps"]["layers"]
    found["steps"]["tickets"] |= {"criterion": "magnitude", "rewind": {"learning-rate": 0.5}}
    return found


@pytest.fixture(scope="module")
def whole(value: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """That study with all of its files."""
    out = tmp_path_factory.mktemp("all") / "out"
    run(value, out)
    return out


def run(value: dict[str, Any], out: Path, keep: str = "all") -> Outcome:
    return run_study(of({**value, "keep": keep}), out, engine="serial")


def weights(out: Path) -> set[str]:
    """The steps, with rounds, whose weights are there."""
    found = (out / "stages").glob("*/model/model.safetensors")
    return {path.parent.parent.name.rpartition("-")[0].rpartition("-")[2] for path in found}


def with_layers(value: dict[str, Any]) -> dict[str, Any]:
    layers = {"do": "similarity", "of": "tickets", "to": "dense"}
    return {**value, "steps": {**value["steps"], "layers": layers}}


def same_tables(one: Path, other: Path) -> None:
    names = tables.names(one / "tables")
    assert names == tables.names(other / "tables")
    for name in names:
        file = f"{name}.parquet"
        assert (one / "tables" / file).read_bytes() == (other / "tables" / file).read_bytes()


@pytest.mark.parametrize(("keep", "left"), [("masks", {"r2"}), ("tables", set())])
def test_less_on_disk_same_tables_and_what_is_asked_for_later(
    value: dict[str, Any], whole: Path, tmp_path: Path, keep: str, left: set[str]
):
    assert weights(whole) == {"s1", "r1", "r2"}
    out = tmp_path / "out"
    run(value, out, keep)
    assert weights(out) == left
    assert len(list(out.glob("stages/*/model/mask.safetensors"))) == (2 if left else 0)
    assert not list((out / "states").glob("*"))
    same_tables(whole, out)
    started: list[str] = []
    run_study(of(value), out, engine="serial", watch=lambda event: started.append(event.kind))
    assert started == []  # nothing is missing for what was asked
    again = run(with_layers(value), out, keep)
    assert again.failures == ()
    assert weights(out) == left
    complete = tmp_path / "complete"
    run(with_layers(value), complete)
    same_tables(complete, out)


def test_what_is_done_again_stays_until_what_needs_it_is(
    value: dict[str, Any], whole: Path, tmp_path: Path
):
    """The last round needs the one before, and that the dense model: none of them is asked for."""
    out = shutil.copytree(whole, tmp_path / "out")
    clean(out, keep="tables", really=True)
    later = {"do": "complexity", "of": {"of": "tickets", "round": 2}}
    done = run({**value, "steps": {**value["steps"], "later": later}}, out, "tables")
    assert (done.failures, done.done) == ((), done.stages)
    assert weights(out) == set()


def test_another_run_may_clean_what_one_kept(value: dict[str, Any], whole: Path, tmp_path: Path):
    out = shutil.copytree(whole, tmp_path / "out")
    (out / "working" / "left-s1-0123456789ab").mkdir(parents=True)
    lost = out / "stages" / "left-s1-ba9876543210"
    lost.mkdir()
    (lost / "big").write_bytes(bytes(3000))
    (out / ".figures.0123abcd").mkdir()
    (out / "tables" / ".scores.csv.0123abcd").write_bytes(bytes(10))
    said = clean(out, keep="tables")
    assert {each.what for each in said.found} == {
        "unfinished work", "drafts", "finished stages", "states of trainings",
        "parts of stages (keep: tables)",
    }  # fmt: skip
    assert said.bytes > 3000
    assert not said.done
    assert weights(out) == {"s1", "r1", "r2"}
    before = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
    assert clean(out, keep="tables", really=True).bytes == said.bytes
    after = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
    assert before - said.bytes <= after < before - said.bytes + 1000  # notes of what was given up
    assert not lost.exists()
    assert weights(out) == set()
    assert clean(out, keep="tables").found == ()
    run(value, out)
    same_tables(whole, out)


def test_a_study_at_work_is_left_alone(value: dict[str, Any], whole: Path):
    name = next((whole / "stages").iterdir()).name
    with Store(whole).lock(name), pytest.raises(UserError, match=f"a run works on {name} now"):
        clean(whole)


@pytest.mark.parametrize(
    ("file", "later"),
    [("model/model.safetensors", "layers"), ("model/mask.safetensors", "alike"),
     ("answers.parquet", "more"), ("score.json", None)],
)  # fmt: skip
def test_a_file_that_was_cut_or_edited_is_named_with_the_way_out(
    value: dict[str, Any], whole: Path, tmp_path: Path, file: str, later: str | None
):
    out = shutil.copytree(whole, tmp_path / "out")
    broken = next(out.glob(f"stages/tickets-*-r2-*/{file}"))
    content = broken.read_bytes()
    broken.write_bytes(content.replace(b'"n": 2', b'"n": 3') if later is None else content[:-1])
    assert broken.read_bytes() != content
    steps = {
        "layers": {"do": "similarity", "of": "tickets", "to": "dense"},
        "alike": {"do": "overlap", "of": "tickets", "across": "round"},
        "more": {"do": "differences", "of": "tickets", "to": "dense", "margin": 0.1},
    }
    if later is None:
        with pytest.raises(UserError, match=f"{broken}: is not what it was when the stage ended"):
            run(value, out)
        return
    grown = {**value, "steps": {**value["steps"], later: steps[later]}}
    [failure, *_] = run(grown, out).failures
    assert f"{broken}: is not what it was when the stage ended" in failure["why"]
    folder = broken.parents[len(Path(file).parts) - 1]
    assert f"remove the folder {folder}" in failure["why"]


def test_equal_files_of_two_stages_are_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sharing, "LARGE", 10)
    store = Store(tmp_path)
    stages = [Stage("step", "kind", {"seed": n}, {"n": n}).named() for n in range(3)]
    for stage in stages:
        body = b"weights of all" if stage.seed != 2 else b"others' weights"

        def work(folder: Path, body: bytes = body) -> None:
            (folder / "model").mkdir()
            (folder / "model" / "model.safetensors").write_bytes(body)
            (folder / "note").write_bytes(b"small")

        store.run(stage, work)
    files = [store.path(each.name) / "model" / "model.safetensors" for each in stages]
    assert files[0].samefile(files[1])
    assert not files[0].samefile(files[2])
    assert store.drop(stages[0].name, ("weights",)) == 0  # the other has it
    assert files[1].read_bytes() == b"weights of all"
    assert store.drop(stages[1].name, ("weights",)) == len(b"weights of all")
    assert len(list((tmp_path / "shared").iterdir())) == 1
