import math
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from realdata import folder
from tombola.tasks import METRICS
from tombola.text import LabelledSpan, read_tags, read_tags_leniently, write_tags
from tombola.text.formats.columns import read_conll2000
from tombola.text.spans import TagError

TAGS = st.lists(st.sampled_from(["O", "B-X", "I-X", "B-Y", "I-Y"]), max_size=8)


@st.composite
def spans(draw):
    at, found = 0, []
    while at < 8 and draw(st.booleans()):
        start = draw(st.integers(at, 7))
        end = draw(st.integers(start + 1, 8))
        found.append(LabelledSpan(start, end, draw(st.sampled_from(["", "X", "Y-Z"]))))
        at = end
    return tuple(found)


def test_the_schemes_by_example():
    found = (LabelledSpan(0, 2, "A"), LabelledSpan(2, 3, "A"), LabelledSpan(3, 4, "B"))
    assert write_tags(5, found, "BIO") == ("B-A", "I-A", "B-A", "B-B", "O")
    assert write_tags(5, found, "IOB1") == ("I-A", "I-A", "B-A", "I-B", "O")
    untyped = (LabelledSpan(0, 2, ""), LabelledSpan(2, 3, ""))
    assert write_tags(3, untyped, "BIO") == ("B", "I", "B")


@given(made=spans(), scheme=st.sampled_from(["BIO", "IOB1"]))
@settings(deadline=None, max_examples=150)
def test_what_is_written_is_read_back(made, scheme):
    tags = write_tags(8, made, scheme)
    assert read_tags(tags, scheme) == read_tags_leniently(tags) == made


def conlleval(tags: list[str]) -> list[tuple[int, int, str]]:
    """The rules of the shared task's scorer, on a string: a code of one letter per word."""
    code = "".join({"O": "o", "B-X": "B", "I-X": "b", "B-Y": "C", "I-Y": "c"}[t] for t in tags)
    found = re.finditer("[Bb]b*|[Cc]c*", code)
    return [(m.start(), m.end(), "X" if m[0][0] in "Bb" else "Y") for m in found]


@given(tags=TAGS)
@settings(deadline=None, max_examples=300)
def test_any_tags_are_read_as_conlleval_does(tags):
    assert [tuple(span) for span in read_tags_leniently(tags)] == conlleval(tags)


@given(tags=TAGS, scheme=st.sampled_from(["BIO", "IOB1"]))
@settings(deadline=None, max_examples=300)
def test_strict_reading_takes_just_what_the_scheme_writes(tags, scheme):
    lenient = read_tags_leniently(tags)
    written = write_tags(len(tags), lenient, scheme)
    if written == tuple(tags):
        assert read_tags(tags, scheme) == lenient
    else:
        with pytest.raises(TagError) as problem:
            read_tags(tags, scheme)
        # The first tag that the scheme would have written otherwise.
        assert written[problem.value.word] != tags[problem.value.word]
        assert written[: problem.value.word] == tuple(tags[: problem.value.word])


def test_spans_that_overlap_or_leave_the_sentence_cannot_be_written():
    for bad in [(0, 2, "X"), (1, 3, "X")], [(0, 9, "X")], [(-1, 1, "X")], [(2, 2, "X")]:
        with pytest.raises(ValueError, match="span"):
            write_tags(4, [LabelledSpan(*span) for span in bad], "BIO")


def test_real_chunk_tags_are_written_back_as_they_stand():
    path = folder("conll2000") / "test.txt"
    tags = [line.split()[2] for line in path.read_text().splitlines() if line.strip()]
    written = [
        tag
        for text in read_conll2000(path)
        for tag in write_tags(len(text.words), text.chunks or (), "BIO")
    ]
    assert written == tags


@given(pairs=st.lists(st.integers(1, 6).flatmap(lambda n: st.tuples(*[st.lists(
    st.sampled_from(["O", "B-X", "I-X", "B-Y", "I-Y"]), min_size=n, max_size=n)] * 2)),
    min_size=1, max_size=6))  # fmt: skip
@settings(deadline=None, max_examples=100)
def test_span_f1_equals_precision_and_recall_counted_by_hand(pairs):
    predictions, references = [list(p) for p, _ in pairs], [list(r) for _, r in pairs]

    def f1(answers: list[list[str]]) -> float:
        found = {(i, *span) for i, tags in enumerate(answers) for span in conlleval(tags)}
        truth = {(i, *span) for i, tags in enumerate(references) for span in conlleval(tags)}
        right = len(found & truth)
        if not right:
            return 0.0
        precision, recall = right / len(found), right / len(truth)
        return 2 * precision * recall / (precision + recall)

    score = METRICS["span_f1"](predictions, references)
    assert score.n == len(pairs)
    if not any(conlleval(tags) for tags in [*predictions, *references]):
        assert math.isnan(score.value)
        return
    assert score.value == pytest.approx(f1(predictions), abs=1e-12)
    flat = [tag for tags in references for tag in tags]
    often = max(flat.count(tag) for tag in flat)
    constants = [tag for tag in set(flat) if flat.count(tag) == often]
    chances = [f1([[tag] * len(tags) for tags in references]) for tag in constants]
    if any(conlleval(tags) for tags in references):
        assert any(score.chance == pytest.approx(chance, abs=1e-12) for chance in chances)


def test_span_f1_is_as_sure_as_resampled_sentences():
    """Against a bootstrap that draws sentences one by one."""
    import random

    rng = random.Random(0)
    references = [[rng.choice(["O", "B-X", "I-X"]) for _ in range(5)] for _ in range(60)]
    predictions = [
        [tag if rng.random() < 0.8 else "O" for tag in sentence] for sentence in references
    ]
    score = METRICS["span_f1"](predictions, references)

    def f1(drawn: list[int]) -> float:
        right = total = 0
        for i in drawn:
            found, truth = set(conlleval(predictions[i])), set(conlleval(references[i]))
            right += len(found & truth)
            total += len(found) + len(truth)
        return 2 * right / total

    assert score.value == pytest.approx(f1(list(range(60))))
    values = sorted(f1([rng.randrange(60) for _ in range(60)]) for _ in range(2000))
    assert score.low == pytest.approx(values[50], abs=0.02)
    assert score.high == pytest.approx(values[1949], abs=0.02)


def test_span_f1_refuses_tags_of_other_lengths():
    with pytest.raises(ValueError, match="sentence 0: 1 tags for 2 words"):
        METRICS["span_f1"]([["O"]], [["O", "O"]])
