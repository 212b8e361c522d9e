"""What is written is read back: by tombola's readers, and by other tools."""

import json
from dataclasses import replace
from pathlib import Path

import conllu
import nltk
import pandas as pd
import pytest

import realdata
from tombola.errors import UserError
from tombola.language.annotate import annotated_sentences, documents, learner_sentences
from tombola.tasks.data import write_data
from tombola.tasks.data.export import GLUE_OF
from tombola.tasks.loaders.glue import load_glue
from tombola.tasks.loaders.parallel import load_translation
from tombola.text import GLUE
from tombola.text.annotated import (
    ROOT,
    Adposition,
    Annotated,
    Arc,
    Event,
    LabelledSpan,
    Tree,
)
from tombola.text.examples import SentenceExample, TranslationExample
from tombola.text.formats import FORMATS
from tombola.text.glue import read_split
from tombola.text.writers import WRITERS, write_glue, write_parallel, write_texts

N = 30
TRAIN, DEV, TEST = 12, 6, 4
ODD = Annotated(
    words=("(He", "said", "[so]", "/", "#", "no­w", "東京", '"'),
    where="made by hand",
    name="odd-1",
    lemmas=("he", "say", "so", "/", "#", "now", "東京", '"'),
    universal_tags=("PRON", "VERB", "ADV", "PUNCT", "SYM", "ADV", "PROPN", "PUNCT"),
    tags=("PRP", "VBD", "RB", "SYM", "#", "RB", "NNP", "''"),
    tree=Tree("S", (Tree("NP", (0,)), Tree("VP", (1, 2, Tree("X", (3, 4)), 5, 6, 7)))),
    arcs=tuple(Arc(i, ROOT if i == 1 else 1, "root" if i == 1 else "dep") for i in range(8)),
    enhanced_arcs=(Arc(0, 1, "nsubj"), Arc(1, ROOT, "root"), Arc(2, 0, "x"), Arc(2, 1, "dep")),
    semantic_arcs=(Arc(0, 1, "ARG1"), Arc(2, 1, "ARG2"), Arc(1, 2, "loc")),
    supertags=tuple("N" if i else "NP" for i in range(8)),
    semantic_tags=("PRO", "EPS", "MAN", "NIL", "NIL", "NOW", "GPE", "NIL"),
    chunks=(LabelledSpan(0, 1, "NP"), LabelledSpan(1, 3, "VP"), LabelledSpan(3, 4, "NP")),
    names=(LabelledSpan(5, 6, "LOC"), LabelledSpan(6, 8, "LOC")),
    conjuncts=(LabelledSpan(0, 2, ""), LabelledSpan(2, 3, "")),
    correct=(True, False, True, True, False, True, True, True),
    adpositions=(Adposition(2, "p.Manner", "p.Manner"), Adposition(4, "p.Goal", "p.Locus")),
    events=(Event(1, -1.25), Event(5, 3.0)),
    clusters=(((0, 3), (1, 2), (4, 8)), ((0, 1), (5, 8))),
    sentences=((0, 4), (4, 8)),
)
"""Words that look like signs of the formats, and layers at their edges."""


@pytest.mark.parametrize("name", [name for name in WRITERS if WRITERS[name].format])
def test_every_layer_comes_back_from_the_format(name, tmp_path):
    writer = WRITERS[name]
    reader = FORMATS[writer.format]
    texts = [replace(ODD, sentences=None) if not writer.documents else ODD]
    if writer.documents:
        texts += documents(5, 1)
    elif "correct" in writer.needs:
        texts += learner_sentences(N, 1)
    else:
        texts += annotated_sentences(N, 1)
    if name == "conll2003":
        texts = [text for text in texts if text.names is not None]
    path = tmp_path / f"some{writer.ending}"
    assert write_texts(iter(texts), path, writer) == len(texts)
    assert [each.name for each in tmp_path.iterdir()] == [path.name]
    again = list(reader.read(path))
    assert len(again) == len(texts)
    checked = [layer for layer in reader.carries if getattr(again[0], layer) is not None]
    assert set(writer.needs) <= set(checked)
    for one, other in zip(texts, again, strict=True):
        assert other.words == one.words
        for layer in checked:
            if layer == "names" and name == "conllu":
                continue
            wanted, found = getattr(one, layer), getattr(other, layer)
            if layer in ("enhanced_arcs", "semantic_arcs"):
                wanted, found = sorted(wanted or ()), sorted(found or ())
            if layer == "clusters":
                wanted = tuple(sorted(tuple(sorted(spans)) for spans in wanted))
            assert found == wanted, layer
        if name in ("conllu", "conllulex", "sdp"):
            assert other.name == one.name


def test_conllu_by_another_reader(tmp_path):
    texts = [ODD, *annotated_sentences(N, 2)]
    write_texts(texts, tmp_path / "a.conllu", WRITERS["conllu"])
    read = conllu.parse((tmp_path / "a.conllu").read_text("utf-8"))
    assert len(read) == len(texts)
    for text, sentence in zip(texts, read, strict=True):
        assert sentence.metadata["sent_id"] == text.name
        assert sentence.metadata["text"] == " ".join(text.words)
        assert [token["form"] for token in sentence] == list(text.words)
        assert [token["upos"] for token in sentence] == list(text.universal_tags)
        assert [(token["head"] - 1, token["deprel"]) for token in sentence] == [
            (arc.head, arc.label) for arc in text.arcs
        ]
        assert sentence.to_tree() is not None


def test_trees_by_another_reader(tmp_path):
    texts = [ODD, *annotated_sentences(N, 3)]
    write_texts(texts, tmp_path / "a.trees", WRITERS["trees"])
    lines = (tmp_path / "a.trees").read_text("utf-8").splitlines()
    assert len(lines) == len(texts)

    def bare(tree: Tree | int, text: Annotated) -> object:
        if isinstance(tree, int):
            return text.tags[tree], text.words[tree]
        return tree.label, [bare(child, text) for child in tree.children]

    def theirs(tree: nltk.Tree) -> object:
        if isinstance(tree[0], str):
            word = tree[0]
            for code, sign in (("-LRB-", "("), ("-LSB-", "["), ("-RSB-", "]")):
                word = word.replace(code, sign)
            return tree.label(), word
        return tree.label(), [theirs(child) for child in tree]

    for text, line in zip(texts, lines, strict=True):
        outer = nltk.Tree.fromstring(line)
        assert outer.label() == ""
        assert theirs(outer[0]) == bare(text.tree, text)


@pytest.fixture(scope="module")
def everything(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("written") / "all"
    write_data(out, n_train=TRAIN, n_dev=DEV, n_test=TEST, seed=5)
    return out


def test_columns_by_another_reader(everything):
    for name, n in (("train.chunk", 3), ("train.conll2003", 4)):
        frame = pd.read_csv(everything / name, sep=" ", header=None, quoting=3)
        assert frame.shape[1] == n
        assert not frame.isna().any().any()
    frame = pd.read_csv(everything / "dev.errors.tsv", sep="\t", header=None, quoting=3)
    assert set(frame[1]) == {"c", "i"}
    lines = [json.loads(line) for line in (everything / "dev.jsonl").open(encoding="utf-8")]
    assert len(lines) == DEV
    assert all(-3 <= target["label"] <= 3 for line in lines for target in line["targets"])


def test_every_split_is_there_and_shares_no_sentence(everything):
    sizes = {"train": TRAIN, "dev": DEV, "test": TEST}
    for ending in (".txt", ".source"):
        found = {
            split: (everything / f"{split}{ending}").read_text("utf-8").splitlines()
            for split in sizes
        }
        assert {split: len(lines) for split, lines in found.items()} == sizes
        assert not set(found["train"]) & set(found["dev"])
        assert not set(found["test"]) & (set(found["dev"]) | set(found["train"]))
    for name in GLUE_OF.values():
        layout = GLUE[name]
        seen: list[set[str]] = []
        for split, n in sizes.items():
            file = "train.tsv" if split == "train" else layout.dev.replace("dev", split)
            examples, dropped = read_split(everything / name / file, layout, split == "test")
            assert (len(examples), dropped) == (n, 0)
            assert all((e.label is None) == (split == "test") for e in examples)
            seen.append({t for e in examples for t in (e.text, e.pair) if t is not None})
        assert not seen[0] & seen[1]
        assert not seen[2] & (seen[0] | seen[1])


def test_glue_by_the_reader_of_glue_and_by_another(everything):
    from tombola.tasks.loaders.builtin import load_builtin

    for builtin, name in GLUE_OF.items():
        made = load_builtin(builtin, TRAIN, DEV + 2 * TEST, 5)
        task = load_glue(name, everything / name)
        assert [(e.text, e.pair) for e in task.train] == [(e.text, e.pair) for e in made.train]
        assert [(e.text, e.pair) for e in task.dev] == [(e.text, e.pair) for e in made.dev[:DEV]]
        ours, theirs = made.labels or (), task.labels or ()
        for one, other in zip(made.train, task.train, strict=True):
            if not ours:
                assert other.label == pytest.approx(one.label)
            elif set(ours) == set(theirs):
                assert ours[one.label] == theirs[other.label]
            else:  # the hub's words for the same classes
                layout = GLUE[name]
                at = layout.hub_labels.index(ours[one.label])
                assert layout.hub_ids[at] == other.label
        header = None if name == "CoLA" else 0
        frame = pd.read_csv(everything / name / "train.tsv", sep="\t", header=header, quoting=3)
        assert len(frame) == TRAIN
    frame = pd.read_csv(everything / "MNLI" / "train.tsv", sep="\t", quoting=3)
    task = load_glue("MNLI", everything / "MNLI")
    assert list(frame["sentence2"]) == [example.pair for example in task.train]
    assert set(frame["gold_label"]) == {"entailment", "neutral", "contradiction"}


@pytest.mark.parametrize("name", ["CoLA", "SST-2", "MRPC", "STS-B", "RTE", "WNLI"])
@pytest.mark.parametrize("split", ["train", "test"])
def test_glue_has_the_headers_of_the_real_files(everything, name, split):
    real = realdata.folder(f"glue/{name}") / f"{split}.tsv"
    with real.open(encoding="utf-8") as one, (everything / name / real.name).open() as other:
        wanted, found = next(one).split("\t"), next(other).split("\t")
    if name == "CoLA" and split == "train":  # no header: a row of four cells
        assert len(wanted) == len(found) == 4
        assert found[1] in "01"
        assert found[2] == ("*" if found[1] == "0" else "")
    else:
        assert [cell.strip() for cell in found] == [cell.strip() for cell in wanted]


def test_parallel_lines_by_the_reader_of_translations(everything):
    task = load_translation(everything, "source", "target")
    assert (len(task.train), len(task.dev)) == (TRAIN, DEV)
    lines = (everything / "dev.target").read_text("utf-8").splitlines()
    assert lines == [example.target for example in task.dev]


def test_equal_seeds_give_equal_bytes(everything, tmp_path):
    forms = ["conllu", "parallel", "errors"]
    written = write_data(tmp_path, forms, n_train=TRAIN, n_dev=DEV, n_test=TEST, seed=5)
    assert {one.form for one in written} == set(forms)
    for one in written:
        path = Path(one.path)
        assert path.read_bytes() == (everything / path.relative_to(tmp_path)).read_bytes()
    other = tmp_path / "other"
    write_data(other, ["conllu"], n_train=TRAIN, n_dev=DEV, n_test=TEST, seed=6)
    assert (other / "train.conllu").read_bytes() != (everything / "train.conllu").read_bytes()


def test_what_a_format_cannot_hold_is_refused_and_nothing_is_left(tmp_path):
    good = next(annotated_sentences(1, 1))
    for form, text, said in (
        ("conllu", replace(good, words=("a\tb", *good.words[1:])), "cannot stand in a column"),
        ("conll2000", replace(good, words=("a b", *good.words[1:])), "cannot stand in a column"),
        ("trees", replace(good, words=("a b", *good.words[1:])), "cannot stand in a tree"),
        ("trees", replace(good, words=("-LRB-", *good.words[1:])), "would be read as '\\('"),
        ("trees", replace(good, tree=None), "no tree, which trees needs"),
        ("factuality", replace(good, words=("a b", *good.words[1:])), "a word with a space"),
        ("sdp", replace(good, semantic_arcs=(Arc(1, 1, "ARG1"),)), "of two words"),
    ):
        with pytest.raises(UserError, match=said):
            write_texts([good, text], tmp_path / "x", WRITERS[form])
    with pytest.raises(UserError, match="tab or line end"):
        write_glue("SST-2", {"train": [SentenceExample("a\tb", None, 0)]}, tmp_path, LABELS)
    with pytest.raises(UserError, match="labels good, bad; SST-2 has negative, positive"):
        write_glue("SST-2", {"train": []}, tmp_path, ("good", "bad"))
    for bad in ("", "a\nb"):
        with pytest.raises(UserError, match="is not one line"):
            write_parallel([TranslationExample("a", bad)], tmp_path, "train")
    assert not list(tmp_path.iterdir())


LABELS = ("negative", "positive")


def test_a_folder_that_holds_something_is_not_written_to(tmp_path):
    (tmp_path / "x").touch()
    with pytest.raises(UserError, match="exists already"):
        write_data(tmp_path)
    with pytest.raises(UserError, match=r"unknown form 'xml'; allowed: .*conllu"):
        write_data(tmp_path / "y", ["xml"])
    with pytest.raises(UserError, match="dev: 0 examples"):
        write_data(tmp_path / "y", ["conllu"], n_dev=0)
    assert not (tmp_path / "y").exists()
