"""The study that is killed: two criteria, two rounds, a comparison; a second or two on one core."""

import multiprocessing
from pathlib import Path
from typing import Any

from study.small import cola_folder, of, raw
from tombola import report as reports
from tombola import verbs
from tombola.report import build
from tombola.study import Event, Recipe

STARTS = "starts.txt"
"""Beside the study's folder: a line for each stage that somebody began to work on."""
TWO = ("score", "training-losses")


def recipe(folder: Path) -> Recipe:
    """The recipe, on text that is written into `folder`."""
    value = raw(cola_folder(folder))
    value["steps"]["tickets"] |= {"rewind": {"weights": "start"}}
    del value["steps"]["layers"]
    return of(value)


def run(chosen: Recipe, out: Path, engine: Any, *, report: bool, figures: bool = False) -> None:
    """Stages and tables; with `report` that, too, of two figures, all of them with `figures`."""
    watch = _noting(out.parent / STARTS)
    if not report:
        reports.report = lambda folder: folder
    if not figures:
        build.export_figure = _only_named
        build.FIGURES = TWO  # type: ignore[assignment]
    verbs.run(chosen, out, engine=engine, workers=2, watch=watch)


def _noting(file: Path) -> Any:
    def note(event: Event) -> None:
        if event.kind == "started":
            with file.open("a") as lines:
                lines.write(f"{event.stage.name}\n")

    return note


def _only_named(folder: Path, stem: str, spec: dict[str, Any]) -> None:
    for ending in ("pdf", "png"):
        (folder / f"{stem}.{ending}").write_text(str(len(str(spec))))


def fork_workers() -> None:
    """Let workers be forked in this process from now on: no seconds of imports for each."""
    real = multiprocessing.get_context

    def context(method: str | None = None) -> Any:
        return real("fork" if method == "spawn" else method)

    multiprocessing.get_context = context  # type: ignore[assignment]


def files(out: Path) -> dict[str, bytes]:
    """What must be the same after any number of kills: tables, and what stages made."""
    found = {path.name: path.read_bytes() for path in (out / "tables").glob("*.parquet")}
    for path in sorted((out / "stages").rglob("*")):
        if path.is_file() and path.name != "stage.json":  # it knows how long the stage took
            found[path.relative_to(out).as_posix()] = path.read_bytes()
    return found


def finished(out: Path) -> dict[str, tuple[int, int]]:
    """Each finished stage with what tells its folder from one that was made anew."""
    stats = {path.parent.name: path.stat() for path in (out / "stages").glob("*/stage.json")}
    return {name: (stat.st_ino, stat.st_mtime_ns) for name, stat in stats.items()}
