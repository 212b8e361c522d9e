import gzip
import tracemalloc

import conllu
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mutilate import answer_or_one_line, mutilated
from realdata import folder
from tombola.errors import UserError
from tombola.text import ROOT, Arc
from tombola.text.formats import FORMATS
from tombola.text.formats.conllu import read_conllu
from tombola.text.formats.conllu_documents import read_conllu_documents
from tombola.text.reading import Reading

SENTENCE = """\
# newdoc id = d1
# global.Entity = GRP-etype-infstat-identity
# sent_id = s1
1-2\tdon't\t_\t_\t_\t_\t_\t_\t_\t_
1\tdo\tdo\tAUX\tVBP\t_\t3\taux\t3:aux\t_
2\tn't\tnot\tPART\tRB\t_\t3\tadvmod\t3:advmod\t_
3\tsee\tsee\tVERB\tVB\t_\t0\troot\t0:root\t_
3.1\tme\tI\tPRON\tPRP\t_\t_\t_\t3:obj\t_
4\tNew\tNew\tPROPN\tNNP\t_\t5\tcompound\t5:compound\tEntity=(1-place-new-Rome(2-person-new-
5\tRome\tRome\tPROPN\tNNP\t_\t3\tobj\t3:obj|3.1:conj:and\tEntity=2)1)|SpaceAfter=No
6\there\there\tADV\tRB\t_\t3\tadvmod\t3:advmod\tEntity=(1-place-giv-)

# sent_id = s2
1\tthe\tthe\tDET\tDT\t_\t2\tdet\t_\tEntity=(1-place-giv-Rome
2\tcity\tcity\tNOUN\tNN\t_\t0\troot\t_\tEntity=1)
"""


def write(where, content, name="x.conllu"):
    path = where / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_every_layer_of_a_sentence(tmp_path):
    first, second = read_conllu(write(tmp_path, SENTENCE))
    assert first.words == ("do", "n't", "see", "New", "Rome", "here")
    assert (first.name, second.name) == ("s1", "s2")
    assert first.where.endswith("x.conllu:1")
    assert second.where.endswith("x.conllu:13")
    assert first.lemmas == ("do", "not", "see", "New", "Rome", "here")
    assert first.tags == ("VBP", "RB", "VB", "NNP", "NNP", "RB")
    assert first.universal_tags == ("AUX", "PART", "VERB", "PROPN", "PROPN", "ADV")
    assert first.arcs is not None
    assert first.arcs[2:4] == (Arc(2, ROOT, "root"), Arc(3, 4, "compound"))
    assert first.enhanced_arcs is not None
    assert [arc for arc in first.enhanced_arcs if arc.dependent == 4] == [Arc(4, 2, "obj")]
    assert first.names == ((3, 5, "place"),)  # the outer of two; "here" has no proper noun
    assert second.names == ()
    assert second.enhanced_arcs is None


def test_documents_join_sentences_and_find_what_recurs(tmp_path):
    (document,) = read_conllu_documents(write(tmp_path, SENTENCE))
    assert document.name == "d1"
    assert document.sentences == ((0, 6), (6, 8))
    assert document.clusters == (((3, 5), (5, 6), (6, 8)),)
    assert document.arcs is not None
    assert document.arcs[6:] == (Arc(6, 7, "det"), Arc(7, ROOT, "root"))
    assert document.enhanced_arcs is None  # which the second sentence lacks
    with pytest.raises(UserError, match=r"x\.conllu:1: expected '# newdoc'"):
        list(read_conllu_documents(write(tmp_path, "1\tGo\t_\t_\t_\t_\t_\t_\t_\t_\n")))


def row(identity, form="x", head="_", relation="_", deps="_", misc="_"):
    return "\t".join([identity, form, "_", "_", "_", "_", head, relation, deps, misc]) + "\n"


ENTITIES = "# global.Entity = eid-etype-head\n"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (row("1", head="2", relation="x"), r":1: head '2' points nowhere, expected 0 to 1"),
        (row("1", head="-1", relation="x"), r":1: head '-1' points nowhere"),
        (row("1", head="1" * 5000, relation="x"), r":1: head '1{20}' points nowhere"),
        (row("1", head="٠", relation="x"), r":1: head '٠' points nowhere"),
        (row("1", head="0"), r":1: a head without a relation"),
        (row("1", head="0", relation="a") + row("2"), r":2: head '_' points nowhere"),
        (row("1", head="1", relation="a"), r":1: word 1 is its own head in the end"),
        (
            row("1", head="0", relation="a")
            + row("2", head="3", relation="a")
            + row("3", head="2", relation="a"),
            r":2: word 2 is its own head in the end",
        ),
        (
            row("1", head="0", relation="a") + row("2", head="0", relation="a"),
            r":2: a second root, expected one; the first is on line 1",
        ),
        (row("1", deps="2:x"), r":1: enhanced arc '2:x', expected HEAD:RELATION"),
        (row("1", deps="1.1:x"), r":1: enhanced arc '1\.1:x'"),
        (row("1", deps="0"), r":1: enhanced arc '0'"),
        (row("1-3") + row("1") + row("2"), r":1: a range up to a word that is not there"),
        (row("2-3") + row("1"), r":1: range '2-3', expected it to start at 1"),
        (row("1-2") + row("1") + row("2-3") + row("2"), r":3: range '2-3', expected"),
        (row("1") + row("2.1"), r":2: empty node '2\.1' after word 1"),
        (row("1") + row("1.1") + row("1.1"), r":3: empty node '1\.1' after word 1"),
        (
            "# sent_id = a\n" + row("1") + "\n# sent_id = a\n" + row("1"),
            r":4: id 'a' was given on line 1 already",
        ),
        (row("1") + "# late\n", r":2: a comment within a sentence"),
        (
            "# global.Entity = a-b\n" + row("1"),
            r":1: global\.Entity 'a-b' has no GRP \(or eid\)",
        ),
        (ENTITIES + row("1", misc="Entity=(e1-x-1"), r":2: entity 'e1' is not closed"),
        (ENTITIES + row("1", misc="Entity=e1)"), r":2: entity 'e1' is closed but was not opened"),
        (ENTITIES + row("1", misc="Entity=(e1)"), r":2: entity 'e1' lacks its id or type"),
        (
            ENTITIES + row("1", misc="Entity=((e1-x-1)"),
            r":2: entity brackets '\(\(e1-x-1\)' do not",
        ),
        (row("1").encode() + b"\n" + row("1")[:-1].encode() + b"\r\n", r":3: ends in CRLF"),
    ],
)
def test_errors_name_file_and_line(tmp_path, content, message):
    with pytest.raises(UserError, match=r"x\.conllu" + message):
        list(read_conllu(write(tmp_path, content), Reading(strict=True)))


def test_treebank_tags_may_be_missing_at_some_words_only(tmp_path):
    with_tag = row("1").replace("\t_\t_\t_\t", "\t_\t_\tNN\t", 1)
    texts = list(read_conllu(write(tmp_path, row("1") + "\n" + with_tag + "\n" + row("1"))))
    assert [text.tags for text in texts] == [None] * 3  # a third: decided for the whole file
    reading = Reading()
    content = row("1") + "\n" + with_tag + "\n" + with_tag
    texts = list(read_conllu(write(tmp_path, content), reading))
    assert [text.tags for text in texts] == [("_",), ("NN",), ("NN",)]
    assert "XPOS is '_' at 1 of 3 words: '_' is a label there" in reading.said[0]
    assert next(iter(FORMATS["conllu-upos"].read(tmp_path / "x.conllu"))).tags is None


def test_entities_may_begin_or_end_at_empty_nodes(tmp_path):
    def name(identity, head, entity):
        cells = row(identity, head=head, relation="r", misc=f"Entity={entity}")
        return cells.replace("\t_\t_", "\t_\tPROPN", 1)

    content = (
        "# newdoc id = d\n# global.Entity = eid-etype-head\n"
        + name("1", "0", "(e2--1)")
        + row("1.1", misc="Entity=(e1-person-1)(e2-person-1")
        + name("2", "1", "e2)(e3[1/2]-x-1)")
        + name("3", "1", "(e3[2/2]-x-1)(e1-person-1)")
    )
    (document,) = read_conllu_documents(write(tmp_path, content))
    # Neither the empty node alone nor the mention in two pieces is a span of words.
    assert document.clusters == (((0, 1), (1, 2)),)
    assert document.names == ((1, 2, "person"), (2, 3, "person"))  # the first has no type


def test_the_tag_that_was_renamed_has_its_new_name(tmp_path):
    content = row("1").replace("\t_\t_", "\t_\tCONJ", 1)
    (text,) = read_conllu(write(tmp_path, content))
    assert text.universal_tags == ("CCONJ",)


@settings(
    deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(content=mutilated(SENTENCE.encode()))
def test_mutilated_files_give_an_answer_or_one_line(tmp_path, content):
    for read in (read_conllu, read_conllu_documents):
        found = answer_or_one_line(read, tmp_path / "x.conllu", content)
        for text in found or ():
            n = len(text.words)
            assert all(-1 <= arc.head < n for arc in text.arcs or ())
            assert all(0 <= start < end <= n for start, end, _ in text.names or ())


@settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_heads_are_accepted_when_they_make_a_tree(tmp_path, data):
    """Against a check that follows every word up, step by step."""
    n = data.draw(st.integers(1, 6))
    heads = data.draw(st.lists(st.integers(0, n), min_size=n, max_size=n))
    content = "".join(row(str(i + 1), head=str(h), relation="r") for i, h in enumerate(heads))

    def reaches_root(word: int) -> bool:
        for _ in range(n + 1):
            word = heads[word - 1] if word else 0
        return word == 0

    is_tree = heads.count(0) == 1 and all(reaches_root(i + 1) for i in range(n))
    found = answer_or_one_line(read_conllu, tmp_path / "x.conllu", content.encode())
    assert (found is not None) == is_tree
    if found:
        assert [arc.head + 1 for arc in found[0].arcs] == heads


def test_real_treebank_equals_what_conllu_reads():
    path = folder("ud_ewt") / "en_ewt-ud-dev.conllu.gz"
    with gzip.open(path, "rt", encoding="utf-8") as file:
        theirs = list(conllu.parse_incr(file))
    ours = list(read_conllu(path))
    assert len(ours) == len(theirs) == 2001
    for text, sentence in zip(ours, theirs, strict=True):
        words = [token for token in sentence if isinstance(token["id"], int)]
        assert text.name == sentence.metadata["sent_id"]
        assert text.words == tuple(token["form"] for token in words)
        assert text.lemmas == tuple(token["lemma"] for token in words)
        assert text.universal_tags == tuple(token["upos"] for token in words)
        assert text.tags == tuple(token["xpos"] for token in words)
        expected = [(t["id"] - 1, t["head"] - 1, t["deprel"]) for t in words]
        assert [tuple(arc) for arc in text.arcs or ()] == expected
        enhanced = [
            (token["id"] - 1, head - 1, relation)
            for token in words
            for relation, head in token["deps"] or ()
            if isinstance(head, int)
        ]
        assert [tuple(arc) for arc in text.enhanced_arcs or ()] == enhanced


def test_entities_of_a_real_corpus():
    path = folder("gum") / "gum.ud.dev.conllu.gz"
    with gzip.open(path, "rt", encoding="utf-8") as file:
        raw = file.read()
    documents = list(read_conllu_documents(path))
    assert len(documents) == raw.count("# newdoc id") == 30
    sentences = list(read_conllu(path))
    assert sum(len(d.sentences or ()) for d in documents) == len(sentences)
    assert [w for d in documents for w in d.words] == [w for s in sentences for w in s.words]
    names = [(s.words[a:b], label) for s in sentences for a, b, label in s.names or ()]
    assert (("Lotte", "Wilms"), "person") in names
    assert all(len(cluster) > 1 for d in documents for cluster in d.clusters or ())
    # Every opening bracket, counted another way, is a mention; ids are those of a document.
    for document, text in zip(documents, raw.split("# newdoc id")[1:], strict=True):
        opened: dict[str, int] = {}
        for line in text.splitlines():
            cells = line.split("\t")
            for entity in cells[9].split("Entity=")[1:] if len(cells) == 10 else ():
                for bracket in entity.split("|")[0].split("(")[1:]:
                    group = bracket.split("-")[0]
                    opened[group] = opened.get(group, 0) + 1
        recurring = sorted(n for n in opened.values() if n > 1)
        assert sorted(len(cluster) for cluster in document.clusters or ()) == recurring


def test_memory_does_not_grow_with_the_file(tmp_path):
    def peak(n: int) -> int:
        parts = (f"# sent_id = {i}\n" + row("1", "word" * 20) for i in range(n))
        path = write(tmp_path, "\n".join(parts), f"{n}.conllu")
        tracemalloc.start()
        try:
            assert sum(1 for _ in read_conllu(path)) == n
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    small, large = peak(200), peak(2000)
    # The ids are all that is kept: some 150 bytes each, far less than a sentence.
    assert large - small < 1800 * 300


def test_comments_alone_are_noted_and_heeded(tmp_path):
    content = "# global.columns = ID FORM\n\n1\tGo\n\n# the end\n"
    reading = Reading()
    (text,) = read_conllu(write(tmp_path, content), reading)
    assert text.words == ("Go",)
    assert reading.odd["comments without a sentence"].n == 2
    with pytest.raises(UserError, match=r":1: comments without a sentence"):
        list(read_conllu(write(tmp_path, content), Reading(strict=True)))


def test_columns_of_conllu_plus(tmp_path):
    content = (
        "# global.columns = ID FORM UPOS HEAD DEPREL UP:PRED\n"
        "1\tDogs\tNOUN\t2\tnsubj\t_\n2\trun\tVERB\t0\troot\trun.02\n"
    )
    (text,) = read_conllu(write(tmp_path, content))
    assert (text.words, text.universal_tags) == (("Dogs", "run"), ("NOUN", "VERB"))
    assert text.arcs == (Arc(0, 1, "nsubj"), Arc(1, ROOT, "root"))
    assert (text.tags, text.lemmas) == (None, None)
    with pytest.raises(UserError, match=r":1: global.columns 'ID' names no ID and FORM"):
        list(read_conllu(write(tmp_path, "# global.columns = ID\n1\n")))
    with pytest.raises(UserError, match=r":2: 2 columns, expected 6"):
        list(
            read_conllu(write(tmp_path, content.replace("\t2\tnsubj\t_", "").replace("\tNOUN", "")))
        )


ENTITY = (
    "# newdoc id = a\n# global.Entity = {}\n"
    "1\tRome\trome\tPROPN\tNNP\t_\t2\tnsubj\t_\tEntity={}\n"
    "2\tfalls\tfall\tVERB\tVBZ\t_\t0\troot\t_\t_\n"
)


@pytest.mark.parametrize(
    ("declared", "entity", "names", "clusters", "noted"),
    [
        ("eid-etype", "(e1-place)", ((0, 1, "place"),), (), 0),
        ("entity-GRP-identity", "(place-1-Rome)", ((0, 1, "place"),), (), 0),  # GUM before 8
        ("eid", "(e1)", None, (), 0),
        ("etype-identity", "(place-Rome)", None, None, 1),
        ("eid-etype", "(e1-place", None, None, 1),
    ],
)
def test_entities_that_cannot_be_read_are_absent(
    tmp_path, declared, entity, names, clusters, noted
):
    path = write(tmp_path, ENTITY.format(declared, entity))
    reading = Reading()
    (document,) = read_conllu_documents(path, reading)
    assert (document.names, document.clusters) == (names, clusters)
    assert document.universal_tags == ("PROPN", "VERB")
    assert len(reading.odd) == noted
    if noted:
        with pytest.raises(UserError):
            list(read_conllu(path, Reading(strict=True)))


def test_documents_of_one_name_are_told_apart(tmp_path):
    one = "# newdoc id = a\n# sent_id = {}\n" + row("1") + "\n"
    path = write(tmp_path, one.format(1) + one.format(2))
    assert len(list(read_conllu(path, Reading(strict=True)))) == 2  # sentence ids suffice
    reading = Reading()
    assert [text.name for text in read_conllu_documents(path, reading)] == ["a", "a"]
    assert reading.odd["documents with the id of an earlier one"].n == 1


def test_bad_sentences_are_skipped_and_their_document_begins_all_the_same(tmp_path):
    bad = row("1").replace("\tx\t", "\t \t", 1)
    content = f"# newdoc id = a\n{row('1')}\n# newdoc id = b\n{bad}\n{row('1')}\n{bad}"
    reading = Reading(skip=True)
    assert [text.name for text in read_conllu_documents(write(tmp_path, content), reading)] == [
        "a",
        "b",
    ]
    assert (reading.n_bad, len(reading.bad)) == (2, 2)
    assert reading.said[0] == "left out, since they cannot be read: 2"
    words = "".join(f"{i}\t_" + "\t_" * 8 + "\n" for i in (1, 2))
    with pytest.raises(UserError, match=r":1: a sentence without words: all forms are '_'"):
        list(read_conllu(write(tmp_path, words)))
