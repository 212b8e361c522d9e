"""What a study leaves for people: tables of what is done, and `study.json`."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tombola import tables
from tombola.errors import UserError
from tombola.files import read_json, write_json
from tombola.results import Record, Result
from tombola.study.claim import PLAN_FILE, read_plan
from tombola.study.collect import STAGES, write_tables
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
    standing = _standing(stages, store)
    seeds = standing["seeds"]
    study = {
        "name": recipe.name,
        "title": recipe.title,
        "description": recipe.description,
        "recipe": recipe_text(recipe),
        "whole_recipe": recipe_text(recipe, whole=True),
        **standing,
        "versions": versions(),
        "claims": list(recipe.claims),
        "command": command,
        "signature": f"study:{recipe.name}|seeds:{'+'.join(map(str, seeds))}"
        f"|threads:{recipe.threads}|tombola:{versions()['tombola']}",
    }
    write_json(store.root / "study.json", study)
    return Outcome(store.root, len(stages), standing["done"], failures)


def catch_up(out: Path) -> None:
    """Write the tables of what a study has finished since they were written, and how it stands.

    A study that runs, or was killed, has no tables yet or older ones; what its recipe says beside
    its name stands in `study.json` when it has ended. A folder that is no study's, or one of an
    older version, is left as it is. Raises UserError where a finished stage is damaged.
    """
    try:
        stages, name = read_plan(out), read_json(out / PLAN_FILE)["recipe"]
    except UserError:
        return
    store, there = Store(out), out / "tables"
    done = store.finished() & {stage.name for stage in stages}
    if STAGES.name in tables.names(there) and done == set(tables.read(there, STAGES.name)["stage"]):
        return
    write_tables(there, stages, store)
    path = out / "study.json"
    said = read_json(path) if path.exists() else {"name": name}
    write_json(path, {**said, **_standing(stages, store)})


def _standing(stages: tuple[Stage, ...], store: Store) -> dict[str, Any]:
    """How far a study is, and what that took."""
    failures = [f for stage in stages if (f := store.failure(stage.name)) is not None]
    finished = store.finished()
    return {
        "seeds": sorted({stage.seed for stage in stages if stage.seed is not None}),
        "failures": [{"what": f["what"], "why": f["why"]} for f in failures],
        "stages": len(stages),
        "done": sum(stage.name in finished for stage in stages),
        "effort": effort_by_step(stages, store),
    }
