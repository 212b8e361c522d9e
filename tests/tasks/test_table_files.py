"""Tables of anybody's, read from files."""

import json
import re
from pathlib import Path

import pandas as pd
import pytest

from tombola.errors import UserError
from tombola.text.reading import Reading
from tombola.text.tables import read_table
from tombola.text.tables.quoting import is_quoted

SAID = ['a "b" c', '"Quoted."', "plain", "comma, here", 'ends in "quote"']
FRAME = pd.DataFrame({"text": SAID, "n": range(5)})


def texts(path: Path) -> list[str]:
    return [row["text"] for _, row in read_table(path).read()]


@pytest.mark.parametrize("quoting", [0, 1, 2])
@pytest.mark.parametrize("mark", [",", "\t", ";"])
def test_what_a_writer_quoted_is_unquoted(tmp_path: Path, mark: str, quoting: int):
    path = tmp_path / ("t.tsv" if mark == "\t" else "t.csv")
    FRAME.to_csv(path, sep=mark, quoting=quoting, index=False)
    assert texts(path) == SAID


def test_quotation_marks_of_plain_tsv_stay(tmp_path: Path):
    path = tmp_path / "t.tsv"
    path.write_text("text\tn\n" + "".join(f"{text}\t0\n" for text in SAID), "utf-8")
    assert texts(path) == SAID
    path.write_text('text\tn\n"Quoted."\t0\n', "utf-8")  # no writer would have quoted that
    assert texts(path) == ['"Quoted."']


@pytest.mark.parametrize(
    ("content", "quoted"),
    [
        ('a\tb\n"x ""y"" z"\t1\n', True),
        ('"a"\t"b"\n"x"\t"1"\n', True),
        ('a\tb\n"two\nlines"\t1\n', True),
        ('a\tb\n1\t"two\n\nlines"\n', True),
        ('a\tb\n"x"\t1\n', False),
        ('a\tb\nsay "x"\t1\n"q ""r"""\t0\n', False),  # never half
        ('a\tb\n"open\t1\n"x ""y"""\t0\n', False),
        ('a\tb\n1\t"open\n', False),
        ("a\tb\n1\t2\n", False),
    ],
)
def test_quotes_are_those_of_the_whole_file(tmp_path: Path, content: str, quoted: bool):
    (tmp_path / "t.tsv").write_text(content, "utf-8")
    assert is_quoted(tmp_path / "t.tsv") == quoted


def test_lines_within_a_cell(tmp_path: Path):
    frame = pd.DataFrame({"text": ["two\nlines", "one"], "n": [1, 2]})
    for name, mark in (("t.csv", ","), ("t.tsv", "\t"), ("t.csv.gz", ",")):
        frame.to_csv(tmp_path / name, sep=mark, index=False)
        assert texts(tmp_path / name) == ["two\nlines", "one"]


def test_objects_by_line_and_in_an_array(tmp_path: Path):
    FRAME.to_json(tmp_path / "t.jsonl", orient="records", lines=True)
    (tmp_path / "t.json").write_text(json.dumps(FRAME.to_dict("records"), indent=1), "utf-8")
    assert texts(tmp_path / "t.jsonl") == texts(tmp_path / "t.json") == SAID


def test_parquet(tmp_path: Path):
    FRAME.to_parquet(tmp_path / "t.parquet")
    assert texts(tmp_path / "t.parquet") == SAID


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("t.csv", "a,b\n1,2\n3\n", r"t\.csv:3: 1 columns, expected 2"),
        ("t.csv", "a,a\n1,2\n", "two columns are called 'a'"),
        ("t.csv", "", "empty file"),
        ("t.csv", 'a,b\n"1"2,3\n', "not CSV"),
        ("t.jsonl", '{"a": 1}\n[1]\n', r"t\.jsonl:2: .*object"),
        ("t.json", "[]", "no objects"),
        ("t.parquet", "no", "no Parquet file"),
        ("t.xyz", "a", "name a format: csv, tsv, jsonl, parquet"),
    ],
)
def test_refused(tmp_path: Path, name: str, content: str, said: str):
    (tmp_path / name).write_text(content, "utf-8")
    with pytest.raises(UserError, match=said):
        list(read_table(tmp_path / name).read())


def test_no_such_file_or_form(tmp_path: Path):
    with pytest.raises(UserError, match="no such file"):
        read_table(tmp_path / "t.csv")
    (tmp_path / "t.csv").write_text("a\n1\n")
    with pytest.raises(UserError, match="no format 'xls' of tables"):
        read_table(tmp_path / "t.csv", "xls")


def left_out(path: Path) -> tuple[list[dict], list[str]]:
    reading = Reading(skip=True)
    rows = [dict(row) for _, row in read_table(path).read(reading)]
    assert reading.n_bad == len(reading.bad)
    return rows, reading.bad


@pytest.mark.parametrize(
    ("name", "content", "texts", "said"),
    [
        ("short.csv", "text,label\na,1\nb\nc,0\n", "ac", ["3: 1 columns, expected 2"]),
        ("open.csv", 'text,label\na,1\n"b,0\nc,1\nd,0\n', "acd", ["3: not CSV: unexpected end"]),
        ("two.csv", 'text,label\n"a,1\nb,0\n"c,1\nd,0\n', "bd", ["2: not CSV", "4: not CSV"]),
        ("last.csv", 'text,label\na,1\n"b,0', "a", ["3: not CSV: unexpected end"]),
        (
            "cell.csv",
            'text,label\na,1\n"b"c,0\n"d\nd",1\ne\n',
            "ad",
            ["3: not CSV", "6: 1 columns"],
        ),
        ("plain.tsv", 'text\tlabel\na\t1\nb"c\nd\t0\n', "ad", ["3: 1 columns, expected 2"]),
        (
            "lines.jsonl",
            '{"text": "a"}\n{"text": \n[1]\n{"text": "b"}\n',
            "ab",
            ["2: not JSON", "3: "],
        ),
        ("first.jsonl", '{"text"\n{"text": "a"}\n', "a", ["1: not JSON"]),
        ("array.json", '[{"text": "a"}, 3, {"text": "b"}]', "ab", ["1: 3 where a JSON object"]),
    ],
)
def test_what_cannot_be_read_is_left_out_where_asked(tmp_path, name, content, texts, said):
    path = tmp_path / name
    path.write_text(content)
    rows, bad = left_out(path)
    assert [row["text"][:1] for row in rows] == list(texts)
    assert len(bad) == len(said)
    for one, part in zip(bad, said, strict=True):
        assert f"{path}:{part}" in one
    with pytest.raises(UserError, match=re.escape(bad[0])):
        list(read_table(path).read())


def test_a_row_that_is_read_again_keeps_its_number(tmp_path: Path):
    path = tmp_path / "t.csv"
    path.write_text('text,label\n"a,1\n"b\nb",0\nc\n')
    assert left_out(path)[1] == [
        f"{path}:2: not CSV: ',' expected after '\"'",
        f"{path}:5: 1 columns, expected 2",
    ]
