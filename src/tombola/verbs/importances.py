"""How much each head and MLP of a model matters for a task."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tombola import tasks, tickets
from tombola.results import Result
from tombola.settings import validate
from tombola.verbs.asked import chosen, said
from tombola.verbs.given import given
from tombola.verbs.posed import posed

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, repr=False)
class Importances(Result):
    """What scores say of every head and MLP of one model."""

    found: "tuple[tickets.Importance, ...]"
    """One for each score."""
    norm: "tickets.Norm"
    agreement: "tuple[tickets.Agreement, ...]"
    """How far every two scores rank heads, and MLPs, alike."""
    notes: tuple[str, ...] = ()
    """What a person should know of the text: what was cut, guessed, or is unknown."""

    def lines(self) -> tuple[str, ...]:
        """Which scores, of how much."""
        said = [f"{one.score} of {len(list(one.rows(self.norm)))} heads and MLPs, n = {one.n:,}"
                for one in self.found]  # fmt: skip
        return ("; ".join(said),)

    def records(self) -> list[dict[str, Any]]:
        """See `rows`."""
        return self.rows()

    def printed(self) -> list[dict[str, Any]]:
        """What matters most, first."""
        return sorted(self.rows(), key=lambda row: -row["normed"])

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
            "notes": list(self.notes),
        }


def importance(
    model: "torch.nn.Module | tickets.Ticket | str | Path",
    task: Any = None,
    folder: str | Path | None = None,
    *,
    tokenizer: Any = None,
    score: str | Sequence[str] = "gate",
    per: str = "example",
    norm: str = "l2-min-max",
    split: str = "dev",
    batch_size: int = 32,
    **asked: Any,
) -> Importances:
    """Say how much each head and MLP of a model matters for a task.

    Args:
        model: where to load the model from, a ticket, or a model, which is left where and as it is.
        task: the name of a task, a `Task`, or data of your own; by default that of the ticket.
        folder: a named task's files.
        tokenizer: what reads the text for a model in memory.
        score: gate, token, activation, magnitude; or several of them, on the same examples.
        per: of what gradients `gate` takes absolute values: example, batch, as_published.
        norm: how values are normed: l2-min-max, l2, min-max, none.
        split: the examples that are read, dev or train; of data of your own any split.
        batch_size: examples at a time.
        asked: what else there is to say of the task, `examples` to read among it: see
            `tombola.verbs.Asked`.

    Raises:
        UserError: missing or malformed text, no such model, score or task, a model that does not do
            the task, a loss that is not finite.
    """
    own_split = split not in ("dev", "train")
    words = said({**asked, **({"split": split} if own_split else {})})
    settings = validate(
        tickets.ImportanceSettings,
        {
            "score": score if isinstance(score, str) else tuple(score),
            "per": per,
            "norm": norm,
            "split": "dev" if own_split else split,
            "batch_size": batch_size,
        },
    )
    about = given(model, tokenizer)
    role = settings.split
    one = chosen(task, folder, words, about.provenance, regression=about.regresses, split=role)
    found = posed(
        one, about, split=role, batch_size=settings.batch_size, max_tokens=words.max_tokens
    )
    kind = tasks.TASK_KINDS[found.task.kind]
    sight = tickets.Sight(about.model, found.batches.in_order, kind.loss, settings.per)
    scores = tuple(tickets.PART_SCORES[each].score(sight) for each in settings.score)
    agreed = tuple(tickets.agreements(scores, settings.norm))
    return Importances(scores, settings.norm, agreed, found.notes)
