from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from realdata import folder
from tombola.errors import UserError
from tombola.tasks import load_glue, load_task
from tombola.text import GLUE, SentenceExample
from tombola.text.glue import read_split
from tombola.text.reading import Reading

COUNTS = {
    "CoLA": (8551, 1043),
    "SST-2": (67349, 872),
    "MRPC": (3668, 408),
    "STS-B": (5749, 1500),
    "RTE": (2490, 277),
    "WNLI": (635, 71),
}
COLA = "src\t1\t\tA good one.\nsrc\t0\t*\tOne bad a.\n"


def write(where: Path, train: str | bytes, dev: str | bytes = COLA) -> Path:
    for name, content in (("train.tsv", train), ("dev.tsv", dev)):
        raw = content.encode() if isinstance(content, str) else content
        (where / name).write_bytes(raw)
    return where


@pytest.mark.parametrize("name", sorted(COUNTS))
def test_published_files_have_their_published_counts(name):
    task = load_glue(name, folder(f"glue/{name}"))
    assert (len(task.train), len(task.dev)) == COUNTS[name]
    assert task.n_dropped == 0
    labels = {example.label for example in task.train}
    if task.kind == "classification":
        assert labels == set(range(len(task.labels)))
    else:
        assert min(labels) == 0
        assert max(labels) == 5


@pytest.mark.parametrize("name", sorted(COUNTS))
def test_every_cell_is_in_the_file_as_it_stands(name):
    """Rebuild the columns that matter from the examples and find them in the bytes."""
    where = folder(f"glue/{name}")
    lines = (where / "dev.tsv").read_bytes().decode("utf-8-sig").split("\n")
    lines = [line for line in lines if line][0 if name == "CoLA" else 1 :]
    dev, _ = read_split(where / "dev.tsv", GLUE[name])
    assert len(lines) == len(dev)
    for line, example in zip(lines, dev, strict=True):
        assert example.text in line
        assert example.pair is None or f"{example.text}\t{example.pair}" in line


def test_real_labels_mean_what_they_are_called():
    cola = load_glue("CoLA", folder("glue/CoLA"))
    assert sum(example.label for example in cola.train) == 6023  # as counted by awk
    rte = load_glue("RTE", folder("glue/RTE"))
    assert rte.labels == ("entailment", "not_entailment")
    assert sum(example.label == 0 for example in rte.train) == 1249
    mrpc = load_glue("MRPC", folder("glue/MRPC"))
    assert sum(example.label for example in mrpc.train) == 2474


def test_real_rows_of_qqp_are_read(tmp_path):
    raw = (folder("qqp") / "train_subset.tsv").read_bytes()
    task = load_glue("QQP", write(tmp_path, raw, raw))
    assert len(task.train) + task.n_dropped // 2 == raw.count(b"\n") - 1
    assert task.train[0].label == 0


def test_quotes_are_characters(tmp_path):
    row = 'src\t1\t\t"He said " twice\n'
    task = load_glue("CoLA", write(tmp_path, row + COLA))
    assert task.train[0] == SentenceExample('"He said " twice', None, 1)
    assert len(task.train) == 3


def test_only_newlines_end_a_line(tmp_path):
    """A next-line or a paragraph separator inside a sentence is a character of it."""
    text = "one\x85two\u2028three\x0bfour"
    task = load_glue("CoLA", write(tmp_path, f"src\t1\t\t{text}\r\nsrc\t0\t\tx\r\n"))
    assert [example.text for example in task.train] == [text, "x"]


def test_byte_order_mark_and_column_order_do_not_matter(tmp_path):
    train = "\ufefflabel\tsentence2\tindex\tsentence1\nentailment\tb\t0\ta\n"
    task = load_glue("RTE", write(tmp_path, train, train))
    assert task.train == (SentenceExample("a", "b", 0),)


@pytest.mark.parametrize(
    ("name", "in_file", "ids"),
    [
        ("MNLI", ("neutral", "contradiction", "entailment"), (1, 0, 2)),
        ("QNLI", ("not_entailment", "entailment"), (1, 0)),
        ("STS-B", ("3.25", "0"), (3.25, 0.0)),
    ],
)
def test_labels_of_the_tasks_with_names_and_scores(tmp_path, name, in_file, ids):
    layout = GLUE[name]
    rows = [("one", "two", label) for label in in_file]
    content = "\n".join("\t".join(row) for row in [layout.columns, *rows])
    (tmp_path / layout.dev).write_text(content)
    (tmp_path / "train.tsv").write_text(content)
    task = load_task(name, tmp_path)
    assert tuple(example.label for example in task.dev) == ids
    assert all((e.text, e.pair) == ("one", "two") for e in task.train)


def test_broken_rows_of_qqp_are_counted_and_those_of_others_are_errors(tmp_path):
    broken = "id\tqid1\tqid2\tquestion1\tquestion2\tis_duplicate\n1\t2\t3\ta\tb\t1\n1\t2\t3\ta\n"
    task = load_glue("QQP", write(tmp_path, broken, broken))
    assert len(task.train) == 1
    assert task.n_dropped == 2
    with pytest.raises(UserError, match=r"train\.tsv:3: 3 columns, expected 4"):
        load_glue("CoLA", write(tmp_path, COLA + "src\t1\tno sentence"))


@pytest.mark.parametrize(
    ("train", "message"),
    [
        ("src\t2\t\tText\n", r"train\.tsv:1: label '2'; allowed: 0, 1"),
        ("src\t\t\tText\n", r"train\.tsv:1: label ''; allowed: 0, 1"),
        (COLA + "\n", r"train\.tsv:3: 1 columns, expected 4"),
        ("", r"train\.tsv: no examples"),
        (COLA.encode() + b"src\t1\t\t\xff\n", r"train\.tsv:3: not UTF-8 \(byte 0xff\)"),
    ],
)
def test_errors_name_file_line_and_what_was_expected(tmp_path, train, message):
    with pytest.raises(UserError, match=message):
        load_glue("CoLA", write(tmp_path, train))


@pytest.mark.parametrize(
    ("name", "train", "message"),
    [
        ("RTE", "", r"train\.tsv: empty file, expected a header line"),
        ("RTE", "index\tsentence1\tlabel\n", r"train\.tsv:1: no column sentence2; the header has"),
        ("RTE", "sentence1\tsentence2\tlabel\n", r"train\.tsv: no examples"),
        ("STS-B", "sentence1\tsentence2\tscore\na\tb\tnan\n", r"train\.tsv:2: score 'nan'"),
        ("STS-B", "sentence1\tsentence2\tscore\na\tb\tx\n", r"train\.tsv:2: score 'x'; a number"),
        ("STS-B", "sentence1\tsentence2\tscore\na\tb\t6\n", r"train\.tsv:2: score '6'; allowed: 0"),
        (
            "RTE",
            "index\tsentence1\tsentence2\tlabel\n7\ta\tb\tentailment\n7\tc\td\tentailment\n",
            r"train\.tsv:3: index '7' again, first on line 2",
        ),
    ],
)
def test_errors_of_files_with_headers(tmp_path, name, train, message):
    with pytest.raises(UserError, match=message):
        load_glue(name, write(tmp_path, train))


def test_missing_folders_and_files(tmp_path):
    with pytest.raises(UserError, match=r"nowhere: no such folder; task 'CoLA' expects train\.tsv"):
        load_task("CoLA", tmp_path / "nowhere")
    with pytest.raises(UserError, match=r"no files of CoLA: expected train\.tsv and dev\.tsv, or"):
        load_task("CoLA", tmp_path)
    with pytest.raises(UserError, match=r"task 'MNLI' needs a folder that holds train\.tsv and"):
        load_task("MNLI")
    with pytest.raises(UserError, match="unknown GLUE task 'COLA'; allowed: CoLA, MNLI"):
        load_glue("COLA", tmp_path)
    (tmp_path / "train.tsv").mkdir()
    with pytest.raises(UserError, match=r"train\.tsv: a folder, expected a file"):
        load_task("CoLA", tmp_path)


def test_labels_of_dev_that_train_has_not(tmp_path):
    with pytest.raises(UserError, match=r"dev\.tsv: label 'unacceptable', which .*train\.tsv has"):
        load_glue("CoLA", write(tmp_path, "src\t1\t\tGood.\n"))


TEST_SPLITS = {"CoLA": 1063, "SST-2": 1821, "MRPC": 1725, "STS-B": 1379, "RTE": 3000, "WNLI": 146}


@pytest.mark.parametrize("name", sorted(TEST_SPLITS))
def test_test_files_hide_their_labels_and_have_headers(name):
    path = folder(f"glue/{name}") / "test.tsv"
    examples, dropped = read_split(path, GLUE[name], hidden=True)
    assert (len(examples), dropped) == (TEST_SPLITS[name], 0)
    assert {example.label for example in examples} == {None}
    with pytest.raises(UserError, match=r"test\.tsv:[12]"):
        read_split(path, GLUE[name])


def test_the_two_dev_splits_of_mnli(tmp_path):
    header = "index\tsentence1\tsentence2\tgold_label\n"
    train = header + "".join(f"{i}\ta\tb\t{label}\n" for i, label in enumerate(GLUE["MNLI"].labels))
    (tmp_path / "train.tsv").write_text(train + "9\tc\td\t-\n")
    (tmp_path / "dev_matched.tsv").write_text(header + "0\tm\tb\tneutral\n")
    (tmp_path / "dev_mismatched.tsv").write_text(header + "0\tmm\tb\tentailment\n")
    matched, mismatched = load_task("MNLI", tmp_path), load_task("MNLI-mismatched", tmp_path)
    assert matched.train == mismatched.train
    assert matched.n_dropped == 1  # the pair without a gold label
    assert matched.dev == (SentenceExample("m", "b", 1),)
    assert mismatched.dev == (SentenceExample("mm", "b", 2),)


def test_samples_keep_the_order_and_are_decided_by_the_seed():
    where = folder("glue/RTE")
    whole = load_task("RTE", where)
    some = load_task("RTE", where, train=300, dev=40, seed=3)
    assert (len(some.train), len(some.dev)) == (300, 40)
    rest = iter(whole.train)
    assert all(example in rest for example in some.train)  # each one after the one before
    assert some.train[-1] in whole.train[2000:]  # not the head of the file, which may be sorted
    assert some == load_task("RTE", where, train=300, dev=40, seed=3)
    assert some.digest == load_task("RTE", where, train=300, dev=40, seed=3).digest
    assert some.digest != load_task("RTE", where, train=300, dev=40, seed=4).digest
    with pytest.raises(UserError, match="RTE dev: 2000 examples asked for, there are 277"):
        load_task("RTE", where, dev=2000)
    with pytest.raises(UserError, match="at least 1 is needed"):
        load_task("RTE", where, train=0)


GOOD = {
    "CoLA": COLA.encode(),
    "RTE": "index\tsentence1\tsentence2\tlabel\n0\té\tb\tentailment\n".encode(),
    "STS-B": b"sentence1\tsentence2\tscore\nA b\tc d\t3.5\nA b\tc\t0.0\n",
    "QQP": b"question1\tquestion2\tis_duplicate\nA?\tB?\t1\nC?\tD?\t0\n",
}


@settings(
    deadline=None, max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_mutilated_files_give_an_answer_or_one_line(tmp_path, data):
    name = data.draw(st.sampled_from(sorted(GOOD)))
    raw = bytearray(GOOD[name])
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(raw)))
        end = start + data.draw(st.integers(0, 5))
        put = data.draw(st.sampled_from([b"", b"\t", b"\n", b"\r", b"\xff", b"\0", b"\xc2\x85"]))
        raw[start:end] = put + data.draw(st.binary(max_size=2))
    write(tmp_path, bytes(raw), GOOD[name])
    try:
        task = load_glue(name, tmp_path)
    except UserError as problem:
        said = str(problem)
    else:
        said = "train.tsv"
        assert task.train
    assert "train.tsv" in said
    assert len(said.splitlines()) == 1


def test_a_copy_that_a_writer_of_csv_made_is_unquoted(tmp_path):
    rows = '0\t"a ""b"" c"\td\tentailment\n1\te\t"f\ng"\tnot_entailment\n'
    for split in ("train", "dev"):
        (tmp_path / f"{split}.tsv").write_text(f"index\tsentence1\tsentence2\tlabel\n{rows}")
    task = load_task("RTE", tmp_path)
    assert [one.lines for one in task.train] == [('a "b" c', "d"), ("e", "f\ng")]


def test_rows_that_are_none_are_skipped_on_request(tmp_path):
    rows = "a\t1\nb\t0\tx\nc\t2\nd\t0\n"
    for split in ("train", "dev"):
        (tmp_path / f"{split}.tsv").write_text(f"sentence\tlabel\n{rows}")
    with pytest.raises(UserError, match=r"train\.tsv:3: 3 columns, expected 2"):
        load_task("SST-2", tmp_path)
    reading = Reading(skip=True)
    task = load_task("SST-2", tmp_path, reading=reading)
    assert ([one.text for one in task.train], task.n_dropped) == (["a", "d"], 4)
    assert [said.partition("tsv:")[2][:2] for said in reading.bad] == ["3:", "4:", "3:", "4:"]
