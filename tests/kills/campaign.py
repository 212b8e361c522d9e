"""Many kills of one study, each followed by a start in the folder that is left."""

import os
import random
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from kills.killing import OPERATIONS, WHOM, Kill, draw, run_and_kill
from kills.study import STARTS, files, finished, recipe, run

WAYS = ("serial", "processes", "serial, report", "processes, report")
"""Engines, with and without a report: that takes longer than all the stages."""
CLEAN = {"group": {-9}, "parent": {-9}, "worker": {2}, "term": {130, -15}, "nobody": set()}
"""How a run that was killed may end; it may also have been done before that. One that has not begun
to listen yet has written nothing either."""


@dataclass
class Found:
    """What a campaign saw."""

    kills: int = 0
    struck: int = 0
    """Kills that came before the end of the run."""
    studies: int = 0
    """Studies that came to their end."""
    problems: list[str] = field(default_factory=list)
    ended: dict[str, int] = field(default_factory=dict)
    """How runs ended: whom the kill was meant for, and the code."""


class Campaign:
    """Kills studies in folders of one place and holds what they come to against one left alone."""

    def __init__(self, place: Path, seed: int, *, figures: bool = False) -> None:
        self._place, self._rng, self._figures = place, random.Random(seed), figures
        self._recipe = recipe(place / "text")
        self._costs: dict[str, tuple[float, int]] = {}
        whole = place / "whole" / "out"
        whole.parent.mkdir(parents=True)
        run(
            self._recipe, whole, "serial", report=True
        )  # here: what is imported and compiled is so for all
        self._whole = files(whole)
        self._names = [name for name in self._whole if "/" not in name]

    def go(self, times: int, ways: tuple[str, ...] = WAYS, say: Any = None) -> Found:
        """Kill so many times, by turns in studies that are run in each of some ways."""
        found = Found()
        while found.kills < times:
            for way in ways:
                self._study(way, times, found, say or (lambda text: None))
        return found

    def _study(self, way: str, times: int, found: Found, say: Callable[[str], None]) -> None:
        """One study from its beginning to its end, killed until it is there or all are used."""
        folder = self._place / "killed"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        out, log = folder / "out", folder / "log.txt"
        ended, before = False, finished(out)
        while not ended:
            kill = self._kill(way) if found.kills < times else Kill("nobody")
            starts = _lines(folder / STARTS)
            code = run_and_kill(partial(self._run, out, way), kill, log)
            ended = code == 0
            found.kills += kill.whom != "nobody"
            found.struck += kill.whom != "nobody" and not ended
            key = f"{way}: {kill.whom} {code}"
            found.ended[key] = found.ended.get(key, 0) + 1
            say(f"{found.kills:4} {way}: {kill}: ended with {code}, {len(before)} stages before")
            problems = self._problems(out, before, _lines(folder / STARTS)[len(starts) :])
            if not ended and code not in CLEAN[kill.whom]:
                problems.append(f"ended with {code}: {_tail(log)}")
            found.problems += [f"{way}: {kill}: {each}" for each in problems]
            if problems:
                return  # what comes after it in this folder follows from it
            before = finished(out)
        found.studies += 1
        found.problems += [f"{way}: at the end: {each}" for each in self._differences(out, way)]

    def _run(self, out: Path, way: str) -> None:
        engine, _, report = way.partition(", ")
        run(self._recipe, out, engine, report=bool(report), figures=self._figures)

    def _kill(self, way: str) -> Kill:
        seconds, operations = self._cost(way)
        whom = WHOM if way.startswith("processes") else ("group", "term")
        return draw(self._rng, seconds, operations, whom)

    def _cost(self, way: str) -> tuple[float, int]:
        """What a run that is left alone takes: seconds, operations on files of its first process.

        Measured once, and a little more than that, so that the end is killed, too.
        """
        if way not in self._costs:
            folder = self._place / f"measured-{way.replace(', ', '-')}"
            folder.mkdir()
            began, count = time.monotonic(), folder / "count.txt"
            code = run_and_kill(
                partial(_counted, partial(self._run, folder / "out", way), count),
                Kill("nobody"),
                folder / "log.txt",
            )
            if code:
                raise RuntimeError(f"left alone it ends with {code}: {_tail(folder / 'log.txt')}")
            self._costs[way] = (1.1 * (time.monotonic() - began), int(count.read_text()))
        return self._costs[way]

    def _problems(
        self, out: Path, before: dict[str, tuple[int, int]], started: list[str]
    ) -> list[str]:
        """What must hold at any moment."""
        now = finished(out)
        return [
            *(f"{name}: finished, and run again" for name in before if name in started),
            *(
                f"{name}: finished, and made anew"
                for name in before
                if now.get(name) != before[name]
            ),
            *_torn(out, self._names),
        ]

    def _differences(self, out: Path, way: str) -> list[str]:
        """What must hold at the end."""
        now = files(out)
        return [
            *(f"{name}: missing" for name in self._whole if name not in now),
            *(f"{name}: too much" for name in now if name not in self._whole),
            *(f"{name}: other bytes" for name in now if self._whole.get(name, b"") != now[name]),
            *(f"failed: {path.name}" for path in (out / "failed").glob("*")),
            *(f"left: {path.name}" for path in (out / "working").glob("*")),
            *(["no report"] if "report" in way and not (out / "report.html").is_file() else []),
        ]


def _torn(out: Path, names: list[str]) -> list[str]:
    """Files that are there but not whole, under the names that readers know."""
    ends = {out / "tables" / name: b"PAR1" for name in names}
    ends |= {out / "report.html": b"</html>", out / "study.json": b"}", out / "plan.json": b"}"}
    whole = {path: path.read_bytes().rstrip() for path in ends if path.is_file()}
    return [f"{path.name}: torn" for path, found in whole.items() if not found.endswith(ends[path])]


def _counted(work: Callable[[], None], count: Path) -> None:
    own, n = os.getpid(), 0

    def hook(event: str, arguments: object) -> None:
        nonlocal n
        n += event in OPERATIONS and os.getpid() == own

    sys.addaudithook(hook)
    work()
    count.write_text(str(n))


def _lines(file: Path) -> list[str]:
    return file.read_text().splitlines() if file.is_file() else []


def _tail(file: Path) -> str:
    return " / ".join(file.read_text(errors="replace").splitlines()[-3:])[:500]
