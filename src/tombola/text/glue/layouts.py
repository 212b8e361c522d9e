"""How each task's files are laid out: GLUE's own, and the copies on the Hugging Face hub."""

from dataclasses import dataclass
from typing import Literal

ZERO_ONE = ("0", "1")
ENTAILMENT = ("entailment", "not_entailment")


@dataclass(frozen=True)
class Layout:
    """How one task's files are laid out."""

    columns: tuple[str, ...]
    """Columns of the sentence, of its pair where there is one, and of the label, in this order."""
    in_file: tuple[str, ...]
    """Labels as GLUE's files spell them, in the order of their ids; empty for scores."""
    labels: tuple[str, ...]
    """What they mean, in the same order."""
    metric: str
    config: str
    """The task's name on the hub (`nyu-mll/glue`)."""
    hub_columns: tuple[str, ...]
    """Columns of the sentence and of its pair on the hub; the label's is `label`."""
    hub_labels: tuple[str, ...]
    """Labels as the hub names them, in the order of the hub's numbers."""
    hub_ids: tuple[int, ...]
    """What the hub's numbers are here: their order there is another."""
    no_header: tuple[str, ...] = ()
    """Names of the columns where the files have no header; the test file has one."""
    dev: str = "dev.tsv"
    may_break: bool = False
    """Whether the published file holds rows broken by line ends within a sentence; those are left
    out and counted."""
    may_lack_gold: bool = False
    """Whether annotators may have agreed on no label, which is `-`, or -1 on the hub; those
    examples are left out and counted."""
    highest: float = 5.0
    """Of scores; the lowest is 0."""

    @property
    def kind(self) -> Literal["classification", "regression"]:
        """Scores are regression, labels classification."""
        return "classification" if self.labels else "regression"

    @property
    def hub_dev(self) -> str:
        """The dev split's name on the hub: `validation`, or `validation_matched` of MNLI."""
        return self.dev.removesuffix(".tsv").replace("dev", "validation")


NLI = ("contradiction", "neutral", "entailment")
PARAPHRASE = ("not_paraphrase", "paraphrase")


def _mnli(dev: str) -> Layout:
    return Layout(
        columns=("sentence1", "sentence2", "gold_label"),
        in_file=NLI,
        labels=NLI,
        metric="accuracy",
        config="mnli",
        hub_columns=("premise", "hypothesis"),
        hub_labels=("entailment", "neutral", "contradiction"),
        hub_ids=(2, 1, 0),
        dev=dev,
        may_lack_gold=True,
    )


GLUE: dict[str, Layout] = {
    "CoLA": Layout(
        columns=("sentence", "label"),
        in_file=ZERO_ONE,
        labels=("unacceptable", "acceptable"),
        metric="matthews",
        config="cola",
        hub_columns=("sentence",),
        hub_labels=("unacceptable", "acceptable"),
        hub_ids=(0, 1),
        no_header=("source", "label", "author", "sentence"),
    ),
    "SST-2": Layout(
        columns=("sentence", "label"),
        in_file=ZERO_ONE,
        labels=("negative", "positive"),
        metric="accuracy",
        config="sst2",
        hub_columns=("sentence",),
        hub_labels=("negative", "positive"),
        hub_ids=(0, 1),
    ),
    "MRPC": Layout(
        columns=("#1 String", "#2 String", "Quality"),
        in_file=ZERO_ONE,
        labels=PARAPHRASE,
        metric="accuracy",
        config="mrpc",
        hub_columns=("sentence1", "sentence2"),
        hub_labels=("not_equivalent", "equivalent"),
        hub_ids=(0, 1),
    ),
    "STS-B": Layout(
        columns=("sentence1", "sentence2", "score"),
        in_file=(),
        labels=(),
        metric="pearson",
        config="stsb",
        hub_columns=("sentence1", "sentence2"),
        hub_labels=(),
        hub_ids=(),
    ),
    "QQP": Layout(
        columns=("question1", "question2", "is_duplicate"),
        in_file=ZERO_ONE,
        labels=("not_duplicate", "duplicate"),
        metric="accuracy",
        config="qqp",
        hub_columns=("question1", "question2"),
        hub_labels=("not_duplicate", "duplicate"),
        hub_ids=(0, 1),
        may_break=True,
    ),
    "MNLI": _mnli("dev_matched.tsv"),
    "MNLI-mismatched": _mnli("dev_mismatched.tsv"),
    "QNLI": Layout(
        columns=("question", "sentence", "label"),
        in_file=ENTAILMENT,
        labels=ENTAILMENT,
        metric="accuracy",
        config="qnli",
        hub_columns=("question", "sentence"),
        hub_labels=ENTAILMENT,
        hub_ids=(0, 1),
    ),
    "RTE": Layout(
        columns=("sentence1", "sentence2", "label"),
        in_file=ENTAILMENT,
        labels=ENTAILMENT,
        metric="accuracy",
        config="rte",
        hub_columns=("sentence1", "sentence2"),
        hub_labels=ENTAILMENT,
        hub_ids=(0, 1),
    ),
    "WNLI": Layout(
        columns=("sentence1", "sentence2", "label"),
        in_file=ZERO_ONE,
        labels=("not_entailment", "entailment"),
        metric="accuracy",
        config="wnli",
        hub_columns=("sentence1", "sentence2"),
        hub_labels=("not_entailment", "entailment"),
        hub_ids=(0, 1),
    ),
}
"""The nine tasks, MNLI once for each of its two dev splits. The metric is the one that tables of
pruning studies print; MRPC and QQP are scored by F1 as well elsewhere: `METRICS["f1"]`."""
