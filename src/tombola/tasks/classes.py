"""Classes of a task and classes of a model: the same names, in whatever order each has them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from tombola.errors import UserError
from tombola.tasks.task import Task
from tombola.text.examples import Example, SentenceExample
from tombola.text.glue import GLUE

_GENERIC = re.compile(r"((label|class)[ _-]*)?\d+", re.IGNORECASE)
"""What names a class by its number alone; transformers writes `LABEL_0` where nobody has named it.
"""


@dataclass(frozen=True)
class ByModel:
    """A task with its classes in the order of a model's."""

    task: Task
    """With the model's ids in its examples, and names in the order of these."""
    to_model: tuple[int, ...] | None = None
    """The model's id of each class of the task as it was; None where these are the same."""
    names: tuple[str, ...] | None = None
    """Of the classes as the task had them, and behind them those that only the model has."""
    by_number: bool = False
    """Whether neither side says which class is which, so that they were taken by their order."""

    def said(self, answers: Sequence[Any]) -> list[Any]:
        """A model's answers in the ids that the task had; tags are names and stay as they are."""
        if self.to_model is None:
            return list(answers)
        back = {model: own for own, model in enumerate(self.to_model)}
        more = len(back)
        for i in range(len(self.task.labels or ())):
            if i not in back:
                back[i], more = more, more + 1
        return [back[answer] for answer in answers]


def class_names(config: Any) -> tuple[str, ...] | None:
    """What a model calls its classes, by their ids; None where they are numbers only.

    Raises UserError where `id2label` and `label2id` contradict one another.
    """
    n = getattr(config, "num_labels", None)
    by_id = _complete(getattr(config, "id2label", None), n)
    inverse = getattr(config, "label2id", None)
    by_name = _complete(
        {i: name for name, i in inverse.items()} if isinstance(inverse, Mapping) else None, n
    )
    if by_id is not None and by_name is not None and by_id != by_name:
        raise UserError(
            f"the model names its classes apart: {', '.join(by_id)} by id2label, "
            f"{', '.join(by_name)} by label2id"
        )
    return by_id or by_name


def _complete(names: Any, n: int | None) -> tuple[str, ...] | None:
    """Names of all ids from 0; None where one lacks, or is no more than a number."""
    if not isinstance(names, Mapping) or n is None:
        return None
    by_id = {int(i): str(name) for i, name in names.items()}
    if set(by_id) != set(range(n)):
        return None
    found = tuple(by_id[i] for i in range(n))
    return None if _numbers(found) == tuple(range(n)) else found


def for_model(task: Task, config: Any, called: str, *, ordered: bool = False) -> ByModel:
    """A task as a model orders its classes: by name where the model has names.

    Where it has none, or the task's are numbers, by number: `by_number` says where that was a
    guess. With `ordered` the user has named the classes in the order of the model's ids.

    Raises UserError where names do not fit, and where there are fewer of them in the model.
    """
    n = getattr(config, "num_labels", None)
    if task.labels is None or n is None or task.kind == "words":
        return ByModel(task)
    names, own = class_names(config), task.labels
    numbers = None if ordered else _numbers(own)
    places, guessed = None, False
    if names is not None and not ordered:
        places = _by_name(task, names)
        if places is None and numbers is None:
            raise UserError(
                f"{called}: its classes ({_short(names)}) are not those of {task.name} "
                f"({_short(own)}); name classes in the order of its ids where they mean the same"
            )
        guessed = places is None
    if places is None and numbers is not None and all(number < n for number in numbers):
        places = numbers
    if places is None and len(own) == n:
        places, guessed = tuple(range(n)), not ordered
    if places is None:
        raise UserError(f"{called}: tells {n} labels apart, {task.name} has {len(own)}")
    if places == tuple(range(n)):
        return ByModel(task, names=own, by_number=guessed)
    return _moved(task, places, names, n, guessed)


def _numbers(names: Sequence[str]) -> tuple[int, ...] | None:
    """The number that each name is, or ends in; None where one has none."""
    if not all(_GENERIC.fullmatch(name) for name in names):
        return None
    return tuple(int(number) for name in names for number in re.findall(r"\d+$", name))


def _by_name(task: Task, names: Sequence[str]) -> tuple[int, ...] | None:
    """The id of each class of a task; None where one has none, or two have the same."""
    ids: dict[str, int] = {}
    for i, name in enumerate(names):
        ids.setdefault(_plain(name), i)
    if len(ids) < len(names):
        return None
    numbers = [re.findall(r"\d+", name) for name in names]
    if _numbers(task.labels or ()) is not None and all(len(each) == 1 for each in numbers):
        ids |= {number: i for i, (number,) in enumerate(numbers)}  # "1 star" is 1
    places = []
    for own, known_as in zip(task.labels or (), _synonyms(task), strict=True):
        found = next((ids[_plain(name)] for name in (own, *known_as) if _plain(name) in ids), None)
        if found is None:
            return None
        places.append(found)
    return tuple(places) if len(set(places)) == len(places) else None


def _synonyms(task: Task) -> list[tuple[str, ...]]:
    """What else the classes of a task are called: those of GLUE have other names on the hub."""
    layout = GLUE.get(task.name)
    if layout is None or layout.labels != task.labels:
        return [()] * len(task.labels or ())
    return [
        tuple(name for name, own in zip(layout.hub_labels, layout.hub_ids, strict=True) if own == i)
        for i in range(len(layout.labels))
    ]


def _plain(name: str) -> str:
    """A name without what tells spellings apart: `NOT_ENTAILMENT` is `not entailment`."""
    return re.sub(r"[\W_]+", " ", name).casefold().strip() or name


def _moved(
    task: Task, places: tuple[int, ...], names: Sequence[str] | None, n: int, guessed: bool
) -> ByModel:
    own = task.labels or ()
    labels = [names[i] if names is not None else str(i) for i in range(n)]
    for name, place in zip(own, places, strict=True):
        labels[place] = name
    extra = tuple(labels[i] for i in range(n) if i not in places)
    changed = replace(task, labels=tuple(labels))
    if task.kind == "tagging":  # whose examples and answers are names
        return ByModel(changed, names=(*own, *extra), by_number=guessed)

    def moved(split: Sequence[Example]) -> tuple[Example, ...]:
        return tuple(_with_id(cast(SentenceExample, example), places) for example in split)

    splits = {name: moved(getattr(task, name)) for name in ("train", "dev", "held")}
    return ByModel(replace(changed, **splits), places, (*own, *extra), guessed)  # type: ignore[arg-type]  # its fields


def _with_id(example: SentenceExample, places: tuple[int, ...]) -> SentenceExample:
    if example.label is None:
        return example
    return replace(example, label=places[int(example.label)])


def _short(names: Sequence[str]) -> str:
    return ", ".join(names)[:120]
