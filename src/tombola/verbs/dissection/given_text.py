"""The text of a comparison: plain, with translations, or with labels of words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tombola import tasks
from tombola.dissect.groups import Marked, Ranks, by_frequency, marked_words
from tombola.dissect.groups.frequency import FREQUENCY
from tombola.dissect.representations import stack_names
from tombola.errors import UserError, allowed_for
from tombola.tasks.tokenize import tokenize
from tombola.tasks.words import read_words
from tombola.text.lines import read_lines
from tombola.text.plain import read_plain


@dataclass(frozen=True)
class GivenText:
    """Sentences, and what is known of them."""

    sentences: tuple[str, ...]
    targets: tuple[str, ...] | None = None
    """Their translations, line by line."""
    words: tuple[tuple[str, ...], ...] = ()
    """Where words have labels, the words."""
    labels: Mapping[str, Sequence[Sequence[str | None]]] | None = None
    """By the name of their task."""
    n_empty: int = 0
    """Lines without a word, which are left out."""


def read_text(
    data: str | Path | Sequence[str],
    target: str | Path | Sequence[str] | None,
    labels: str | None,
    form: str | None,
    examples: int | None,
) -> GivenText:
    """Read files, or take sentences. Raises UserError for what cannot be read, or pairs not."""
    if labels is not None:
        if target is not None or not isinstance(data, str | Path):
            raise UserError("labels: of the words of a file; translations have none")
        if labels not in tasks.WORD_TASKS or tasks.WORD_TASKS[labels].shape != "word":
            able = [name for name, task in tasks.WORD_TASKS.items() if task.shape == "word"
                    and not task.numbers]  # fmt: skip
            raise UserError(
                f"labels: no task of single words {labels!r}; {allowed_for(labels, able)}"
            )
        return _labelled(Path(data), labels, form, examples)
    source = _lines(data)
    goal = None if target is None else _lines(target)
    if goal is not None and len(goal) != len(source):
        raise UserError(f"{len(source)} lines of text, and {len(goal)} of translations")
    kept = [
        i for i, line in enumerate(source) if line.split() and (goal is None or goal[i].split())
    ]
    if not kept:
        where = f"{data}: " if isinstance(data, str | Path) else ""
        raise UserError(f"{where}no line with a word to read")
    chosen = kept[:examples]
    return GivenText(
        tuple(source[i] for i in chosen),
        None if goal is None else tuple(goal[i] for i in chosen),
        n_empty=len(source) - len(kept),
    )


def _lines(given: str | Path | Sequence[str]) -> list[str]:
    if isinstance(given, str | Path):
        return [line for _, line in read_lines(Path(given), mixed_ends=True)]
    return list(given)


def _labelled(path: Path, task: str, form: str | None, examples: int | None) -> GivenText:
    texts = list(read_words(task, path, form))[:examples]
    labels: list[list[str | None]] = []
    for text in texts:
        own: list[str | None] = [None] * len(text.words)
        for one in text.targets:
            own[one.at[0]] = str(one.label)
        labels.append(own)
    sentences = tuple(" ".join(text.words) for text in texts)
    return GivenText(sentences, words=tuple(text.words for text in texts), labels={task: labels})


def encoded(
    text: GivenText, model: Any, tokenizer: Any, max_tokens: int, batch_size: int
) -> tuple[tasks.Batches, int]:
    """Batches for a model, and how many sentences were cut to fit."""
    rows, cut = tokenize(list(text.sentences), tokenizer, max_tokens)
    if text.targets is not None and model.config.is_encoder_decoder:
        goals, more = tokenize(list(text.targets), tokenizer, max_tokens, as_target=True)
        for row, goal in zip(rows, goals, strict=True):
            row["labels"] = goal["input_ids"]
        cut |= more
    # Whatever padding is, the mask hides it: a decoder's tokenizer may have none.
    pad = tokenizer.pad_token_id if tokenizer.pad_token_id is not None else 0
    return tasks.Batches(rows, batch_size, pad), len(cut)


def marked(
    text: GivenText,
    model: Any,
    tokenizer: Any,
    batches: tasks.Batches,
    train: str | Path | None,
    edges: Sequence[int],
    max_tokens: int,
) -> tuple[Iterator[Marked], dict[str, tuple[str, ...]]]:
    """The same text with kinds of words: their labels, and the ranks of words or tokens.

    Ranks are of a training text; of the text itself where there is none.
    """
    stacks = stack_names(model)
    if text.labels is not None:
        learned = (
            text.words if train is None else [line.split() for line in read_plain(Path(train))]
        )
        ranks = Ranks.of(learned, edges)
        bins = [[ranks.names[ranks.bin(word)] for word in words] for words in text.words]
        return marked_words(
            text.words,
            {**text.labels, FREQUENCY: bins},
            tokenizer,
            stack=stacks[0],
            batch_size=batches.batch_size,
            max_tokens=max_tokens,
            orders={FREQUENCY: ranks.names},
        )
    special = set(tokenizer.all_special_ids)
    rows: list[Any] = list(batches.encoded)
    if train is not None:
        rows = tokenize(list(read_plain(Path(train))), tokenizer, max_tokens)[0]
    columns: dict[Any, str] = {stacks[0]: "input_ids"}
    if len(stacks) > 1 and train is None and text.targets is not None:
        columns[stacks[1]] = "labels"
    counted: dict[Any, Ranks] = {
        stack: Ranks.of(([i for i in row[column] if i not in special] for row in rows), edges)
        for stack, column in columns.items()
    }
    found = by_frequency(model, batches.in_order(), counted, special)
    return found, {FREQUENCY: next(iter(counted.values())).names}
