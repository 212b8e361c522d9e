"""A short text that says how a number came about."""

from collections.abc import Iterator, Mapping
from typing import Any

from tombola.study.stage import Stage


def signature(stage: Stage, versions: Mapping[str, str], **more: Any) -> str:
    """Every fact of a stage as `key:value` joined by `|`, nothing chosen and nothing left out.

    What it reads stands as the readable names of stages, each of which ends in the hash of all of
    its facts and of all that it reads in turn: the table `stages` spells them out. `versions` are
    those of the libraries that computed it; `more` belongs to the one number (its n, its metric).
    """
    parts = [*flat(stage.facts), *stage.reads.items()]
    parts += [(key, str(value)) for key, value in {**more, **versions}.items()]
    return "|".join(f"{key}:{value}" for key, value in parts if value != "")


def flat(facts: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    """Facts as pairs of a path and a text; what a stage reads is left out."""
    for key, value in facts.items():
        name = f"{before}{key}"
        if not before and key == "reads":
            continue
        if isinstance(value, Mapping):
            yield from flat(value, f"{name}.")
        elif isinstance(value, list | tuple):
            yield name, "+".join(map(str, value))
        elif value is not None:
            yield name, f"{value:g}" if isinstance(value, float) else str(value)
