"""What every stage that ends in a model leaves: the model, its mask, its score, its answers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from tombola import anatomy, tasks, tickets, training
from tombola.files import write_json
from tombola.language import Language
from tombola.language.tasks import BUILTIN
from tombola.study.finished import Finished
from tombola.study.job import Job
from tombola.study.kind import Row
from tombola.study.parts import MODEL, SCORE_FILE
from tombola.tables import Table

if TYPE_CHECKING:
    import torch

    from tombola.masks import Mask
    from tombola.tickets import Pruning

ANSWERS_FILE = "answers.parquet"
HELD_FILE = "held.json"
FURTHER_FILE = "further.json"
"""Scores by a task's further metrics."""
LOSSES_FILE = "losses.json"
TEXT_AXES = ("task", "criterion", "rewind")
"""Axes that have a column of their own in every study; others follow behind."""

MODELS = Table(
    "models",
    {
        "model": ("string", "name of the model's stage; other tables refer to it"),
        "step": ("string", "step of the recipe"),
        "seed": ("Int64", "seed of the run"),
        "task": ("string", "task that was learned, as the recipe names it"),
        "round": ("int64", "pruning round; 0 is unpruned"),
        "criterion": ("string", "what scored the weights; empty where unpruned"),
        "rewind": ("string", "how retraining began; empty where unpruned"),
        "source": ("string", "where the weights came from"),
        "root": ("string", "the unpruned model that it was drawn from"),
        "sparsity": ("float64", "pruned share of the prunable parameter sets, 0 to 1"),
        "sparsity_model": ("float64", "pruned share of all parameters, 0 to 1"),
        "mask": ("string", "hash of the mask, 12 hex digits; empty where unpruned"),
        "parameters": ("int64", "parameters in all"),
        "steps": ("int64", "optimizer steps that its weights have behind them"),
        "signature": ("string", "every fact that determines the model"),
    },
    open_axes=True,
)
SCORES = Table(
    "scores",
    {
        "model": ("string", "which model"),
        "task": ("string", "task that was scored"),
        "metric": ("string", "name of the metric"),
        "score": ("float64", "its value on the dev split; NaN where undefined"),
        "low": ("float64", "lower end of the 95% interval over examples"),
        "high": ("float64", "upper end of the 95% interval over examples"),
        "n": ("int64", "examples scored"),
        "chance": ("float64", "score of always answering the most frequent label; NaN if none"),
        "cut": ("int64", "scored examples that were cut to fit"),
        "reason": ("string", "why the score is undefined; empty where it is not"),
        "signature": ("string", "every fact that determines the number"),
    },
)
SPARSITY = Table(
    "sparsity",
    {
        "model": ("string", "which model"),
        "stack": ("string", "encoder, decoder; empty outside the stacks"),
        "layer": ("int64", "0 is nearest to the input; -1 outside the stacks"),
        "block": ("string", "self, cross, mlp; empty outside the stacks"),
        "role": ("string", "query, key, value, output, up, down, …"),
        "set": ("string", "parameter set"),
        "n": ("int64", "prunable entries"),
        "pruned": ("int64", "pruned entries"),
        "signature": ("string", "every fact that determines the number"),
    },
)
HELD = Table("held-scores", SCORES.columns, rare=True)
"""Scores on the examples that a task holds apart, to choose by."""
SIZES = Table(
    "sizes",
    {
        "model": ("string", "which model"),
        "set": ("string", "parameter set: matrices, biases, embeddings, …; together all there are"),
        "n": ("int64", "its parameters, ties once"),
        "pruned": ("int64", "pruned ones"),
        "signature": ("string", "every fact that determines the numbers"),
    },
    rare=True,
)
"""What shares of a model are taken of; studies of earlier versions have no row of it."""
LOSSES = Table(
    "training-losses",
    {
        "model": ("string", "which model"),
        "done": ("int64", "optimizer steps of its schedule that were done"),
        "loss": ("float64", "of the training batches of the last of them"),
        "signature": ("string", "every fact that determines the number"),
    },
    rare=True,
)
"""How a model was learning; of models that were not trained in their stage there is no row."""
MODEL_TABLES = (MODELS, SCORES, SPARSITY, HELD, SIZES, LOSSES)


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
    write_json(folder / SCORE_FILE, {**asdict(score), "task": task, "cut": cut})
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


def answers_to(
    job: Job[Any],
    split: str,
    model: "torch.nn.Module",
    tokenizer: Any,
    task: str,
    batch_size: int,
    said: list[Any] | None = None,
) -> tuple[list[Any], list[Any]]:
    """What a model answers to a split of a task, or is known to have said, and what is right."""
    known, batches = job.library.task(task), job.batches(split, task, tokenizer, batch_size)
    examples = getattr(known, split)
    if said is None:
        said = training.answers(model, known, batches, tokenizer, examples)
    right = [one.answer for one in tasks.answered(known, batches.encoded, examples)]
    return said, right


def _language(job: Job[Any], task: str) -> dict[str, Any]:
    """The built-in language that a task is made of, so that a model can be probed on its own."""
    choice = job.library.choice(task)
    if choice.name not in BUILTIN:
        return {}
    return {"language": asdict(choice.language or Language())}


def write_answers(path: Path, answers: list[Any], references: list[Any]) -> None:
    """Each example's answer beside what is right, in the order of the dev split."""
    frame = pd.DataFrame({"answer": _plain(answers), "reference": _plain(references)})
    frame.to_parquet(path, index=False)


def read_answers(path: Path) -> tuple[list[Any], list[Any]]:
    """What `write_answers` wrote: answers, and what is right."""
    frame = pd.read_parquet(path)
    answers, references = ([_listed(each) for each in frame[c]] for c in ("answer", "reference"))
    return answers, references


def sparsity_of(model: Mapping[str, Any]) -> float:
    """The pruned share of what may be pruned, 0 to 1, from a stage's record of its model."""
    return float(model["pruned"] / model["prunable"]) if model["prunable"] else 0.0


def model_rows(done: Finished) -> Iterator[Row]:
    """The rows of a stage that ends in a model."""
    facts, score = done.record("model"), done.record("score")
    at, signed = done.stage.at, done.sign(mask=facts["digest"])
    named = {axis: str(at.get(axis, "")) for axis in TEXT_AXES}
    yield (
        MODELS,
        {
            "model": done.stage.name,
            "step": done.stage.step,
            "seed": done.stage.seed,
            "round": int(at.get("round", 0)),
            **named,
            "source": facts["source"],
            "root": facts["root"],
            "sparsity": sparsity_of(facts),
            "sparsity_model": facts["pruned"] / facts["parameters"],
            "mask": facts["digest"],
            "parameters": facts["parameters"],
            "steps": facts["steps"],
            "signature": signed,
            **done.axes(MODELS),
        },
    )
    yield SCORES, _score(done, score)
    if (done.folder / FURTHER_FILE).exists():
        for each in done.record("further"):
            yield SCORES, _score(done, each)
    if (done.folder / HELD_FILE).exists():
        yield HELD, _score(done, done.record("held"))
    if (done.folder / LOSSES_FILE).exists():
        for row in done.record("losses"):
            yield LOSSES, {"model": done.stage.name, **row, "signature": signed}
    for row in facts.get("sizes", ()):
        yield SIZES, {"model": done.stage.name, **row, "signature": signed}
    for row in facts["rows"]:
        yield (
            SPARSITY,
            {
                "model": done.stage.name,
                "stack": row["stack"] or "",
                "layer": -1 if row["layer"] is None else row["layer"],
                "block": row["block"] or "",
                "role": row["role"],
                "set": row["set"],
                "n": row["n"],
                "pruned": row["pruned"],
                "signature": signed,
            },
        )


def _score(done: Finished, score: dict[str, Any]) -> dict[str, Any]:
    """A row of scores."""
    return {
        "model": done.stage.name,
        **done.cells(SCORES, {"reason": "", **score, "score": score["value"]}),
        "signature": done.sign(metric=score["signature"], n=score["n"], cut=score["cut"]),
    }


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


def _plain(answers: list[Any]) -> list[Any]:
    """Answers as Parquet can hold them: tags as lists."""
    return [list(answer) if isinstance(answer, tuple) else answer for answer in answers]


def _listed(answer: Any) -> Any:
    """An answer as it was given; Parquet's lists come back as arrays."""
    return answer.tolist() if isinstance(answer, np.ndarray) else answer
