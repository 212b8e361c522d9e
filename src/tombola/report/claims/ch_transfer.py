"""Chen et al. 2020: masks of masked-language modelling serve other tasks, theirs serve few."""

from collections.abc import Callable

from tombola.report.claims.claim import CLAIMS, Claim, Finding, silent
from tombola.report.claims.verdicts import either
from tombola.report.reading import Tables
from tombola.report.transferred import counted, matrix
from tombola.report.words import count
from tombola.statistics import Transfer


def test(tables: Tables) -> Finding:
    """As well as each task's own ticket: on all tasks, where others serve less than half."""
    return _judged(tables, lambda each: each.as_own, "own tickets")


def as_full(tables: Tables) -> Finding:
    """As well as the full model, which is another thing."""
    return _judged(tables, lambda each: each.as_full, "the full model")


def _judged(tables: Tables, serves: Callable[[Transfer], int], what: str) -> Finding:
    found = matrix(tables)
    every = counted(found)
    targets = set(found["target"]) if len(found) else set()
    general = [each for each in every if each.source not in targets]
    others = [each for each in every if each.source in targets]
    if not general or not others:
        return silent("no tickets of pre-training, or of tasks, on several tasks")
    share = [serves(each) / each.targets for each in general if each.targets]
    rest = [serves(each) / each.targets for each in others if each.targets]
    if not share or not rest:
        return silent("tickets were tried on their own tasks only")
    said = ", ".join(f"{each.source} {serves(each)} of {each.targets}" for each in every)
    verdict = either(
        min(share) == 1 and max(rest) < 0.5, max(share) < 0.5 or min(rest) >= max(share)
    )
    text = f"other tasks served as well as by {what}: {said}"
    n = int(found["n"].max())
    return Finding(verdict, f"{text}; {count(len(targets), 'task')}", n, int(found["seeds"].min()))


for _name, _what, _test in (
    ("ch-transfer", "those tasks' own masks", test),
    ("ch-transfer-full", "the full model, which is another claim", as_full),
):
    CLAIMS.add(
        Claim(
            _name,
            f"Masks found on masked-language modelling do as well on other tasks as {_what}; "
            "masks of tasks do so on few.",
            "Chen et al. 2020, section 5, transfer at 70% sparsity",
            _test,
            "study",
        )
    )
