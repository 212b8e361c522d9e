"""Models of two studies, held to each other on the examples that both were scored on."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tombola import tasks
from tombola.errors import UserError
from tombola.files import read_json
from tombola.statistics import Difference
from tombola.study.answers import ANSWERS_FILE, read_answers
from tombola.study.parts import MODEL, SCORE_FILE
from tombola.study.store import STAGE_FILE, Store

TICKET_FILE = "ticket.json"


def paired_between(
    metric: str, of: Sequence[tuple[Path, str]], to: Sequence[tuple[Path, str]]
) -> Difference:
    """Score of models of one study less those of another, paired over examples and runs.

    Args:
        metric: of both; its numbers are made anew from the answers, by one version.
        of: a study's folder and the name of the model's stage, for each run.
        to: what they are held to, run by run.

    Raises:
        UserError: other examples, or it is not known whether they are the same; answers that were
            not kept; a metric that this machine does not know.
    """
    scorer = tasks.METRICS[metric]
    counts: tuple[list[Any], list[Any]] = ([], [])
    for one, other in zip(of, to, strict=True):
        stages = [Store(root).path(name) for root, name in (one, other)]
        read = [_answers(stage) for stage in stages]
        _check_same(*[_examples(stage) for stage in stages])
        if read[0][1] != read[1][1]:
            raise UserError("scored on other examples")
        for side, (answers, right) in zip(counts, read, strict=True):
            side.append(scorer.counts(answers, right))
    return scorer.difference(*counts)


def _answers(stage: Path) -> tuple[list[Any], list[Any]]:
    path = stage / ANSWERS_FILE
    if not path.exists():
        raise UserError("what each example was answered is not kept")
    try:
        return read_answers(path)
    except (OSError, ValueError, KeyError) as problem:
        raise UserError("what each example was answered cannot be read") from problem


def _examples(stage: Path) -> tuple[str, str]:
    """Digests of the examples that a model was scored on, and of its whole task; empty if unknown.

    Studies of earlier versions know the first from the model's ticket, if at all.
    """
    whole = _part(stage / STAGE_FILE, "facts").get("task", {}).get("digest", "")
    ticket = _part(stage / MODEL / TICKET_FILE, "task")
    scored = _read(stage / SCORE_FILE).get("examples") or ticket.get("scored")
    return str(scored or ""), str(whole or ticket.get("digest") or "")


def _check_same(one: tuple[str, str], other: tuple[str, str]) -> None:
    """Equal tasks have equal examples; of others, those that are scored may be the same."""
    if one[1] and one[1] == other[1]:
        return
    if not one[0] or not other[0]:
        raise UserError("scored on examples that are not known to be the same")
    if one[0] != other[0]:
        raise UserError("scored on other examples")


def _part(path: Path, key: str) -> dict[str, Any]:
    found = _read(path).get(key)
    return found if isinstance(found, dict) else {}


def _read(path: Path) -> dict[str, Any]:
    try:
        found = read_json(path)
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
