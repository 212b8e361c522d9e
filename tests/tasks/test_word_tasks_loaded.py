"""Word tasks among all other tasks: which files they are read from, and what they are."""

from dataclasses import replace
from pathlib import Path

import pytest

from tombola.errors import UserError
from tombola.language import Language
from tombola.tasks import TASK_KINDS, WORD_TASKS, as_words, load_task, load_word_task
from tombola.tasks.words.data import WordData
from tombola.tasks.words.load import as_task

SENTENCES = {"train": 6, "dev": 3, "test": 4}


def text(n: int) -> str:
    return "\n\n".join(f"a\tc\nb{i}\ti\nc\tc" for i in range(n)) + "\n"


def folder(where: Path, *names: str) -> Path:
    """Files of errors, as long as the split that their name tells."""
    where.mkdir(parents=True, exist_ok=True)
    for name in names:
        n = next(n for split, n in SENTENCES.items() if split in name or split == "dev")
        (where / name).write_text(text(n if "test" not in name else 4))
    return where


def test_each_file_is_the_split_that_its_name_tells(tmp_path: Path) -> None:
    names = ("fce.train.tsv", "fce.dev.tsv", "fce.test.tsv", "README.md", "train.other")
    found = load_task("ged", folder(tmp_path, *names), format="errors")
    assert (found.kind, found.metric, found.labels) == ("words", "f1", ("c", "i"))
    assert [len(s or ()) for s in (found.train, found.dev, found.test)] == [6, 3, 4]
    words = as_words(found)
    assert words.train is found.train
    assert words.task.name == "ged"


def test_without_dev_the_test_is_scored(tmp_path: Path) -> None:
    found = load_word_task("ged", folder(tmp_path, "train.tsv", "test.tsv"), format="errors")
    assert (len(found.dev), found.test) == (4, None)


def test_some_texts(tmp_path: Path) -> None:
    where = folder(tmp_path, "train.tsv", "eng.testa.tsv", "eng.testb.tsv")
    found = load_word_task("ged", where, 4, 2, 3, seed=1, format="errors")
    assert [len(s or ()) for s in (found.train, found.dev, found.test)] == [4, 2, 3]
    other = load_word_task("ged", where, 4, 2, 3, seed=2, format="errors")
    assert {t.words for t in found.train} != {t.words for t in other.train}


def test_files_by_name(tmp_path: Path) -> None:
    folder(tmp_path, "a.tsv", "b.tsv")
    files = {"train": tmp_path / "a.tsv", "dev": tmp_path / "b.tsv"}
    assert load_task("ged", format="errors", files=files).digest
    for wrong, said in (
        ({"dev": files["dev"]}, "a file of train is needed"),
        ({**files, "eval": files["dev"]}, "no split 'eval'; allowed: train, dev, test"),
    ):
        with pytest.raises(UserError, match=said):
            load_task("ged", format="errors", files=wrong)


def test_of_a_single_file_every_fifth_text_is_held_out(tmp_path: Path) -> None:
    file = tmp_path / "all.tsv"
    file.write_text(text(11))
    found = load_task("ged", files={"train": file}, format="errors")
    assert [t.words[1] for t in found.dev] == ["b4", "b9"]
    assert [t.words[1] for t in found.train] == [f"b{i}" for i in (0, 1, 2, 3, 5, 6, 7, 8, 10)]
    file.write_text(text(4))
    with pytest.raises(UserError, match="4 texts; every fifth is held out, so 5 are needed"):
        load_task("ged", files={"train": file}, format="errors")


def test_what_a_task_is_does_not_depend_on_where_it_was_read(tmp_path: Path) -> None:
    names = ("x.train.tsv", "x.dev.tsv", "x.test.tsv")
    one, two = (load_word_task("ged", folder(tmp_path / name, *names), format="errors")
                for name in "ab")  # fmt: skip
    assert one.digest == two.digest
    short = load_word_task("ged", tmp_path / "a", n_test=3, format="errors")
    assert short.digest != one.digest


def test_the_built_in_language_has_any_knobs() -> None:
    small = Language(lexicon=40, depth=0)
    found = load_task("parent", train=5, dev=3, test=4, language=small)
    assert [len(s or ()) for s in (found.train, found.dev, found.test)] == [5, 3, 4]
    assert found.digest != load_task("parent", train=5, dev=3, test=4).digest
    assert load_task("pos", train=5, dev=3).kind == "words"  # no folder: no treebank


def test_wrong_asks_are_said(tmp_path: Path) -> None:
    where = folder(tmp_path / "one", "train.tsv", "dev.tsv", "dev2.tsv")
    for ask, said in (
        ({"name": "nothing"}, "unknown task 'nothing'; allowed: CoLA"),
        ({"name": "builtin-parent"}, "in the built-in language it is 'parent', without a folder"),
        ({"name": "CoLA", "folder": where, "format": "errors"}, "format is for word tasks"),
        ({"name": "ged", "format": "errors"}, "without a folder to read"),
        ({"name": "ged", "folder": where, "format": "errors"}, "both be the dev text"),
        ({"name": "ged", "folder": where, "language": Language()}, "a language is of made text"),
        ({"name": "ner", "folder": where}, "expected a file of 'ner' with `train` in its name"),
    ):
        with pytest.raises(UserError, match=said):
            load_task(**ask)


def test_no_model_is_trained_on_words() -> None:
    found = load_task("ner", train=4, dev=2, language=Language(lexicon=40, depth=0))
    kind = TASK_KINDS[found.kind]
    assert kind.head == "bare"
    assert kind.metrics(found) == ("span_f1",)
    with pytest.raises(UserError, match="a task of words is for probes"):
        kind.encode(found.train, None, 10)


def test_a_metric_that_the_answers_have_not_is_said_before_anything_is_read() -> None:
    for shape, numbers, metric in (("word", False, "acuracy"), ("span", False, "accuracy"),
                                   ("word", True, "f1")):  # fmt: skip
        task = replace(WORD_TASKS["pos"], shape=shape, numbers=numbers, metric=metric)
        with pytest.raises(UserError, match=f"pos: has no metric '{metric}'; allowed: "):
            as_task(WordData(task, None, (), (), None))
    for task in WORD_TASKS.values():
        assert task.metric in task.metrics
