"""Words and labels as lists in JSON."""

import json

import datasets
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tombola.errors import UserError
from tombola.tasks.data import check_data
from tombola.text.formats import FORMATS
from tombola.text.formats.guess import named_format
from tombola.text.reading import Reading

ROW = {"tokens": ["In", "New", "York"], "ner_tags": ["O", "B-LOC", "I-LOC"], "id": 3}


def written(where, *rows):
    path = where / "train.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_the_hubs_form(tmp_path):
    path = written(tmp_path, ROW, {**ROW, "pos_tags": ["IN", "NNP", "NNP"]})
    first, second = FORMATS["records"].read(path)
    assert (first.words, first.names) == (("In", "New", "York"), ((1, 3, "LOC"),))
    assert (first.tags, second.tags) == (None, ("IN", "NNP", "NNP"))
    (found,) = check_data(path)
    assert (found.format, found.tasks) == ("records", {"ner": 2})


def test_parquet_says_what_its_numbers_stand_for(tmp_path):
    tags = datasets.ClassLabel(names=["O", "B-LOC", "I-LOC"])
    row = {"tokens": ROW["tokens"], "ner_tags": [0, 1, 2]}
    features = {"tokens": [datasets.Value("string")], "ner_tags": [tags]}
    path = tmp_path / "train.parquet"
    datasets.Dataset.from_list([row], features=datasets.Features(features)).to_parquet(path)
    (found,) = check_data(path, task="ner")
    assert (found.format, found.tasks, found.labels) == ("records", {"ner": 1}, {"ner": 1})
    (text,) = FORMATS["records"].read(path)
    assert text.names == ((1, 3, "LOC"),)
    pq.write_table(pa.table({key: [row[key]] for key in row}), path)
    with pytest.raises(UserError, match=r"train.parquet: row 1: 'ner_tags' holds numbers"):
        list(FORMATS["records"].read(path))


def test_keys_that_the_user_names(tmp_path):
    path = written(tmp_path, {"w": ["a", "b"], "x": ["S-PER", "O"]})
    (text,) = named_format("records:w=words,x=names").read(path)
    assert (text.words, text.names) == (("a", "b"), ((0, 1, "PER"),))
    for given, said in (
        ("records:w=words", "names no words, or nothing"),
        ("records:w=words,x=ner", "'x=ner'; expected KEY=LAYER"),
    ):
        with pytest.raises(UserError, match=said):
            named_format(given)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"ner_tags": [0, 1, 2]}, r":2: 'ner_tags' holds numbers, and what they stand for is not"),
        ({"ner_tags": ["O", "O"]}, r":2: 3 words, 2 ner_tags"),
        ({"ner_tags": "O O O"}, r":2: \"O O O\" where the list 'ner_tags' was expected"),
        ({"tokens": ["a", None, "b"]}, r":2: nothing where a string in 'tokens' was expected"),
        ({"tokens": []}, r":2: a sentence without words"),
    ],
)
def test_errors_name_file_and_line(tmp_path, change, said):
    path = written(tmp_path, ROW, {**ROW, **change}, ROW)
    with pytest.raises(UserError, match=said):
        list(FORMATS["records"].read(path))
    reading = Reading(skip=True)
    assert len(list(FORMATS["records"].read(path, reading))) == 2
    assert reading.n_bad == 1
