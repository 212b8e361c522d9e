"""A task as a model does it: classes by the model's ids, examples in its tokens."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tombola import tasks, tickets
from tombola.errors import UserError
from tombola.text import longest_input
from tombola.verbs.asked import Chosen
from tombola.verbs.given import Given

if TYPE_CHECKING:
    from tombola.tasks import Batches, ByModel, Encoded, Task
    from tombola.text import Example

LONGEST = 512
"""Tokens of an example where neither model, tokenizer nor user has a limit."""


@dataclass(frozen=True)
class Posed:
    """One split of a task, ready for one model."""

    task: "Task"
    """As the user, the data or the ticket have it."""
    by_model: "ByModel"
    """With classes in the order of the model's ids."""
    split: str
    examples: "Sequence[Example]"
    """Of the split, as the task has them."""
    encoded: "Encoded"
    batches: "Batches"
    max_tokens: int
    unknown: float
    """Share of sub-tokens that the tokenizer does not know."""
    notes: tuple[str, ...] = field(default=())
    """What a person should know of it: what was cut, guessed or is unknown."""

    @property
    def cut(self) -> int:
        """Examples that lost tokens."""
        return self.encoded.n_cut


def posed(
    chosen: Chosen,
    about: Given,
    *,
    split: str = "dev",
    batch_size: int = 32,
    max_tokens: int | None = None,
    head: bool = True,
) -> Posed:
    """A task for a model.

    Args:
        chosen: the task.
        about: the model, on its device, and what reads text for it.
        split: the examples that are read.
        batch_size: examples at a time.
        max_tokens: of an example; by default as the ticket was trained, else what the model takes.
        head: whether the model must do the task; else text alone is read.

    Raises UserError where the model has no head for the task, its classes do not fit, there are no
    such examples, or `max_tokens` is more than the model takes.
    """
    task, notes = chosen.task, list(chosen.notes)
    model, tokenizer, called = about.model, about.tokenizer, about.called
    if not len(getattr(task, split)):
        raise UserError(f"task {task.name!r} has no {split} examples here")
    fitted = tasks.ByModel(task)
    if head:
        fitted = tickets.check_fit(model, task, called, ordered=chosen.ordered)
        if fitted.by_number and chosen.own:
            notes.append(_by_number(fitted, model))
    limit = _limit(model, tokenizer, max_tokens, chosen.max_tokens)
    rows = getattr(fitted.task, split)
    encoded = tasks.encode(fitted.task, rows, tokenizer, limit)
    if encoded.n_cut:
        notes.append(f"{encoded.n_cut:,} of {len(rows):,} examples were cut to {limit} tokens")
    unknown = tasks.unknown_share(encoded, tokenizer)
    if sentence := tasks.said_of_unknown(unknown):
        notes.append(sentence)
    batches = tasks.in_batches(fitted.task, encoded, batch_size, tokenizer)
    return Posed(
        task=task,
        by_model=fitted,
        split=split,
        examples=getattr(task, split),
        encoded=encoded,
        batches=batches,
        max_tokens=limit,
        unknown=unknown,
        notes=tuple(notes),
    )


def _limit(model: Any, tokenizer: Any, asked: int | None, trained: int | None) -> int:
    longest = longest_input(model, tokenizer)
    if asked is not None:
        if longest is not None and asked > longest:
            raise UserError(f"max_tokens {asked}: the model takes {longest} at most")
        return asked
    return min(n for n in (trained or LONGEST, longest) if n is not None)


def _by_number(fitted: "ByModel", model: Any) -> str:
    names = tasks.class_names(model.config)
    shown = [str(i) if names is None else names[i] for i in range(model.config.num_labels)]
    own = fitted.task.labels or ()
    pairs = ", ".join(f"{a} is {b}" for a, b in zip(own, shown, strict=True))
    return f"classes were taken by their order, for names do not tell: {pairs}"[:300]
