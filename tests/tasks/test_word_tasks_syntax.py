import gzip
import random
from itertools import islice, pairwise

import conllu
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from realdata import folder
from tombola.errors import UserError
from tombola.tasks.words import WORD_TASKS
from tombola.tasks.words.chunks import base_phrases
from tombola.tasks.words.conjuncts import (
    arc_coordinations,
    conjunct,
    not_nested,
    tree_coordinations,
)
from tombola.tasks.words.sampling import generator, negatives
from tombola.text import ROOT, Annotated, Arc, LabelledSpan, Tree, write_tags
from tombola.text.formats import FORMATS
from tombola.text.formats.brackets import read_brackets
from tombola.text.formats.conllu import read_conllu


def derive(name, text, seed=0):
    return [tuple(target) for target in WORD_TASKS[name].derive(text, seed)]


def text(words, **layers):
    return Annotated(words=tuple(words.split()), where="x:1", **layers)


def treed(brackets, tmp_path):
    (tmp_path / "x.mrg").write_text(brackets)
    (one,) = read_brackets(tmp_path / "x.mrg")
    return one


def test_every_task_refuses_a_text_without_its_layers():
    names = ["pos", "ccg", "parent", "grandparent", "great-grandparent", "chunk", "ner", "ged"]
    names += ["conjunct", "syn-arc-prediction", "syn-arc-class", "semtag"]
    for name in names:
        with pytest.raises(UserError, match="x:1: a text without"):
            derive(name, text("a b"))
    assert len(WORD_TASKS) == 18
    assert {name for name, task in WORD_TASKS.items() if task.name == name} == set(WORD_TASKS)


def test_labels_of_words():
    both = text("a b", tags=("DT", "NN"), universal_tags=("DET", "NOUN"))
    assert derive("pos", both) == [((0,), "DT"), ((1,), "NN")]
    assert derive("pos", text("a b", universal_tags=("DET", "NOUN")))[1] == ((1,), "NOUN")
    assert derive("ccg", text("a", supertags=("N/N",))) == [((0,), "N/N")]
    assert derive("semtag", text("a", semantic_tags=("DIS",))) == [((0,), "DIS")]
    assert derive("ged", text("a b", correct=(True, False))) == [((0,), "c"), ((1,), "i")]
    names = (LabelledSpan(0, 1, "PER"),)
    assert derive("ner", text("a b", names=names)) == [((0, 1), "PER")]


def test_ancestors_up_to_past_the_root(tmp_path):
    one = treed("( (S (NP (NP (DT a)) (PP (IN b))) (VP (VB c)) (. d)))", tmp_path)
    assert [label for _, label in derive("parent", one)] == ["NP", "PP", "VP", "S"]
    assert [label for _, label in derive("grandparent", one)] == ["NP", "NP", "S", "None"]
    labels = [label for _, label in derive("great-grandparent", one)]
    assert labels == ["S", "S", "None", "None"]
    bare = treed("(TOP (UH yes))", tmp_path)
    assert derive("parent", bare) == [((0,), "None")]


def test_ancestors_of_real_trees_equal_those_of_nltk():
    nltk = pytest.importorskip("nltk")
    path = folder("gum") / "gum.const.test.ptb.gz"
    with gzip.open(path, "rt", encoding="utf-8") as file:
        parts = file.read().strip().split("\n\n")
    for one, part in zip(islice(read_brackets(path), 300), parts, strict=False):
        root = nltk.ParentedTree.fromstring(part)
        for up, name in enumerate(("parent", "grandparent", "great-grandparent"), start=1):
            labels = []
            for preterminal in root.subtrees(lambda tree: tree.height() == 2):
                node = preterminal
                for _ in range(up):
                    node = None if node is None else node.parent()
                past = node is None or node.label() == "ROOT"
                labels.append("None" if past else node.label().split("-")[0].split("=")[0])
            assert [label for _, label in derive(name, one)] == labels


@given(n=st.integers(1, 6), seed=st.integers(0, 99), data=st.data())
@settings(deadline=None, max_examples=200)
def test_a_negative_is_neither_the_word_nor_a_head(n, seed, data):
    child = data.draw(st.integers(0, n - 1))
    heads = data.draw(st.lists(st.integers(-1, n - 1), max_size=4))
    allowed = set(range(n)) - {child, *heads}
    rng = random.Random(seed)
    drawn = {negatives(n, child, heads, rng) for _ in range(100)}
    assert drawn == (allowed or {None})


def test_negatives_are_uniform():
    rng = random.Random(1)
    drawn = [negatives(6, 2, [4, ROOT], rng) for _ in range(8000)]
    for word in (0, 1, 3, 5):
        assert drawn.count(word) == pytest.approx(2000, abs=5 * (8000 * 0.25 * 0.75) ** 0.5)


def test_negatives_of_a_text_do_not_depend_on_what_is_read_before():
    first = [generator(3, ("a", "b")).random() for _ in range(2)]
    assert first[0] == first[1] != generator(4, ("a", "b")).random()
    assert generator(3, ("a", "c")).random() != first[0]
    assert generator(0, ("a", "b")).random() == pytest.approx(0.0, abs=1)


def test_syntactic_arcs_of_a_real_treebank():
    path = folder("ud_ewt") / "en_ewt-ud-test.conllu.gz"
    with gzip.open(path, "rt", encoding="utf-8") as file:
        theirs = list(conllu.parse_incr(file))
    n_positive = n_negative = 0
    for one, sentence in zip(read_conllu(path), theirs, strict=True):
        words = [token for token in sentence if isinstance(token["id"], int)]
        arcs = {(t["id"] - 1, t["head"] - 1): t["deprel"] for t in words if t["head"]}
        classes = derive("syn-arc-class", one)
        assert dict(classes) == arcs
        assert classes == sorted(classes)
        asked = derive("syn-arc-prediction", one, seed=5)
        assert [pair for pair, label in asked if label == "arc"] == sorted(arcs)
        wrong = [pair for pair, label in asked if label == "none"]
        assert not set(wrong) & set(arcs)
        assert all(child != other for child, other in wrong)
        children = [child for child, _ in arcs]
        expected = [child for child in children if len(one.words) > 2]
        assert sorted(child for child, _ in wrong) == sorted(expected)
        n_positive += len(arcs)
        n_negative += len(wrong)
    assert 0.99 < n_negative / n_positive <= 1


CHUNKED = [
    # The first sentences of the shared task's description, in the treebank's brackets.
    (
        "(S (NP (PRP He)) (VP (VBZ reckons) (SBAR (S (NP (DT the) (JJ current) (NN account) "
        "(NN deficit)) (VP (MD will) (VP (VB narrow) (PP (TO to) (NP (QP (RB only) (# #) "
        "(CD 1.8) (CD billion)))) (PP (IN in) (NP (NNP September)))))))) (. .))",
        "B-NP B-VP B-NP I-NP I-NP I-NP B-VP I-VP B-PP B-NP I-NP I-NP I-NP B-PP B-NP O",
    ),
    (
        "(S (NP (NN Confidence) (PP (IN in) (NP (DT the) (NN pound)))) (VP (VBZ is) (ADVP "
        "(RB widely)) (VP (VBN expected) (S (VP (TO to) (VP (VB take) (NP (DT another) "
        "(JJ sharp) (NN dive)) (SBAR (IN if) (S (NP (NP (NN trade) (NNS figures)) (PP (IN for) "
        "(NP (NNP September))) (, ,) (ADJP (JJ due) (PP (IN for) (NP (NN release))) "
        "(NP (NN tomorrow))) (, ,)) (VP (VBP fail) (S (VP (TO to) (VP (VB show) (NP (NP (DT a) "
        "(JJ substantial) (NN improvement)) (PP (IN from) (NP (NP (NNP July) (CC and) "
        "(NNP August) (POS 's)) (JJ near-record) (NNS deficits))))))))))))))) (. .))",
        "B-NP B-PP B-NP I-NP B-VP I-VP I-VP I-VP I-VP B-NP I-NP I-NP B-SBAR B-NP I-NP B-PP B-NP "
        "O B-ADJP B-PP B-NP B-NP O B-VP I-VP I-VP B-NP I-NP I-NP B-PP B-NP I-NP I-NP B-NP I-NP "
        "I-NP O",
    ),
    (
        "(S (NP (NNS cats)) (VP (VP (VB sleep)) (CC and) (VP (RB then) (VB eat) (CC or) (VB run) "
        "(PRT (RP away)) (ADVP (RB quickly)))) (. .))",
        "B-NP B-VP O B-VP I-VP I-VP I-VP B-PRT B-ADVP O",
    ),
]


@pytest.mark.parametrize(("brackets", "tags"), CHUNKED)
def test_base_phrases_are_those_of_the_shared_task(tmp_path, brackets, tags):
    one = treed(brackets, tmp_path)
    chunks = base_phrases(one.tree, one.tags)
    assert " ".join(write_tags(len(one.words), chunks, "BIO")) == tags
    assert derive("chunk", one) == [((start, end), label) for start, end, label in chunks]


def test_base_phrases_of_real_trees_leave_no_noun_or_verb_outside():
    """Words of the open classes are outside of chunks where they hang from a clause alone."""
    for one in islice(read_brackets(folder("gum") / "gum.const.dev.ptb.gz"), 300):
        chunks = base_phrases(one.tree, one.tags)
        assert all(first.end <= second.start for first, second in pairwise(chunks))
        inside = {word for start, end, _ in chunks for word in range(start, end)}
        parents = [label for _, label in derive("parent", one)]
        for word, (tag, parent) in enumerate(zip(one.tags, parents, strict=True)):
            if tag[:2] in ("NN", "VB", "PR", "MD") and parent in ("NP", "VP"):
                assert word in inside


def test_functions_of_labels_change_neither_chunks_nor_conjuncts(tmp_path):
    plain = "(S (NP (NP (NNS a)) (CC and) (NP (NNS b))) (VP (VBZ c) (ADVP (RB d)) (VP (VBN e))))"
    with_functions = (
        plain.replace("(NP ", "(NP-SBJ ").replace("(ADVP", "(ADVP-TMP").replace("(S", "(S-X=1")
    )
    (tmp_path / "y.mrg").write_text(with_functions)
    (other,) = FORMATS["brackets-functions"].read(tmp_path / "y.mrg")
    one = treed(plain, tmp_path)
    assert other.tree != one.tree
    for task in ("chunk", "conjunct"):
        assert derive(task, other) == derive(task, one) != []


def test_the_deepest_tree_that_is_read_is_no_deeper_than_tasks_can_walk(tmp_path):
    one = treed("(VP " * 198 + "(NN a) (CC and) (NN b)" + ")" * 198, tmp_path)
    for task in ("chunk", "conjunct", "great-grandparent"):
        assert derive(task, one)


COORDINATED = [
    ("(NP (DT the) (NNS cats) (CC and) (JJ small) (NNS dogs))", [["cats", "small dogs"]]),
    ("(NP (NNS a) (, ,) (NNS b) (, ,) (CC and) (NNS c))", [["a", "b", "c"]]),
    ("(VP (VB w) (NP (NN x)) (, ,) (CC and) (ADVP (RB thus)) (VP (VB y)))", [["x", "y"]]),
    ("(S (VP (VB w)) (CC and) (ADVP (RB thus)) (VP (VB y) (NN z)))", [["w", "y z"]]),
    ("(S (CC And) (NP (NN x)) (VP (VB y)))", []),
    ("(NP (NN a) (CC or) (NN b) (CC or) (NN c))", [["a", "b", "c"]]),
    ("(UCP (NP (NN a)) (CC and) (PP (IN b) (NN c)))", [["a", "b c"]]),
    ("(NP (NP (NN a) (CC or) (NN b)) (CONJP (RB as) (RB well) (IN as)) (NP (NN c)))",
     [["a or b", "c"], ["a", "b"]]),
]  # fmt: skip


@pytest.mark.parametrize(("brackets", "expected"), COORDINATED)
def test_coordinations_of_trees(tmp_path, brackets, expected):
    one = treed(brackets, tmp_path)
    found = [
        [" ".join(one.words[start:end]) for start, end in coordination]
        for coordination in tree_coordinations(one.tree, one.tags)
    ]
    assert found == expected


def test_nested_coordinations_are_told_by_the_outermost_or_innermost(tmp_path):
    brackets = (
        "(NP (NP (NN a) (CC or) (NN b)) (CC and) (NP (NN c) (PP (IN of) (NP (NN d) "
        "(CC and) (NN e)))) (PRN (NN f) (CC and) (NN g)))"
    )
    one = treed(brackets, tmp_path)

    def words(nested):
        targets = conjunct(one, nested=nested)
        return [" ".join(one.words[slice(*target.at)]) for target in targets]

    assert words("outermost") == ["a or b", "c of d and e", "f", "g"]
    assert words("innermost") == ["a", "b", "d", "e", "f", "g"]
    assert derive("conjunct", one) == [tuple(target) for target in conjunct(one)]


def test_coordinations_of_arcs():
    # 0 the 1 old 2 men 3 , 4 tall 5 women 6 and 7 big 8 dogs 9 bark
    arcs = tuple(
        Arc(i, head, label)
        for i, (head, label) in enumerate([
            (2, "det"), (2, "amod"), (9, "nsubj"), (5, "punct"), (5, "amod"), (2, "conj"),
            (8, "cc"), (8, "amod"), (2, "conj:and"), (ROOT, "root"),
        ])
    )  # fmt: skip
    # "the" is shared, as no other conjunct has a determiner; "old" is not.
    assert arc_coordinations(arcs) == [((1, 3), (4, 6), (7, 9))]
    found = not_nested([((1, 3), (4, 6), (7, 9))], "outermost")
    words = text("the old men , tall women and big dogs bark", arcs=arcs)
    assert derive("conjunct", words) == [((s, e), "") for s, e, _ in found]


def test_coordinations_of_trees_and_arcs_agree_on_real_text():
    """Both ends of nine in ten `conj` arcs lie in conjuncts of one coordination of the tree."""
    where = folder("gum")
    both = zip(
        read_brackets(where / "gum.const.dev.ptb.gz"),
        read_conllu(where / "gum.ud.dev.conllu.gz"),
        strict=True,
    )
    n = agreed = 0
    for in_tree, in_arcs in islice(both, 700):
        coordinations = tree_coordinations(in_tree.tree, in_tree.tags)
        for arc in in_arcs.arcs or ():
            if arc.label.split(":")[0] == "conj":
                n += 1
                agreed += any(
                    any(start <= arc.head < end for start, end in one)
                    and any(start <= arc.dependent < end for start, end in one)
                    for one in coordinations
                )
        heads = {word for one in arc_coordinations(in_arcs.arcs) for s, e in one for word in (s, e)}
        assert all(0 <= word <= len(in_arcs.words) for word in heads)
    assert n > 300
    assert agreed / n > 0.88


def test_annotated_conjuncts_come_before_derived_ones():
    one = text("a b", conjuncts=(LabelledSpan(0, 1, ""),), tree=Tree("X", (0, 1)), tags=("A", "B"))
    assert derive("conjunct", one) == [((0, 1), "")]
