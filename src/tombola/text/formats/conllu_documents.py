"""Whole documents of CoNLL-U, with what is mentioned in them again and again."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import chain, pairwise
from pathlib import Path

from tombola.errors import UserError
from tombola.text.annotated import ROOT, Annotated, Arc, LabelledSpan, Span
from tombola.text.formats.checks import UniqueIds
from tombola.text.formats.conllu import Sentence, looks_like_conllu, read_sentences
from tombola.text.formats.format import FORMATS, Format
from tombola.text.formats.sample import Sample, Sure
from tombola.text.reading import Reading, reading_of


def read_conllu_documents(path: Path, reading: Reading | None = None) -> Iterator[Annotated]:
    """The documents of a file, plain or gzipped, one at a time; `# newdoc` begins each.

    All layers of `read_conllu`, over the words of the document, and clusters where the file
    declares entities: mentions of one thing, of two mentions or more, those in several pieces left
    out. A layer that a sentence lacks, the document lacks. A document of an earlier one's name is
    one of its own, which is noted. Raises UserError as `read_conllu` does, and where the first
    sentence begins no document.
    """
    reading = reading_of(reading)
    ids = UniqueIds(path, reading, "documents")
    document: list[Sentence] = []
    for sentence in read_sentences(path, reading=reading):
        if sentence.document:
            ids.add(sentence.document, int(sentence.text.where.rpartition(":")[2]))
        if sentence.document is not None and document:
            yield _joined(document)
            document = []
        if sentence.document is None and not document:
            raise UserError(f"{sentence.text.where}: expected '# newdoc' before the first sentence")
        document.append(sentence)
    yield _joined(document)


def _joined(document: list[Sentence]) -> Annotated:
    texts = [sentence.text for sentence in document]
    starts = [0]
    for text in texts:
        starts.append(starts[-1] + len(text.words))
    return Annotated(
        words=tuple(chain.from_iterable(text.words for text in texts)),
        where=texts[0].where,
        name=document[0].document or None,
        sentences=tuple(pairwise(starts)),
        lemmas=_chained([text.lemmas for text in texts]),
        universal_tags=_chained([text.universal_tags for text in texts]),
        tags=_chained([text.tags for text in texts]),
        arcs=_moved_arcs([text.arcs for text in texts], starts),
        enhanced_arcs=_moved_arcs([text.enhanced_arcs for text in texts], starts),
        names=_moved_names([text.names for text in texts], starts),
        clusters=_clusters(document, starts),
    )


def _chained(layers: list[tuple[str, ...] | None]) -> tuple[str, ...] | None:
    whole = [layer for layer in layers if layer is not None]
    return tuple(chain.from_iterable(whole)) if len(whole) == len(layers) else None


def _moved_arcs(layers: list[tuple[Arc, ...] | None], starts: list[int]) -> tuple[Arc, ...] | None:
    moved: list[Arc] = []
    for layer, by in zip(layers, starts, strict=False):
        if layer is None:
            return None
        for dependent, head, label in layer:
            moved.append(Arc(dependent + by, head if head == ROOT else head + by, label))
    return tuple(moved)


def _moved_names(
    layers: list[tuple[LabelledSpan, ...] | None], starts: list[int]
) -> tuple[LabelledSpan, ...] | None:
    moved: list[LabelledSpan] = []
    for layer, by in zip(layers, starts, strict=False):
        if layer is None:
            return None
        moved.extend(LabelledSpan(start + by, end + by, label) for start, end, label in layer)
    return tuple(moved)


def _clusters(document: list[Sentence], starts: list[int]) -> tuple[tuple[Span, ...], ...] | None:
    groups: dict[str, set[Span]] = defaultdict(set)
    for sentence, by in zip(document, starts, strict=False):
        if sentence.mentions is None:
            return None
        for start, end, group, _ in sentence.mentions:
            groups[group].add((start + by, end + by))
    return tuple(sorted(tuple(sorted(spans)) for spans in groups.values() if len(spans) > 1))


def _looks(sample: Sample) -> Sure:
    begins = any(line[1:].split("=")[0].split()[:1] == ["newdoc"] for line in sample.comments)
    return looks_like_conllu(sample) if begins else Sure.NO


FORMATS.add(
    Format(
        name="conllu-documents",
        about="CoNLL-U by documents, with coreference from entity brackets",
        endings=(),  # those of sentences are taken for sentences
        carries=(
            "sentences",
            "lemmas",
            "universal_tags",
            "tags",
            "arcs",
            "enhanced_arcs",
            "names",
            "clusters",
        ),
        read=read_conllu_documents,
        looks=_looks,
        instead_of="conllu",
    )
)
