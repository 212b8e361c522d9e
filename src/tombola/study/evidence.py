"""What a criterion may look at in a stage: just what it needs."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from tombola import anatomy, masks, tickets
from tombola.study.job import Job
from tombola.study.states import state_of
from tombola.tickets.criteria.criterion import Evidence

if TYPE_CHECKING:
    from tombola.tickets import Choice, Pruning


MASK_SEEDS = 1000
"""More rounds than anyone prunes."""


def mask_seed(seed: int, round_: int) -> int:
    """The seed of a random mask: another one in each round of each run."""
    return seed * MASK_SEEDS + round_


def evidence_for(
    job: Job[Any],
    choice: "Choice",
    pruning: "Pruning",
    ticket: "tickets.Ticket",
    task: str,
    seed: int,
    *,
    dense: str,
    split: str = "train",
) -> Evidence:
    """The evidence for scoring a ticket's weights.

    Args:
        job: the stage that prunes.
        choice: the criterion, whose settings may say how many examples it reads.
        pruning: which parameters may go.
        ticket: the trained model.
        task: what it was trained on.
        seed: of random scores.
        dense: role of the stage in which training began.
        split: the examples that a criterion reads.
    """
    model, settings = ticket.model, choice.chosen()
    weights = dict(model.named_parameters())
    prunable = pruning.parameters(anatomy.anatomy(model))
    scored = {parameter.name: weights[parameter.name] for parameter in prunable}
    needs = choice.criterion.needs
    if needs == "nothing":
        return Evidence(scored, seed)
    if needs == "course":
        begun = state_of(job, job.read_stage(dense), 0.0)
        return Evidence(scored, seed, model, start=lambda: begun.weights)
    if ticket.mask is not None:
        masks.apply(model, ticket.mask)
    model.to(job.device)
    kind = job.library.kind(task)
    size = int(getattr(settings, "batch_size", 32))
    examples = getattr(settings, "examples", None)

    def batches() -> Iterable[Any]:
        return job.batches(split, task, ticket.tokenizer, size, examples).in_order()

    return Evidence(scored, seed, model, batches, lambda model, batch: kind.loss(model, batch))
