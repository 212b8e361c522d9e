import gzip
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mutilate import answer_or_one_line, mutilated
from realdata import folder
from tombola.errors import UserError
from tombola.text import Tree
from tombola.text.formats import FORMATS
from tombola.text.formats.brackets import read_brackets, strip_label
from tombola.text.formats.conllu import read_conllu
from tombola.text.formats.trees import unescape
from tombola.text.reading import Reading

PTB = r"""
( (S
    (NP-SBJ-1 (NNP Ms.) (NNP Haag) )
    (VP (VBZ plays)
      (S
        (NP-SBJ (-NONE- *-1) )
        (VP (TO to)
          (VP (VB win)
            (NP=2 (CD 1\/2) (-LRB- -LRB-) (NN x) (-RRB- -RRB-) )))))
    (. .) ))
( (FRAG (INTJ (UH No)) (PRT|ADVP (RP off)) (NP (-NONE- *T*-1))))
# a comment
(TOP (UH Yes))
(ROOT (X (SYM *)) (. .))
"""


def read(where, content, name="brackets", reading=None):
    path = where / "x.mrg"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(FORMATS[name].read(path, reading))


def test_functions_traces_escapes_and_outermost_brackets(tmp_path):
    first, second, third, fourth = read(tmp_path, PTB)
    assert first.words == ("Ms.", "Haag", "plays", "to", "win", "1/2", "(", "x", ")", ".")
    tags = ("NNP", "NNP", "VBZ", "TO", "VB", "CD", "-LRB-", "NN", "-RRB-", ".")
    assert first.tags == tags
    win = Tree("VP", (4, Tree("NP", (5, 6, 7, 8))))
    inner = Tree("S", (Tree("VP", (3, win)),))
    assert first.tree == Tree("S", (Tree("NP", (0, 1)), Tree("VP", (2, inner)), 9))
    assert second.tree == Tree("FRAG", (Tree("INTJ", (0,)), Tree("PRT|ADVP", (1,))))
    assert third.tree == Tree("", (0,))
    assert fourth.tree == Tree("", (Tree("X", (0,)), 1))
    assert [text.where.rsplit(":", 1)[1] for text in (first, second, third)] == ["2", "11", "13"]
    assert first.conjuncts is None


def test_functions_may_be_kept(tmp_path):
    tree = read(tmp_path, PTB, "brackets-functions")[0].tree
    assert tree is not None
    assert isinstance(tree.children[0], Tree)
    assert tree.children[0].label == "NP-SBJ"
    labels = {"NP-SBJ-1": "NP-SBJ", "NP-LGS=2": "NP-LGS", "WHNP-12": "WHNP", "-NONE-": "-NONE-"}
    assert {label: strip_label(label, "kept") for label in labels} == labels
    assert [strip_label(label, "stripped") for label in labels] == ["NP", "NP", "WHNP", "-NONE-"]


def test_marked_conjuncts_are_the_outermost(tmp_path):
    text = (
        "( (S (NP-CCP (NN-COORD a) (CC-CC and) (NP-CCP-COORD (NN-COORD b) (CC-CC or) "
        "(NP-COORD (-LRB- -LRB-) (NN c)))) (VP (VB d))))"
    )
    (one,) = read(tmp_path, text, "brackets-conjuncts")
    assert one.conjuncts == ((0, 1, ""), (2, 6, ""))
    assert one.tags == ("NN", "CC", "NN", "CC", "-LRB-", "NN", "VB")
    (plain,) = read(tmp_path, "(S (NN a))", "brackets-conjuncts")
    assert plain.conjuncts == ()


def test_words_are_unescaped():
    escaped = ["-LRB-", "-RCB-", "a-LSB-b-RSB-", r"1\/2", r"\*\*", "-LXB-", "a-b"]
    assert [unescape(word) for word in escaped] == ["(", "}", "a[b]", "1/2", "**", "-LXB-", "a-b"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", r": no trees"),
        ("(S (NN a)", r":1: a tree that is not closed by the end of the file"),
        ("(S (NN a)))", r":1: a '\)' that closes nothing, expected '\('"),
        ("(S (NN a)) b", r":1: 'b' outside, expected '\('"),
        ("( (S (NN a))\n( (S (NN b))))", r":2: bracket '' within a tree"),
        ("(ROOT (S (NN a))\n(ROOT (S (NN b))))", r":2: bracket 'ROOT' within a tree"),
        ("(S (NN a) b)", r":1: 'b' beside other words"),
        ("(S (NN a b))", r":1: 'b' beside other words"),
        ("(S (NN a (X b)))", r":1: a bracket beside the word 'a'"),
        ("(S (NP))", r":1: bracket 'NP' holds neither"),
        ("()", r":1: bracket '' holds neither"),
        ("(S (-NONE- *))", r":1: a tree without words"),
        ("(" * 300, r":1: more than 200 brackets"),
        ("(S (NN a))\r\n(S (NN a))\n", r":2: ends in LF"),
        (b"(S (NN \xff))", r":1: not UTF-8"),
    ],
)
def test_errors_name_file_and_line(tmp_path, content, message):
    with pytest.raises(UserError, match=r"x\.mrg" + message):
        read(tmp_path, content, reading=Reading(strict=True))


def test_blank_lines_mean_nothing_and_lines_outside_are_noted(tmp_path):
    reading = Reading()
    content = "*x* a header\n( (S\n  (NP (DT The))\n\n  (VP (VBZ is))))\n(UH Yes)\n"
    first, second = read(tmp_path, content, reading=reading)
    assert (first.words, second.words) == (("The", "is"), ("Yes",))
    assert [(kind, odd.n) for kind, odd in reading.odd.items()] == [("lines outside of trees", 1)]


def test_bad_trees_are_skipped_on_request(tmp_path):
    reading = Reading(skip=True)
    content = "(S (NN a b))\n(S (NN a))\n  x)\n(S)\n(S (NN b))\n"
    texts = read(tmp_path, content, reading=reading)
    assert [text.words for text in texts] == [("a",), ("b",)]
    assert [problem.partition("x.mrg:")[2][:2] for problem in reading.bad] == ["1:", "3:", "4:"]
    with pytest.raises(UserError, match=r"x\.mrg:1: .* none can be read"):
        read(tmp_path, "(S)\n(S)\n", reading=Reading(skip=True))


@settings(
    deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(content=mutilated(PTB.encode()))
def test_mutilated_files_give_an_answer_or_one_line(tmp_path, content):
    for text in answer_or_one_line(read_brackets, tmp_path / "x.mrg", content) or ():
        assert positions(text.tree) == list(range(len(text.words)))
        assert len(text.tags) == len(text.words)


def positions(tree: Tree) -> list[int]:
    return [
        position
        for child in tree.children
        for position in ([child] if isinstance(child, int) else positions(child))
    ]


def trees():
    words = st.tuples(st.sampled_from(["NN", "VB"]), st.sampled_from(["a", "b", "c-d"]))
    labels = st.sampled_from(["S", "NP", "VP-X"])

    def phrases(inner):
        return st.tuples(labels, st.lists(inner, min_size=1, max_size=3))

    return st.recursive(words, phrases, max_leaves=8).filter(lambda made: isinstance(made[1], list))


@settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(made=st.lists(trees(), min_size=1, max_size=3), pretty=st.booleans())
def test_trees_are_read_back_as_they_were_written(tmp_path, made, pretty):
    def write(node) -> str:
        label, inner = node
        if isinstance(inner, str):
            return f"({label} {inner})"
        space = "\n  " if pretty else " "
        return f"({label}{space}{space.join(map(write, inner))})"

    def same(tree, node, words) -> bool:
        if isinstance(tree, int):
            return words[tree] == node[1]
        return tree.label == node[0].split("-")[0] and all(
            same(child, inner, words) for child, inner in zip(tree.children, node[1], strict=True)
        )

    texts = read(tmp_path, "\n".join(f"( {write(node)})" for node in made))
    assert len(texts) == len(made)
    assert all(same(text.tree, node, text.words) for text, node in zip(texts, made, strict=True))


def test_real_trees_equal_what_nltk_reads():
    nltk = pytest.importorskip("nltk")
    path = folder("gum") / "gum.const.dev.ptb.gz"
    with gzip.open(path, "rt", encoding="utf-8") as file:
        parts = file.read().strip().split("\n\n")
    texts = list(read_brackets(path))
    assert len(texts) == len(parts) == 1575
    texts, parts = texts[:400], parts[:400]

    def same(ours, theirs, words) -> bool:
        if isinstance(ours, int):
            (word,) = theirs
            return words[ours] == re.sub("-(.)RB-", lambda m: "(" if m[1] == "L" else ")", word)
        label = theirs.label() if ours.label else ""
        return re.split("[-=]", label)[0] == ours.label and all(
            same(a, b, words) for a, b in zip(ours.children, theirs, strict=True)
        )

    for text, part in zip(texts, parts, strict=True):
        root = nltk.Tree.fromstring(part)
        assert root.label() == "ROOT"
        phrase = len(root) == 1 and isinstance(root[0][0], nltk.Tree)
        assert same(text.tree, root[0] if phrase else root, text.words), part


def test_words_of_real_trees_are_those_of_the_same_sentences_in_conllu():
    where = folder("gum")
    in_trees = [text.words for text in read_brackets(where / "gum.const.test.ptb.gz")]
    in_columns = [text.words for text in read_conllu(where / "gum.ud.test.conllu.gz")]
    assert in_trees == in_columns
