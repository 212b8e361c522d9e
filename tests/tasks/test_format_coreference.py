"""CoNLL-2012, OntoGUM and GAP, and the arcs of coreference made of them."""

import gzip
import random
import re
from collections import defaultdict
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from realdata import folder
from tombola.errors import UserError
from tombola.tasks.words import WORD_TASKS
from tombola.tasks.words.coreference import merge
from tombola.text import Annotated, LabelledSpan, Tree
from tombola.text.formats.conll2012 import read_conll2012, read_conll2012_sentences
from tombola.text.formats.gap import COLUMNS, read_gap, split
from tombola.text.formats.mentions import clusters
from tombola.text.formats.ontogum import read_ontogum
from tombola.text.reading import Reading

COREFERENCE = WORD_TASKS["coreference"]

CONLL = """\
#begin document (nw/made_01); part 000
nw/made_01   0   0      The    DT  (TOP(S(NP(NP*       -    -   -   -   (ORG*    (ARG0*    (1|(2
nw/made_01   0   1   Senate   NNP             *)       -    -   -   -       *)        *      2)
nw/made_01   0   2    -LRB-  -LRB-            *        -    -   -   -       *         *      -
nw/made_01   0   3    there    RB         (ADVP*)      -    -   -   -       *         *      -
nw/made_01   0   4    -RRB-  -RRB-            *)       -    -   -   -       *         *)     1)
nw/made_01   0   5    votes   VBZ          (VP*)     vote  01   1   -       *       (V*)     -
nw/made_01   0   6       /.     .             *))      -    -   -   -       *         *      -

nw/made_01   0   0       It   PRP  (TOP(S(NP*)     -   -   -   Ann   *   (1)
nw/made_01   0   1    waits   VBZ          (VP*)   -   -   -   Ann   *   -
nw/made_01   0   2    today    NN   (NP(NP*))))    -   -   -   Ann   (DATE)   -

#end document
#begin document (nw/made_01); part 001
nw/made_01   1   0       Hm    UH     (TOP(INTJ*))   -   -   -   -   *   -

#end document
"""


def written(where: Path, text: str, name: str = "made.v4_gold_conll") -> Path:
    path = where / name
    path.write_text(text, encoding="utf-8")
    return path


def test_conll2012_documents(tmp_path):
    first, second = read_conll2012(written(tmp_path, CONLL))
    assert first.words == (
        "The", "Senate", "(", "there", ")", "votes", ".", "It", "waits", "today",
    )  # fmt: skip
    assert first.sentences == ((0, 7), (7, 10))
    assert first.clusters == (((0, 5), (7, 8)),)
    assert first.names == (LabelledSpan(0, 2, "ORG"), LabelledSpan(9, 10, "DATE"))
    assert first.tags is not None
    assert first.tags[5] == "VBZ"
    assert first.name == "(nw/made_01); part 000"
    assert second.words == ("Hm",)
    assert second.clusters == ()


def test_conll2012_sentences_have_trees(tmp_path):
    first, _, third = read_conll2012_sentences(written(tmp_path, CONLL))
    assert first.tree == Tree(
        "S",
        (
            Tree("NP", (Tree("NP", (0, 1)), 2, Tree("ADVP", (3,)), 4)),
            Tree("VP", (5,)),
            6,
        ),
    )
    assert third.tree == Tree("INTJ", (0,))
    assert first.clusters is None
    assert first.names == (LabelledSpan(0, 2, "ORG"),)


def test_trees_are_those_that_nltk_reads(tmp_path):
    """The format's own recipe: put the leaf for each star and read the column as brackets."""
    nltk = pytest.importorskip("nltk")
    texts = read_conll2012_sentences(written(tmp_path, CONLL))
    for block, text in zip(re.findall(r"(?:^nw.*\n)+", CONLL, re.MULTILINE), texts, strict=True):
        rows = [re.split(" +", line) for line in block.strip().split("\n")]
        brackets = "".join(row[5].replace("*", f"({row[4]} {i})") for i, row in enumerate(rows))
        tree = nltk.Tree.fromstring(brackets)[0]

        def plain(node):
            below = node if len(node) > 1 or not isinstance(node[0], str) else None
            if below is None:
                return int(node[0])
            return Tree(node.label(), tuple(plain(child) for child in below))

        assert text.tree == plain(tree)


@pytest.mark.parametrize("last", ["", "_", "-"])
def test_a_last_column_between_tabs_may_be_empty(tmp_path, last):
    """As LitBank writes it: an empty cell is a cell, and says nothing."""

    def line(i: int, word: str, mention: str) -> str:
        return "\t".join(["doc", "0", str(i), word, *["_"] * 8, mention])

    rows = [line(0, "Anna", "(0)"), line(1, "left", last), "", line(0, "She", "(0)"),
            line(1, "ran", last), ""]  # fmt: skip
    text = "\n".join(["#begin document (doc); part 0", *rows, "#end document", ""])
    (found,) = read_conll2012(written(tmp_path, text))
    assert found.words == ("Anna", "left", "She", "ran")
    assert found.clusters == (((0, 1), (2, 3)),)


def test_tabs_and_single_spaces_separate_too(tmp_path):
    texts = list(read_conll2012(written(tmp_path, CONLL)))
    for separator in ("\t", " "):
        narrow = re.sub(r"(?<=\S) +(?=\S)", separator, CONLL.replace("; part", ";_part"))
        narrow = re.sub(r"#(begin|end)[ \t]document[ \t]?", r"#\1 document ", narrow)
        path = written(tmp_path, narrow, "narrow_conll")
        assert [text.words for text in read_conll2012(path)] == [text.words for text in texts]
        assert [text.clusters for text in read_conll2012(path)] == [text.clusters for text in texts]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("     -    -   -   -       *)        *      2)", "-", r"conll:3: 7 columns, expected 12"),
        ("   0   3    there", "   0   4    there", r"conll:5: word '4', expected 3"),
        ("#end document\n", "", r"conll:14: the document of line 1 has no end"),
        ("      2)", "      9)", r"conll:3: '9'\) ends a mention that has not begun"),
        ("     1)", "     -", r"conll:2: \('1' begins a mention that never ends"),
        ("      -\nnw", "      x\nnw", r"conll:4: 'x' where coreference brackets"),
        (
            "#begin document (nw/made_01); part 000\n",
            "",
            r"conll:1: expected '#begin doc",
        ),
        ("part 001", "part 000", r"conll:15: id '\(nw/made"),
        ("       Hm", "   [WORD]", r"conll:16: \[WORD\] for a word: fill the words in"),
        ("       *)        *", "       *))       *", r"conll:3: '\*\)\)' where a bit of a name"),
        ("   (DATE)", "    DATE)", r"conll:12: 'DATE\)' where a bit of a name"),
        (CONLL, "\n", r"conll: no documents"),
        (CONLL, "#begin document (a)\n#end document\n", r"conll:2: a document without words"),
    ],
)
def test_errors_of_conll2012(tmp_path, old, new, message):
    assert old in CONLL
    with pytest.raises(UserError, match=message):
        list(read_conll2012(written(tmp_path, CONLL.replace(old, new, 1)), Reading(strict=True)))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("(TOP(INTJ*))", "(TOP(INTJ*)", r"conll:16: 1 open brackets at the end"),
        ("(TOP(INTJ*))", "(TOP(INTJ*)))", r"closes more brackets than are open"),
        ("(TOP(INTJ*))", "(TOP(INTJ)*)", r"where a bit of a parse was expected"),
        ("(VP*)     vote", "(VP*)))   vote", r"conll:8: a word outside of the tree"),
    ],
)
def test_errors_of_parse_bits(tmp_path, old, new, message):
    with pytest.raises(UserError, match=message):
        list(read_conll2012_sentences(written(tmp_path, CONLL.replace(old, new, 1))))


def test_mentions_of_mentions_of_the_same_thing():
    cells = ["(1", "(1", "(2)|1)", "1)", "(3", "(3)", "3)", "(4)(5", "4)5)"]
    cells[7] = "(4)(4(5"  # without bars, as OntoGUM joins brackets
    found = clusters((f"line {i}", cell) for i, cell in enumerate(cells))
    assert found == (((0, 4), (1, 3)), ((4, 7), (5, 6)), ((7, 8), (7, 9)))


def naive_clusters(path: Path) -> dict[str, set[frozenset[tuple[int, int]]]]:
    """Chains of OntoGUM by another way: each thing's brackets one by one, as one sequence."""
    chains: dict[str, set[frozenset[tuple[int, int]]]] = {}
    text = gzip.decompress(path.read_bytes()).decode()
    for document in re.split(r"^# begin document ", text, flags=re.MULTILINE)[1:]:
        name, *lines = document.split("\n")
        events = defaultdict(list)
        rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
        words = [row for row in rows if row[1].strip()]
        for i, row in enumerate(words):
            for opening, thing, closing in re.findall(r"(\(?)(\d+)(\)?)", row[2]):
                events[thing] += [(i, "(")] * bool(opening) + [(i, ")")] * bool(closing)
        spans = set()
        for sequence in events.values():
            stack, found = [], set()
            for i, kind in sequence:
                if kind == "(":
                    stack.append(i)
                else:
                    found.add((stack.pop(), i + 1))
            if len(found) > 1:
                spans.add(frozenset(found))
        chains[name] = spans
    return chains


@pytest.mark.parametrize(("split_", "n"), [("dev", 30), ("test", 30), ("train", 89)])
def test_ontogum_as_published(split_, n):
    path = folder("gum") / f"gum.ontogum.{split_}.conll.gz"
    texts = list(read_ontogum(path))
    assert len(texts) == n
    expected = naive_clusters(path)
    assert {
        str(text.name): {frozenset(cluster) for cluster in text.clusters or ()} for text in texts
    } == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("# begin document a\n0\tx\t_\n", r"conll:1: a document without '#end document'"),
        ("# begin document a\n0\tx\n# end document\n", r"conll:2: 2 columns, expected 3"),
        ("# begin document a\n1\tx\t_\n# end document\n", r"conll:2: word '1', expected 0"),
        ("# begin document a\n0\tx\t(1\n# end document\n", r"conll:2: \('1' begins a mention"),
        ("# begin document a\n0\t\t(1)\n# end document\n", r"conll:2: brackets '\(1\)' on a row"),
        ("# end document\n", r"conll:1: the end of a document that has not begun"),
    ],
)
def test_errors_of_ontogum(tmp_path, text, message):
    with pytest.raises(UserError, match=message):
        list(read_ontogum(written(tmp_path, text, "made.conll")))


def published_rule(words: tuple[str, ...], things: list[list[tuple[int, int]]]):
    """Positives and the possible negatives of each, straight from the rule's description."""
    joined = [set(map(tuple, thing)) for thing in things]
    while True:
        pair = next(((a, b) for a, b in product(joined, joined) if a is not b and a & b), None)
        if pair is None:
            break
        joined = [one for one in joined if one is not pair[0] and one is not pair[1]]
        joined.append(pair[0] | pair[1])
    single = [{a for a, b in thing if b - a == 1} for thing in joined]
    if sum(len({words[i] for i in thing}) >= 2 for thing in single) < 2:
        return [], {}
    positives, candidates = [], {}
    for thing in single:
        for later, earlier in product(thing, thing):
            if later > earlier and words[later] != words[earlier]:
                positives.append((later, earlier))
                candidates[later] = {
                    i for other in single if other is not thing for i in other if i < later
                }
    return positives, candidates


SPANS = st.tuples(st.integers(0, 11), st.integers(1, 2)).map(lambda s: (s[0], s[0] + s[1]))


@settings(deadline=None, max_examples=200)
@given(
    words=st.lists(st.sampled_from(["he", "she", "it", "Ann", "He"]), min_size=14, max_size=14),
    things=st.lists(st.lists(SPANS, min_size=2, max_size=5, unique=True), max_size=5),
    seed=st.integers(0, 3),
)
def test_arcs_follow_the_published_rule(words, things, seed):
    text = Annotated(tuple(words), "made", clusters=tuple(tuple(sorted(thing)) for thing in things))
    targets = COREFERENCE.derive(text, seed)
    positives, candidates = published_rule(tuple(words), things)
    assert sorted(t.at for t in targets if t.label == "arc") == sorted(positives)
    negatives = [t.at for t in targets if t.label == "none"]
    assert len(negatives) == sum(bool(candidates[later]) for later, _ in positives)
    assert all(earlier in candidates[later] for later, earlier in negatives)
    assert list(targets) == sorted(targets)
    assert targets == COREFERENCE.derive(text, seed)


def test_negatives_are_drawn_evenly_and_by_the_seed():
    words = tuple("abcdefgh")
    things = (((0, 1), (7, 8)), ((1, 2), (2, 3)), ((3, 4), (4, 5)))
    text = Annotated(words, "made", clusters=things)
    drawn = defaultdict(int)
    for seed in range(2_000):
        for target in COREFERENCE.derive(text, seed):
            if target.label == "none" and target.at[0] == 7:
                drawn[target.at[1]] += 1
    assert set(drawn) == {1, 2, 3, 4}
    assert all(abs(n - 500) < 100 for n in drawn.values())  # five standard deviations: 97


def test_clusters_that_share_a_mention_are_one():
    assert merge([[(0, 1), (2, 3)], [(4, 5), (6, 7)], [(2, 3), (4, 5)]]) == [
        [(0, 1), (2, 3), (4, 5), (6, 7)]
    ]


@settings(deadline=None)
@given(st.lists(st.lists(SPANS, min_size=1, max_size=4), max_size=6), st.randoms())
def test_merging_depends_on_no_order(things, rng: random.Random):
    merged = merge(things)
    shuffled = [rng.sample(thing, len(thing)) for thing in things]
    rng.shuffle(shuffled)
    assert merge(shuffled) == merged
    spans = [span for thing in merged for span in thing]
    assert len(spans) == len(set(spans))
    assert set(spans) == {span for thing in things for span in thing}


TEXT = "``Ann Lee's dog'' bit Bob-Ray -- she wasn't hurt, Bob*Ray's friend said he was."
GAP_ROW = {
    "ID": "development-1",
    "Text": TEXT,
    "Pronoun": "she",
    "Pronoun-offset": str(TEXT.index("she")),
    "A": "Ann Lee",
    "A-offset": str(TEXT.index("Ann")),
    "A-coref": "TRUE",
    "B": "Ray",
    "B-offset": str(TEXT.index("-Ray") + 1),
    "B-coref": "FALSE",
    "URL": "http://x",
}


def gap(where: Path, *rows: dict[str, str]) -> Path:
    lines = ["\t".join(COLUMNS), *("\t".join(row.values()) for row in rows)]
    return written(where, "\n".join(lines) + "\n", "gap-development.tsv")


def test_gap_gives_words_and_two_pairs(tmp_path):
    (text,) = read_gap(gap(tmp_path, GAP_ROW))
    assert text.words[:12] == (
        "``", "Ann", "Lee", "'s", "dog", "''", "bit", "Bob-", "Ray", "--", "she", "wasn't",
    )  # fmt: skip
    assert text.words[12:] == (
        "hurt", ",", "Bob*Ray", "'s", "friend", "said", "he", "was", ".",
    )  # fmt: skip
    assert text.clusters == (((1, 3), (10, 11)),)
    assert COREFERENCE.derive(text, 0) == (((10, 2), "arc"), ((10, 8), "none"))
    neither = GAP_ROW | {"ID": "development-2", "A-coref": "FALSE"}
    _, other = read_gap(gap(tmp_path, GAP_ROW, neither))
    assert other.clusters == ()
    assert [t.label for t in COREFERENCE.derive(other, 0)] == ["none", "none"]


def test_gap_as_spreadsheets_quote_it(tmp_path):
    text = 'Ann said "no" and she left.'
    row = GAP_ROW | {
        "Text": f'"{text}"'.replace('"no"', '""no""'),
        "Pronoun-offset": str(text.index("she")),
        "A": "Ann",
        "A-offset": "0",
        "B": "no",
        "B-offset": str(text.index("no")),
    }
    (found,) = read_gap(gap(tmp_path, row))
    assert found.words == ("Ann", "said", '"', "no", '"', "and", "she", "left", ".")
    assert [t.at for t in COREFERENCE.derive(found, 0)] == [(6, 0), (6, 3)]


def test_letters_that_became_stars_stay_in_their_words():
    text = "Jos* and *lvaro Calder*n's (***) n*e"
    words = [text[start:end] for start, end in split(text)]
    assert words == [
        "Jos*", "and", "*lvaro", "Calder*n", "'s", "(", "*", "*", "*", ")", "n*e",
    ]  # fmt: skip


@settings(deadline=None)
@given(st.text(max_size=40))
def test_splitting_keeps_every_character_that_is_no_space(text):
    spans = split(text)
    kept = "".join(text[start:end] for start, end in spans)
    assert kept == re.sub(r"\s", "", text)
    assert all(start < end for start, end in spans)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"A-offset": "3"}, r"tsv:2: A 'Ann Lee' at 3, where"),
        ({"A-offset": "-1"}, r"tsv:2: A-offset '-1'; a number was expected"),
        ({"A-coref": "True"}, r"tsv:2: A-coref 'True'; allowed: TRUE, FALSE"),
        ({"B": "she", "B-offset": GAP_ROW["Pronoun-offset"]}, r"tsv:2: B and the pronoun overlap"),
        ({"B": " ", "B-offset": "5"}, r"tsv:2: B ' ' at 5"),
        ({"URL": "a\tb"}, r"tsv:2: 12 columns, expected 11"),
    ],
)
def test_errors_of_gap(tmp_path, change, message):
    with pytest.raises(UserError, match=message):
        list(read_gap(gap(tmp_path, GAP_ROW | change)))


def test_errors_of_gap_files(tmp_path):
    with pytest.raises(UserError, match=r"tsv:3: id 'development-1'"):
        list(read_gap(gap(tmp_path, GAP_ROW, GAP_ROW), Reading(strict=True)))
    with pytest.raises(UserError, match=r"tsv: no examples"):
        list(read_gap(gap(tmp_path)))
    with pytest.raises(UserError, match=r"tsv:1: header 'a'"):
        list(read_gap(written(tmp_path, "a\n", "gap-test.tsv")))
    with pytest.raises(UserError, match=r"tsv: empty file"):
        list(read_gap(written(tmp_path, "", "gap-test.tsv")))
