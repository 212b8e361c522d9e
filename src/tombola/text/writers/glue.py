"""Sentence tasks as GLUE's own files, columns and headers, so that its readers read them."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from tombola.errors import UserError
from tombola.files import atomic_file
from tombola.text.examples import SentenceExample
from tombola.text.glue import GLUE, Layout

INDEXED = ("index", "sentence1", "sentence2", "label")
HEADERS: dict[str, tuple[str, ...]] = {
    "CoLA": ("source", "label", "author", "sentence"),
    "SST-2": ("sentence", "label"),
    "MRPC": ("Quality", "#1 ID", "#2 ID", "#1 String", "#2 String"),
    "STS-B": (
        "index", "genre", "filename", "year", "old_index", "source1", "source2",
        "sentence1", "sentence2", "score",
    ),
    "QQP": ("id", "qid1", "qid2", "question1", "question2", "is_duplicate"),
    "MNLI": (
        "index", "promptID", "pairID", "genre", "sentence1_binary_parse", "sentence2_binary_parse",
        "sentence1_parse", "sentence2_parse", "sentence1", "sentence2", "label1", "gold_label",
    ),
    "QNLI": ("index", "question", "sentence", "label"),
    "RTE": INDEXED,
    "WNLI": INDEXED,
}  # fmt: skip
"""Columns of the train and dev files in their order; CoLA's have no header line."""

ONLY_LABELLED = ("label1", "source", "author")
"""Columns that test files do not have, beside that of the label."""

NUMBERED = ("index", "id", "promptID", "pairID", "qid1", "qid2", "#1 ID", "#2 ID", "old_index")
ORIGIN = "made"
"""What stands in the columns that tell where an example comes from."""


def write_glue(
    name: str, splits: dict[str, Sequence[SentenceExample]], folder: Path, labels: Sequence[str]
) -> list[Path]:
    """Write the splits `train`, `dev` and `test` of a task; return the files.

    `labels` are the names of the classes in the order of their ids; they must be those of GLUE's
    task, here or on the hub. As in GLUE, a test file has no labels. Raises UserError for other
    labels, and for a sentence with a tab or a line end in it.
    """
    layout = GLUE[name]
    on_hub = {
        label: layout.in_file[i] for label, i in zip(layout.hub_labels, layout.hub_ids, strict=True)
    }
    spellings = {**on_hub, **dict(zip(layout.labels, layout.in_file, strict=True))}
    if set(labels) not in (set(layout.labels), set(layout.hub_labels)):
        said = f"labels {', '.join(labels)}; {name} has {', '.join(layout.labels)}"
        raise UserError(f"{folder}: {said}")
    spelt = [spellings[label] for label in labels]
    written = []
    for split, examples in splits.items():
        path = folder / file_name(layout, split)
        with atomic_file(path) as draft, draft.open("w", encoding="utf-8", newline="\n") as file:
            rows = _rows(name, layout, examples, spelt, split == "test")
            file.writelines(f"{line}\n" for line in rows)
        written.append(path)
    return written


def file_name(layout: Layout, split: str) -> str:
    """The name of a split's file."""
    return "train.tsv" if split == "train" else layout.dev.replace("dev", split)


def _rows(
    name: str,
    layout: Layout,
    examples: Iterable[SentenceExample],
    spelt: Sequence[str],
    hidden: bool,
) -> Iterator[str]:
    header = HEADERS[name]
    *texts, label_column = layout.columns
    if hidden:
        dropped = {label_column, *ONLY_LABELLED}
        header = tuple(column for column in header if column not in dropped)
        header = header if header[0] in ("index", "id") else ("index", *header)
    if hidden or not layout.no_header:
        yield "\t".join(header)
    for number, example in enumerate(examples):
        cells = {column: str(number) for column in NUMBERED}
        given = (example.text,) if example.pair is None else (example.text, example.pair)
        for column, text in zip(texts, given, strict=True):
            if any(sign in text for sign in "\t\r\n"):
                raise UserError(f"{name} example {number + 1}: a tab or line end in {text[:40]!r}")
            cells[column] = text
        if not hidden:
            cells[label_column] = cells["label1"] = _label(example, spelt)
        if name == "CoLA" and not hidden:
            cells["author"] = "" if example.label else "*"  # the mark of the unacceptable
        yield "\t".join(cells.get(column, ORIGIN) for column in header)


def _label(example: SentenceExample, spelt: Sequence[str]) -> str:
    if example.label is None:
        raise ValueError("an example without a label in a split that has labels")
    return spelt[int(example.label)] if spelt else f"{float(example.label):.3f}"
