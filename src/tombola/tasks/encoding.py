"""Examples of a task, as a model takes them."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any

from tombola.errors import UserError
from tombola.tasks.batches import Batches
from tombola.tasks.kinds.kind import TASK_KINDS, Draws, Packs
from tombola.tasks.task import Task
from tombola.tasks.tokenize import Encoded
from tombola.text.examples import Example

BLOCK = 1_000
"""Examples that are encoded at once: enough for all threads of a tokenizer, and soon forgotten."""


def encode(task: Task, examples: Sequence[Example], tokenizer: Any, max_tokens: int) -> Encoded:
    """Examples of a task, such as `task.train`, encoded as its kind does it.

    An example has `max_tokens` at most, special tokens included; longer ones are cut and counted.
    Raises UserError where there are no examples or `max_tokens` leaves no room.
    """
    blocks = list(encode_blocks(task, examples, tokenizer, max_tokens))
    rows = chain.from_iterable(block.rows for block in blocks)
    return Encoded(tuple(rows), sum(block.n_cut for block in blocks))


def encode_blocks(
    task: Task, examples: Sequence[Example], tokenizer: Any, max_tokens: int
) -> Iterator[Encoded]:
    """The same rows, some at a time: for more than memory should hold."""
    if not len(examples):
        raise UserError("no examples to encode")
    kind, left = TASK_KINDS[task.kind], iter(examples)
    if isinstance(kind, Packs):
        yield from kind.pieces(left, tokenizer, max_tokens)
        return
    while block := tuple(islice(left, BLOCK)):
        yield kind.encode(block, tokenizer, max_tokens, task.labels)


def in_batches(
    task: Task, encoded: Sequence[Mapping[str, Any]], batch_size: int, tokenizer: Any, **more: Any
) -> Batches:
    """Encoded examples of a task in batches, as its kind gives them to a model.

    `more` is what else `Batches` takes. Raises UserError for a tokenizer without a token to pad
    with.
    """
    if tokenizer.pad_token_id is None:
        raise UserError("the tokenizer has no token to pad batches with")
    kind = TASK_KINDS[task.kind]
    drawn = kind.drawer(tokenizer) if isinstance(kind, Draws) else None
    return Batches(encoded, batch_size, tokenizer.pad_token_id, drawn=drawn, **more)


def answered(
    task: Task, encoded: Sequence[Mapping[str, Any]], examples: Sequence[Example]
) -> Sequence[Example]:
    """What a model's answers are to: the examples, or the sequences that they are packed into."""
    kind = TASK_KINDS[task.kind]
    return kind.sequences(encoded) if isinstance(kind, Packs) else examples
