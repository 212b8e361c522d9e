"""Claims: supported or contradicted only where an interval says so, else undecided."""

from pathlib import Path
from typing import Any

import pytest

from tombola import tables
from tombola.errors import UserError
from tombola.report import CLAIMS, Claim, Finding, Tables, check_claims, report
from tombola.report.claims.claim import judged
from tombola.study.kinds.differences import DIFFERENCES
from tombola.study.model_rows import MODELS, SCORES


def study(folder: Path, *held: tuple[str, float, float, float]) -> Path:
    """A study with differences: against, sparsity, low, high."""
    model = {
        "model": "dense-1", "step": "dense", "seed": 1, "task": "t", "round": 0, "criterion": "",
        "rewind": "", "source": "bert", "root": "dense-1", "sparsity": 0.0, "sparsity_model": 0.0,
        "mask": "", "parameters": 9, "steps": 3, "signature": "s",
    }  # fmt: skip
    ticket = {**model, "model": "ticket-1", "criterion": "magnitude", "rewind": "weights 0",
              "round": 1, "sparsity": 0.8, "step": "tickets"}  # fmt: skip
    score = {"model": "dense-1", "task": "t", "metric": "accuracy", "score": 0.9, "low": 0.8,
             "high": 0.95, "n": 50, "chance": 0.5, "cut": 0, "reason": "",
             "signature": "s"}  # fmt: skip
    rows: list[dict[str, Any]] = [
        {
            "step": "held", "model": "ticket-1", "against": against, "task": "t",
            "criterion": "magnitude", "rewind": "weights 0", "round": 1, "sparsity": sparsity,
            "metric": "accuracy", "difference": (low + high) / 2, "low": low, "high": high,
            "over": "seeds and examples", "seeds": 3, "n": 50, "margin": float("nan"),
            "verdict": "undecided", "signature": "s",
        }
        for against, sparsity, low, high in held
    ]  # fmt: skip
    for table, content in (
        (MODELS, [model, ticket]),
        (SCORES, [score, {**score, "model": "ticket-1"}]),
        (DIFFERENCES, rows),
    ):
        tables.write(folder / "tables", table, table.frame(content))
    return folder


def verdict(claim: str, folder: Path) -> str:
    (found,) = judged((claim,), Tables.read(folder))
    return found.finding.verdict


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(0.1, 0.3, "supported"), (-0.3, -0.1, "contradicted"), (-0.1, 0.3, "undecided")],
)
def test_random_falls_behind(tmp_path: Path, low: float, high: float, expected: str):
    assert verdict("mz-random", study(tmp_path, ("random", 0.8, low, high))) == expected


def test_it_is_judged_at_the_highest_sparsity(tmp_path: Path):
    rows = ("random", 0.4, -0.3, -0.1), ("random", 0.8, 0.1, 0.3)
    assert verdict("mz-random", study(tmp_path, *rows)) == "supported"


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(-0.008, 0.1, "supported"), (-0.3, -0.01, "contradicted"), (-0.1, 0.3, "undecided")],
)
def test_tickets_match(tmp_path: Path, low: float, high: float, expected: str):
    assert verdict("mz-match", study(tmp_path, ("dense", 0.8, low, high))) == expected


def test_a_dense_model_that_trained_as_long_goes_first(tmp_path: Path):
    rows = ("dense", 0.8, 0.1, 0.3), ("none", 0.8, -0.3, -0.1)
    assert verdict("mz-match", study(tmp_path, *rows)) == "contradicted"


def test_what_tables_cannot_speak_to_is_said(tmp_path: Path):
    assert verdict("mz-random", study(tmp_path / "a", ("dense", 0.8, 0.1, 0.3))) == "silent"
    assert verdict("mz-match", study(tmp_path / "b", ("dense", 0.3, 0.1, 0.3))) == "silent"
    assert verdict("unheard-of", study(tmp_path / "c", ("dense", 0.8, 0.1, 0.3))) == "silent"


def test_a_report_opens_with_the_verdicts(tmp_path: Path):
    out = study(tmp_path, ("random", 0.8, 0.1, 0.3))
    (out / "study.json").write_text('{"claims": ["mz-random", "mz-match", "<b>"]}')
    page = report(out).read_text()
    assert page.index("<h2>What was claimed</h2>") < page.index("<h2>What was run</h2>")
    assert "<strong>supported</strong>" in page
    assert "<strong>no answer</strong>" in page
    assert "<b>" not in page


def test_a_claim_about_a_study_sees_all_experiments_at_once(tmp_path: Path):
    out = study(tmp_path, ("random", 0.8, 0.1, 0.3))
    models, scores = (tables.read(out / "tables", name) for name in ("models", "scores"))
    for table, frame in ((MODELS, models), (SCORES, scores)):
        other = frame.assign(model=frame["model"] + "-u", task="u")
        if "root" in other:
            other = other.assign(root=other["root"] + "-u")
        rows = [*frame.to_dict("records"), *other.to_dict("records")]
        tables.write(out / "tables", table, table.frame(rows))
    seen = []

    def look(given: Tables) -> Finding:
        seen.append(sorted(set(given["scores"]["task"])))
        return Finding("supported", "all")

    for scope in ("study", "experiment"):
        CLAIMS.add(Claim(scope, "All is well.", "here", look, scope=scope))
    try:
        found = list(judged(("study", "experiment"), Tables.read(out)))
    finally:
        for scope in ("study", "experiment"):
            del CLAIMS._things[scope]
    assert [each.experiment for each in found] == ["", "t", "u"]
    assert seen == [["t", "u"], ["t"], ["u"]]


def test_a_users_own_claim_is_one_entry():
    with pytest.raises(UserError, match="no claim 'mine'; allowed: ch-exist, ch-init"):
        check_claims(("mine",))
    CLAIMS.add(Claim("mine", "All is well.", "here", lambda tables: Finding("supported", "all")))
    check_claims(("mine",))
    del CLAIMS._things["mine"]
