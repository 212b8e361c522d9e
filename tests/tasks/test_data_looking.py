"""Looking at data: examples as a person reads them, counts, checks."""

import gzip
import json
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import conllu
import numpy as np
import pytest

import tombola
from realdata import folder
from tombola.errors import UserError
from tombola.tasks.data import catalog, check_data, count_data, show_data
from tombola.tasks.data.draw import WIDTH, brackets, tags
from tombola.tasks.task import TASKS
from tombola.tasks.words.task import WORD_TASKS, Target
from tombola.text.examples import SentenceExample
from tombola.text.formats import FORMATS
from tombola.text.writers import write_glue

CONLLU = """\
# sent_id = a
1	She	she	PRON	PRP	_	2	nsubj	_	_
2	sleeps	sleep	VERB	VBZ	_	0	root	_	_

# sent_id = b
1	Dogs	dog	NOUN	NNS	_	2	nsubj	_	_
2	bark	bark	VERB	VBP	_	0	root	_	_
3	loudly	loudly	ADV	RB	_	2	advmod	_	_

"""
TREE = "( (S (NP (DT the) (NN cat)) (VP (VBZ sleeps) (PP (IN in) (NP (NNP Rome)))) (. .)) )\n"
NAMES = "U.N. NNP I-NP I-ORG\nofficial NN I-NP O\nEkeus NNP I-NP I-PER\n\n"


@pytest.fixture
def files(tmp_path) -> Path:
    (tmp_path / "a.conllu").write_text(CONLLU)
    (tmp_path / "a.trees").write_text(TREE)
    (tmp_path / "a.testa").write_text(NAMES)
    (tmp_path / "bad.conllu").write_text(CONLLU.replace("\t2\tnsubj", "\t9\tnsubj", 1))
    return tmp_path


DRIVER = """
import contextlib, io, json, sys
from tombola.cli import main
for arguments in json.load(sys.stdin):
    sys.argv = ["tombola", "data", *arguments]
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main()
        except SystemExit as stopped:
            code = stopped.code
    print(json.dumps([code, out.getvalue(), err.getvalue()]))
"""
"""One process for many calls of the command line: loading torch takes seconds each time."""


def said(where: Path, *calls: tuple[object, ...]) -> list[tuple[int, str, str]]:
    """Exit code, output and errors of each call."""
    given = json.dumps([[str(argument) for argument in call] for call in calls])
    environment = {**os.environ, "COLUMNS": "100", "NO_COLOR": "1"}
    done = subprocess.run(
        [sys.executable, "-c", DRIVER],
        input=given, cwd=where, env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [tuple(json.loads(line)) for line in done.stdout.splitlines()]


def test_tags_stand_under_their_words(files):
    (first, second) = show_data("pos", files / "a.conllu")
    assert first.where.startswith(f"{files / 'a.conllu'}:1")
    assert first.drawing == ("She sleeps", "PRP VBZ")
    assert second.drawing == ("Dogs bark loudly", "NNS  VBP  RB")
    assert second.to_dict()["targets"][2] == {"at": [2], "label": "RB"}
    words = [f"word{i}" for i in range(60)]
    lines = tags(words, [Target((i,), "X" * (i % 9 + 1)) for i in range(0, 60, 2)])
    assert max(map(len, lines)) <= WIDTH
    found = []
    for above, below in zip(lines[::3], lines[1::3], strict=True):
        at = [i for i in range(len(above)) if above[i] != " " and (not i or above[i - 1] == " ")]
        labels = [below[start:].split(" ")[0] for start in at]
        found += list(zip(above.split(), labels, strict=True))
    assert found == [(w, "·" if i % 2 else "X" * (i % 9 + 1)) for i, w in enumerate(words)]


def test_wide_letters_keep_columns():
    above, below = tags(["東京", "is"], [Target((0,), "P"), Target((1,), "V")])
    assert (above, below) == ("東京 is", "P    V")  # each of the two letters is two columns wide


def test_arcs_spans_and_trees_are_drawn(files):
    second = show_data("syn-arc-class", files / "a.conllu")[1]
    assert second.drawing == (
        "Dogs bark loudly",
        "  1 Dogs   → 2 bark  nsubj",
        "  3 loudly → 2 bark  advmod",
    )
    (names,) = show_data("ner", files / "a.testa")
    assert names.drawing == ("[ORG U.N.] official [PER Ekeus]",)
    (tree,) = show_data("grandparent", files / "a.trees")
    assert tree.drawing == (
        "the cat sleeps in Rome .",
        "S   S   S      VP PP   None",
        "",
        "S",
        "  NP the/DT cat/NN",
        "  VP",
        "    sleeps/VBZ",
        "    PP",
        "      in/IN",
        "      NP Rome/NNP",
        "  ./.",
    )
    nested = [Target((0, 3), "A"), Target((1, 2), "B"), Target((3, 4), "")]
    assert brackets(list("abcd"), nested) == "[A a [B b] c] [d]"


@pytest.mark.parametrize("task", WORD_TASKS)
def test_every_word_task_shows_and_counts_the_built_in_language(task):
    shown = show_data(task, n=2, seed=3)
    assert len(shown) == 2
    for one in shown:
        assert one.content["targets"]
        for target in one.content["targets"]:
            assert all(0 <= place <= len(one.content["words"]) for place in target["at"])
    n = 8 if task == "coreference" else 40
    counted = count_data(task, n=n, seed=3)
    assert [one.split for one in counted] == ["train", "dev", "test"]
    for one in counted:
        assert one.n_texts == n
        if WORD_TASKS[task].numbers:
            assert one.spread is not None
            assert -3 <= one.spread.low <= one.spread.quartiles[1] <= one.spread.high <= 3
        else:
            assert len(one.labels) > 1 or task == "conjunct"
            assert sum(one.labels.values()) == one.n_targets
            assert sum(map(one.share, one.labels)) == pytest.approx(1)


def test_sentence_tasks_are_shown_and_counted(tmp_path):
    (pair, _) = show_data("builtin-inference", n=2)
    assert len(pair.drawing) == 3
    assert pair.content["label"] in ("entailment", "neutral", "contradiction")
    (translation,) = show_data("builtin-translation", n=1)
    assert translation.drawing[1] == f"→ {translation.content['target']}"
    train, dev = count_data("builtin-acceptability", n=40)
    assert train.labels == dev.labels == {"acceptable": 20, "unacceptable": 20}
    (train, _) = count_data("builtin-similarity", n=40)
    assert train.spread is not None
    assert 0 <= train.spread.low <= train.spread.high <= 5

    examples = [SentenceExample(f"sentence {i}", None, i % 2) for i in range(20)]
    glue = tmp_path / "CoLA"
    labels = ("unacceptable", "acceptable")
    write_glue("CoLA", {"train": examples, "dev": examples[:10]}, glue, labels)
    (example,) = show_data("CoLA", glue, n=1)
    assert example.content == {"text": "sentence 0", "pair": None, "label": "unacceptable"}
    assert [(one.split, one.n_texts) for one in count_data("CoLA", [glue])] == [
        ("CoLA/train", 20),
        ("CoLA/dev", 10),
    ]
    assert [one.n_texts for one in check_data(glue, task="CoLA")] == [20, 10]


def test_numbers_are_summed_up_as_numpy_does(tmp_path):
    values = [-3.0, -1.0, 0.5, 2.25, 3.0]
    rows = [
        {"text": "It rained", "targets": [{"span1": [1, 2], "label": v, "span_text": "rained"}]}
        for v in values
    ]
    path = tmp_path / "a.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    (counts,) = count_data("factuality", [path])
    spread = counts.spread
    assert spread is not None
    assert (spread.mean, spread.sd) == pytest.approx((np.mean(values), np.std(values)))
    assert spread.quartiles == pytest.approx(tuple(np.percentile(values, [25, 50, 75])))
    assert (spread.low, spread.high) == (-3, 3)


def test_counts_of_a_real_treebank_agree_with_another_reader():
    paths = [folder("ud_ewt") / f"en_ewt-ud-{split}.conllu.gz" for split in ("dev", "test")]
    counted = count_data("pos", paths)
    assert [one.n_texts for one in counted] == [2001, 2077]
    with gzip.open(paths[0], "rt", encoding="utf-8") as file:
        tags = Counter(
            token["xpos"]
            for sentence in conllu.parse_incr(file)
            for token in sentence
            if isinstance(token["id"], int)
        )
    assert counted[0].labels == dict(tags)
    assert list(counted[0].labels.values()) == sorted(tags.values(), reverse=True)


def test_a_file_is_checked_by_reading_all_of_it(files):
    (found,) = check_data(files / "a.conllu", format="conllu")
    assert (found.n_texts, found.n_words, found.longest) == (2, 5, 3)
    assert found.layers == {"lemmas": 2, "universal_tags": 2, "tags": 2, "arcs": 2}
    assert found.tasks["syn-arc-class"] == 3
    assert found.labels["pos"] == 5
    assert "parent" not in found.tasks
    whole = check_data(files / "a.testa")
    assert "conll2003" in [one.format for one in whole]
    assert len(check_data(files / "a.trees", task="chunk")) >= 1
    with pytest.raises(UserError, match=r"bad.conllu:2: head '9' points nowhere, expected 0 to 2"):
        check_data(files / "bad.conllu", format="conllu")
    with pytest.raises(UserError, match=r"conllu: .*bad.conllu:2: head '9'"):
        check_data(files / "bad.conllu")
    with pytest.raises(UserError, match="a folder; name the task"):
        check_data(files)
    with pytest.raises(UserError, match="a text without a tree"):
        check_data(files / "a.conllu", format="conllu", task="parent")


def test_the_catalog_names_everything():
    found = catalog()
    assert {task["name"] for task in found.word_tasks} == set(WORD_TASKS)
    assert len(found.word_tasks) == 18
    assert all(task["formats"] for task in found.word_tasks)
    assert {task["name"] for task in found.tasks} == set(TASKS)
    assert {each["name"] for each in found.formats} == set(FORMATS)
    assert {"conllu", "trees", "glue", "parallel"} <= {each["name"] for each in found.forms}


def test_the_command_line_says_the_same(files):
    sizes = ("-n", "6", "--dev", "3", "--test", "2", "--seed", "4", "--set", "lexicon=90")
    found = said(
        files,
        ("--json",),
        (),
        ("show", "pos", "a.conllu", "-n", "1"),
        ("show", "ner", "a.testa", "--json"),
        ("count", "pos", "a.conllu", "--json"),
        ("count", "pos", "a.conllu"),
        ("write", "out", "--as", "conllu", "--as", "trees", *sizes, "--json"),
        ("check", "out/dev.conllu"),
        ("check", "out/dev.trees", "--json"),
    )
    assert [code for code, _, _ in found] == [0] * len(found)
    listed, table, one, names, counted, shares, written, checked, trees = (
        out for _, out, _ in found
    )
    assert json.loads(listed) == tombola.data().to_dict()
    assert all(name in table for name in ("syn-arc-class", "CoLA", "conllu", "parallel"))
    assert one.splitlines()[1:] == ["She sleeps", "PRP VBZ"]
    assert json.loads(names)[0]["targets"][1] == {"at": [2, 3], "label": "PER"}
    assert json.loads(counted)[0]["labels"]["RB"] == {"n": 1, "share": 0.2}
    assert "20.00%" in shares
    assert [(row["form"], row["n"]) for row in json.loads(written)] == [
        ("conllu", 6), ("conllu", 3), ("conllu", 2), ("trees", 6), ("trees", 3), ("trees", 2),
    ]  # fmt: skip
    again = tombola.write_data(
        files / "again", ("conllu",), train=6, dev=3, test=2, seed=4, knobs={"lexicon": 90}
    )
    for row in again:
        other = files / "out" / Path(row.path).name
        assert Path(row.path).read_bytes() == other.read_bytes()
    assert "conllu: 3 texts" in checked
    assert json.loads(trees)[0]["n_texts"] == 3


def test_bad_input_is_one_line(files):
    cases = {
        ("show", "poss"): "unknown task 'poss'; allowed: .*pos",
        ("show", "pos", "missing.conllu"): "missing.conllu: no such file",
        ("show", "pos", "a.conllu", "--format", "conlll"): "unknown format 'conlll'; allowed",
        ("show", "parent", "a.conllu", "--format", "conllu"): "needs tree",
        ("show", "CoLA"): "needs a folder",
        ("show", "CoLA", "a.conllu"): "no such folder",
        ("show", "builtin-pos", "--format", "conllu"): "takes no format",
        ("show", "pos", "-n", "0"): "'-n'",
        ("show", "pos", "--set", "lexicon=many"): "expected KNOB=NUMBER",
        ("show", "pos", "--set", "colour=1"): "unknown knob 'colour'; allowed: lexicon",
        ("show", "pos", "--set", "lexicon=true"): "lexicon: a number is needed",
        ("show", "pos", "--set", "lexicon=1"): "lexicon 1",
        ("count", "pos", "bad.conllu"): "bad.conllu:2: head '9' points nowhere",
        ("write", ".", "--as", "conllu"): "exists already",
        ("write", "a.conllu"): "exists already",
        ("write", "new", "--as", "xml"): "unknown form 'xml'",
        ("check", "bad.conllu"): "bad.conllu:2",
        ("check", "missing.conllu"): "no such file",
        ("check", "a.conllu", "--task", "none"): "unknown task 'none'",
        ("check", "a.conllu", "--format", "brackets"): "a.conllu:2: ",
    }
    for (code, out, err), (call, message) in zip(said(files, *cases), cases.items(), strict=True):
        assert (code, out) == (2, ""), call
        assert len(err.splitlines()) == 1, err
        assert err.startswith("tombola: ")
        assert re.search(message, err), (call, err)
    assert not (files / "new").exists()
