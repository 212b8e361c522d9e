"""How much each head and MLP of a model matters for a task."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tombola import tasks, tickets
from tombola.settings import validate
from tombola.verbs.given import given_model

if TYPE_CHECKING:
    import pandas as pd
    import torch


@dataclass(frozen=True)
class Importances:
    """What scores say of every head and MLP of one model."""

    found: "tuple[tickets.Importance, ...]"
    """One for each score."""
    norm: "tickets.Norm"
    agreement: "tuple[tickets.Agreement, ...]"
    """How far every two scores rank heads, and MLPs, alike."""

    def rows(self) -> list[dict[str, Any]]:
        """A row for each score, head and MLP (its `head` is -1)."""
        return [
            {"score": each.score, "per": each.per, **row, "n": each.n}
            for each in self.found
            for row in each.rows(self.norm)
        ]

    def to_dict(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return {
            "norm": self.norm,
            "parts": self.rows(),
            "agreement": [asdict(each) for each in self.agreement],
        }

    def to_frame(self) -> "pd.DataFrame":
        """The rows as a frame."""
        import pandas as pd

        return pd.DataFrame(self.rows())


def importance(
    model: "torch.nn.Module | str | Path",
    name: str,
    folder: str | Path | None = None,
    *,
    tokenizer: Any = None,
    score: str | Sequence[str] = "gate",
    per: str = "example",
    norm: str = "l2-min-max",
    split: str = "dev",
    examples: int | None = None,
    batch_size: int = 32,
    max_tokens: int = 128,
) -> Importances:
    """Say how much each head and MLP of a model matters for a task.

    Args:
        model: where to load the model from, or a model, which is left where and as it is.
        name: the task.
        folder: the task's files; none for the built-in language.
        tokenizer: what reads the text for a model in memory.
        score: gate, token, activation, magnitude; or several of them, on the same examples.
        per: of what gradients `gate` takes absolute values: example, batch, as_published.
        norm: how values are normed: l2-min-max, l2, min-max, none.
        split: the examples that are read, dev or train.
        examples: how many of them; all where not given.
        batch_size: examples at a time.
        max_tokens: longer sentences are cut.

    Raises:
        UserError: missing or malformed text, no such model, score or task, a model that does not do
            the task, a loss that is not finite.
    """
    given = {
        "score": score if isinstance(score, str) else tuple(score),
        "per": per,
        "norm": norm,
        "split": split,
        "examples": examples,
        "batch_size": batch_size,
    }
    settings = validate(tickets.ImportanceSettings, given)
    n = settings.examples
    train, dev = (n, None) if settings.split == "train" else (None, n)
    task = tasks.load_task(name, folder, train, dev)
    live, reader, called = given_model(model, tokenizer)
    tickets.check_fit(live, task, called)
    split_rows = getattr(task, settings.split)
    encoded = tasks.encode(task, split_rows, reader, max_tokens)
    batches = tasks.in_batches(task, encoded, settings.batch_size, reader)
    sight = tickets.Sight(live, batches.in_order, tasks.TASK_KINDS[task.kind].loss, settings.per)
    found = tuple(tickets.PART_SCORES[each].score(sight) for each in settings.score)
    return Importances(found, settings.norm, tuple(tickets.agreements(found, settings.norm)))
