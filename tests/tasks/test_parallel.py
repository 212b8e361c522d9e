"""Translation from parallel lines and from test sets of WMT; plain text."""

import gzip
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realdata import folder
from tombola.errors import UserError
from tombola.tasks import encode, load_task, word_tokenizer
from tombola.tasks.loaders.parallel import languages, load_translation
from tombola.text import TranslationExample, read_parallel, streamed
from tombola.text.plain import heading_level, read_plain
from tombola.text.sgml import read_sgml, read_test_set


def written(where: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        raw = text.encode()
        (where / name).write_bytes(gzip.compress(raw) if name.endswith(".gz") else raw)
    return where


SMALL = {
    "train.de.gz": "eins\nzwei \ndrei\u2028vier\n",
    "train.en": "one\r\ntwo\r\nthree\u2028four\r\n",
    "val.de": "acht\n",
    "val.en.gz": "eight",
}


def test_multi30k_has_its_published_counts():
    where = folder("multi30k")
    task = load_task("translation", where / "de-en")
    assert (len(task.train), len(task.dev)) == (29_000, 1_014)
    assert task.train[0] == TranslationExample(
        "Zwei junge weiße Männer sind im Freien in der Nähe vieler Büsche.",
        "Two young, White males are outside near many bushes.",
    )
    back = load_task("translation", where / "en-de", train=100, dev=50, seed=3)
    assert (len(back.train), len(back.dev)) == (100, 50)
    swapped = {(example.target, example.source) for example in task.train}
    assert all((example.source, example.target) in swapped for example in back.train)
    assert back.name == "translation-en-de"
    assert task.name == "translation-de-en"


def test_every_line_has_its_translation(tmp_path):
    where = written(tmp_path, SMALL)
    task = load_translation(where, "de", "en")
    assert task.train == (
        TranslationExample("eins", "one"),
        TranslationExample("zwei", "two"),
        TranslationExample("drei\u2028vier", "three\u2028four"),
    )
    assert task.dev == (TranslationExample("acht", "eight"),)
    assert languages(where) == ("de", "en")


def test_the_direction_must_be_said(tmp_path):
    where = written(tmp_path, SMALL)
    with pytest.raises(UserError, match=r"which way\? .* holds de, en: say .*/de-en or .*/en-de"):
        load_task("translation", where)
    with pytest.raises(UserError, match=r"which way"):
        load_task("translation", where / "de-fr")
    with pytest.raises(UserError, match=r"no such folder"):
        load_task("translation", where / "nowhere")
    with pytest.raises(UserError, match=r"needs a folder that holds train\.SOURCE"):
        load_task("translation")
    real = where / "en-de"  # a folder that is there and says it
    real.mkdir()
    written(real, SMALL)
    assert load_task("translation", real).train[0].source == "one"


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"train.en": "one\ntwo\n"}, r"train\.de\.gz: 3 lines; .*train\.en: 2: as many expected"),
        ({"train.en": "1\n2\n3\n4\n5"}, r"train\.de\.gz: 3 lines; .*train\.en: 5: as many"),
        ({"train.en": "one\n\nthree\n"}, r"train\.en:2: an empty line"),
        ({"train.de.gz": "", "train.en": ""}, r"train\.de\.gz: an empty file"),
    ],
)
def test_files_that_do_not_fit(tmp_path, files, message):
    where = written(tmp_path, SMALL | files)
    with pytest.raises(UserError, match=message):
        load_translation(where, "de", "en")


def test_missing_files(tmp_path):
    where = written(tmp_path, SMALL)
    with pytest.raises(UserError, match=r"train\.fr: no such file \(nor \.gz\)"):
        load_translation(where, "de", "fr")
    (where / "val.de").unlink()
    with pytest.raises(UserError, match=r"no dev split: expected one of dev\.de, val\.de"):
        load_translation(where, "de", "en")
    (where / "train.en").unlink()
    with pytest.raises(UserError, match=r"no training files in two languages"):
        load_task("translation", where)


def test_a_packed_file_that_ends_early(tmp_path):
    where = written(tmp_path, SMALL)
    raw = (where / "train.de.gz").read_bytes()
    (where / "train.de.gz").write_bytes(raw[: len(raw) // 2])
    with pytest.raises(UserError, match=r"train\.de\.gz:\d: cannot be read"):
        list(read_parallel(where / "train.de.gz", where / "train.en"))


SOURCE = """\
<srcset setid="newstest2014" srclang="any">
<doc sysid="ref" docid="1012-bbc" genre="news" origlang="de">
<hl>
<seg id="1">Ein Titel &amp; mehr</seg>
</hl>
<p>
<seg id="2">Er sagte: &quot;5 &lt; 7&quot;.</seg>
<seg id="3"> Zwei
  Zeilen &#228;&#xE4; &auml; &amp;lt; <b>fett</b> </seg>
</p>
</doc>
<DOC docid=two origlang="en"><seg id=1>AT&T</seg></DOC>
</srcset>
"""
REFERENCE = """\
<?xml version="1.0" encoding="utf-8"?><!DOCTYPE mteval SYSTEM "file:///etc/passwd">
<mteval>
<refset setid="newstest2014" srclang="any" trglang="en">
<doc sysid="ref" docid="two"><p><seg id="1">AT and T</seg></p></doc>
<doc sysid="ref" docid="1012-bbc" genre="news" origlang="de">
<seg id="1">A title</seg><seg id="2">He said.</seg>
<seg id="3">Two lines</seg>
</doc>
</refset>
</mteval>
"""
XML = """\
<?xml version='1.0' encoding='utf-8'?>
<dataset id="newstest2021.de-en">
  <collection id="general"/>
  <doc origlang="de" id="a.1">
    <src lang="de"><p>
      <seg id="1">Guten Tag.</seg>
    </p></src>
    <ref lang="en" translator="A"><p><seg id="1">Good day.</seg></p></ref>
    <ref lang="en" translator="B"><p><seg id="1">Hello.</seg></p></ref>
    <hyp system="S" language="en"><p><seg id="1">Day.</seg></p></hyp>
  </doc>
</dataset>
"""


def test_sgml_of_two_files(tmp_path):
    where = written(tmp_path, {"src.de.sgm": SOURCE, "ref.en.sgm.gz": REFERENCE})
    segments = list(read_sgml(where / "src.de.sgm"))
    assert [segment.text for segment in segments] == [
        "Ein Titel & mehr",
        'Er sagte: "5 < 7".',
        "Zwei Zeilen ää &auml; &lt; <b>fett</b>",
        "AT&T",
    ]
    assert [segment.document for segment in segments] == ["1012-bbc"] * 3 + ["two"]
    assert segments[2].where.endswith("src.de.sgm:8")
    assert {segment.side for segment in segments} == {"source"}
    pairs = read_test_set(where / "src.de.sgm", where / "ref.en.sgm.gz")
    assert [pair.target for pair in pairs] == ["A title", "He said.", "Two lines", "AT and T"]
    assert pairs[3].source == "AT&T"


def test_xml_of_one_file(tmp_path):
    where = written(tmp_path, {"set.xml": XML})
    by_side = {(s.side, s.by): (s.language, s.text) for s in read_sgml(where / "set.xml")}
    assert by_side == {
        ("source", ""): ("de", "Guten Tag."),
        ("reference", "A"): ("en", "Good day."),
        ("reference", "B"): ("en", "Hello."),
        ("system", "S"): ("", "Day."),
    }
    assert read_test_set(where / "set.xml", by="B") == [TranslationExample("Guten Tag.", "Hello.")]
    with pytest.raises(UserError, match=r"set\.xml: references by 'A', 'B': choose one"):
        read_test_set(where / "set.xml")
    with pytest.raises(UserError, match=r"no references by 'C'; there are 'A', 'B'"):
        read_test_set(where / "set.xml", by="C")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("</srcset>\n", "", r"sgm:1: <srcset> is never closed"),
        ("mehr</seg>", "mehr", r"sgm:7: <seg> within the <seg> of line 4"),
        ("</doc>", "", r"sgm:12: <doc> within the <doc> of line 2"),
        ('<seg id="2">', "<seg>", r"sgm:7: a segment without id"),
        ('<seg id="2">', '<seg id="1">', r"sgm:7: segment .1. of .1012-bbc. again"),
        (SOURCE, "<p>\n", r"sgm: no segments"),
        (SOURCE, '<seg id="1">a</seg>', r"sgm:1: a segment outside of a document"),
    ],
)
def test_errors_of_sgml(tmp_path, old, new, message):
    assert old in SOURCE
    where = written(tmp_path, {"a.sgm": SOURCE.replace(old, new, 1)})
    with pytest.raises(UserError, match=message):
        list(read_sgml(where / "a.sgm"))


def test_both_sides_must_have_the_same_segments(tmp_path):
    less = REFERENCE.replace('<seg id="3">Two lines</seg>\n', "")
    more = REFERENCE.replace(
        "</refset>", '<doc sysid="ref" docid="x"><seg id="1">y</seg></doc></refset>'
    )
    empty = REFERENCE.replace("Two lines", "")
    where = written(tmp_path, {"s.sgm": SOURCE, "l.sgm": less, "m.sgm": more, "e.sgm": empty})
    with pytest.raises(UserError, match=r"s\.sgm:8: segment .3. of '1012-bbc' has no reference in"):
        read_test_set(where / "s.sgm", where / "l.sgm")
    with pytest.raises(UserError, match=r"m\.sgm:9: segment .1. of 'x' has no source in"):
        read_test_set(where / "s.sgm", where / "m.sgm")
    with pytest.raises(UserError, match=r"e\.sgm:7: a segment without text"):
        read_test_set(where / "s.sgm", where / "e.sgm")


def test_plain_lines_and_paragraphs(tmp_path):
    text = "one\n two \r\n\n\t\nthree\n"
    where = written(tmp_path, {"a.txt": text, "b.txt.gz": text, "empty.txt": " \n\n"})
    assert list(read_plain(where / "a.txt")) == ["one", "two", "three"]
    assert list(read_plain(where / "b.txt.gz", unit="paragraph")) == ["one two", "three"]
    for unit in ("line", "paragraph"):
        with pytest.raises(UserError, match=r"empty\.txt: no text"):
            list(read_plain(where / "empty.txt", unit=unit))


@pytest.mark.parametrize(
    ("line", "level"),
    [
        (" = Robert Boulter = ", 1),
        (" = = Career = = ", 2),
        ("= = = A = B = = = ", 3),
        (" a = b ", None),
        (" = = x = ", None),
        (" = = ", None),
        ("", None),
    ],
)
def test_headings(line, level):
    assert heading_level(line) == level


def test_real_plain_text():
    """Titles of WikiText-2's validation part are its 60 articles."""
    path = folder("wikitext2") / "wiki.valid.tokens"
    lines = list(read_plain(path))
    raw = path.read_text(encoding="utf-8").split("\n")
    assert lines == [line.strip() for line in raw if line.strip()]
    assert sum(heading_level(line) == 1 for line in lines) == 60
    body = list(read_plain(path, headings=False))
    assert not any(line.startswith("= ") for line in body)
    assert len(body) == sum(heading_level(line) is None for line in lines)
    novels = folder("mlm_text") / "litbank"
    for novel in novels.glob("*.gz"):
        paragraphs = list(read_plain(novel, unit="paragraph"))
        text = gzip.decompress(novel.read_bytes()).decode("utf-8-sig")
        assert " ".join(paragraphs).split() == text.split()


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=20), max_size=6))
def test_no_character_but_space_is_lost(lines):
    import tempfile

    with tempfile.TemporaryDirectory() as where:
        path = Path(where) / "a.txt"
        path.write_bytes("\n".join(lines).encode())
        try:
            read = "".join(read_plain(path, unit="paragraph"))
        except UserError:
            read = ""
        kept = "".join(lines).removeprefix("\ufeff")
        assert "".join(read.split()) == "".join(kept.split())


@pytest.mark.parametrize("n_train", [None, 3])
def test_a_large_text_is_the_same_task_though_nothing_holds_it(tmp_path, monkeypatch, n_train):
    lines = [f"satz {i}" for i in range(9)]
    files = {"train.de": "\n".join(lines), "train.en": "\n".join(map(str.upper, lines))}
    where = written(tmp_path, {**files, "dev.de": "eins", "dev.en": "one"})
    held = load_translation(where, "de", "en", n_train)
    monkeypatch.setattr(streamed, "HELD", 4)
    found = load_translation(where, "de", "en", n_train)
    assert isinstance(found.train, streamed.Streamed)
    assert tuple(found.train) == held.train
    assert found.digest == held.digest
    assert found.train[1:3] == held.train[1:3]
    assert found.train[-1] == held.train[-1]
    tokenizer = word_tokenizer(held.text, "translation")
    rows = [list(encode(task, task.train, tokenizer, 9)) for task in (held, found)]
    assert rows[0] == rows[1]
    (where / "train.de").write_text("\n".join(lines[:2]))
    (where / "train.en").write_text("\n".join(lines[:2]))
    with pytest.raises(UserError, match="changed while it was read"):
        list(found.train)
