import gzip
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from realdata import folder
from tombola.errors import UserError
from tombola.tasks import load_pos, load_task, read_conllu
from tombola.text import TaggedSentence


def row(identity: str, form: str, tag: str) -> str:
    return "\t".join([identity, form, form, tag, *"______"])


SMALL = "\n".join(
    [
        "# sent_id = 1",
        "# text = don't  go",
        row("1-2", "don't", "_"),
        row("1", "do", "AUX"),
        row("2", "n't", "PART"),
        row("2.1", "elided", "VERB"),
        row("3", "100  000", "NUM"),
        "",
        "",
        row("1", "#", "SYM"),
        row("2", "Go", "VERB"),
        "",
    ]
)
READ = [
    TaggedSentence(("do", "n't", "100  000"), ("AUX", "PART", "NUM")),
    TaggedSentence(("#", "Go"), ("SYM", "VERB")),
]


def read(where: Path, content: str | bytes) -> list[TaggedSentence]:
    path = where / "x.conllu"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return list(read_conllu(path))


def test_multiword_tokens_and_empty_nodes_are_skipped(tmp_path):
    assert read(tmp_path, SMALL) == READ
    assert read(tmp_path, "\ufeff" + SMALL.replace("\n", "\r\n")) == READ


def test_gzip_is_read_and_a_torn_one_is_an_error(tmp_path):
    path = tmp_path / "x.conllu.gz"
    many = "".join(SMALL.replace("sent_id = 1", f"sent_id = {i}") + "\n\n" for i in range(50))
    whole = gzip.compress(many.encode())
    path.write_bytes(whole)
    assert list(read_conllu(path)) == READ * 50
    for torn in (whole[:-20], whole[:30], b"\x1f\x8b" + whole[2:][::-1]):
        path.write_bytes(torn)
        with pytest.raises(UserError, match=r"x\.conllu\.gz:\d+: cannot be read"):
            list(read_conllu(path))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", r"x\.conllu: no sentences"),
        ("\n\n", r"x\.conllu: no sentences"),
        ("# only\n\n", r"x\.conllu: no sentences"),
        ("1\tGo\tgo\tVERB\n", r":1: 4 columns, expected 10"),
        ("\n" + row("1", "Go", "VB"), r":2: part of speech 'VB'; allowed: ADJ, ADP"),
        (row("one", "Go", "VERB"), r":1: 'one' is no number of a word"),
        (row("2-1", "Go", "VERB"), r":1: '2-1' is no number of a word"),
        (row("_", "Go", "VERB"), r":1: word '_', expected 1"),
        (row("2", "Go", "VERB"), r":1: word '2', expected 1"),
        (row("1", " ", "VERB"), r":1: a word without a form"),
        (row("1-2", "Go", "_"), r":1: a sentence without words"),
        (row("1" * 5000, "Go", "VERB"), r":1: '1{20}' is no number of a word"),
        (row("1", "Gö", "VERB").encode("latin-1"), r":1: not UTF-8 \(byte 0xf6\)"),
    ],
)
def test_errors_name_file_and_line(tmp_path, content, message):
    with pytest.raises(UserError, match=message):
        read(tmp_path, content)


def test_it_streams(tmp_path):
    """The first sentence is there before the last line is looked at."""
    path = tmp_path / "x.conllu"
    path.write_text(SMALL + "\n\nnonsense\n")
    sentences = read_conllu(path)
    assert [next(sentences), next(sentences)] == READ
    with pytest.raises(UserError, match=r":\d+: 1 columns, expected 10"):
        next(sentences)


def test_real_treebank_has_its_published_sentences():
    where = folder("ud_ewt")
    task = load_task("pos", where)
    test = list(read_conllu(where / "en_ewt-ud-test.conllu.gz"))
    assert (len(task.train), len(task.dev), len(test)) == (12544, 2001, 2077)
    assert (task.kind, task.metric) == ("tagging", "accuracy")
    assert {tag for sentence in task.train for tag in sentence.tags} == set(task.labels)
    # Counted another way: lines whose first column is a plain number.
    with gzip.open(where / "en_ewt-ud-train.conllu.gz", "rt", encoding="utf-8") as file:
        words = sum(line.split("\t")[0].isdecimal() for line in file)
    assert sum(len(sentence.words) for sentence in task.train) == words


def test_files_may_be_named_and_a_folder_must_hold_one_of_each(tmp_path):
    train, dev = tmp_path / "a-train.conllu", tmp_path / "a-dev.conllu"
    train.write_text(SMALL)
    with pytest.raises(UserError, match=r"expected one \*dev\*\.conllu \(or \.gz\), found none"):
        load_task("pos", tmp_path)
    dev.write_text(SMALL)
    assert load_task("pos", tmp_path) == load_pos(train, dev)
    assert load_task("pos", tmp_path, train=1).train[0] in READ
    (tmp_path / "b-train.conllu.gz").write_bytes(gzip.compress(SMALL.encode()))
    with pytest.raises(UserError, match=r"found a-train\.conllu, b-train\.conllu\.gz"):
        load_task("pos", tmp_path)


@settings(
    deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_mutilated_files_give_an_answer_or_one_line(tmp_path, data):
    raw = bytearray(SMALL.encode())
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(raw)))
        end = start + data.draw(st.integers(0, 5))
        put = data.draw(st.sampled_from([b"", b"\t", b"\n", b"\r", b"\xff", b"\0", b"-", b"."]))
        raw[start:end] = put + data.draw(st.binary(max_size=2))
    try:
        sentences = read(tmp_path, bytes(raw))
    except UserError as problem:
        said = str(problem)
    else:
        said = "x.conllu"
        assert sentences
    assert "x.conllu" in said
    assert len(said.splitlines()) == 1
