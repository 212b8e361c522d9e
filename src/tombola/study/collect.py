"""From finished stages to tables."""

import math
from pathlib import Path
from typing import Any

from tombola import tables
from tombola.files import read_json
from tombola.study.inputs import Inputs
from tombola.study.plan import Stage
from tombola.study.recipe import Recipe, expand
from tombola.study.signature import signature
from tombola.study.store import Store

Rows = list[dict[str, Any]]


def collect(
    recipe: Recipe, stages: tuple[Stage, ...], inputs: Inputs, store: Store
) -> dict[str, Rows]:
    """The rows of every table, in the order of the plan: the same stages, the same rows."""
    rows: dict[str, Rows] = {name: [] for name in tables.TABLES}
    masks: dict[str, dict[str, Any]] = {}
    for stage in stages:
        if not store.is_done(stage.name):
            continue
        model = stage.name if stage.kind in {"dense", "ticket"} else stage.after[-1]
        if model not in masks:
            masks[model] = read_json(store.path(model) / "mask.json")
        mask = masks[model]
        which = _which(stage, mask["pruned"] / mask["prunable"])
        text = inputs.task_digest(stage.experiment)
        if stage.kind == "probe":
            text = inputs.probe_digest(stage.experiment)
        model_digest = inputs.model_digest(stage.experiment)

        def sign(
            stage: Stage = stage,
            text: str = text,
            model_digest: str = model_digest,
            mask: dict[str, Any] = mask,
            **more: Any,
        ) -> str:
            return signature(recipe, stage, model_digest, text, mask["digest"], **more)

        path = store.path(stage.name)
        if stage.kind in {"dense", "ticket"}:
            rows["scores"].append(_score_row(recipe, stage, which, mask, path, sign))
            rows["sparsity"] += _sparsity_rows(which, mask, sign())
        elif stage.kind == "similarity":
            found = read_json(path / "rows.json")
            rows["similarity"] += [_similarity_row(which, r, sign(n=r["n"])) for r in found]
        else:
            found = read_json(path / "rows.json")
            rows["probes"] += [_probe_row(which, r, sign(n=r["n"])) for r in found]
    return rows


def write_tables(folder: Path, rows: dict[str, Rows]) -> None:
    """Write all tables as Parquet."""
    for name, each in rows.items():
        tables.write(folder, tables.Table(name, tables.TABLES[name]), tables.table(name, each))


def _which(stage: Stage, sparsity: float) -> dict[str, Any]:
    return {
        "experiment": stage.experiment,
        "seed": stage.seed,
        "criterion": stage.criterion,
        "rewinding": stage.rewinding,
        "round": stage.round,
        "sparsity": sparsity,
    }


def _score_row(
    recipe: Recipe, stage: Stage, which: dict[str, Any], mask: dict[str, Any], path: Path, sign: Any
) -> dict[str, Any]:
    experiment = recipe.experiments[stage.experiment]
    score = read_json(path / "score.json")
    chance = score["chance"]
    return {
        **which,
        "task": experiment.task.name,
        "model": _model_name(experiment.model.load, experiment.model.new),
        "sparsity_model": mask["pruned"] / mask["parameters"],
        "metric": score["metric"],
        "score": score["value"],
        "low": score["low"],
        "high": score["high"],
        "n": score["n"],
        "chance": math.nan if chance is None else chance,
        "mask": mask["digest"],
        "signature": sign(metric=score["signature"], n=score["n"], cut=score["n_cut_dev"]),
    }


def _model_name(load: str | None, new: dict[str, Any] | None) -> str:
    if new is not None:
        return f"{new['model_type']}, from scratch"
    path = Path(expand(str(load)))
    # Only the end of a folder's path: where it stood says nothing about the number.
    return "/".join(path.parts[-2:]) if path.is_dir() else str(load)


def _sparsity_rows(which: dict[str, Any], mask: dict[str, Any], signed: str) -> Rows:
    return [
        {
            **which,
            "stack": row["stack"] or "",
            "layer": -1 if row["layer"] is None else row["layer"],
            "block": row["block"] or "",
            "role": row["role"],
            "set": row["set"],
            "n": row["n"],
            "pruned": row["pruned"],
            "signature": signed,
        }
        for row in mask["rows"]
    ]


def _similarity_row(which: dict[str, Any], row: dict[str, Any], signed: str) -> dict[str, Any]:
    measure = f"linear CKA, {row['measure'].replace('_', ' ')}"
    return {**which, **row, "measure": measure, "signature": signed}


def _probe_row(which: dict[str, Any], row: dict[str, Any], signed: str) -> dict[str, Any]:
    wanted = set(tables.TABLES["probes"])
    return {**which, **{k: v for k, v in row.items() if k in wanted}, "signature": signed}
