"""Made-up tables of a lottery: heads and MLPs that survive, and subnetworks that are retrained."""

from typing import Any

from tombola.report import Tables

TURNS = 4


def lottery() -> Tables:
    """Three tasks and four seeds, with every kind of subnetwork; `tests/report` is on the path."""
    import lottery_tables as made

    study = made.Lottery()
    for turn, what in enumerate(("joint", "heads", "mlps")):
        alive = {
            (block, layer): min(1.0, 0.3 + 0.12 * ((layer * (2 + turn) + len(block)) % 6))
            for block in ("self", "mlp")
            for layer in range(made.LAYERS)
        }
        study.each("survival", what, made.survivors(alive))
    for task in made.TASKS:
        for seed in made.SEEDS:
            study.add("pruned-parts", *_turns(task, seed))
    study.rows["scores"] = [_score(row) for row in study.rows["models"] if row["task"] != "words"]
    return study.tables


def _turns(task: str, seed: int) -> list[dict[str, Any]]:
    """A tenth of 24 heads and more goes at each turn, the least important first."""
    importance = [((7 * i + seed) % 24) / 24 for i in range(24)]
    return [
        {
            "step": "good", "model": f"{task}-{seed}-joint", "task": task, "seed": seed,
            "pruning": turn, "stack": "encoder", "layer": i // 4, "block": "self", "head": i % 4,
            "survives": normed >= 0.12 * (turn + 1), "value": normed, "normed": normed,
            "signature": "s",
        }
        for turn in range(TURNS)
        for i, normed in enumerate(importance)
        if normed >= 0.12 * turn
    ]  # fmt: skip


def _score(row: dict[str, Any]) -> dict[str, Any]:
    """Retrained ones come near the dense model; bad ones stay behind, and catch up with time."""
    which = row["model"].split("-", 2)[2]
    lost = 0.0 if which == "dense" else 0.02 if "*" in which else 0.15
    lost += 0.05 * ("bad" in which) - 0.03 * which.endswith("**") + 0.04 * which.endswith("!")
    score = 0.85 - lost + (row["seed"] % 3 - 1) / 100
    return {
        "model": row["model"], "task": row["task"], "metric": "accuracy", "score": score,
        "low": score - 0.03, "high": score + 0.03, "n": 400, "chance": 0.5, "cut": 0, "reason": "",
        "signature": "s",
    }  # fmt: skip
