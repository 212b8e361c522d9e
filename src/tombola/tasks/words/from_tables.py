"""Word tasks from tables of words and tags, such as the hub's `tokens` and `ner_tags`."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from tombola.errors import UserError
from tombola.tasks.own.columns import Columns
from tombola.tasks.own.load import load_own
from tombola.tasks.task import Task
from tombola.tasks.words.task import WORD_TASKS, Labelled, WordTask
from tombola.text.annotated import Annotated, LabelledSpan
from tombola.text.examples import TaggedSentence
from tombola.text.spans import read_tags_leniently

Layer = Callable[[tuple[str, ...]], Any]


def _spans(tags: tuple[str, ...]) -> tuple[LabelledSpan, ...]:
    return tuple(LabelledSpan(*span) for span in read_tags_leniently(tags))


LAYERS: Mapping[str, Layer] = {
    "universal_tags": tuple,
    "tags": tuple,
    "supertags": tuple,
    "semantic_tags": tuple,
    "chunks": _spans,
    "names": _spans,
    "conjuncts": _spans,
}
"""Layers of a text that one tag for each word can say, and how."""


def load_words_of_table(
    data: Any,
    columns: Columns | None = None,
    *,
    name: str,
    metric: str | None = None,
    seed: int = 0,
    files: Mapping[str, Path] | None = None,
    **chosen: Any,
) -> Task:
    """A word task whose labels stand in a column, a tag for each word; spans as BIO or IOB1.

    Arguments are those of `load_own`. Raises UserError as it does, and for a task of which tags say
    nothing (pairs of words, numbers).
    """
    task = WORD_TASKS[name]
    layer = next((layer for layer in task.layers if layer in LAYERS), None)
    if layer is None:
        able = [each.name for each in WORD_TASKS.values() if set(each.layers) & set(LAYERS)]
        raise UserError(
            f"task {name!r} is not told by a tag for each word; these are: {', '.join(able)}"
        )
    columns = (columns or Columns()).model_copy(update={"kind": "tagging"})
    found = load_own(data, columns, name=name, files=files, seed=seed, **chosen)
    splits = [
        tuple(_labelled(task, layer, one, i, seed) for i, one in enumerate(split, 1))
        for split in (found.train, found.dev)
    ]
    labels = {str(each.label) for split in splits for one in split for each in one.targets}
    made = replace(found, kind="words", labels=tuple(sorted(labels)), metric=task.metric,
                   train=splits[0], dev=splits[1])  # fmt: skip
    return made if metric is None else made.with_metric(metric)


def _labelled(task: WordTask, layer: str, one: Any, number: int, seed: int) -> Labelled:
    assert isinstance(one, TaggedSentence)
    where = f"sentence {number}"
    text = Annotated(one.words, where, **{layer: LAYERS[layer](one.tags)})
    return Labelled(one.words, task.derive(text, seed), where)
