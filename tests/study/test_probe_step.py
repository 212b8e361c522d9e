"""A step that probes models: its table, on which text it asks, and what it refuses."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import small
import yaml

from tombola import tables, tickets, verbs
from tombola.dissect import UnknownSubTokens
from tombola.errors import UserError
from tombola.language import Language
from tombola.report import Tables
from tombola.study import run_study
from tombola.study.library import Library
from tombola.study.plan import plan

TAGS = {"the": "c", "a": "c", "no": "c", "sees": "i"}


def learners(folder: Path) -> Path:
    """A file for each of three splits, in the form of FCE."""
    folder.mkdir(parents=True)
    words = [*small.SUBJECTS, *small.VERBS]
    for split, n in (("train", 30), ("dev", 12), ("test", 14)):
        texts = []
        for i in range(n):
            text = f"{words[i % 6]} {small.VERBS[i % 5]} {words[(i + 1) % 6]}".split()
            texts.append("\n".join(f"{word}\t{TAGS.get(word, 'c')}" for word in text))
        (folder / f"fce.{split}.tsv").write_text("\n\n".join(texts) + "\n")
    return folder


def raw(folder: Path, probe: Any, **step: Any) -> dict[str, Any]:
    """A model and tickets of it, probed for tasks."""
    value = small.raw(small.cola_folder(folder))
    value["steps"]["tickets"] |= {"criterion": "magnitude", "rewind": {"weights": "start"}}
    del value["steps"]["layers"], value["steps"]["held"]
    value["steps"]["know"] = {"do": "probe", "of": ["dense", "tickets"], "probe": probe, **step}
    value["tasks"]["errors"] = {"name": "ged", "folder": str(learners(folder / "fce")),
                                "format": "errors"}  # fmt: skip
    return value


def made(folder: Path) -> dict[str, Any]:
    """The same with a task of the built-in language to learn."""
    value = raw(folder, ["ner", "factuality"])
    value["tasks"]["toy"] = {"name": "builtin-acceptability", "train": 40, "dev": 20,
                             "language": {"lexicon": 40, "depth": 0}}  # fmt: skip
    value["steps"]["tickets"]["rounds"] = 1
    value["steps"]["know"]["training"] = {"epochs": 2}
    return value


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished study: two kinds of probes, two replicates, three models and a random one."""
    folder = tmp_path_factory.mktemp("probes")
    training = {"epochs": 4, "hidden": [0, 8], "replicates": 2}
    value = raw(folder / "text", "errors", training=training)
    value["steps"]["chance"] = {"do": "probe", "of": "bert", "probe": "errors",
                                "training": training}  # fmt: skip
    outcome = run_study(small.of(value), folder / "out", engine="serial")
    assert outcome.failures == ()
    assert outcome.done == 1 + 2 + 3 + 1
    return folder / "out"


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Little text of the built-in language."""
    for name, n in (("TRAIN", 30), ("DEV", 10), ("TEST", 12)):
        monkeypatch.setattr(f"tombola.tasks.words.load.{name}", n)


def test_the_table_has_a_row_for_each_model_kind_of_probe_layer_and_replicate(done: Path):
    found = tables.read(done / "tables", "probes")
    found = found[~found["redrawn"]]
    assert len(found) == 3 * 2 * 2 * 2
    assert set(zip(found["word_task"], found["group"], strict=True)) == {("ged", "syntax")}
    assert set(found["by"]) == {"linear", "MLP 8"}
    assert set(found["probe"]) == {"errors", "errors, MLP 8"}
    assert set(found["asked"]) == {"errors"}
    assert set(zip(found["hidden"], found["layer"], found["replicate"], strict=True)) == {
        (hidden, layer, i) for hidden in (0, 8) for layer in (0, 1) for i in (0, 1)
    }
    assert set(found["metric"]) == {"f1"}
    assert set(found["texts"]) == {14}
    assert found["signature"].str.contains("kind:probe").all()
    assert found["signature"].str.contains("training.hidden:0+8", regex=False).all()
    assert found["signature"].str.contains("probe.errors.digest:").all()
    assert found["error"].isna().all()


def test_a_random_encoder_stands_beside_the_models_of_every_experiment(done: Path):
    found = tables.read(done / "tables", "probes")
    assert set(found.loc[found["redrawn"], "model"]) == {"bert"}
    seen = Tables.read(done).joined("probes")
    chance = seen[seen["redrawn"]]
    assert set(zip(chance["variant"], chance["criterion"], strict=True)) == {
        ("random encoder", "unpruned")
    }
    assert set(chance["experiment"]) == set(seen.loc[~seen["redrawn"], "experiment"]) == {"toy"}
    alone = Tables({"probes": found[found["redrawn"]]}).joined("probes")  # nothing was trained
    assert set(alone["experiment"]) == {"bert"}


def test_what_each_text_contributes_is_kept(done: Path):
    folders = sorted((done / "stages").glob("know*"))
    assert len(folders) == 3
    for folder in folders:
        rows = yaml.safe_load((folder / "rows.json").read_text())
        counts = np.load(folder / "counts.npz")
        assert len(counts) == len(rows) == 8
        for i, row in enumerate(rows):
            hits, both = counts[str(i)].sum(0)
            assert row["value"] == pytest.approx(2 * hits / both)
            assert len(counts[str(i)]) == row["texts"]
        assert not (folder / "vectors").exists()  # vectors are not kept


def test_a_model_is_asked_in_the_language_that_it_learned(tmp_path: Path, few: None):
    recipe = small.of(made(tmp_path / "a"))
    outcome = run_study(recipe, tmp_path / "out", engine="serial")
    assert outcome.failures == ()
    found = tables.read(tmp_path / "out" / "tables", "probes")
    assert set(found["probe"]) == {"ner", "factuality"}
    assert set(found["metric"]) == {"span_f1", "pearson"}
    assert found.loc[found["probe"] == "factuality", "error"].notna().all()
    library = Library(recipe)
    assert library.choice("ner@toy").language == Language(lexicon=40, depth=0)
    # the ticket says it too, so that the verb does the same
    where = next((tmp_path / "out" / "stages").glob("dense*")) / "model"
    about = tickets.load(where).provenance["task"]
    assert about["language"]["lexicon"] == 40
    with pytest.warns(UnknownSubTokens):
        alone = verbs.probe(where, "ner", epochs=2, standardise=True)
    dense = found[found["model"].str.startswith("dense") & (found["probe"] == "ner")]
    assert [row.n for row in alone] == dense["n"].tolist()


def test_what_cannot_be_probed_is_said_before_work(tmp_path: Path):
    for i, (probe, said) in enumerate((
        ("toy", "a probe needs labels of words; this is classification"),
        ("chunks", "no task 'chunks'; allowed: toy, errors"),
        ("chunk", "chunk is no task of the recipe.*toy is read from is not of it: name a task"),
        (["errors", "errors"], "errors is listed twice"),
        ([], "at least 1 item"),
    )):  # fmt: skip
        recipe = small.of(raw(tmp_path / str(i), probe))
        with pytest.raises(UserError, match=said):
            plan(recipe, Library(recipe))
    value = raw(tmp_path / "lacks", "names")
    value["tasks"]["names"] = {**value["tasks"]["errors"], "name": "ner"}
    recipe = small.of(value)
    with pytest.raises(UserError, match=r"format 'errors' carries correct; .*'ner' needs names"):
        plan(recipe, Library(recipe))
    value = raw(tmp_path / "other", "errors")
    value["steps"]["dense"]["task"] = "errors"
    recipe = small.of(value)
    with pytest.raises(UserError, match="a task of words is for probes"):
        plan(recipe, Library(recipe))


def test_all_are_the_tasks_that_a_kind_of_step_takes(tmp_path: Path):
    value = raw(tmp_path, "all")
    value["steps"]["dense"]["task"] = "all"
    recipe = small.of(value)
    stages = plan(recipe, Library(recipe))
    assert {stage.at["task"] for stage in stages} == {"toy"}
    assert {tuple(s.facts["probe"]) for s in stages if s.kind == "probe"} == {("errors",)}
    del value["tasks"]["errors"]
    recipe = small.of(value)
    with pytest.raises(UserError, match=r"steps\.know\.probe: all: no task .* does `probe`"):
        plan(recipe, Library(recipe))


def test_settings_are_facts(tmp_path: Path):
    one = small.of(raw(tmp_path / "a", "errors"))
    stages = plan(one, Library(one))
    changed = []
    for step in ({"training": {"hidden": 8}}, {"layers": [0]}, {"too_long": "refuse"}):
        other = small.of({**raw(tmp_path / f"b{len(changed)}", "errors", **step)})
        changed.append({s.name for s in plan(other, Library(other)) if s.kind == "probe"})
    mine = {s.name for s in stages if s.kind == "probe"}
    assert not any(mine & names for names in changed)
