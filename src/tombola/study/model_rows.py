"""The tables of models: what a stage that ends in a model has to say, row by row."""

from collections.abc import Iterator, Mapping
from typing import Any

from tombola.study.finished import Finished
from tombola.study.kind import Row
from tombola.study.models import FURTHER_FILE, HELD_FILE, LOSSES_FILE
from tombola.tables import Table

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
