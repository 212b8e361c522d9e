"""Spans written as one tag per word, and read back.

BIO: `B-X` begins a span, `I-X` goes on, `O` is outside. IOB1 (Ramshaw & Marcus 1995): `I-X` begins
a span too, and `B-X` stands only where another span of the same kind ends just before. Spans of one
kind only have no label: their tags are `B`, `I` and `O`.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from tombola.text.annotated import LabelledSpan

Scheme = Literal["BIO", "IOB1"]

OUTSIDE = "O"
_AS_BIO = {"S-": "B-", "U-": "B-", "E-": "I-", "L-": "I-"}


class TagError(ValueError):
    """A tag that the scheme does not allow: the word it stands at, and what was expected."""

    def __init__(self, word: int, expected: str) -> None:
        super().__init__(expected)
        self.word = word


def write_tags(n_words: int, spans: Iterable[LabelledSpan], scheme: Scheme) -> tuple[str, ...]:
    """One tag per word. Raises ValueError where spans overlap or leave the sentence."""
    tags = [OUTSIDE] * n_words
    last = LabelledSpan(0, 0, "")
    for span in sorted(spans):
        start, end, label = span
        if not last.end <= start < end <= n_words:
            raise ValueError(f"span {tuple(span)} after {tuple(last)} in {n_words} words")
        tags[start:end] = [_tag("I", label)] * (end - start)
        touches = last.end == start > 0 and last.label == label
        if scheme == "BIO" or touches:
            tags[start] = _tag("B", label)
        last = span
    return tuple(tags)


def read_tags(tags: Sequence[str], scheme: Scheme) -> tuple[LabelledSpan, ...]:
    """The spans that tags write, strictly.

    Raises TagError where a tag is none, in BIO where an `I-` continues nothing, and in IOB1 where
    a `B-` separates nothing, for then the tags are of another scheme.
    """
    for word, said in not_of_scheme(tags, scheme):
        raise TagError(word, f"{said}, so this is not {scheme}")
    return read_tags_leniently(tags)


def not_of_scheme(tags: Sequence[str], scheme: Scheme) -> Iterator[tuple[int, str]]:
    """Words whose tags the scheme has not in their place, and why; conlleval reads them all.

    Raises TagError where a tag is none of either scheme.
    """
    before, label_before = OUTSIDE, ""
    for i, tag in enumerate(tags):
        letter, label = _split(tag)
        if letter not in ("B", "I", OUTSIDE) or (letter == OUTSIDE and tag != OUTSIDE):
            raise TagError(i, f"tag {tag[:40]!r}, expected O, B-LABEL or I-LABEL")
        continues = before != OUTSIDE and label_before == label
        if scheme == "BIO" and letter == "I" and not continues:
            yield i, f"{tag!r} without {_tag('B', label)!r} before it"
        if scheme == "IOB1" and letter == "B" and not continues:
            yield i, f"{tag!r} where no span of its kind ends"
        before, label_before = letter, label


def as_bio(tags: tuple[str, ...]) -> tuple[str, ...]:
    """Tags with letters of their own for ends and for spans of one word, without those.

    BIOES has `E-` and `S-`, BILOU `L-` and `U-`. Tags of other schemes stay as they are.
    """
    if not any(tag[:2] in _AS_BIO for tag in tags):
        return tags
    return tuple(_AS_BIO[tag[:2]] + tag[2:] if tag[:2] in _AS_BIO else tag for tag in tags)


def read_tags_leniently(tags: Sequence[str]) -> tuple[LabelledSpan, ...]:
    """The spans that tags of either scheme write; an `I-` that continues nothing begins a span.

    This is how conlleval reads answers (Tjong Kim Sang & Buchholz 2000), and how spans are scored
    here. A tag that begins neither with `B` nor with `I` is outside.
    """
    spans = []
    start, open_label = 0, None  # the span that is open, if any
    for i, tag in enumerate(tags):
        letter, label = _split(tag)
        inside = letter in ("B", "I")
        if open_label is not None and (letter != "I" or label != open_label):
            spans.append(LabelledSpan(start, i, open_label))
            open_label = None
        if inside and open_label is None:
            start, open_label = i, label
    if open_label is not None:
        spans.append(LabelledSpan(start, len(tags), open_label))
    return tuple(spans)


def _tag(letter: str, label: str) -> str:
    return f"{letter}-{label}" if label else letter


def _split(tag: str) -> tuple[str, str]:
    letter, _, label = tag.partition("-")
    return letter, label
