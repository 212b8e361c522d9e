"""Damaged files of the formats with semantic layers: an answer or one line, never a traceback."""

import gzip
import json
import tracemalloc
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_format_coreference import CONLL, GAP_ROW
from test_format_factuality import HEADER, conllu, row
from test_format_sdp import SEVEN, nine
from test_format_streusle import SENTENCE, as_json
from test_parallel import SOURCE, XML

from tombola.errors import UserError
from tombola.tasks.words import WORD_TASKS
from tombola.text import Annotated, read_parallel
from tombola.text.formats import FORMATS
from tombola.text.formats.gap import COLUMNS
from tombola.text.formats.uds import TABLE
from tombola.text.sgml import read_sgml

Read = Callable[[Path], Iterator[object]]

ONTOGUM = "# begin document a\n0\tShe\t(1)\n1\tsaw\t_\n2\ther\t(1(2\n3\tdog\t2)1)\n# end document\n"
LIU = json.dumps({"a 1": {"sentence": ["He", "left"], "predicate_indices": [2], "labels": [1.5]}})
JSONL = json.dumps({"text": "He left", "targets": [{"span1": [1, 2], "label": 1.5}]}) + "\n"
GAP = "\t".join(COLUMNS) + "\n" + "\t".join(GAP_ROW.values()) + "\n"
UDS = f"{HEADER}\n{row('en-ud-dev.conllu', 1, 2)}\n{row('en-ud-dev.conllu', 2, 1)}\n"
TREEBANK = conllu([["He", "left"], ["Yes"]])

FILES: dict[str, tuple[str, str, Read]] = {
    "conllulex": ("a.conllulex", SENTENCE, FORMATS["conllulex"].read),
    "streusle-json": ("a.json", json.dumps(as_json(SENTENCE)), FORMATS["streusle-json"].read),
    "sdp": ("a.sdp", SEVEN, FORMATS["sdp"].read),
    "sdp-9": ("b.sdp", nine(SEVEN), FORMATS["sdp"].read),
    "uds-ih2": (TABLE, UDS, FORMATS["uds-ih2"].read),
    "treebank": ("en-ud-dev.conllu", TREEBANK, FORMATS["uds-ih2"].read),
    "factuality-json": ("c.json", LIU, FORMATS["factuality-json"].read),
    "factuality-jsonl": ("a.jsonl", JSONL * 3, FORMATS["factuality-jsonl"].read),
    "conll2012": ("a_conll", CONLL, FORMATS["conll2012"].read),
    "conll2012-sentences": ("b_conll", CONLL, FORMATS["conll2012-sentences"].read),
    "ontogum": ("a.conll", ONTOGUM, FORMATS["ontogum"].read),
    "gap": ("gap-test.tsv", GAP, FORMATS["gap"].read),
    "sgml": ("a.sgm", SOURCE, read_sgml),
    "xml": ("a.xml", XML, read_sgml),
    "lines": ("a.de", "eins\nzwei\n", lambda path: read_parallel(path, path)),
}

PIECES = [b"", b"\t", b"\n", b"\r\n", b"\n\n", b"\xff", b"\0", b"(", b")", b"|", b'"', b"[", b"}"]
PIECES += [b"<", b"&#x110000;", b"#", b"-1", b"9" * 5_000, b"1e999", b"\xef\xbb\xbf", b"\xc2\x85"]


def beside(where: Path) -> None:
    """What the table needs, or its treebank does."""
    (where / TABLE).write_text(UDS)
    (where / "en-ud-dev.conllu").write_text(TREEBANK)


def outcome(read: Read, path: Path) -> str | list[object]:
    """What is read, its word tasks derived; or the one line that is said."""
    try:
        found = list(read(path))
        for text in found:
            if isinstance(text, Annotated):
                check(text)
    except UserError as problem:
        return str(problem)
    return found


def check(text: Annotated) -> None:
    """Whatever is read is whole: all positions are words, all tasks can be derived."""
    n = len(text.words)
    assert n
    assert all(word.strip() for word in text.words)
    for name in ("ps-role", "ps-function", "factuality", "sem-arc-prediction", "sem-arc-class"):
        task = WORD_TASKS[name]
        if getattr(text, task.layers[0]) is not None:
            for target in task.derive(text, 0):
                assert all(0 <= position < n for position in target.at)
    if text.clusters is not None:
        for target in WORD_TASKS["coreference"].derive(text, 0):
            assert n > target.at[0] > target.at[1] >= 0 or text.links
    for layer in (text.lemmas, text.tags, text.universal_tags):
        assert layer is None or len(layer) == n


@pytest.mark.parametrize("kind", FILES)
def test_the_files_are_sound_to_begin_with(tmp_path, kind):
    beside(tmp_path)
    name, content, read = FILES[kind]
    (tmp_path / name).write_text(content)
    assert isinstance(outcome(read, tmp_path / name), list)


@settings(
    deadline=None, max_examples=250, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_mutilated_files_give_an_answer_or_one_line(tmp_path, data):
    beside(tmp_path)
    name, content, read = FILES[data.draw(st.sampled_from(sorted(FILES)))]
    raw = bytearray(content.encode())
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(raw)))
        match data.draw(st.sampled_from(["bytes", "bit", "lines", "end"])):
            case "bytes":
                length = data.draw(st.integers(0, 12))
                raw[start : start + length] = data.draw(st.sampled_from(PIECES))
            case "bit" if start < len(raw):
                raw[start] ^= 1 << data.draw(st.integers(0, 7))
            case "lines":
                lines = bytes(raw).splitlines(keepends=True)
                at = data.draw(st.integers(0, len(lines)))
                lines[at : at + 1] = lines[at : at + 1] * data.draw(st.sampled_from([0, 2]))
                raw = bytearray(b"".join(lines))
            case "end":
                del raw[start:]
    path = tmp_path / name
    path.write_bytes(bytes(raw))
    said = outcome(read, path)
    if isinstance(said, str):
        assert name in said
        assert len(said.splitlines()) == 1
        assert len(said) < 1_000
    else:
        assert said


@settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_packed_files_that_end_early_are_refused(tmp_path, data):
    beside(tmp_path)
    name, content, read = FILES[data.draw(st.sampled_from(sorted(set(FILES) - {"treebank"})))]
    packed = gzip.compress(content.encode())
    path = tmp_path / f"{name}.gz"
    path.write_bytes(packed)
    assert isinstance(outcome(read, path), list)
    path.write_bytes(packed[: data.draw(st.integers(1, len(packed) - 1))])
    said = outcome(read, path)
    assert isinstance(said, str)
    assert f"{name}.gz" in said


@pytest.mark.parametrize("kind", ["conllulex", "sdp", "sdp-9", "conll2012", "ontogum"])
def test_no_row_of_a_word_can_be_lost_in_silence(tmp_path, kind):
    """Except for the last of a sentence, where nothing follows to miss it."""
    name, content, read = FILES[kind]
    lines = content.splitlines(keepends=True)
    n = 0
    for i, line in enumerate(lines):
        following = lines[i + 1] if i + 1 < len(lines) else "\n"
        if line.startswith("#") or not line.strip() or "CopyOf" in line or line.startswith("5-6"):
            continue  # no word
        if following.strip() and not following.startswith("#"):
            (tmp_path / name).write_text("".join(lines[:i] + lines[i + 1 :]))
            assert isinstance(outcome(read, tmp_path / name), str)
            n += 1
    assert n


@pytest.mark.parametrize("kind", sorted(FILES))
def test_an_empty_file_is_refused(tmp_path, kind):
    beside(tmp_path)
    name, _, read = FILES[kind]
    (tmp_path / name).write_text("")
    said = outcome(read, tmp_path / name)
    assert isinstance(said, str)
    assert name in said


SENTENCES = {
    "conllulex": SENTENCE.split("\n", 2)[2] + "\n",
    "sdp": SEVEN.split("#100\n")[1].split("#101")[0],
    "factuality-jsonl": JSONL,
    "conll2012": CONLL,
    "ontogum": ONTOGUM,
    "lines": "Ein Satz.\n",
}


@pytest.mark.parametrize("kind", SENTENCES)
def test_texts_are_read_one_by_one(tmp_path, kind):
    """Reading takes a small share of the memory that keeping what is read takes."""
    name, _, read = FILES[kind]
    parts = []
    for i in range(100 if len(SENTENCES[kind]) > 500 else 600):
        part = SENTENCES[kind].replace("document a", f"document {i}")
        part = part.replace("part 000", f"part {2 * i}")
        parts.append(part.replace("part 001", f"part {2 * i + 1}"))
    path = tmp_path / name
    path.write_text("".join(parts))
    next(read(path))  # what is only done once
    peaks = []
    for consume in (deque(maxlen=0).extend, list):
        tracemalloc.start()
        consume(read(path))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[0] < 0.4 * peaks[1]
