"""GLUE as the Hugging Face hub holds it: its files, columns and numbers."""

import gzip
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from realdata import folder
from tombola.errors import UserError
from tombola.tasks import load_glue, load_task
from tombola.text import GLUE, SentenceExample
from tombola.text.glue import read_split

HUB = {
    # The names of each task's classes on nyu-mll/glue, in the order of its numbers.
    "CoLA": ("cola", ["unacceptable", "acceptable"], ["sentence"]),
    "SST-2": ("sst2", ["negative", "positive"], ["sentence"]),
    "MRPC": ("mrpc", ["not_equivalent", "equivalent"], ["sentence1", "sentence2"]),
    "STS-B": ("stsb", None, ["sentence1", "sentence2"]),
    "QQP": ("qqp", ["not_duplicate", "duplicate"], ["question1", "question2"]),
    "MNLI": ("mnli", ["entailment", "neutral", "contradiction"], ["premise", "hypothesis"]),
    "QNLI": ("qnli", ["entailment", "not_entailment"], ["question", "sentence"]),
    "RTE": ("rte", ["entailment", "not_entailment"], ["sentence1", "sentence2"]),
    "WNLI": ("wnli", ["not_entailment", "entailment"], ["sentence1", "sentence2"]),
}
MEANS = {
    "not_equivalent": "not_paraphrase",
    "equivalent": "paraphrase",
}


def rows_of(name: str, n: int) -> list[dict]:
    _, names, columns = HUB[name]
    return [
        {
            **{column: f'{column} "{i}"\t' for column in columns},
            "label": i % len(names) if names else i / 2,
            "idx": i,
        }
        for i in range(n)
    ]


def declared(table: pa.Table, names: list[str] | None) -> pa.Table:
    """With what `datasets` writes into each Parquet file that it makes."""
    label = {"names": names, "_type": "ClassLabel"} if names else {"dtype": "float32"}
    info = {"info": {"features": {"label": label}}}
    return table.replace_schema_metadata({"huggingface": json.dumps(info)})


def snapshot(where: Path, name: str, metadata: bool = True, parts: int = 1) -> Path:
    """A folder laid out as nyu-mll/glue is."""
    config, names, _ = HUB[name]
    (where / config).mkdir(parents=True)
    dev = "validation_matched" if name == "MNLI" else "validation"
    for split, n in (("train", 7), (dev, 4)):
        rows = rows_of(name, n)
        for part in range(parts):
            table = pa.Table.from_pylist(rows[part::parts])
            table = declared(table, names) if metadata else table
            pq.write_table(table, where / config / f"{split}-{part:05}-of-{parts:05}.parquet")
    return where


@pytest.mark.parametrize("metadata", [True, False])
@pytest.mark.parametrize("name", sorted(HUB))
def test_parquet_of_every_task(tmp_path, name, metadata):
    task = load_task(name, snapshot(tmp_path, name, metadata))
    _, names, columns = HUB[name]
    assert (len(task.train), len(task.dev)) == (7, 4)
    assert task.train[3].text == f'{columns[0]} "3"\t'
    assert task.train[3].pair == (f'{columns[1]} "3"\t' if len(columns) > 1 else None)
    for row, example in zip(rows_of(name, 7), task.train, strict=True):
        if names is None:
            assert example.label == row["label"]
        else:
            meant = names[row["label"]]
            assert task.labels[example.label] == MEANS.get(meant, meant)


def test_the_same_rows_as_tsv_and_from_the_hub_are_one_task(tmp_path):
    """MNLI's numbers have another order on the hub than GLUE's own labels here."""
    own = tmp_path / "own"
    own.mkdir()
    names = HUB["MNLI"][1]
    for file, n in (("train.tsv", 7), ("dev_matched.tsv", 4)):
        rows = rows_of("MNLI", n)
        lines = [
            "\t".join(
                [str(r["idx"]), r["premise"].strip(), r["hypothesis"].strip(), names[r["label"]]]
            )
            for r in rows
        ]
        (own / file).write_text("\n".join(["index\tsentence1\tsentence2\tgold_label", *lines]))
    task = load_task("MNLI", own)
    hub = load_task("MNLI", snapshot(tmp_path / "hub", "MNLI"))
    assert [e.label for e in task.train] == [e.label for e in hub.train]
    assert [e.text for e in task.train] == [e.text.strip() for e in hub.train]


def test_declared_names_are_heeded(tmp_path):
    """A copy that numbers classes in another order says so in its metadata."""
    where = tmp_path / "rte"
    where.mkdir()
    table = pa.Table.from_pylist(rows_of("RTE", 4))
    for split in ("train", "validation"):
        path = where / f"{split}.parquet"
        pq.write_table(declared(table, ["not_entailment", "entailment"]), path)
    task = load_task("RTE", tmp_path)
    assert [task.labels[e.label] for e in task.train[:2]] == ["not_entailment", "entailment"]
    pq.write_table(declared(table, ["yes", "no"]), where / "train.parquet")
    with pytest.raises(UserError, match=r"train\.parquet: labels \['yes', 'no'\]; expected ent"):
        load_task("RTE", tmp_path)


def test_numbered_parts_are_read_in_order_and_must_all_be_there(tmp_path):
    where = snapshot(tmp_path, "RTE", parts=2)
    task = load_task("RTE", where)
    assert [e.text[-3] for e in task.train] == list("0246135")
    (where / "rte" / "train-00001-of-00002.parquet").unlink()
    with pytest.raises(UserError, match=r"rte: 1 parts of train, expected 2"):
        load_task("RTE", where)


@pytest.mark.parametrize("form", ["jsonl", "jsonl.gz", "json", "csv"])
@pytest.mark.parametrize("spelled", ["numbers", "names"])
def test_lines_of_json_and_csv(tmp_path, form, spelled):
    names = HUB["RTE"][1]
    for split, n in (("train", 7), ("validation", 4)):
        rows = [
            row | {"label": names[row["label"]] if spelled == "names" else row["label"]}
            for row in rows_of("RTE", n)
        ]
        if form == "csv":
            quoted = [
                ",".join(
                    '"' + str(row[c]).replace('"', '""').replace("\t", "\r\n") + '"'
                    for c in rows[0]
                )
                for row in rows
            ]
            content = "\n".join([",".join(rows[0]), *quoted]).encode()
        else:
            content = "\n".join(json.dumps(row) for row in rows).encode()
        (tmp_path / f"{split}.{form}").write_bytes(
            gzip.compress(content) if form.endswith("gz") else content
        )
    task = load_task("RTE", tmp_path)
    assert [e.label for e in task.train] == [i % 2 for i in range(7)]
    assert [e.text.split('"')[1] for e in task.train] == [str(i) for i in range(7)]


def test_real_pairs_without_gold_are_left_out_and_counted(tmp_path):
    examples, dropped = read_split(folder("mnli") / "dev_matched.jsonl", GLUE["MNLI"])
    assert (len(examples), dropped) == (9815, 0)
    assert [sum(e.label == i for e in examples) for i in range(3)] == [3213, 3123, 3479]
    examples, dropped = read_split(folder("mnli") / "snli_dev.jsonl", GLUE["MNLI"])
    assert (len(examples), dropped) == (9842, 0)
    path = tmp_path / "snli.jsonl"
    row = {"premise": "a", "hypothesis": "b"}
    lines = [json.dumps(row | {"label": label}) for label in ("-", -1, "neutral", 0)]
    path.write_text("\n".join(lines))
    examples, dropped = read_split(path, GLUE["MNLI"])
    assert examples == [SentenceExample("a", "b", 1), SentenceExample("a", "b", 2)]
    assert dropped == 2


@pytest.mark.parametrize("name", ["SST-2", "CoLA", "MRPC", "STS-B", "RTE", "WNLI"])
def test_real_rows_survive_the_way_through_parquet(tmp_path, name):
    layout = GLUE[name]
    own, _ = read_split(folder(f"glue/{name}") / "dev.tsv", layout)
    columns = layout.hub_columns
    rows = [dict(zip(columns, (e.text, e.pair), strict=False)) | {"label": e.label} for e in own]
    path = tmp_path / "validation.parquet"
    pq.write_table(pa.Table.from_pylist(rows), path)
    assert read_split(path, layout) == (own, 0)


def test_a_hub_id_is_fetched_as_a_data_set(tmp_path, monkeypatch):
    asked = {}

    def fetch(name, **how):
        asked.update(how, name=name)
        return str(snapshot(tmp_path, "CoLA"))

    monkeypatch.setattr("huggingface_hub.snapshot_download", fetch)
    task = load_task("CoLA", "nyu-mll/glue")
    assert len(task.train) == 7
    assert asked == {
        "name": "nyu-mll/glue",
        "repo_type": "dataset",
        "allow_patterns": ["cola/train-*.parquet", "cola/validation-*.parquet"],
    }


def test_a_hub_id_offline_is_one_line():
    with pytest.raises(
        UserError, match=r"nobody/nothing: no such folder with train\.tsv"
    ) as raised:
        load_task("CoLA", "nobody/nothing")
    assert len(str(raised.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"sentence1": "a", "sentence2": "b", "label": -1}', r"jsonl:1: label -1: the labels"),
        ('{"sentence1": "a", "sentence2": "b"}', r"jsonl:1: no column label: a test split"),
        ('{"sentence1": "a", "sentence2": "b", "label": 2}', r"label '2'; allowed: 0 or entail"),
        ('{"sentence1": "a", "sentence2": "b", "label": true}', r"label 'True'; allowed"),
        ('{"sentence1": "a", "sentence2": "b", "label": [1]}', r"label '\[1\]'; allowed"),
        ('{"sentence1": "a", "sentence2": 3, "label": 1}', r"jsonl:1: sentence2 is no text: '3'"),
        ('{"premise": "a", "label": 1}', r"jsonl:1: expected sentence1, sentence2, found premise,"),
        ("[]", r"jsonl:1: \[\] where a JSON object"),
        ("", r"jsonl: no examples"),
        ("{", r"jsonl:1: not JSON"),
    ],
)
def test_errors_name_file_line_and_what_was_expected(tmp_path, line, message):
    path = tmp_path / "train.jsonl"
    path.write_text(line)
    with pytest.raises(UserError, match=message):
        read_split(path, GLUE["RTE"])


def test_more_errors(tmp_path):
    path = tmp_path / "train.jsonl"
    row = '{"sentence1": "a", "sentence2": "b", "label": 1, "idx": 5}\n'
    path.write_text(row + row)
    with pytest.raises(UserError, match=r"jsonl:2: idx '5' again, first in .*jsonl:1"):
        read_split(path, GLUE["RTE"])
    path.write_text('{"sentence1": "a", "sentence2": "b", "label": 5.5}')
    with pytest.raises(UserError, match=r"jsonl:1: score '5\.5'; allowed: 0 to 5"):
        read_split(path, GLUE["STS-B"])
    path.write_text(row)
    with pytest.raises(UserError, match=r"train\.jsonl without a split validation or dev"):
        load_glue("RTE", tmp_path)
    broken = tmp_path / "train.csv"
    broken.write_text('sentence1,sentence2,label\n"a,b,1\n')
    with pytest.raises(UserError, match=r"train\.csv:2: not CSV"):
        read_split(broken, GLUE["RTE"])
    broken.write_text("sentence1,sentence2,label\na,b\n")
    with pytest.raises(UserError, match=r"train\.csv:2: 2 columns, expected 3"):
        read_split(broken, GLUE["RTE"])
    with pytest.raises(UserError, match=r"train\.txt: expected one of \.tsv"):
        read_split(tmp_path / "train.txt", GLUE["RTE"])
    hidden, _ = read_split(path, GLUE["RTE"], hidden=True)
    assert hidden == [SentenceExample("a", "b", None)]


@settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_mutilated_files_give_an_answer_or_one_line(tmp_path, data):
    form = data.draw(st.sampled_from(["parquet", "jsonl", "csv"]))
    path = tmp_path / f"train.{form}"
    rows = rows_of("RTE", 5)
    if form == "parquet":
        pq.write_table(declared(pa.Table.from_pylist(rows), HUB["RTE"][1]), path)
    elif form == "jsonl":
        path.write_text("\n".join(json.dumps(row) for row in rows))
    else:
        path.write_text("sentence1,sentence2,label\n" + 'a,"b ""c""",1\n' * 5)
    raw = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(raw)))
        raw[start : start + data.draw(st.integers(0, 6))] = data.draw(st.binary(max_size=4))
    path.write_bytes(bytes(raw))
    try:
        examples, _ = read_split(path, GLUE["RTE"])
    except UserError as problem:
        said = str(problem)
    else:
        said = "train."
        assert examples
    assert "train." in said
    assert len(said.splitlines()) == 1
