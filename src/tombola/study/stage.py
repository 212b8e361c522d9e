"""One unit of work: a step at one point of its axes."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tombola.study.references import Scalar


@dataclass(frozen=True)
class Stage:
    """A folder that appears when it is done."""

    step: str
    kind: str
    at: Mapping[str, Scalar]
    """The point: seed, task, criterion, round, …"""
    facts: Mapping[str, Any]
    """All that determines the result, the kind's version included; of what it reads, a hash."""
    reads: Mapping[str, str] = field(default_factory=dict)
    """Role to the name of a stage."""
    name: str = ""
    """What it does, and the hash of its facts: the folder's name."""
    settings: Any = None
    """The step's settings at this point; None where the stage was read back from a plan."""
    sources: Mapping[str, str] = field(default_factory=dict)
    """Role to the name of a model of the recipe."""
    keeps: tuple[float, ...] = ()
    """Moments of its training, as shares of the run, whose state others go back to. They change no
    number, so they are no facts."""

    @property
    def seed(self) -> int | None:
        """The seed; None where seeds are folded."""
        seed = self.at.get("seed")
        return None if seed is None else int(seed)

    def roles(self, role: str) -> list[str]:
        """The roles of a folded reference: `of.0`, `of.1`, …, in the order of the axis."""
        found = [name for name in self.reads if name.partition(".")[0] == role]
        return sorted(found, key=lambda name: int(name.partition(".")[2] or 0))

    def moment(self, role: str, end: float | None = None) -> Any:
        """The share of a training after which the model of a role is meant; else `end`."""
        return self.facts.get("moments", {}).get(role, end)

    @property
    def digest(self) -> str:
        """12 hexadecimal digits: equal digests, equal facts."""
        return self.name.rpartition("-")[2]

    @property
    def title(self) -> str:
        """The stage in a person's words."""
        return " ".join(
            [self.step, ", ".join(_say(axis, value) for axis, value in self.at.items())]
        )

    def named(self) -> "Stage":
        """With the name that its facts give it."""
        label = "-".join([self.step, *(_slug(axis, value) for axis, value in self.at.items())])
        return replace(self, name=f"{label[:80]}-{digest_of(self.facts)}")

    def to_dict(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return {
            "name": self.name,
            "step": self.step,
            "kind": self.kind,
            "at": dict(self.at),
            "facts": self.facts,
            "reads": dict(self.reads),
        }

    @staticmethod
    def from_dict(value: dict[str, Any]) -> "Stage":
        """What `to_dict` gave."""
        return Stage(
            value["step"], value["kind"], value["at"], value["facts"], value["reads"], value["name"]
        )


def digest_of(facts: Any) -> str:
    """12 hexadecimal digits of anything that JSON can hold."""
    text = json.dumps(facts, sort_keys=True, separators=(",", ":"))
    return hashlib.blake2b(text.encode(), digest_size=6).hexdigest()


def _say(axis: str, value: Scalar) -> str:
    return f"{axis} {value}" if axis in {"seed", "round"} or not isinstance(value, str) else value


def _slug(axis: str, value: Scalar) -> str:
    letter = {"seed": "s", "round": "r"}.get(axis, "")
    text = f"{letter}{value}".lower()
    return "".join(c if c.isascii() and (c.isalnum() or c in ".") else "-" for c in text)[:24]
