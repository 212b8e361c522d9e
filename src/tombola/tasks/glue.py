"""GLUE's tasks, read from GLUE's own files.

Wang et al. 2019, "GLUE: A multi-task benchmark and analysis platform for natural language
understanding". The files are tab-separated without any quoting: a quotation mark is a character
like any other (a CSV reader that treats it as a quote swallows rows of CoLA, MRPC and STS-B).
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tombola.errors import UserError
from tombola.tasks.examples import SentenceExample
from tombola.tasks.lines import check_folder, read_lines
from tombola.tasks.task import TASKS, Kind, Task, sample

ZERO_ONE = ("0", "1")
ENTAILMENT = ("entailment", "not_entailment")


@dataclass(frozen=True)
class Layout:
    """How one task's files are laid out."""

    columns: tuple[str, ...]
    """Columns of the sentence, of its pair where there is one, and of the label, in this order."""
    in_file: tuple[str, ...]
    """Labels as the files spell them, in the order of their ids; empty for scores."""
    labels: tuple[str, ...]
    """What they mean, in the same order."""
    metric: str
    no_header: tuple[str, ...] = ()
    """Names of the columns where the files have no header."""
    dev: str = "dev.tsv"
    may_break: bool = False
    """Whether the published file holds rows broken by line ends within a sentence; those are left
    out and counted."""

    @property
    def kind(self) -> Kind:
        """Scores are regression, labels classification."""
        return "classification" if self.labels else "regression"


MNLI = ("contradiction", "neutral", "entailment")
PARAPHRASE = ("not_paraphrase", "paraphrase")
GLUE: dict[str, Layout] = {
    "CoLA": Layout(
        columns=("sentence", "label"),
        in_file=ZERO_ONE,
        labels=("unacceptable", "acceptable"),
        metric="matthews",
        no_header=("source", "label", "author", "sentence"),
    ),
    "SST-2": Layout(("sentence", "label"), ZERO_ONE, ("negative", "positive"), "accuracy"),
    "MRPC": Layout(("#1 String", "#2 String", "Quality"), ZERO_ONE, PARAPHRASE, "accuracy"),
    "STS-B": Layout(("sentence1", "sentence2", "score"), (), (), "pearson"),
    "QQP": Layout(
        ("question1", "question2", "is_duplicate"),
        ZERO_ONE,
        ("not_duplicate", "duplicate"),
        "accuracy",
        may_break=True,
    ),
    "MNLI": Layout(
        ("sentence1", "sentence2", "gold_label"), MNLI, MNLI, "accuracy", dev="dev_matched.tsv"
    ),
    "QNLI": Layout(("question", "sentence", "label"), ENTAILMENT, ENTAILMENT, "accuracy"),
    "RTE": Layout(("sentence1", "sentence2", "label"), ENTAILMENT, ENTAILMENT, "accuracy"),
    "WNLI": Layout(
        ("sentence1", "sentence2", "label"), ZERO_ONE, ("not_entailment", "entailment"), "accuracy"
    ),
}
"""The nine tasks. The metric is the one that tables of pruning studies print; MRPC and QQP are
scored by F1 as well elsewhere: `METRICS["f1"]`."""


def load_glue(
    name: str,
    folder: Path,
    n_train: int | None = None,
    n_dev: int | None = None,
    seed: int = 0,
) -> Task:
    """The GLUE task `name` from the folder that holds its `train.tsv` and `dev.tsv`.

    MNLI's dev split is `dev_matched.tsv`. With `n_train` or `n_dev`, that many examples drawn by
    `seed`, in the file's order. Raises UserError with file and line for anything the files should
    not hold, and for an unknown name.
    """
    if name not in GLUE:
        raise UserError(f"unknown GLUE task {name!r}; allowed: {', '.join(sorted(GLUE))}")
    layout = GLUE[name]
    folder = check_folder(folder, name, f"train.tsv and {layout.dev}")
    train, train_dropped = read_split(folder / "train.tsv", layout)
    dev, dev_dropped = read_split(folder / layout.dev, layout)
    return Task(
        name=name,
        kind=layout.kind,
        labels=layout.labels or None,
        metric=layout.metric,
        train=sample(train, n_train, seed, f"{name} train"),
        dev=sample(dev, n_dev, seed, f"{name} dev"),
        n_dropped=train_dropped + dev_dropped,
    )


def read_split(path: Path, layout: Layout) -> tuple[list[SentenceExample], int]:
    """Examples of one file, and how many rows were left out (see `Layout.may_break`)."""
    lines = read_lines(path)
    names = list(layout.no_header) or _header(path, lines)
    missing = [column for column in layout.columns if column not in names]
    if missing:
        header = ", ".join(map(repr, names))[:200]
        raise UserError(f"{path}:1: no column {', '.join(missing)}; the header has {header}")
    *sentence_columns, label_column = (names.index(column) for column in layout.columns)
    examples = []
    n_dropped = 0
    for number, line in lines:
        cells = line.split("\t")
        if len(cells) != len(names):
            if layout.may_break and len(cells) < len(names):
                n_dropped += 1
                continue
            raise UserError(f"{path}:{number}: {len(cells)} columns, expected {len(names)}")
        text, *pair = [cells[column] for column in sentence_columns]
        label = _label(cells[label_column], layout, f"{path}:{number}")
        examples.append(SentenceExample(text, pair[0] if pair else None, label))
    if not examples:
        raise UserError(f"{path}: no examples")
    return examples, n_dropped


def _header(path: Path, lines: Iterator[tuple[int, str]]) -> list[str]:
    for _, line in lines:
        return line.split("\t")
    raise UserError(f"{path}: empty file, expected a header line")


def _label(cell: str, layout: Layout, where: str) -> int | float:
    if layout.in_file:
        if cell not in layout.in_file:
            raise UserError(f"{where}: label {cell!r}; allowed: {', '.join(layout.in_file)}")
        return layout.in_file.index(cell)
    try:
        score = float(cell)
    except ValueError:
        score = math.nan
    if not math.isfinite(score):
        raise UserError(f"{where}: score {cell!r}; a number was expected")
    return score


def _register(name: str) -> None:
    @TASKS.register(name)
    def load(*, folder: Path | None, n_train: int | None, n_dev: int | None, seed: int) -> Task:
        holds = f"train.tsv and {GLUE[name].dev}"
        return load_glue(name, check_folder(folder, name, holds), n_train, n_dev, seed)


for _name in GLUE:
    _register(_name)
