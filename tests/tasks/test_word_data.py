import pytest

from realdata import folder
from tombola.errors import UserError
from tombola.tasks import load_words, read_words
from tombola.tasks.words import WORD_TASKS, Labelled, Target
from tombola.tasks.words.read import guess_format
from tombola.text.formats import FORMATS, Format
from tombola.text.formats.sample import Sample, Sure


def write(where, name, content):
    path = where / name
    path.write_text(content)
    return path


def test_texts_come_with_their_targets_one_at_a_time(tmp_path):
    path = write(tmp_path, "x.txt", "a DT B-NP\nb NN I-NP\n\nbad\n")
    texts = read_words("chunk", path)
    assert next(texts) == Labelled(("a", "b"), (Target((0, 2), "NP"),), f"{path}:1")
    with pytest.raises(UserError, match=r"x\.txt:4: 1 columns, expected 3"):
        next(texts)
    assert [t.label for t in next(read_words(WORD_TASKS["pos"], str(path))).targets] == ["DT", "NN"]


TEXTS = {
    "conllu": "1\tGo\tgo\tVERB\tVB\t_\t0\troot\t_\t_\n",
    "conllx": "1\tGo\tgo\tV\tVB\t_\t0\troot\t_\t_\n",
    "brackets": "(S (VP (VB Go)))\n",
    "conll2000": "a DT B-NP\nb NN I-NP\n",
    "conll2003": "a DT I-NP I-PER\nb NN I-NP O\n",
    "conll2003-bio": "a DT I-NP B-PER\nb NN I-NP O\n",
    "errors": "a\tc\nb\ti\n",
    "ccgbank": "(<T NP 0 2> (<L NP/N DT DT a NP/N>) (<L N NN NN b N>) )\n",
    "pmb": "# tok:gold\tsem:gold\nTom\tPER\n",
}


@pytest.mark.parametrize(
    ("task", "name", "expected"),
    [
        ("pos", "x.conllu.gz", "conllu"),
        ("pos", "x.conll", "conllx"),
        ("parent", "wsj_0001.mrg", "brackets"),
        ("parent", "x.bin", "brackets"),
        ("chunk", "train.txt", "conll2000"),
        ("chunk", "x.ptb.gz", "brackets"),
        ("ner", "eng.testa", "conll2003"),
        ("ner", "train.txt", "conll2003-bio"),
        ("ged", "fce.train.tsv", "errors"),
        ("ccg", "wsj_0001.auto", "ccgbank"),
        ("semtag", "train.conll", "pmb"),
        ("conjunct", "x.conllu", "conllu"),
    ],
)
def test_the_format_is_told_by_the_content(tmp_path, task, name, expected):
    path = write(tmp_path, name, TEXTS[expected])  # under the ending of gzip, too
    assert guess_format(WORD_TASKS[task], path).name == expected


def test_of_formats_that_fit_alike_the_ending_is_meant(tmp_path):
    both = "a\tO\nb\tO\n"
    assert guess_format(WORD_TASKS["conjunct"], write(tmp_path, "a.tsv", both)).name == "conjuncts"
    trees = "(S (NP-COORD (NN a)) (CC-CC and) (NP-COORD (NN b)))\n"
    for name in ("a.ext", "a.mrg"):
        found = guess_format(WORD_TASKS["conjunct"], write(tmp_path, name, trees))
        assert found.name == "brackets-conjuncts"


def test_a_format_that_says_nothing_of_content_is_told_by_its_ending(tmp_path):
    mine = Format("mine", "", (".mine",), ("tags",), FORMATS["errors"].read)
    for name, sure in (("a.mine", Sure.FITS), ("a.MINE.gz", Sure.FITS), ("a.tsv", Sure.NO)):
        assert mine.sure(Sample.of(write(tmp_path, name, "a\tc\n"))) is sure


def test_what_cannot_be_guessed_is_refused_with_a_list(tmp_path):
    nothing = write(tmp_path, "x.conllu", "Some words.\nMore words.\n")
    with pytest.raises(UserError, match=r"x\.conllu: it tells no format.*name one of: brack"):
        read_words("parent", nothing)
    with pytest.raises(UserError, match=r"unknown format 'conl'; allowed: .*conllu"):
        read_words("pos", nothing, "conl")
    with pytest.raises(UserError, match=r"unknown word task 'poss'; allowed: .*pos"):
        read_words("poss", nothing)
    message = r"format 'conll2000' carries tags, chunks; task 'ner' needs names"
    with pytest.raises(UserError, match=message):
        read_words("ner", nothing, "conll2000")


def test_splits_share_their_labels(tmp_path):
    train = write(tmp_path, "a.tsv", "x\tB\n\ny\tA\n")
    dev = write(tmp_path, "b.tsv", "x\tA\n")
    data = load_words("semtag", train, dev, dev, "semantic-tags")
    assert data.labels == ("A", "B")
    assert (len(data.train), len(data.dev), len(data.test or ())) == (2, 1, 1)
    assert load_words("semtag", train, dev, None, "semantic-tags").test is None


@pytest.mark.parametrize("split", ["dev", "test"])
def test_a_label_that_training_has_not_is_refused_or_added(tmp_path, split):
    train = write(tmp_path, "a.tsv", "x\tB\n\ny\tA\n")
    other = write(tmp_path, "b.tsv", "x\tA\n\ny\tA\nz\tC\n")
    splits = {"dev": train, "test": train, split: other}
    with pytest.raises(UserError, match=r"b\.tsv:3: label 'C' of task 'semtag' is not in the tr"):
        load_words("semtag", train, **splits, format="semantic-tags")
    assert load_words("semtag", train, **splits, format="semantic-tags", unseen="union").labels == (
        "A",
        "B",
        "C",
    )


def test_a_split_without_targets_is_refused(tmp_path):
    empty = write(tmp_path, "a.txt", "a NN O\n")
    with pytest.raises(UserError, match=r"a\.txt: nothing to label for task 'chunk'"):
        load_words("chunk", empty, empty)


def test_real_chunks_as_data():
    where = folder("conll2000")
    data = load_words("chunk", where / "test.txt", where / "test.txt")
    assert data.labels is not None
    assert set(data.labels) <= {
        "NP", "VP", "PP", "ADVP", "SBAR", "ADJP", "PRT", "CONJP", "INTJ", "LST", "UCP"
    }  # fmt: skip
    assert len(data.train) == 2012
