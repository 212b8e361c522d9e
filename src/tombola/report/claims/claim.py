"""What a claim is: a sentence, where it stands, and a test that tables can pass, fail, or leave."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from tombola.errors import UserError, allowed_for
from tombola.registry import Registry
from tombola.report.reading import Tables
from tombola.report.words import count

Verdict = Literal["supported", "contradicted", "undecided", "silent"]
"""`undecided` wherever the interval covers both; `silent` where the tables cannot speak to it."""
Scope = Literal["experiment", "study"]
"""What a test sees: the tables of one experiment (a task and a model) at a time, or all of them."""


@dataclass(frozen=True)
class Finding:
    """What tables say about a claim."""

    verdict: Verdict
    statistic: str
    """The number with its interval, in words; or why there is none."""
    n: int = 0
    """Examples that it rests on."""
    seeds: int = 0

    @property
    def grounds(self) -> str:
        """The statistic with what it rests on, where that is known."""
        if not self.n:
            return self.statistic
        seeds = f", {count(self.seeds, 'seed')}" if self.seeds else ""
        return f"{self.statistic}; n = {self.n:,}{seeds}"


@dataclass(frozen=True)
class Claim:
    """A paper's finding."""

    name: str
    sentence: str
    """In our words."""
    source: str
    """Where it stands."""
    test: Callable[[Tables], Finding]
    """From tables to what they say."""
    scope: Scope = "experiment"


CLAIMS: Registry[Claim] = Registry("claim", "tombola.report.claims")
"""Claims by name. A recipe names those that its report opens with."""


@dataclass(frozen=True)
class Judged:
    """A claim, and what an experiment or a study says about it."""

    claim: Claim
    experiment: str
    """Empty where it is the whole study."""
    finding: Finding


def judged(names: tuple[str, ...], tables: Tables) -> Iterator[Judged]:
    """Every named claim with every experiment that was scored, or with the study as a whole.

    One that nobody knows here, a plug-in's that was not named again perhaps, says nothing.
    """
    for name in names:
        if name not in CLAIMS:
            unknown = Claim(name, name, "", lambda tables: silent(""))
            yield Judged(unknown, "", silent("no such claim is known here; name its --plugin"))
            continue
        if CLAIMS[name].scope == "study":
            yield Judged(CLAIMS[name], "", CLAIMS[name].test(tables))
            continue
        for which in tables.groups("scores", ("experiment",)) if "scores" in tables else []:
            narrowed = tables.where(**which)
            yield Judged(CLAIMS[name], which["experiment"], CLAIMS[name].test(narrowed))


def check_claims(names: tuple[str, ...]) -> None:
    """Raise UserError for a claim that nobody knows, before a study that names it begins."""
    for name in names:
        if name not in CLAIMS:
            raise UserError(f"claims: no claim {name!r}; {allowed_for(name, CLAIMS)}")


def silent(why: str) -> Finding:
    """The tables cannot speak to a claim."""
    return Finding("silent", why)


def table_of(tables: Tables, name: str) -> pd.DataFrame | None:
    """A table of a study, or None where it has none."""
    return tables[name] if name in tables else None  # noqa: SIM401 - its own error for `get`
