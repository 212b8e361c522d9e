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
from tombola.tasks.load import load_task
from tombola.tasks.task import TASKS
from tombola.tasks.words.data import load_words
from tombola.tasks.words.task import WORD_TASKS, Target
from tombola.text.examples import SentenceExample
from tombola.text.formats import FORMATS
from tombola.text.reading import Reading
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
    for format_ in ("conllu", None):
        (bad,) = check_data(files / "bad.conllu", format=format_)
        assert (bad.n_texts, bad.n_bad) == (1, 1)
        assert re.search(r"bad.conllu:2: head '9' points nowhere, expected 0 to 2", bad.bad[0])
    (bad,) = check_data(files / "a.conllu", format="conllu", task="parent")
    assert (bad.n_bad, bad.tasks) == (2, {})
    assert "a text without a tree" in bad.bad[0]


def test_all_errors_are_listed_up_to_a_bound(tmp_path):
    path = tmp_path / "a.conllu"
    head = "1\tGo\tgo\tVERB\tVB\t_\t{}\troot\t_\t_\n\n"
    path.write_text("".join(head.format(i % 2) for i in range(60)))
    (found,) = check_data(path)
    assert (found.n_texts, found.n_bad, len(found.bad), found.sure) == (30, 30, 20, "likely")
    assert [f"{path}:{4 * i + 3}: word 1 is its own head in the end" for i in range(20)] == [
        *found.bad
    ]
    with pytest.raises(UserError, match=r"a\.conllu:3: word 1 is its own head"):
        count_data("pos", [path])
    (counted,) = count_data("pos", [path], skip_bad=True)
    assert (counted.n_texts, counted.n_bad, counted.labels) == (30, 30, {"VB": 30})
    assert len(show_data("pos", path, n=2, skip_bad=True)) == 2


TAGGED = "1\t{0}\t{0}\tVERB\t{1}\t_\t0\troot\t_\t_\n\n"


def test_labels_are_of_one_layer_and_one_tagset(tmp_path):
    rare, tags = tmp_path / "rare.conllu", tmp_path / "tags.conllu"
    rare.write_text(TAGGED.format("a", "_") * 3 + TAGGED.format("b", "VB"))
    tags.write_text(TAGGED.format("c", "VB"))
    (found,) = count_data("pos", [rare])
    assert (found.labels, found.layer) == ({"VERB": 4}, "universal_tags")
    assert "XPOS is '_' at 3 of 4 words: it is left out" in found.odd[0]
    with pytest.raises(UserError, match=r"rare.conllu:1: universal_tags, where .* tags; format"):
        count_data("pos", [tags, rare])
    both = count_data("pos", [tags, rare], format="conllu-upos")
    assert [one.labels for one in both] == [{"VERB": 1}, {"VERB": 4}]
    with pytest.raises(UserError, match=r"rare\.conllu:1: universal_tags, where"):
        load_words("pos", tags, rare)


@pytest.mark.parametrize(
    ("name", "content", "task", "formats", "sure"),
    [
        ("f.conll", "0\tWord\t_\tNN\t1\tsubj\tword\n1\tsaid\t3.0\tVB\t1\tROOT\tsay\n", None,
         ["factuality-unified"], "likely"),
        ("train.txt", "-DOCSTART- -X- -X- O\n\nRome NNP B-NP B-ORG\nfalls VBZ B-VP O\n", None,
         ["conll2003-bio"], "by its own marks"),
        ("a.conll", NAMES, None, ["conll2003"], "likely"),
        ("a.conll", "In\tO\nParis\tB-location\n", None, ["columns"], "likely"),
        ("a.tsv", "I\tc\nlikes\ti\n", None, ["errors"], "likely"),
        ("a.tsv", "cats\tPER\nrun\tEPS\n", None, ["semantic-tags"], "likely"),
        ("x.conll", "Tom\ttom\tPER\tn\tmale.n.02\t[]\n", "semtag", ["pmb"], "likely"),
        ("a.xyz", TREE, None, ["brackets"], "likely"),
        ("a.txt", CONLLU, "pos", ["conllu"], "by its own marks"),
        ("a.txt", "He PRP B-NP\nruns VBZ B-VP\n", None, ["conll2000"], "likely"),
    ],
)  # fmt: skip
def test_the_content_tells_the_format_and_how_sure_that_is(
    tmp_path, name, content, task, formats, sure
):
    (tmp_path / name).write_text(content)
    found = check_data(tmp_path / name, task=task)
    assert [one.format for one in found] == formats
    assert {one.sure for one in found} == {sure}


@pytest.mark.parametrize(
    ("name", "content", "task", "said"),
    [
        ("dev.tsv", "sentence\tlabel\na b c\t1\nd e f\t0\n", None,
         r"tells no format of words; its header is that of CoLA or SST-2: name the task, and"),
        ("a.conll", "0\tWord\t_\tNN\t0\tROOT\tword\n", "semtag",
         r"looks like factuality-unified.*; name one of: pmb, pmb-split, semantic-tags"),
        ("a.conllu", "", None, r"a\.conllu: an empty file"),
        ("a.conllu", "He PRP B-NP\n", "ner", r"looks like conll2000"),
    ],
)  # fmt: skip
def test_what_tells_nothing_is_not_guessed(tmp_path, name, content, task, said):
    (tmp_path / name).write_text(content)
    with pytest.raises(UserError, match=said):
        check_data(tmp_path / name, task=task)


def test_a_folder_is_one_text_of_all_its_files(tmp_path):
    (tmp_path / "sub").mkdir()
    for name, tree in (("wsj_b.mrg", TREE), ("wsj_a.mrg", TREE), ("sub/c.mrg", TREE)):
        (tmp_path / name).write_text(tree)
    (tmp_path / "README").write_text("This is about (the) corpus.\n")
    (found,) = check_data(tmp_path, task="parent")
    assert (found.format, found.n_texts) == ("brackets", 3)
    (tmp_path / "names.txt").write_text("In O\nRome B-LOC\n")
    for format_ in (None, "brackets"):
        (counted,) = count_data("parent", [tmp_path], format=format_)
        assert (counted.n_texts, counted.split) == (3, tmp_path.name)
        assert counted.odd[0].startswith("files of other formats: 1, first ")
    (shown, *_) = show_data("parent", tmp_path, n=3)
    assert "c.mrg" in shown.where  # in the order of their names
    for split in ("train", "dev"):
        (tmp_path / split).mkdir()
        (tmp_path / split / "a.mrg").write_text(TREE)
    counted = count_data("parent", [tmp_path])
    assert [one.split for one in counted] == ["train", "dev"]
    task = load_task("parent", tmp_path)
    assert (len(task.train), len(task.dev)) == (1, 1)


SEGMENTS = (
    '<srcset setid="t" srclang="any"><doc docid="a">\n<seg id="1">ein Satz</seg>\n</doc></srcset>',
    '<refset setid="t" trglang="en"><doc docid="a">\n<seg id="1">a sentence</seg>\n</doc></refset>',
)


def test_one_file_of_a_pair_is_looked_at_with_the_other(tmp_path):
    for name, text in zip(("src.de.sgm", "ref.en.sgm"), SEGMENTS, strict=True):
        (tmp_path / name).write_text(text)
    for name in ("src.de.sgm", "ref.en.sgm"):
        (found,) = check_data(tmp_path / name, task="translation")
        assert (found.n_texts, found.format) == (1, f"translation {name}")
    (shown,) = show_data("translation", tmp_path / "src.de.sgm")
    assert shown.drawing == ("ein Satz", "→ a sentence")
    (tmp_path / "ref.en.sgm").unlink()
    with pytest.raises(UserError, match="one file of translations was expected beside it, found n"):
        check_data(tmp_path / "src.de.sgm", task="translation")
    for name, text in (("train.de", "a b\n\nc d\n"), ("train.en", "e f\ng\nh i\n")):
        (tmp_path / name).write_text(text)
    (found,) = check_data(tmp_path / "train.de", task="translation")
    assert (found.n_texts, found.n_bad) == (2, 1)
    assert "train.de:2: an empty line where a sentence was expected" in found.bad[0]
    for half in ("de", "en"):
        (tmp_path / f"dev.{half}").write_text("a\n")
    train, _ = count_data("translation", [tmp_path / "de-en"], skip_bad=True)
    assert (train.n_texts, train.n_bad) == (2, 1)
    task = load_task("translation", tmp_path / "de-en", reading=Reading(skip=True))
    assert (len(task.train), task.n_dropped) == (2, 1)
    assert task.notes[0] == "left out, since they cannot be read: 1"


def test_a_task_of_whole_folders_says_so_of_a_file(tmp_path):
    (tmp_path / "dev.tsv").write_text("sentence\tlabel\na b c\t1\n")
    with pytest.raises(
        UserError, match=r"dev\.tsv: a file; task 'SST-2' takes the folder that has"
    ):
        check_data(tmp_path / "dev.tsv", task="SST-2")
    with pytest.raises(UserError, match=r"task 'masked-lm': nothing of it is skipped; .*CoLA"):
        load_task("masked-lm", tmp_path / "dev.tsv", reading=Reading(skip=True))


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
        ("count", "pos", "bad.conllu", "--skip-bad"),
        ("check", "bad.conllu"),
    )
    assert [code for code, _, _ in found[:-1]] == [0] * (len(found) - 1)
    listed, table, one, names, counted, shares, written, checked, trees, skipped, _ = (
        out for _, out, _ in found
    )
    assert "bad.conllu      1" in skipped
    assert "1 cannot be read:" in found[-2][2]
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
    assert "conllu (by its own marks): 3 texts" in checked
    assert found[-1][0] == 2  # what is wrong is an answer, too
    assert "1 cannot be read:" in found[-1][1]
    assert "bad.conllu:2: head '9'" in found[-1][1]
    assert json.loads(trees)[0]["n_texts"] == 3


def test_bad_input_is_one_line(files):
    cases = {
        ("show", "poss"): "unknown task 'poss'; allowed: .*pos",
        ("show", "pos", "missing.conllu"): "missing.conllu: no such file",
        ("show", "pos", "a.conllu", "--format", "conlll"): "unknown format 'conlll'; allowed",
        ("show", "parent", "a.conllu", "--format", "conllu"): "needs tree",
        ("show", "CoLA"): "needs a folder",
        ("show", "CoLA", "a.conllu"): "a file; task 'CoLA' takes the folder that has train.tsv",
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
        ("check", "missing.conllu"): "no such file",
        ("check", "a.conllu", "--task", "none"): "unknown task 'none'",
    }
    for (code, out, err), (call, message) in zip(said(files, *cases), cases.items(), strict=True):
        assert (code, out) == (2, ""), call
        assert len(err.splitlines()) == 1, err
        assert err.startswith("tombola: ")
        assert re.search(message, err), (call, err)
    assert not (files / "new").exists()
