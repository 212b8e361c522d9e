"""What every stage that ends in a model leaves: the model, its mask, its score, its answers."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tombola import anatomy, tasks, tickets
from tombola.files import write_json
from tombola.language import Language
from tombola.language.tasks import BUILTIN
from tombola.study.answers import ANSWERS_FILE, answers_to, write_answers
from tombola.study.job import Job
from tombola.study.parts import MODEL, SCORE_FILE

if TYPE_CHECKING:
    import torch

    from tombola.masks import Mask
    from tombola.tickets import Pruning

HELD_FILE = "held.json"
FURTHER_FILE = "further.json"
"""Scores by a task's further metrics."""
LOSSES_FILE = "losses.json"


def finish(
    job: Job[Any],
    folder: Path,
    model: "torch.nn.Module",
    tokenizer: Any,
    *,
    task: str,
    batch_size: int,
    mask: "Mask | None",
    steps: int,
    source: str,
    root: str,
    pruning: "Pruning | None" = None,
    said: "Mapping[str, list[Any]] | None" = None,
    losses: Sequence[tuple[int, float]] = (),
) -> None:
    """Score a model on its task and write it as a ticket.

    Args:
        job: the stage.
        folder: where to.
        model: as trained, on any device; it comes back on the CPU.
        tokenizer: its own.
        task: of the recipe.
        batch_size: examples scored at once; no number depends on it.
        mask: what survives; None for a model that was never pruned.
        steps: optimizer steps that its weights have behind them.
        source: where the weights came from, in words.
        root: name of the unpruned model's stage; empty for this one.
        pruning: which parameters could have been pruned.
        said: what the model answers to a split, where that is known already.
        losses: steps done and the loss of the last of them, in the course of its training.
    """
    known = job.library.task(task)

    def answered(split: str) -> tuple[list[Any], list[Any]]:
        found = (said or {}).get(split)
        return answers_to(job, split, model, tokenizer, task, batch_size, found)

    given, right = answered("dev")
    score = tasks.METRICS[known.metric](given, right)
    write_answers(folder / ANSWERS_FILE, given, right)
    cut = job.encoded("dev", task, tokenizer).n_cut
    write_json(
        folder / SCORE_FILE,
        # which examples, so that another study's models can be held to these
        {**asdict(score), "task": task, "cut": cut, "examples": known.scored},
    )
    if known.further:
        others = [tasks.METRICS[name](given, right) for name in known.further]
        write_json(folder / FURTHER_FILE, [{**asdict(o), "task": task, "cut": cut} for o in others])
    if known.held:
        held = tasks.METRICS[known.metric](*answered("held"))
        cut = job.encoded("held", task, tokenizer).n_cut
        write_json(folder / HELD_FILE, {**asdict(held), "task": task, "cut": cut})
    if losses:
        write_json(folder / LOSSES_FILE, [{"done": at, "loss": loss} for at, loss in losses])
    write_json(
        folder / "model.json",
        {
            **_counts(anatomy.anatomy(model), mask, pruning),
            "steps": steps,
            "source": source,
            "root": root or job.stage.name,
        },
    )
    provenance = {
        "stage": {key: job.stage.to_dict()[key] for key in ("name", "step", "kind", "at", "reads")},
        "facts": job.stage.facts,
        "task": {
            "name": known.name,
            "digest": job.library.task_facts(task)["digest"],
            "scored": known.scored,
            "choice": job.library.choice(task).model_dump(mode="json", exclude_defaults=True),
            **_language(job, task),
        },
        "source": source,
        "score": asdict(score),
    }
    target = folder / MODEL
    target.mkdir(exist_ok=True)
    ticket = tickets.Ticket(model.cpu(), mask, tokenizer, provenance)
    tickets.write_ticket(target, ticket, companions=False)


def _language(job: Job[Any], task: str) -> dict[str, Any]:
    """The built-in language that a task is made of, so that a model can be probed on its own."""
    choice = job.library.choice(task)
    if choice.name not in BUILTIN:
        return {}
    return {"language": asdict(choice.language or Language())}


def _counts(body: Any, mask: "Mask | None", pruning: "Pruning | None") -> dict[str, Any]:
    """The counts that tables are made of; a dense model has those of a mask that prunes nothing."""
    from tombola.masks import Mask
    from tombola.tickets import Pruning

    parameters = (pruning or Pruning(amount=0.5)).parameters(body)
    shown = mask if mask is not None else Mask.ones(parameters)
    return {
        "parameters": body.count(),
        "prunable": shown.n,
        "pruned": shown.n_pruned,
        "digest": mask.digest if mask is not None else "",
        "rows": shown.sparsity_by(body, "stack", "layer", "block", "role", "set"),
        "sizes": _sizes(body, shown),
    }


def _sizes(body: Any, mask: "Mask") -> list[dict[str, Any]]:
    """All parameters by the set that they belong to, and the pruned ones of each."""
    pruned = {row["set"]: row["pruned"] for row in mask.sparsity_by(body, "set")}
    sets = dict.fromkeys(parameter.set for parameter in body.parameters)
    return [{"set": s, "n": body.count([s]), "pruned": pruned.get(s, 0)} for s in sets]
