"""Event factuality in its three forms."""

import gzip
import json
from pathlib import Path

import pytest

from realdata import folder
from tombola.errors import UserError
from tombola.tasks.words import WORD_TASKS
from tombola.tasks.words.read import read_words
from tombola.text import ROOT, Arc, Event
from tombola.text.formats import FORMATS
from tombola.text.formats.factuality import read_factuality_json, read_factuality_jsonl
from tombola.text.formats.uds import COLUMNS, TABLE, read_uds, read_uds_split

HEADER = "\t".join(COLUMNS)
PREDICATES = {"train": 22_108, "dev": 2_642, "test": 2_539}


def row(
    file: str, sentence: int, word: int, judged: str = "True True true 4 True", who: int = 1
) -> str:
    split = file.split("-")[2].split(".")[0]
    return "\t".join(
        [split, str(who), "1", f"{file} {sentence}", str(word), "lemma", *judged.split(" ")]
    )


def conllu(sentences: list[list[str]]) -> str:
    """As UD version 1 wrote it: among its parts of speech is CONJ, which is none any more."""
    blocks = [
        "\n".join(f"{i}\t{word}\t_\tCONJ\t_\t_\t0\troot\t_\t_" for i, word in enumerate(words, 1))
        for words in sentences
    ]
    return "\n\n".join(blocks) + "\n\n"


def corpus(where: Path, rows: list[str], sentences: list[list[str]] | None = None) -> Path:
    (where / "en-ud-dev.conllu").write_text(
        conllu(sentences or [["He", "left", "."], ["Maybe", "she", "left", "."]])
    )
    table = where / TABLE
    table.write_text("\n".join([HEADER, *rows]) + "\n")
    return table


def test_factuality_is_the_mean_of_the_judgements_that_count(tmp_path):
    """Labels as the published fixture of the format has them for judgements like these."""
    dev = "en-ud-dev.conllu"
    table = corpus(
        tmp_path,
        [
            row(dev, 2, 3, "True True true 4 True", 1),
            row(dev, 2, 3, "True True true 3 True", 2),
            row(dev, 2, 1, "False True na na True"),
            row(dev, 1, 2, "True True false 4 True", 1),
            row(dev, 1, 2, "True False na na True", 2),
            row(dev, 1, 2, "True True true 4 False", 3),
            row(dev, 1, 1, "True True false 1 True", 1),
            row(dev, 1, 1, "True True true 2 True", 2),
        ],
    )
    first, second = read_uds(table)
    assert first.words == ("He", "left", ".")
    assert first.name == "en-ud-dev.conllu 1"
    assert first.events == (Event(0, 0.375), Event(1, -3.0))
    assert second.events == (Event(2, 2.625),)
    assert list(read_uds_split(tmp_path / dev)) == [first, second]
    found = list(read_words("factuality", tmp_path / dev))
    assert [text.targets for text in found] == [
        WORD_TASKS["factuality"].derive(text, 0) for text in (first, second)
    ]
    assert found[1].targets == (((2,), 2.625),)


@pytest.mark.parametrize("split", PREDICATES)
def test_published_jsonl_has_the_published_counts(split):
    texts = list(read_factuality_jsonl(folder("factuality/UDS_IH2") / f"{split}.jsonl"))
    assert sum(len(text.events or ()) for text in texts) == PREDICATES[split]


def test_the_table_says_what_the_published_jsonl_says(tmp_path):
    """Dev sentences and labels of the JSONL, written as a table and a treebank, read back."""
    path = folder("factuality/UDS_IH2") / "dev.jsonl"
    published = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    sentences = [["filler"] for _ in range(max(one["file_idx"] for one in published) + 1)]
    rows = []
    for one in published:
        sentences[one["file_idx"]] = one["text"].split(" ")
        for target in one["targets"]:
            # One judgement says multiples of 0.75, two those of 0.375.
            total = round(target["label"] / 0.375)
            parts = [total // 2, total - total // 2]
            if abs(total * 0.375 - target["label"]) > 1e-9 or max(map(abs, parts)) > 4:
                continue
            for who, part in enumerate(parts):
                said = f"True True {'true' if part > 0 else 'false'} {abs(part)} True"
                rows.append(
                    row("en-ud-dev.conllu", one["file_idx"] + 1, target["span1"][0] + 1, said, who)
                )
    table = corpus(tmp_path, rows, sentences)
    assert len(rows) > 4_000
    read = {text.name: dict(text.events or ()) for text in read_uds(table)}
    n = 0
    for one, text in zip(published, read_factuality_jsonl(path), strict=True):
        found = read.get(f"en-ud-dev.conllu {one['file_idx'] + 1}", {})
        for event in text.events or ():
            if event.word in found:
                assert found[event.word] == pytest.approx(event.factuality)
                n += 1
    assert n > 2_000


def test_the_treebank_may_be_elsewhere_and_packed(tmp_path):
    table = corpus(tmp_path, [row("en-ud-dev.conllu", 1, 2)])
    elsewhere = tmp_path / "treebank"
    elsewhere.mkdir()
    plain = tmp_path / "en-ud-dev.conllu"
    packed = elsewhere / "en-ud-dev.conllu.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    plain.unlink()
    assert next(read_uds(table, elsewhere)).events == (Event(1, 3.0),)
    assert next(read_uds_split(packed, table)).events == (Event(1, 3.0),)
    with pytest.raises(UserError, match=r"en-ud-dev\.conllu: no such file; .* needs it"):
        list(read_uds(table))


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([], r"07092017\.tsv: no judgement"),
        ([row("en-ud-dev.conllu", 1, 9)], r"conllu:1: sentence 1 has 3 words, .* judges word 9"),
        ([row("en-ud-dev.conllu", 7, 1)], r"conllu: 2 sentences, .* judges sentence 7"),
        (["what\t" + "\t".join(["1"] * 10)], r"tsv:2: Split 'what'; allowed: train, dev, test"),
        (["dev\t1\t1\t../a.conllu 1\t1\tx\tTrue\tTrue\ttrue\t4\tTrue"], r"tsv:2: Sentence\.ID"),
        (
            [row("en-ud-dev.conllu", 1, 1, "True True yes 4 True")],
            r"tsv:2: Happened 'yes'; allowed",
        ),
        ([row("en-ud-dev.conllu", 1, 1, "True True true 5 True")], r"tsv:2: Confidence '5'"),
        ([row("en-ud-dev.conllu", 1, 0)], r"tsv:2: Pred\.Token '0'; a number from 1"),
        (["too\tfew"], r"tsv:2: 2 columns, expected 11"),
        (
            [row(f"en-ud-dev.{'x' * 300}.conllu", 1, 1)],
            r"x: no such file; .* needs it",
        ),  # longer than a name can be
    ],
)
def test_errors_of_the_table(tmp_path, rows, message):
    table = corpus(tmp_path, rows)
    with pytest.raises(UserError, match=message):
        list(read_uds(table))


def write_json(where: Path, text: str, name: str = "made.json") -> Path:
    path = where / name
    path.write_text(text)
    return path


def test_json_of_liu_et_al(tmp_path):
    sentences = {
        "en-ud-train.conllu 12": {
            "sentence": ["He", "says", "it", "fell"],
            "predicate_indices": [4, 2],
            "labels": [2.625, 3],
        },
        "b": {"sentence": ["No"], "predicate_indices": [], "labels": []},
    }
    first, second = read_factuality_json(write_json(tmp_path, json.dumps(sentences, indent=2)))
    assert first.words == ("He", "says", "it", "fell")
    assert first.events == (Event(1, 3.0), Event(3, 2.625))
    assert first.name == "en-ud-train.conllu 12"
    assert first.where.endswith("made.json:2")
    assert second.events == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[{"sentence": ["a"]}]', r"json:1: a sentence without an id"),
        ('{"a": {"sentence": ["a"], "predicate_indices": [1], "labels": []}}', r"1 predicate_ind"),
        ('{"a": {"sentence": ["a"], "predicate_indices": [2], "labels": [1]}}', r"predicate 2, th"),
        ('{"a": {"sentence": ["a"], "predicate_indices": [0], "labels": [1]}}', r"predicate 0, th"),
        ('{"a": {"sentence": ["a"], "predicate_indices": [1], "labels": [4]}}', r"label 4\.0; all"),
        ('{"a": {"sentence": ["a"], "predicate_indices": [1], "labels": [NaN]}}', r"not JSON"),
        ('{"a": {"sentence": [], "predicate_indices": [], "labels": []}}', r"without words"),
        (
            '{"a": {"sentence": ["a"], "predicate_indices": [1, 1], "labels": [1, 2]}}',
            r"two labels",
        ),
        ('{"a": {}, "a": {}}', r"json:1: nothing where"),
        ("{}", r"json: no sentences"),
    ],
)
def test_errors_of_the_json(tmp_path, text, message):
    with pytest.raises(UserError, match=message):
        list(read_factuality_json(write_json(tmp_path, text)))


def test_a_repeated_key_is_an_error(tmp_path):
    one = '{"sentence": ["a"], "predicate_indices": [1], "labels": [1]}'
    with pytest.raises(UserError, match=r"json:2: not JSON: key 'a' again"):
        list(read_factuality_json(write_json(tmp_path, f'{{"a": {one},\n"a": {one}}}')))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"text": "a b"}', r"jsonl:1: nothing where the list 'targets'"),
        ('{"text": "a  b", "targets": []}', r'jsonl:1: "" where a word'),
        ('{"text": "a b", "targets": [{"span1": [0, 2], "label": 1}]}', r"jsonl:1: span1 \[0, 2\]"),
        ('{"text": "a b", "targets": [{"span1": [2, 3], "label": 1}]}', r"expected one of 2 words"),
        (
            '{"text": "a", "targets": [{"span1": [0, 1], "label": "x"}]}',
            r'jsonl:1: "x" where a lab',
        ),
        (
            '{"text": "a b", "targets": [{"span1": [0, 1], "label": 1, "span_text": "b"}]}',
            r"jsonl:1: span_text 'b', word 0 is 'a'",
        ),
        ("[1]", r"jsonl:1: \[1\] where a JSON object"),
        ("", r"jsonl: no sentences"),
        ("[" * 100_000, r"jsonl:1: not JSON"),
    ],
)
def test_errors_of_jsonl(tmp_path, line, message):
    with pytest.raises(UserError, match=message):
        list(read_factuality_jsonl(write_json(tmp_path, line, "made.jsonl")))


UNIFIED = """\
0\tWord\t_\tNN\t1\tnsubj\tword
1\tsaid\t3.0\tVBD\t1\tROOT\tsay

0\tGo\t-1.5\tVB\t0\tROOT\tgo
"""


def test_the_unified_form(tmp_path):
    path = tmp_path / "uw.conll"
    path.write_text(UNIFIED)
    first, second = FORMATS["factuality-unified"].read(path)
    assert (first.words, first.events) == (("Word", "said"), (Event(1, 3.0),))
    assert first.arcs == (Arc(0, 1, "nsubj"), Arc(1, ROOT, "ROOT"))
    assert (first.tags, first.lemmas) == (("NN", "VBD"), ("word", "say"))
    assert second.events == (Event(0, -1.5),)
    for old, new, said in (
        ("3.0", "4", r":1: label 4\.0; allowed: -3\.0 to 3\.0"),
        ("3.0", "x", r":2: factuality 'x'; allowed: -3 to 3, or _"),
        ("\t1\tnsubj", "\t2\tnsubj", r":1: head '2' is no word"),
        ("1\tsaid", "2\tsaid", r":2: word '2', expected 1"),
    ):
        path.write_text(UNIFIED.replace(old, new, 1))
        with pytest.raises(UserError, match=said):
            list(FORMATS["factuality-unified"].read(path))
