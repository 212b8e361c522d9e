"""Semantic dependencies as of SemEval 2015, and their two tasks."""

from collections import Counter
from pathlib import Path

import pytest

from realdata import folder
from tombola.errors import UserError
from tombola.tasks.words import WORD_TASKS
from tombola.text import ROOT, Arc
from tombola.text.formats.sdp import read_sdp
from tombola.text.reading import Reading

SEVEN = """\
#SDP 2015
#100
1\tCats\tcat\tNNS\t-\t+\tn\t_\tARG1\tARG1
2\tsleep\tsleep\tVBP\t-\t+\tv\t_\t_\t_
3\tand\tand\tCC\t-\t-\t_\t_\t_\t_
4\teat\teat\tVBP\t+\t+\tv\t_\t_\t_

#101
1\tYes\tyes\tUH\t-\t-\t_
"""
ARCS = (Arc(0, 1, "ARG1"), Arc(0, 3, "ARG1"))


def nine(text: str) -> str:
    """The same with heads and their labels before the column of tops: all hang on the last."""
    lines = []
    for line in text.split("\n"):
        cells = line.split("\t")
        if len(cells) > 1:
            n = 4 if len(cells) > 7 else 1
            head = "0" if cells[0] == str(n) else str(n)
            cells[4:4] = [head, "root" if head == "0" else "dep"]
        lines.append("\t".join(cells))
    return "\n".join(lines)


def written(where: Path, text: str) -> Path:
    path = where / "made.sdp"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("columns", [7, 9])
def test_fixed_columns_are_found_out(tmp_path, columns):
    text = SEVEN if columns == 7 else nine(SEVEN)
    first, second = read_sdp(written(tmp_path, text))
    assert first.words == ("Cats", "sleep", "and", "eat")
    assert first.name == "100"
    assert first.tags == ("NNS", "VBP", "CC", "VBP")
    assert first.semantic_arcs == ARCS
    assert second.semantic_arcs == ()
    if columns == 7:
        assert first.arcs is None
    else:
        assert first.arcs == (*(Arc(i, 3, "dep") for i in range(3)), Arc(3, ROOT, "root"))


@pytest.mark.parametrize("name", ["dm", "psd"])
def test_published_sample(name):
    """Each labelled cell is an arc, and no other: counted over the cells themselves."""
    path = folder("sdp_mrp_sample") / f"{name}.wsj.sdp"
    texts = list(read_sdp(path))
    assert len(texts) == 89
    expected = set()
    for n, block in enumerate(path.read_text(encoding="utf-8").strip().split("\n\n")):
        rows = [line.split("\t") for line in block.split("\n") if not line.startswith("#")]
        columns = [row[0] for row in rows if row[5] == "+"]
        for row in rows:
            for predicate, label in zip(columns, row[7:], strict=True):
                if label != "_":
                    expected.add((n, int(row[0]) - 1, int(predicate) - 1, label))
    found = {(n, *arc) for n, text in enumerate(texts) for arc in text.semantic_arcs or ()}
    assert found == expected
    classes = [WORD_TASKS["sem-arc-class"].derive(text, 0) for text in texts]
    assert {(n, *t.at, t.label) for n, targets in enumerate(classes) for t in targets} == expected


def test_negatives_are_balanced_and_are_no_arcs():
    path = folder("sdp_mrp_sample") / "dm.wsj.sdp"
    task = WORD_TASKS["sem-arc-prediction"]
    labels: Counter[str | float] = Counter()
    for text in read_sdp(path):
        heads = {(arc.dependent, arc.head) for arc in text.semantic_arcs or ()}
        targets = task.derive(text, 5)
        assert targets == task.derive(text, 5)
        for target in targets:
            assert (target.at in heads) == (target.label == "arc")
            assert target.at[0] != target.at[1]
        labels.update(target.label for target in targets)
    assert labels["arc"] == labels["none"] == 1478


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "\t_\tARG1\tARG1",
            "\t_\tARG1",
            r"sdp:3: 9 columns, expected 10 \(7 and one for each of 3",
        ),
        ("3\tand", "4\tand", r"sdp:5: word '4', expected 3"),
        ("-\t+\tv", "x\t+\tv", r"sdp:3: expected \+ or - in columns 5 and 6"),
        ("1\tYes\tyes\tUH\t-", "1\tYes\tyes\tUH\t*", r"sdp:9: top '\*', predicate '-'; \+ or -"),
        ("v\t_\t_\t_\n3", "v\t_\tARG2\t_\n3", r"sdp:4: a word that is its own argument \('ARG2'\)"),
        ("#101", "#100", r"sdp:8: id '100'"),
        ("\n\n#101", "\n#101", r"sdp:7: a comment within a sentence"),
        (SEVEN, "", r"sdp: no sentences"),
        (SEVEN, "#SDP 2015\n", r"sdp: no sentences"),
    ],
)
def test_errors_name_file_line_and_what_was_expected(tmp_path, old, new, message):
    assert old in SEVEN
    with pytest.raises(UserError, match=message):
        list(read_sdp(written(tmp_path, SEVEN.replace(old, new, 1)), Reading(strict=True)))


def test_heads_of_nine_columns_are_checked(tmp_path):
    text = nine(SEVEN)
    with pytest.raises(UserError, match=r"sdp:3: head '7' points nowhere, expected 0 to 4"):
        list(read_sdp(written(tmp_path, text.replace("NNS\t4", "NNS\t7"))))
    with pytest.raises(UserError, match=r"sdp:3: word 1 is its own head"):
        list(read_sdp(written(tmp_path, text.replace("NNS\t4", "NNS\t1"))))
