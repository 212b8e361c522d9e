"""What scores without a model."""

import math

import pandas as pd
import pytest

from realdata import folder, published
from tombola.errors import UserError
from tombola.tasks import BASELINES, METRICS, Task, load_task
from tombola.text.examples import SentenceExample


def of(train: list[float], dev: list[float], kind: str, metric: str) -> Task:
    def examples(labels: list[float]) -> tuple[SentenceExample, ...]:
        return tuple(SentenceExample("a word", None, label) for label in labels)

    labels = ("no", "yes") if kind == "classification" else None
    return Task("toy", kind, labels, metric, examples(train), examples(dev))


def test_the_majority_is_that_of_training() -> None:
    task = of([1, 1, 0], [0, 0, 0, 1], "classification", "accuracy")
    assert BASELINES["majority"].answers(task) == [1] * 4
    assert BASELINES["majority-as-published"].answers(task) == [0] * 4
    assert BASELINES["majority"].answers(of([1, 0], [0], "classification", "accuracy")) == [0]


def test_a_constant_has_no_correlation_and_draws_have_one_by_chance() -> None:
    task = of([0.0, 5.0], [1.0, 2.0, 3.0, 5.0], "regression", "pearson")
    assert BASELINES["majority"].answers(task) == [2.5] * 4
    assert math.isnan(
        METRICS["pearson"](BASELINES["majority"].answers(task), task.references).value
    )
    drawn = BASELINES["majority-as-published"].answers(task)
    assert len(set(drawn)) == 4
    assert drawn == BASELINES["majority-as-published"].answers(task)


def test_translations_have_no_majority() -> None:
    task = load_task("builtin-translation", train=4, dev=2)
    for name in BASELINES:
        with pytest.raises(UserError, match="classes or numbers"):
            BASELINES[name].answers(task)


@pytest.mark.parametrize(
    ("name", "metric"),
    [("CoLA", "mcc"), ("SST-2", "acc"), ("MRPC", "acc"), ("STS-B", "pearson"), ("RTE", "acc")],
)
def test_the_published_baselines_come_out(name: str, metric: str) -> None:
    rows = pd.read_csv(published("prasanna_2020/results.csv"))
    rows = rows[(rows["experiment"] == "evaluate_masked/freq_baseline") & (rows["task"] == name)]
    expected = float(rows.loc[rows["metric"] == metric, "mean"].iloc[0])
    task = load_task(name, folder(f"glue/{name}"))
    answers = BASELINES["majority-as-published"].answers(task)
    found = METRICS[task.metric](answers, task.references).value
    assert found == pytest.approx(expected, abs=1e-12)
