"""Two models on the same text: their answers, and their layers."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tombola import dissect, tasks, tickets
from tombola.errors import UserError
from tombola.verbs.vocabulary import vocabulary


@dataclass(frozen=True)
class Comparison:
    """How two models differ on the same examples."""

    behaviour: Any | None
    """Agreement of their answers; None where one of them cannot do the task."""
    layers: list[Any]
    """Similarity of every pair of their layers."""

    def to_dict(self) -> dict[str, Any]:
        """As JSON can hold it."""
        behaviour = None if self.behaviour is None else asdict(self.behaviour)
        return {"behaviour": behaviour, "layers": [asdict(row) for row in self.layers]}


def compare(
    a: str | Path,
    b: str | Path,
    name: str,
    folder: str | Path | None = None,
    *,
    examples: int | None = None,
    measure: str = "debiased",
    batch_size: int = 32,
    max_tokens: int = 128,
) -> Comparison:
    """Compare two models on the dev split of a task: their answers, and their layers.

    Args:
        a: where to load the first model from; its tokenizer reads the text for both.
        b: where to load the second model from.
        name: the task.
        folder: the task's files; none for the built-in language.
        examples: dev examples to compare on; all where not given.
        measure: estimator of linear CKA: debiased or as_published.
        batch_size: examples at a time.
        max_tokens: longer sentences are cut.

    Raises:
        UserError: missing or malformed text, no such model, or models of different vocabularies.
    """
    task = tasks.load_task(name, folder, dev=examples)
    first, second = tickets.load(a), tickets.load(b)
    if vocabulary(first, a) != vocabulary(second, b):
        raise UserError(f"{a} and {b} have different vocabularies: they cannot read the same text")
    encoded = tasks.encode(task, task.dev, first.tokenizer, max_tokens)
    batches = tasks.in_batches(task, encoded, batch_size, first.tokenizer)
    able = all(_has_head(ticket.model) for ticket in (first, second))
    behaviour = dissect.compare(first.model, second.model, batches.in_order()) if able else None
    layers = dissect.layer_similarity(first.model, second.model, batches.in_order(), measure)
    return Comparison(behaviour, layers)


def _has_head(model: Any) -> bool:
    """Whether the model has anything on top of its body (transformers: its base model)."""
    return model.base_model is not model
