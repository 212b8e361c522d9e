"""The dev text of a task with the kind of each of its words."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tombola import tasks
from tombola.dissect import groups
from tombola.dissect.groups.frequency import FREQUENCY
from tombola.dissect.representations import stack_names
from tombola.errors import UserError
from tombola.study.job import Job
from tombola.study.library import Library

if TYPE_CHECKING:
    from tombola.dissect.groups import Marked
    from tombola.tickets import Ticket

OF_WORDS = ("words", "tagging")
"""Kinds of tasks whose labels are of words."""


def told_apart(library: Library, task: str) -> bool:
    """Whether a task's words have labels of their own.

    Raises UserError where its labels are of pairs of words, of spans, or numbers.
    """
    known = library.task(task)
    if known.kind not in OF_WORDS:
        return False
    asked = tasks.as_words(known).task
    if asked.shape != "word" or asked.numbers:
        raise UserError(f"text: {task} has no label for single words; name one that has, as pos")
    return True


def marked_text(
    job: Job[Any], ticket: "Ticket", ranks: tuple[int, ...]
) -> "tuple[Iterator[Marked], dict[str, tuple[str, ...]]]":
    """Batches of a step's text with kinds of words, and the kinds' names.

    Ranks are of the words of the training split, or of its tokens where words have no labels: of a
    decoder beside an encoder, of the tokens of translations.
    """
    name = job.task_name("text")
    settings, reader = job.settings, ticket.tokenizer
    stacks = stack_names(ticket.model)
    if not told_apart(job.library, name):
        counts = _token_ranks(job, name, reader, stacks, ranks)
        batches = job.batches("dev", name, reader, settings.batch_size, settings.examples)
        marked = groups.by_frequency(
            ticket.model, batches.in_order(), counts, reader.all_special_ids
        )
        return marked, {FREQUENCY: next(iter(counts.values())).names}
    data = tasks.as_words(job.library.task(name))
    ranked = groups.Ranks.of((text.words for text in data.train), ranks)
    texts = data.dev[: settings.examples]
    labels: list[list[str | None]] = []
    for text in texts:
        own: list[str | None] = [None] * len(text.words)
        for target in text.targets:
            own[target.at[0]] = str(target.label)
        labels.append(own)
    bins = [[ranked.names[ranked.bin(word)] for word in text.words] for text in texts]
    return groups.marked_words(
        [text.words for text in texts],
        {name: labels, FREQUENCY: bins},
        reader,
        stack=stacks[0],
        batch_size=settings.batch_size,
        max_tokens=job.library.choice(name).max_tokens,
        orders={FREQUENCY: ranked.names},
    )


def _token_ranks(
    job: Job[Any], task: str, reader: Any, stacks: tuple[str, ...], ranks: tuple[int, ...]
) -> dict[Any, Any]:
    rows = job.encoded("train", task, reader)
    special = set(reader.all_special_ids)
    columns = {stacks[0]: "input_ids"}
    if len(stacks) > 1:
        columns[stacks[1]] = "labels"
    return {
        stack: groups.Ranks.of(
            ([i for i in row[column] if i not in special] for row in rows), ranks
        )
        for stack, column in columns.items()
    }
