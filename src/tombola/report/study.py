"""What a report knows about the study that its tables come from."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tombola.durations import duration
from tombola.errors import UserError
from tombola.files import read_json


@dataclass(frozen=True)
class Study:
    """What study.json says was run; empty where it says nothing."""

    name: str = ""
    title: str = ""
    description: str = ""
    recipe: str = ""
    whole_recipe: str = ""
    """The recipe with every default spelled out."""
    versions: tuple[tuple[str, str], ...] = ()
    seeds: tuple[str, ...] = ()
    failures: tuple[tuple[str, str], ...] = ()
    """What failed, and why."""
    command: str = ""
    signature: str = ""
    stages: int = 0
    """Stages that the study has; 0 where study.json does not say."""
    done: int = 0
    seconds: float = 0.0
    """Seconds of work in all finished stages, however many were done at a time."""
    kwh: float | None = None
    """Their energy, where it was estimated for all."""
    claims: tuple[str, ...] = ()
    """Names of the claims that the study was to test."""

    @property
    def unfinished(self) -> str:
        """How far a study is that is not done: `43 of 80 stages`; empty where it is."""
        return f"{self.done:,} of {self.stages:,} stages" if self.done < self.stages else ""

    @property
    def effort(self) -> str:
        """What the stages took, in words; empty where that is not known."""
        if not self.seconds:
            return ""
        energy = "" if self.kwh is None else f"; about {self.kwh:.2g} kWh (codecarbon's estimate)"
        return f"{duration(self.seconds)} of work, one stage after the other{energy}"

    @property
    def unsaid(self) -> list[str]:
        """What study.json says nothing about."""
        texts = ("name", "title", "description", "recipe", "versions", "seeds", "command")
        return [name for name in (*texts, "signature") if not getattr(self, name)]

    @classmethod
    def read(cls, path: Path) -> "Study":
        """Read study.json; keys may be missing, and so may the file.

        Raises UserError where it is no JSON object or a value is of another type.
        """
        if not path.exists():
            return cls()
        try:
            found = read_json(path)
        except (OSError, ValueError) as problem:
            raise UserError(f"{path}: no readable JSON: {problem}") from problem
        if not isinstance(found, dict):
            raise UserError(f"{path}: not an object but a {type(found).__name__}")
        try:
            return cls._from(found)
        except (TypeError, AttributeError, ValueError, LookupError) as problem:
            raise UserError(f"{path}: not what a study writes: {problem}") from problem

    @classmethod
    def _from(cls, found: dict[str, Any]) -> "Study":
        efforts = list((found.get("effort") or {}).values())
        return cls(
            name=str(found.get("name") or ""),
            title=str(found.get("title") or ""),
            description=str(found.get("description") or ""),
            recipe=str(found.get("recipe") or ""),
            whole_recipe=str(found.get("whole_recipe") or ""),
            command=str(found.get("command") or ""),
            signature=str(found.get("signature") or ""),
            versions=tuple(
                (str(k), str(v)) for k, v in sorted((found.get("versions") or {}).items())
            ),
            seeds=tuple(str(seed) for seed in found.get("seeds") or ()),
            failures=tuple(
                (str(f.get("what", "something")), str(f.get("why", "no reason was recorded")))
                for f in found.get("failures") or ()
            ),
            stages=int(found.get("stages") or 0),
            done=int(found.get("done") or 0),
            seconds=sum((float(step["seconds"]) for step in efforts), 0.0),
            kwh=_all_of([step.get("kwh") for step in efforts]),
            claims=tuple(str(name) for name in found.get("claims") or ()),
        )


def _all_of(energies: list[Any]) -> float | None:
    """Their sum; None where there are none, or one is missing."""
    if not energies or None in energies:
        return None
    return sum(map(float, energies))
