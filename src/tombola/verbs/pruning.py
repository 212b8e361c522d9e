"""A ticket in one shot."""

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tombola import anatomy, masks, tasks, tickets
from tombola.settings import validate
from tombola.verbs.asked import Asked, chosen, said
from tombola.verbs.functions import by_function
from tombola.verbs.given import given
from tombola.verbs.live import as_ticket
from tombola.verbs.posed import Posed, posed

if TYPE_CHECKING:
    import torch

    from tombola.tickets import Choice, Ticket


READ = ("data", "gradients")
"""What a criterion may need for which examples are read."""


class UnreadExamples(UserWarning):
    """Examples are named for a criterion that does not read any."""


@by_function
def prune(
    model: "Ticket | torch.nn.Module | str | Path",
    amount: float,
    *,
    criterion: Any = "magnitude",
    scope: str = "global",
    sets: str | Sequence[str] = ("matrices",),
    of: str = "remaining",
    seed: int = 0,
    task: Any = None,
    folder: str | Path | None = None,
    tokenizer: Any = None,
    **asked: Any,
) -> "Ticket":
    """Draw a ticket in one shot: the lowest scores go.

    What was pruned before stays pruned: by the mask of a ticket; where there is none, what is zero
    counts as pruned (but for a vector that is zero as a whole, as biases are before training).

    Args:
        model: a model, a ticket or a `Trainer` (pruned in place), or where to load one from.
        amount: share to prune, 0 to 1.
        criterion: what scores the weights: magnitude, random, or one that reads examples (`snip`,
            `fisher`, `wanda`, …): the first of the training split, else of the one that there is. A
            mapping has its settings, too. A function of a weight (or of its name and it) gives a
            score for each entry; one of `evidence` gives scores by name.
        scope: within what the scores compete: global, stack, layer, block, matrix or head; or a
            pattern such as 2:4.
        sets: parameter sets to prune.
        of: what `amount` is a share of: remaining, original, or target (the sparsity to reach).
        seed: of random scores.
        task: for a criterion that reads examples: the name of a task, a `Task`, or data of your
            own; by default what a ticket was trained on.
        folder: a named task's files.
        tokenizer: what reads the text for a model in memory.
        asked: what else there is to say of the task: see `tombola.verbs.Asked`.

    Raises:
        UserError: a share outside 0 to 1, an unknown name, sets that the model lacks, a score that
            is not a number, masked weights that are not zero, a wrapper that hides the weights; a
            criterion that reads examples without any.
    """
    chosen_sets = [sets] if isinstance(sets, str) else list(sets)
    settings = {"amount": amount, "scope": scope, "sets": tuple(chosen_sets), "of": of}
    pruning = validate(tickets.Pruning, settings)
    ticket = as_ticket(model, tokenizer)
    held = ticket.mask
    if held is None:
        held = masks.zeros_of(ticket.model, pruning.parameters(anatomy.anatomy(ticket.model)))
    choice = validate(tickets.Choice, criterion)
    evidence: dict[str, Any] = {}
    if choice.criterion.needs in READ:
        found = _read(ticket, task, folder, tokenizer, said(asked), choice)
        evidence = {
            "batches": found.batches.in_order,
            "loss": tasks.TASK_KINDS[found.task.kind].loss,
        }
    elif asked or (task, folder) != (None, None):
        said_of = f"criterion {choice.label!r} reads no examples: what is said of them is of no use"
        warnings.warn(said_of, UnreadExamples, stacklevel=3)  # past the decorator
    mask = tickets.draw(ticket.model, pruning, choice, held, seed, **evidence)
    masks.apply(ticket.model, mask)
    named = isinstance(model, str | Path)
    drawn = {**settings, "criterion": choice.label, "seed": seed, "mask": mask.digest}
    source = {"source": str(model)} if named else {}
    provenance = tickets.after(ticket.provenance, **source, drawn=drawn)
    return tickets.Ticket(ticket.model, mask, ticket.tokenizer, provenance)


def _read(
    ticket: "Ticket", task: Any, folder: Any, tokenizer: Any, words: Asked, choice: "Choice"
) -> Posed:
    """The examples that a criterion reads: so many as its settings say, or the user."""
    settings = choice.chosen()
    about = given(ticket, tokenizer)
    one = chosen(task, folder, words, about.provenance, regression=about.regresses, split="train")
    split = "train" if len(one.task.train) else "dev"
    size = int(getattr(settings, "batch_size", 32))
    limited = one.first(split, words.examples or getattr(settings, "examples", None))
    return posed(limited, about, split=split, batch_size=size, max_tokens=words.max_tokens)
