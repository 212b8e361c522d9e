"""STREUSLE in both forms, and the two tasks of adpositions."""

import gzip
import json
from collections import Counter
from pathlib import Path

import pytest

from realdata import folder
from tombola.errors import UserError
from tombola.tasks.words import WORD_TASKS
from tombola.text import Adposition
from tombola.text.formats.streusle import read_conllulex, read_streusle_json
from tombola.text.reading import Reading

SENTENCE = """\
# sent_id = made-1
# text = Out of my office, he's with them.
1\tOut\tout\tADP\tIN\t_\t2\tfixed\t2:fixed\t_\t1:1\tP\tout of\tp.Source\tp.Source\t_\t_\t_\tB-P
2\tof\tof\tADP\tIN\t_\t4\tcase\t4:case\t_\t1:2\t_\t_\t_\t_\t_\t_\t_\tI_
3\tmy\tmy\tPRON\tPRP$\t_\t4\tnmod:poss\t4:nmod:poss\t_\t_\tPRON.POSS\tmy\tp.OrgMember\tp.Gestalt\t_\t_\t_\tO
4\toffice\toffice\tNOUN\tNN\t_\t0\troot\t0:root\tSpaceAfter=No\t_\tN\toffice\tn.GROUP\t_\t_\t_\t_\tO-N-n.GROUP
5-6\the's\t_\t_\t_\t_\t_\t_\t_\t_\t_\t_\t_\t_\t_\t_\t_\t_\t_
5\the\the\tPRON\tPRP\t_\t4\tdep\t4:dep\t_\t_\tPRON\the\t_\t_\t_\t_\t_\tO-PRON
6\t's\tbe\tAUX\tVBZ\t_\t4\tdep\t4:dep\t_\t_\tV\tbe\tv.stative\t_\t_\t_\t_\tO-V-v.stative
6.1\tnow\tnow\tADV\tRB\t_\t_\t_\t4:dep\tCopyOf=1\t_\t_\t_\t_\t_\t_\t_\t_\t_
7\twith\twith\tADP\tIN\t_\t8\tcase\t8:case\t_\t_\tP\twith\t??\t_\t_\t_\t_\tO-P-??
8\tthem\tthey\tPRON\tPRP\t_\t4\tdep\t4:dep\t_\t_\tPRON\tthem\t_\t_\t_\t_\t_\tO-PRON
"""
FOUND = (Adposition(2, "p.OrgMember", "p.Gestalt"),)


def written(where: Path, text: str, name: str = "made.conllulex") -> Path:
    path = where / name
    path.write_text(text, encoding="utf-8")
    return path


def as_json(text: str) -> list[dict]:
    """What STREUSLE's own converter makes of a file, as far as it is read; made independently."""
    sentences = []
    for block in text.strip().split("\n\n"):
        lines = block.split("\n")
        comments = dict(line[2:].split(" = ", 1) for line in lines if line.startswith("# "))
        rows = [line.split("\t") for line in lines if not line.startswith("#")]
        rows = [row for row in rows if row[0].isdigit()]

        def value(cell: str) -> str | None:
            return None if cell == "_" else cell

        tokens = [
            {
                "#": int(row[0]),
                "word": row[1],
                "lemma": row[2],
                "upos": row[3],
                "xpos": row[4],
                "head": int(row[6]),
                "deprel": row[7],
            }
            for row in rows
        ]
        single = {
            row[0]: {
                "lexcat": value(row[11]),
                "ss": value(row[13]),
                "ss2": value(row[14]),
                "toknums": [int(row[0])],
            }
            for row in rows
            if row[10] == "_"
        }
        sentences.append({**comments, "toks": tokens, "swes": single, "smwes": {}})
    return sentences


def test_single_words_with_a_label_are_adpositions(tmp_path):
    (text,) = read_conllulex(written(tmp_path, SENTENCE))
    assert text.words == ("Out", "of", "my", "office", "he", "'s", "with", "them")
    assert text.adpositions == FOUND
    assert text.name == "made-1"
    assert text.universal_tags is not None
    assert text.universal_tags[2] == "PRON"
    assert text.arcs is not None
    assert text.arcs[3].label == "root"
    assert list(WORD_TASKS["ps-role"].derive(text, 0)) == [((2,), "p.OrgMember")]
    assert list(WORD_TASKS["ps-function"].derive(text, 0)) == [((2,), "p.Gestalt")]


def test_the_json_form_holds_the_same(tmp_path):
    path = written(tmp_path, json.dumps(as_json(SENTENCE), indent=1), "made.json")
    (text,) = read_streusle_json(path)
    (other,) = read_conllulex(written(tmp_path, SENTENCE))
    for layer in ("words", "name", "lemmas", "universal_tags", "tags", "arcs", "adpositions"):
        assert getattr(text, layer) == getattr(other, layer)
    assert text.where == f"{path}:2"


@pytest.mark.parametrize(("split", "n", "n_adpositions", "n_with"), [
    ("dev", 554, 433, 256), ("test", 535, 457, 249),
])  # fmt: skip
def test_published_files(tmp_path, split, n, n_adpositions, n_with):
    """Counts as counted by a script of its own over the columns; the JSON form says the same."""
    path = folder("streusle") / f"streusle.ud_{split}.conllulex"
    texts = list(read_conllulex(path))
    assert len(texts) == n
    assert sum(len(text.adpositions or ()) for text in texts) == n_adpositions
    assert sum(bool(text.adpositions) for text in texts) == n_with
    rows = [
        line.split("\t")
        for line in path.read_text(encoding="utf-8").split("\n")
        if line and not line.startswith("#")
    ]
    for task, column in (("ps-role", 13), ("ps-function", 14)):
        counted = Counter(
            row[column] for row in rows if row[10] == "_" and row[column].startswith("p.")
        )
        found = (t.label for text in texts for t in WORD_TASKS[task].derive(text, 0))
        assert Counter(found) == counted
    packed = tmp_path / "copy.json.gz"
    converted = json.dumps(as_json(path.read_text(encoding="utf-8")))
    packed.write_bytes(gzip.compress(converted.encode()))
    others = list(read_streusle_json(packed))
    assert [text.adpositions for text in others] == [text.adpositions for text in texts]
    assert [text.arcs for text in others] == [text.arcs for text in texts]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("\tO-N-n.GROUP", "", r"conllulex:6: 18 columns, expected 19"),
        ("\t4\tcase", "\t9\tcase", r"conllulex:4: head '9' points nowhere"),
        ("p.OrgMember", "OrgMember", None),
        ("n.GROUP\t_", "z.GROUP\t_", r"conllulex:6: supersense 'z.GROUP'; n\., v\., p\."),
        ("3\tmy", "4\tmy", r"conllulex:5: word '4', expected 3"),
    ],
)
def test_errors_name_file_line_and_what_was_expected(tmp_path, old, new, message):
    path = written(tmp_path, SENTENCE.replace(old, new, 1))
    if message is None:  # one label of two: each task has what it has a label for
        (text,) = read_conllulex(path)
        assert text.adpositions == (Adposition(2, "", "p.Gestalt"),)
        assert WORD_TASKS["ps-role"].derive(text, 0) == ()
    else:
        with pytest.raises(UserError, match=message):
            list(read_conllulex(path))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"json:1: not JSON: a JSON array or object was expected"),
        ("[]", r"json: no sentences"),
        ("[3]", r"json:1: 3 where a sentence"),
        ('[\n{"toks": [{"#": 1, "word": ""}], "swes": {}}]', r'json:2: "" where a word'),
        ('[{"toks": [{"#": 2, "word": "a"}], "swes": {}}]', r"json:1: token 2, expected 1"),
        ('[{"toks": [{"#": 1, "word": "a"}], "swes": {"2": {}}}]', r"json:1: word '2' in 'swes'"),
        ('[{"toks": [{"#": 1, "word": "a"}], "swes": {}},\n', r"json:1: not JSON"),
        ('[{"toks": [{"#": 1, "word": "a"}]}]', r"json:1: nothing where the object 'swes'"),
    ],
)
def test_errors_of_the_json_form(tmp_path, text, message):
    with pytest.raises(UserError, match=message):
        list(read_streusle_json(written(tmp_path, text, "made.json")))


def test_an_id_may_be_there_once(tmp_path):
    twice = json.dumps(as_json(f"{SENTENCE}\n{SENTENCE}"))
    with pytest.raises(UserError, match=r"id 'made-1'"):
        list(read_streusle_json(written(tmp_path, twice, "made.json"), Reading(strict=True)))
    with pytest.raises(UserError, match=r"conllulex:14: id 'made-1'"):
        list(read_conllulex(written(tmp_path, f"{SENTENCE}\n{SENTENCE}"), Reading(strict=True)))


def test_columns_after_the_nineteen_are_noted(tmp_path):
    lines = [line if line[0] == "#" else f"{line}\t*" for line in SENTENCE.splitlines()]
    reading = Reading()
    (text,) = read_conllulex(written(tmp_path, "\n".join(lines) + "\n"), reading)
    assert text.adpositions == FOUND
    assert reading.odd["lines with further columns"].n == len(lines) - 2


def test_text_without_the_layer_is_refused(tmp_path):
    (text,) = read_conllulex(written(tmp_path, SENTENCE))
    for name in ("factuality", "sem-arc-class", "sem-arc-prediction", "coreference"):
        with pytest.raises(UserError, match=r"conllulex:1: no .* annotated"):
            WORD_TASKS[name].derive(text, 0)
