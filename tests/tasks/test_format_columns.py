import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mutilate import answer_or_one_line, mutilated
from realdata import folder
from tombola.errors import UserError
from tombola.text import ROOT, Arc
from tombola.text.formats import FORMATS
from tombola.text.formats.guess import named_format
from tombola.text.formats.multiwords import split_multiwords
from tombola.text.reading import Reading

CONLL2000 = "He PRP B-NP\nsees VBZ B-VP\n# # B-NP\n5 CD I-NP\nnow RB B-NP\n. . O\n\n\nGo VB B-VP\n"

CONLL2003 = """\
-DOCSTART- -X- -X- O

EU NNP I-NP I-ORG
rejects VBZ I-VP O
German JJ I-NP I-MISC
Peter NNP B-NP I-PER
Paul NNP I-NP B-PER
. . O O

-DOCSTART- -X- O O

-- : O O
"""

CONLL2003_BIO = (
    CONLL2003.replace(" I-ORG", " B-ORG").replace(" I-MISC", " B-MISC").replace(" I-PER", " B-PER")
)

CONLLX = """\
# a comment
1\tNo\tno\tRB\tRB\t_\t2\tadvmod\t_\t_
2\tway\tway\tNN\tNN\tx=y\t0\troot\t_\t_
3\t#\t#\t#\t#\t_\t0\tpunct\t_\t_

1\tGo\t_\tV\t_\t_\t_\t_\t_\t_
"""

PMB = """\
### made by
# newdoc id = p1/d1
# layer:statuses =
# tok:gold\ttok:gold\tsym:gold\tsem:gold\tcat:gold\tsns:gold\trol:gold
# raw sent = San Francisco ~
San~Francisco\tSan~Francisco\tsan~francisco\tGPE\tn\tcity.n.01\t[]
~\t~\t~\tNIL\t.\tO\t[]

# newdoc id = p1/d2
# tok:gold\tsem:silver
#\tNIL
"""

ERRORS = "I\tc\nlikes\ti\n, \tc\n\nGo\tc\n"

CONJUNCTS = "cats\tB\nand\tO\nbig\tB\ndogs\tI\ncows\tB\n"

SEMTAGS = "New~York\tGPE\nis big\tENS\n.\tNIL\n"

WHOLE = {
    "conll2000": CONLL2000,
    "conll2003": CONLL2003,
    "conll2003-bio": CONLL2003_BIO,
    "conllx": CONLLX,
    "pmb": PMB,
    "pmb-split": PMB,
    "errors": ERRORS,
    "conjuncts": CONJUNCTS,
    "semantic-tags": SEMTAGS,
}


def read(where, name, content, reading=None):
    path = where / "x.txt"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(FORMATS[name].read(path, reading))


def test_conll2000(tmp_path):
    first, second = read(tmp_path, "conll2000", CONLL2000)
    assert first.words == ("He", "sees", "#", "5", "now", ".")
    assert first.tags == ("PRP", "VBZ", "#", "CD", "RB", ".")
    assert first.chunks == ((0, 1, "NP"), (1, 2, "VP"), (2, 4, "NP"), (4, 5, "NP"))
    assert second.chunks == ((0, 1, "VP"),)
    assert second.where.endswith("x.txt:9")


@pytest.mark.parametrize("name", ["conll2003", "conll2003-bio"])
def test_conll2003(tmp_path, name):
    first, second = read(tmp_path, name, WHOLE[name])
    assert first.words == ("EU", "rejects", "German", "Peter", "Paul", ".")
    assert first.names == ((0, 1, "ORG"), (2, 3, "MISC"), (3, 4, "PER"), (4, 5, "PER"))
    assert first.chunks == ((0, 1, "NP"), (1, 2, "VP"), (2, 3, "NP"), (3, 5, "NP"))
    assert first.tags == ("NNP", "VBZ", "JJ", "NNP", "NNP", ".")
    assert (second.words, second.names) == (("--",), ())


def test_conllx(tmp_path):
    first, second = read(tmp_path, "conllx", CONLLX)
    assert first.words == ("No", "way", "#")
    assert first.arcs == (Arc(0, 1, "advmod"), Arc(1, ROOT, "root"), Arc(2, ROOT, "punct"))
    assert (first.lemmas, first.tags) == (("no", "way", "#"), ("RB", "NN", "#"))
    assert (second.lemmas, second.tags, second.arcs) == (None, ("_",), None)


def test_conllx_of_fewer_columns(tmp_path):
    eight = "1\ta\t_\tN\tNN\t_\t0\troot\n2\tb\t_\tN\tNN\t_\t1\tx\n"
    six, five = "1\ta\t_\tN\tNN\t_\n", "1\ta\t_\tN\tNN\n"
    texts = read(tmp_path, "conllx", "\n".join([eight, six, five]))
    assert [text.arcs for text in texts] == [(Arc(0, ROOT, "root"), Arc(1, 0, "x")), None, None]
    assert [text.tags for text in texts] == [("NN", "NN"), ("NN",), ("NN",)]
    with pytest.raises(UserError, match=r":2: 5 columns, expected 8"):
        read(tmp_path, "conllx", eight.splitlines()[0] + "\n" + five.replace("1", "2"))


def test_pmb_keeps_or_splits_tokens_of_several_words(tmp_path):
    first, second = read(tmp_path, "pmb", PMB)
    assert (first.name, second.name) == ("p1/d1", "p1/d2")
    assert first.words == ("San Francisco", "~")
    assert (first.semantic_tags, first.supertags) == (("GPE", "NIL"), ("n", "."))
    assert (second.words, second.semantic_tags, second.supertags) == (("#",), ("NIL",), None)
    first, _ = read(tmp_path, "pmb-split", PMB)
    assert first.words == ("San", "Francisco", "~")
    assert (first.semantic_tags, first.supertags) == (("GPE", "GPE", "NIL"), ("n", "n", "."))


def test_two_columns(tmp_path):
    first, second = read(tmp_path, "errors", ERRORS)
    assert (first.words, first.correct) == (("I", "likes", ", "), (True, False, True))
    assert second.correct == (True,)
    (conjuncts,) = read(tmp_path, "conjuncts", CONJUNCTS)
    assert conjuncts.conjuncts == ((0, 1, ""), (2, 4, ""), (4, 5, ""))
    (tagged,) = read(tmp_path, "semantic-tags", SEMTAGS)
    assert tagged.words == ("New", "York", "is", "big", ".")
    assert tagged.semantic_tags == ("GPE", "GPE", "ENS", "ENS", "NIL")


def test_multiwords_copy_every_layer():
    words, layers = split_multiwords(["a~b", "~", "c  d~e"], "xyz", "123")
    assert words == ("a", "b", "~", "c", "d", "e")
    assert layers == [tuple("xxyzzz"), tuple("112333")]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("conll2000", "", r": no sentences"),
        ("conll2000", "He PRP\n", r":1: 2 columns, expected 3"),
        ("conll2000", "He PRP B-NP x\n", r":1: 4 columns, expected 3"),
        ("conll2000", "a x O\nHe PRP I-NP\n", r":2: 'I-NP' without 'B-NP' before it"),
        ("conll2000", "a x B-VP\nHe PRP I-NP\n", r":2: 'I-NP' without 'B-NP' before it"),
        ("conll2000", "a x NP\n", r":1: tag 'NP', expected O, B-LABEL or I-LABEL"),
        ("conll2000", "a x O-NP\n", r":1: tag 'O-NP', expected"),
        ("conll2003", "a x O\n", r":1: 3 columns, expected 4"),
        ("conll2003", "a x O B-PER\n", r":1: 'B-PER' where no span of its kind ends"),
        ("conll2003", "a x O I-LOC\nb x O B-PER\n", r":2: 'B-PER' where no span"),
        ("conll2003-bio", "a x O I-PER\n", r":1: 'I-PER' without 'B-PER' before it"),
        ("conll2003", "-DOCSTART- -X- O O\n\n", r": no sentences"),
        ("conllx", "1\ta\n", r":1: 2 columns, expected 10 \(or 8, 6, 5\)"),
        ("conllx", "2\ta" + "\t_" * 8 + "\n", r":1: word '2', expected 1"),
        ("conllx", "1\ta" + "\t_" * 4 + "\t5\tx\t_\t_\n", r":1: head '5' points nowhere"),
        ("conllx", "1\ta" + "\t_" * 4 + "\t1\tx\t_\t_\n", r":1: word 1 is its own head"),
        ("conllx", "1\t" + "\t_" * 8 + "\n", r":1: a word without a form"),
        ("pmb", "a\tb\n", r":1: 2 columns, expected 7"),
        ("pmb", "# sem:gold\tcat:gold\na\tb\n", r":1: no column of tokens \(tok\)"),
        ("pmb", "# tok:gold\tsem:gold\na\t\n", r":2: column 'sem' is empty"),
        ("pmb", "# tok:gold\tsem:gold\na\tb\n# x\n", r":3: a comment within a sentence"),
        ("pmb", "# newdoc id = a\n\n", r":1: comments without a sentence"),
        ("errors", "a\tc\nb\tx\n", r":2: label 'x'; allowed: c, i"),
        ("errors", "a c\n", r":1: 1 columns, expected 2"),
        ("errors", "\tc\n", r":1: an empty column"),
        ("semantic-tags", "1\tThe cat .\n", r":1: tag 'The cat \.', expected one without"),
        ("conjuncts", "a\tB-NP\n", r":1: tag 'B-NP'; allowed: B, I, O"),
    ],
)
def test_errors_name_file_and_line(tmp_path, name, content, message):
    with pytest.raises(UserError, match=r"x\.txt" + message):
        read(tmp_path, name, content, Reading(strict=True))


def test_ids_are_given_once(tmp_path):
    again = PMB.replace("p1/d2", "p1/d1")
    with pytest.raises(UserError, match=r":9: id 'p1/d1' was given on line 2 already"):
        read(tmp_path, "pmb", again, Reading(strict=True))
    assert len(read(tmp_path, "pmb", again)) == 2


def test_names_are_read_as_conlleval_reads_them_whatever_the_scheme(tmp_path):
    odd = "a x O I-LOC\nb x O B-MISC\nc x O I-MISC\n\nd x O I-PER\n"
    for name, n in (("conll2003", 1), ("conll2003-bio", 2)):
        reading = Reading()
        first, second = read(tmp_path, name, odd, reading)
        assert first.names == ((0, 1, "LOC"), (1, 3, "MISC"))
        assert second.names == ((0, 1, "PER"),)
        assert [each.n for each in reading.odd.values()] == [n]
    with pytest.raises(UserError, match=r":1: tag 'X-LOC', expected"):
        read(tmp_path, "conll2003", odd.replace("I-LOC", "X-LOC"))


def test_names_are_no_chunks(tmp_path):
    with pytest.raises(UserError, match=r":2: chunk 'LOC' is a kind of name: format columns:"):
        read(tmp_path, "conll2000", "In P O\nParis N B-LOC\n")


@pytest.mark.parametrize(
    ("name", "content", "names"),
    [
        ("columns", "In\tO\nParis\tB-location\n", ((1, 2, "location"),)),
        ("columns", "In O\nNew B-LOC\nYork I-LOC\n", ((1, 3, "LOC"),)),
        ("columns", "In Prep O\nParis N B-LOC\n", ((1, 2, "LOC"),)),
        ("columns", "# id 7\tdomain=x\nIn _ _ O\nParis _ _ B-LOC\n", ((1, 2, "LOC"),)),
        (
            "columns:words,_,names",
            "In P S-X\na N B-X\nb N I-X\nc N E-X\n",
            ((0, 1, "X"), (1, 4, "X")),
        ),
        (
            "columns:_,words,names,_",
            "#\thttp://x\n1\tIn\tO\tO\n2\tRom\tB-LOC\t\n",
            ((1, 2, "LOC"),),
        ),
        ("columns:words,...,names", "a x y z U-X\nb O\n", ((0, 1, "X"),)),
        ("columns:words,tags,names", "a N _\nb V _\n", None),
    ],
)
def test_columns_that_the_user_names(tmp_path, name, content, names):
    path = tmp_path / "x.txt"
    path.write_text(content)
    (text,) = named_format(name).read(path)
    assert text.names == names
    assert len(text.words) == content.rstrip().count("\n") + 1 - content.count("#")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("columns:words,ner", "'ner'; allowed: words, lemmas, tags, .*names"),
        ("columns:names", "names no words, or nothing that is said"),
        ("columns:words,_", "names no words, or nothing that is said"),
        ("columns:words,tags,tags", "'tags' is named twice"),
        ("conllu:words", "'conllu' takes no names of columns; those that do: columns"),
    ],
)
def test_columns_are_named_rightly(name, said):
    with pytest.raises(UserError, match=said):
        named_format(name)


def test_columns_that_do_not_fit_are_refused(tmp_path):
    for content, said in (
        ("a O x\n", r":1: 3 columns, expected 2"),
        ("a\t\n", r":1: an empty column"),
        ("a X\n", r":1: tag 'X', expected O"),
    ):
        (tmp_path / "x.txt").write_text(content)
        with pytest.raises(UserError, match=said):
            list(named_format("columns:words,names").read(tmp_path / "x.txt"))
    (tmp_path / "x.txt").write_text("1 In O\n2 Rom B-LOC\n")
    with pytest.raises(UserError, match=r":1: the first column counts the words"):
        list(named_format("columns").read(tmp_path / "x.txt"))


def test_six_columns_of_the_meaning_bank(tmp_path):
    content = "# newdoc id = p00/d0001\nTom\ttom\tPER\tn\tmale.n.02\t[]\n"
    (text,) = read(tmp_path, "pmb", content)
    assert (text.semantic_tags, text.supertags) == (("PER",), ("n",))


def test_a_column_of_underscores_is_no_layer(tmp_path):
    (text,) = read(tmp_path, "conll2000", "a _ B-NP\nb _ I-NP\n")
    assert (text.tags, text.chunks) == (None, ((0, 2, "NP"),))
    (text,) = read(tmp_path, "conll2003", "a _ _ _\nb _ _ _\n")
    assert (text.tags, text.chunks, text.names) == (None, None, None)
    for name, content in (("conll2000", "_ N O\n_ N O\n"), ("errors", "_\tc\n_\tc\n")):
        with pytest.raises(UserError, match=r":1: a sentence without words: all forms are '_'"):
            read(tmp_path, name, content)


@settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
@pytest.mark.parametrize("name", sorted(WHOLE))
def test_mutilated_files_give_an_answer_or_one_line(tmp_path, name, data):
    content = data.draw(mutilated(WHOLE[name].encode()))
    answer_or_one_line(FORMATS[name].read, tmp_path / "x.txt", content)


@pytest.mark.parametrize(
    ("split", "n", "n_words"), [("train", 8936, 211727), ("test", 2012, 47377)]
)
def test_real_chunks_have_their_official_counts(split, n, n_words):
    path = folder("conll2000") / f"{split}.txt"
    texts = list(FORMATS["conll2000"].read(path))
    assert len(texts) == n
    assert sum(len(text.words) for text in texts) == n_words
    rows = [line.split() for line in path.read_text().splitlines() if line.strip()]
    assert [word for text in texts for word in text.words] == [row[0] for row in rows]
    begun = [row[2][2:] for row in rows if row[2].startswith("B-")]
    assert [label for text in texts for _, _, label in text.chunks or ()] == begun
    covered = sum(end - start for text in texts for start, end, _ in text.chunks or ())
    assert covered == sum(row[2] != "O" for row in rows)


@pytest.mark.parametrize("split", ["dev", "test", "eval"])
def test_real_layers_of_the_meaning_bank(split):
    path = folder("pmb_layers") / f"{split}.conll"
    lines = path.read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    kept = list(FORMATS["pmb"].read(path))
    assert len(kept) == sum(line.startswith("# raw sent") for line in lines)
    assert [tag for text in kept for tag in text.semantic_tags or ()] == [row[3] for row in rows]
    assert [tag for text in kept for tag in text.supertags or ()] == [row[4] for row in rows]
    split_texts = list(FORMATS["pmb-split"].read(path))
    n_more = sum(len([part for part in row[0].split("~") if part]) - 1 for row in rows)
    assert sum(len(text.words) for text in split_texts) == len(rows) + n_more
    assert not any("~" in word for text in split_texts for word in text.words)
