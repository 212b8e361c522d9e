import pytest
from hypothesis import HealthCheck, given, settings

from mutilate import answer_or_one_line, mutilated
from tombola.errors import UserError
from tombola.text.formats.ccgbank import read_ccgbank
from tombola.text.reading import Reading

DERIVATION = (
    r"(<T S[dcl] 0 2> (<T S[dcl] 1 2> "
    r"(<T NP 0 1> (<T N 1 2> (<L N/N NNP NN Ms. N_8/N_8>) (<L N NNP NNP Haag N>) ) ) "
    r"(<T S[dcl]\NP 0 2> (<L (S[dcl]\NP)/NP VBZ VBZ plays (S[dcl]\NP_1)/NP_2>) "
    r"(<T NP 0 1> (<L N NNP NNP 1\/2 N>) ) ) ) (<L . . . . .>) ) "
)
"""As distributed: a blank before each closing bracket, and at the end of the line."""

HAND_MADE = f"""\
ID=wsj_0099.1 PARSER=GOLD NUMPARSE=1
{DERIVATION}
ID=wsj_0099.2 PARSER=GOLD NUMPARSE=1
(<L NP -LRB- -LRB- -LRB- NP>)
"""


def read(where, content, reading=None):
    path = where / "x.auto"
    path.write_text(content)
    return list(read_ccgbank(path, reading))


def test_supertags_original_tags_and_ids(tmp_path):
    first, second = read(tmp_path, HAND_MADE)
    assert first.words == ("Ms.", "Haag", "plays", "1/2", ".")
    assert first.supertags == ("N/N", "N", r"(S[dcl]\NP)/NP", "N", ".")
    assert first.tags == ("NN", "NNP", "VBZ", "NNP", ".")
    assert (first.name, second.name) == ("wsj_0099.1", "wsj_0099.2")
    assert first.where.endswith("x.auto:2")
    assert (second.words, second.supertags) == (("(",), ("NP",))


def test_ids_may_be_missing_and_comments_are_skipped(tmp_path):
    (one,) = read(tmp_path, "# by a parser\n\n(<L NP N N a NP>)\n")
    assert (one.name, one.words) == (None, ("a",))


LEAF = "(<L NP N N a NP>)"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", r": no sentences"),
        (f"{LEAF}\nID=a\n", r":2: id 'a' without a derivation"),
        ("ID=a\nID=b\n", r":2: two ids for one derivation"),
        ("ID= a\n", r":1: 'ID= a' is no id"),
        (f"ID=a\n{LEAF}\nID=a\n{LEAF}\n", r":3: id 'a' was given on line 1 already"),
        ("(S (NN a))\n", r":1: '\(S \(NN a\)\)', expected 'ID=' or a derivation"),
        (f"(<T S 0 2> {LEAF} )\n", r":1: a node that ends without all its children"),
        (f"(<T S 0 1> {LEAF} {LEAF} )\n", r":1: a node with more children than it says"),
        (f"(<T S 0 1> {LEAF}\n", r":1: a derivation that is not closed"),
        (f"(<T S 0 3> {LEAF} )\n", r":1: node 'S 0 3', expected category, head, and 1 or 2"),
        (f"{LEAF} )\n", r":1: '\)', expected a node or a leaf"),
        ("(<L NP N a NP>)\n", r":1: leaf 'NP N a NP', expected category, 2 tags, word, category"),
        (f"(<T S 0 1> x {LEAF} )\n", r":1: 'x \(<L NP N N a NP>\)', expected|:1: 'x \(<L"),
    ],
)
def test_errors_name_file_and_line(tmp_path, content, message):
    with pytest.raises(UserError, match=r"x\.auto" + message):
        read(tmp_path, content, Reading(strict=True))


def test_what_parsers_write_after_an_id_is_passed_over(tmp_path):
    reading = Reading(skip=True)
    lines = (
        f"ID=1, log probability=-0.05\n{LEAF}\nID=1, log probability=-7\n{LEAF}\nID=2\n(<L NP>)\n"
    )
    first, second = read(tmp_path, lines, reading)
    assert (first.name, second.name, reading.n_bad) == ("1", "1", 1)
    assert reading.odd["sentences with the id of an earlier one"].n == 1


@settings(
    deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(content=mutilated(HAND_MADE.encode()))
def test_mutilated_files_give_an_answer_or_one_line(tmp_path, content):
    for text in answer_or_one_line(read_ccgbank, tmp_path / "x.auto", content) or ():
        assert len(text.words) == len(text.supertags) == len(text.tags)
