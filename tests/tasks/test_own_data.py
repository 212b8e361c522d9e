"""Tasks of a user's own data: from every source, of every kind."""

import json
from pathlib import Path
from typing import Any

import datasets
import pandas as pd
import pytest

from tombola.errors import UserError
from tombola.tasks import Columns, load_own, load_task

ROWS = [{"said": f"a dog {i}", "stars": "good" if i % 2 else "bad"} for i in range(10)]
FRAME = pd.DataFrame(ROWS)
NAMED = {"text": "said", "label": "stars"}
LABELS = [i % 2 for i in range(10)]
datasets.disable_progress_bars()


def tagged(names: list[str] | None = None) -> datasets.Dataset:
    of_tag = datasets.ClassLabel(names=names) if names else datasets.Value("int64")
    features = {
        "tokens": datasets.List(datasets.Value("string")),
        "ner_tags": datasets.List(of_tag),
    }
    columns = {"tokens": [["Bob", "Ray", "ran"], ["a", "dog"]], "ner_tags": [[1, 2, 0], [0, 0]]}
    return datasets.Dataset.from_dict(columns, features=datasets.Features(features))


def test_the_same_task_from_every_source(tmp_path: Path):
    FRAME.to_csv(tmp_path / "a.csv")
    FRAME.to_csv(tmp_path / "a.tsv.gz", sep="\t", index=False)
    FRAME.to_json(tmp_path / "a.jsonl", orient="records", lines=True)
    FRAME.to_parquet(tmp_path / "a.parquet")
    files = [tmp_path / f"a.{end}" for end in ("csv", "tsv.gz", "jsonl", "parquet")]
    columns = {name: FRAME[name].tolist() for name in FRAME}
    for data in (*files, ROWS, FRAME, columns, datasets.Dataset.from_list(ROWS)):
        task = load_task("mine", data, **NAMED)
        assert (task.name, task.kind, task.labels) == ("mine", "classification", ("bad", "good"))
        assert task.metric == "accuracy"
        assert [example.text for example in task.dev] == FRAME["said"].tolist()
        assert [example.label for example in task.dev] == LABELS
        assert task.train == ()


def test_splits_of_a_folder_a_mapping_and_what_datasets_saved(tmp_path: Path):
    folder = tmp_path / "mine"
    folder.mkdir()
    splits = {"train": FRAME[:6], "validation": FRAME[6:8], "test": FRAME[8:]}
    for name, frame in splits.items():
        frame.to_csv(folder / f"{name}.csv", index=False)
    (folder / "notes.txt").write_text("no table")
    saved = datasets.DatasetDict({name: datasets.Dataset.from_pandas(frame, preserve_index=False)
                                  for name, frame in splits.items()})  # fmt: skip
    saved.save_to_disk(tmp_path / "saved")
    for data in (folder, splits, saved, tmp_path / "saved"):
        task = load_own(data, Columns(**NAMED))
        assert (len(task.train), task.dev[0].text) == (6, "a dog 6")
        assert load_own(data, Columns(**NAMED), split="test").dev[0].text == "a dog 8"
        assert load_own(data, Columns(**NAMED), split="train").train == ()
    with pytest.raises(UserError, match="no split 'x'; there are: test, train, validation"):
        load_own(folder, Columns(**NAMED), split="x")
    FRAME.to_csv(folder / "dev.csv", index=False)
    with pytest.raises(UserError, match="dev and validation could both be dev"):
        load_own(folder, Columns(**NAMED))


@pytest.mark.parametrize(
    ("file", "listed"),
    [
        ("state.json", {"_data_files": [{"filename": "../elsewhere/data-00000-of-00001.arrow"}]}),
        ("state.json", {"_data_files": [{"filename": "/elsewhere.arrow"}]}),
        ("dataset_dict.json", {"splits": ["../elsewhere"]}),
        ("train/state.json", {"_data_files": [{"filename": ".."}]}),
    ],
)
def test_saved_data_are_in_their_own_folder(tmp_path: Path, file: str, listed: Any):
    saved, elsewhere = tmp_path / "saved", tmp_path / "elsewhere"
    for place in (saved, saved / "train", elsewhere):
        datasets.Dataset.from_pandas(FRAME, preserve_index=False).save_to_disk(place)
    (saved / file).write_text(json.dumps(listed))
    with pytest.raises(UserError, match=r"json: '.*' is no name of a file beside it"):
        load_own(saved, Columns(**NAMED))


def test_the_split_that_is_called_just_so_is_meant(tmp_path: Path):
    for name in ("train", "train_ids", "dev", "dev-other"):
        FRAME.to_csv(tmp_path / f"{name}.csv", index=False)
    (tmp_path / "dev.csv").write_text("said,stars\nthis,good\n")
    assert load_own(tmp_path, Columns(**NAMED)).dev[0].text == "this"
    for name in ("train_ids", "dev", "dev-other"):
        (tmp_path / f"{name}.csv").unlink()
    with pytest.raises(UserError, match="only a split 'train'; name it"):
        load_own(tmp_path, Columns(**NAMED))
    assert len(load_own(tmp_path, Columns(**NAMED), apart=0.5).dev) == 5
    assert len(load_own(tmp_path, Columns(**NAMED), split="train").dev) == 10


def test_parts_of_parquet_are_one_split(tmp_path: Path):
    for i in range(2):
        FRAME[5 * i : 5 * i + 5].to_parquet(tmp_path / f"test-0000{i}-of-00002.parquet")
    assert len(load_own(tmp_path, Columns(**NAMED)).dev) == 10
    (tmp_path / "test-00000-of-00002.parquet").unlink()
    with pytest.raises(UserError, match="1 parts of test, expected 2"):
        load_own(tmp_path, Columns(**NAMED))


def test_the_hub(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    asked = []

    def load(*names: str | None) -> datasets.DatasetDict:
        asked.append(names)
        return datasets.DatasetDict(test=datasets.Dataset.from_list(ROWS))

    monkeypatch.setattr(datasets, "load_dataset", load)
    assert len(load_task("own", "some/set", **NAMED).dev) == 10
    assert len(load_task("own", "some/set:part", **NAMED).dev) == 10
    assert asked == [("some/set", None), ("some/set", "part")]

    def fail(*_: object) -> None:
        raise ValueError("Config name is missing.\nPick one: a, b")

    monkeypatch.setattr(datasets, "load_dataset", fail)
    with pytest.raises(UserError, match=r"some/set: no data could be had: .* Pick one: a, b$"):
        load_task("own", "some/set")


def test_a_hub_that_does_not_answer_is_one_line(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)

    def silent(*_: object, **__: object) -> None:
        raise OSError("no route")

    monkeypatch.setattr("huggingface_hub.HfApi.dataset_info", silent)
    with pytest.raises(UserError, match=r"cannot be reached; .* HF_HUB_OFFLINE=1"):
        load_task("own", "some/set")


def test_columns_tell_by_their_names():
    rows = [
        {"premise": "a", "hypothesis": "b", "label": 0},
        {"premise": "c", "hypothesis": "d", "label": 1},
    ]
    task = load_task("mine", rows)
    assert (task.dev[0].pair, task.labels) == ("b", ("0", "1"))
    assert load_task("mine", rows, text="premise").dev[0].pair is None
    with pytest.raises(UserError, match=r"which column is the text.*there are: a, b"):
        load_task("mine", [{"a": 1, "b": 2}])
    with pytest.raises(UserError, match=r"which column is the label.*there are: text, b"):
        load_task("mine", [{"text": "x", "b": 2}])


@pytest.mark.parametrize(
    ("labels", "metric", "kind", "names"),
    [
        ([10, 9, 10], None, "classification", ("9", "10")),
        (["2", "1", "10"], None, "classification", ("1", "2", "10")),
        ([True, False, True], None, "classification", ("False", "True")),
        ([1.0, 0.0, 1.0], None, "classification", ("0", "1")),
        ([0.5, 1.0, 2.0], None, "regression", None),
        (["3.800", "5.000", "1"], None, "regression", None),
        ([1, 2, 3], "spearman", "regression", None),
        (["1", "2", "3"], "pearson", "regression", None),
        ([0.5, 1.0, 2.0], "accuracy", "classification", ("0.5", "1", "2")),
    ],
)
def test_what_labels_are(labels, metric, kind, names):
    rows = [{"text": "a", "label": label} for label in labels]
    task = load_task("mine", rows, metric=metric)
    assert (task.kind, task.labels) == (kind, names)
    assert task.metric == (metric or {"classification": "accuracy"}.get(kind, "pearson"))


def test_the_order_of_classes_is_the_user_s_or_the_data_s():
    one = load_task("mine", ROWS, **NAMED, classes=("good", "bad"), metric="f1")
    assert (one.labels, one.dev[0].label) == (("good", "bad"), 1)
    with pytest.raises(UserError, match="row 1: stars: label 'bad'; the classes are: good, fine"):
        load_task("mine", ROWS, **NAMED, classes=("good", "fine"))
    declared = datasets.Dataset.from_list([{"text": "a", "label": 1}, {"text": "b", "label": 0}])
    declared = declared.cast_column("label", datasets.ClassLabel(names=["z", "a", "never"]))
    task = load_task("mine", declared)
    assert (task.labels, [e.label for e in task.dev]) == (("z", "a", "never"), [1, 0])


def test_declared_names_are_read_from_parquet_and_hidden_labels_refused(tmp_path: Path):
    tagged(["O", "B-PER", "I-PER"]).to_parquet(tmp_path / "t.parquet")
    assert load_own(tmp_path / "t.parquet").labels == ("O", "B-PER", "I-PER")
    rows = datasets.Dataset.from_list([{"text": "a", "label": -1}])
    rows = rows.cast_column("label", datasets.ClassLabel(names=["no", "yes"]))
    with pytest.raises(UserError, match="labels of this split are hidden"):
        load_own(rows)


def test_words_with_tags():
    task = load_task("mine", tagged(["O", "B-PER", "I-PER"]))
    assert (task.kind, task.metric, task.dev[0].tags) == (
        "tagging",
        "span_f1",
        ("B-PER", "I-PER", "O"),
    )
    plain = load_task("mine", tagged())
    assert (plain.metric, plain.labels) == ("accuracy", ("0", "1", "2"))
    rows = [{"text": "a dog", "tags": "DET NOUN"}]
    assert load_task("mine", rows, kind="tagging").dev[0].words == ("a", "dog")
    rows[0]["tags"] = "DET"
    with pytest.raises(UserError, match="row 1: 2 words and 1 labels"):
        load_task("mine", rows, kind="tagging")


def test_word_tasks_of_tags():
    task = load_task("ner", tagged(["O", "B-PER", "I-PER"]))
    assert (task.kind, task.labels, task.dev[0].targets) == ("words", ("PER",), (((0, 2), "PER"),))
    rows = [{"tokens": ["a", "dog"], "upos": ["DET", "NOUN"]}]
    assert [t.label for t in load_task("pos", rows).dev[0].targets] == ["DET", "NOUN"]
    with pytest.raises(UserError, match=r"'parent' is not told by a tag.*these are: .*ner"):
        load_task("parent", rows)


def test_translations():
    rows = [{"translation": {"de": "ein Hund", "en": "a dog"}}]
    task = load_task("mine", rows, text="translation.de", target="translation.en")
    assert (task.kind, task.metric, task.dev[0].lines) == (
        "translation",
        "bleu",
        ("ein Hund", "a dog"),
    )
    with pytest.raises(UserError, match="either label or target"):
        load_task("mine", rows, text="translation.de", target="translation.en", label="x")


def test_a_part_is_set_apart_and_equal_texts_stay_on_one_side():
    rows = [{"text": f"text {i % 20}", "label": i % 2} for i in range(100)]
    task = load_task("mine", rows, apart=0.1)
    assert (len(task.train), len(task.dev)) == (90, 10)
    assert not {e.text for e in task.train} & {e.text for e in task.dev}
    assert task.digest == load_task("mine", rows, apart=0.1).digest
    assert task.digest != load_task("mine", rows, apart=0.1, seed=1).digest


@pytest.mark.parametrize(
    ("rows", "more", "said"),
    [
        ([{"text": "", "label": 1}], {}, "row 1: text: text was expected, and it is empty"),
        ([{"text": 3, "label": 1}], {"kind": "classification"}, "row 1: text: .* it is 3"),
        ([{"text": "a", "label": None}], {}, "row 1: label: no label"),
        ([{"text": "a", "label": float("nan")}], {}, "row 1: label: no label"),
        ([{"text": "a", "label": [1]}], {}, "is no label of a class"),
        ([{"text": "a", "label": "x"}], {"kind": "regression"}, "a number was expected, not 'x'"),
        ([{"text": "a", "label": 1}], {"text": "b"}, "no column 'b'; there are: text, label"),
        ([{"text": "a", "label": 1}], {"label": "text"}, "as text and as what is to be learned"),
        ([{"text": "a", "label": 1}], {"metric": "bleu"}, "has no bleu; its metrics: accuracy"),
        ([{"text": "a", "label": 1}], {"txt": "b"}, "unknown key 'txt'; allowed: text, pair"),
        ([1], {}, "row 1: a mapping was expected"),
        ([], {}, "which column is the text"),
        (3, {}, "a list of mappings was expected, not int"),
    ],
)
def test_refused(rows, more, said):
    with pytest.raises(UserError, match=said):
        load_task("mine", rows, **more)


def test_one_class_alone_can_be_scored_on_but_not_learned():
    rows = [{"text": f"{i}", "label": "yes"} for i in range(10)]
    assert load_task("mine", rows).labels == ("yes",)
    with pytest.raises(UserError, match="one class alone: there is nothing to learn"):
        load_task("mine", {"train": rows, "dev": rows})
