"""What a study leaves for people: tables of what is done, and `study.json`."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tombola.files import write_json
from tombola.results import Record, Result
from tombola.study.claim import read_plan
from tombola.study.collect import write_tables
from tombola.study.recipe import Recipe, recipe_text
from tombola.study.stage import Stage
from tombola.study.store import Store
from tombola.study.versions import versions


@dataclass(frozen=True, repr=False)
class Outcome(Result):
    """What a run left behind."""

    out: Path
    stages: int
    done: int
    failures: tuple[dict[str, str], ...]
    handed: str = ""
    """Who does the stages now, where this run only handed them on."""

    @property
    def report(self) -> Path:
        """The page, once it is built."""
        return self.out / "report.html"

    def lines(self) -> tuple[str, ...]:
        """How much is done, and where."""
        handed = (self.handed,) if self.handed else ()
        return (f"{self.out}: {self.done} of {self.stages} stages done", *handed)

    def records(self) -> list[Record]:
        """What failed, and why."""
        return [dict(each) for each in self.failures]


def effort_by_step(stages: tuple[Stage, ...], store: Store) -> dict[str, dict[str, Any]]:
    """What the finished stages of each step took: seconds of work, and kWh where all have them."""
    done = store.finished()
    records: dict[str, list[dict[str, Any]]] = {}
    for stage in stages:
        if stage.name in done:
            records.setdefault(stage.step, []).append(store.record(stage.name))
    found: dict[str, dict[str, Any]] = {}
    for step, each in records.items():
        energies = [record.get("kwh") for record in each]
        found[step] = {
            "stages": len(each),
            "seconds": sum(record["seconds"] for record in each),
            "kwh": None if None in energies else sum(energies),
        }
    return found


def write_results(recipe: Recipe, stages: tuple[Stage, ...], store: Store, command: str) -> Outcome:
    """Write the tables and `study.json` of what is done so far.

    Another run may have made the study grow meanwhile: its stages are in them, too.
    """
    ours = {stage.name for stage in stages}
    stages = (*stages, *(stage for stage in read_plan(store.root) if stage.name not in ours))
    write_tables(store.root / "tables", stages, store)
    failures = tuple(f for stage in stages if (f := store.failure(stage.name)) is not None)
    finished = store.finished()
    done = sum(stage.name in finished for stage in stages)
    seeds = sorted({stage.seed for stage in stages if stage.seed is not None})
    study = {
        "name": recipe.name,
        "title": recipe.title,
        "description": recipe.description,
        "recipe": recipe_text(recipe),
        "whole_recipe": recipe_text(recipe, whole=True),
        "seeds": seeds,
        "versions": versions(),
        "failures": [{"what": f["what"], "why": f["why"]} for f in failures],
        "stages": len(stages),
        "done": done,
        "claims": list(recipe.claims),
        "effort": effort_by_step(stages, store),
        "command": command,
        "signature": f"study:{recipe.name}|seeds:{'+'.join(map(str, seeds))}"
        f"|threads:{recipe.threads}|tombola:{versions()['tombola']}",
    }
    write_json(store.root / "study.json", study)
    return Outcome(store.root, len(stages), done, failures)
