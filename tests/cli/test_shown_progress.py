"""How a running study looks: in 80 columns, and in a pipe."""

import io
import itertools
import re
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from tombola.cli.terminal import log as log_module
from tombola.cli.terminal.live import Screen, drawn
from tombola.cli.terminal.log import Log
from tombola.cli.terminal.progress import Progress
from tombola.cli.terminal.screen import shortened
from tombola.verbs import AtWork, Ended, Moment

LONG = "tickets builtin-acceptability, seed 3, magnitude, learning-rate 0.5, scope layer, round 7"
NOW = Moment(
    total=1200, done=300, failed=2, left="about 2 h 5 min left",
    workers=(AtWork(LONG, 90.0, "step 12,300/100,000, loss 0.513", "1 h 3 min left"), None,
             AtWork("dense toy, seed 1", 3.0, "", "")),
    scores=((LONG, "accuracy 0.812 (0.79–0.833)"),), over=False,
)  # fmt: skip


def test_a_long_title_is_cut_in_its_middle() -> None:
    assert shortened("dense toy", 80) == "dense toy"
    cut = shortened(LONG, 40)
    assert len(cut) == 40
    assert cut.startswith("tickets builtin")
    assert cut.endswith("round 7")


@pytest.mark.parametrize("width", [80, 120, 50])
def test_what_matters_is_there_however_narrow_the_terminal(width: int) -> None:
    head, first, second, third, score = drawn(NOW, 200.0, width - 1)
    assert all(len(line) < width for line in (head, first, second, third, score))
    assert "300/1200 stages" in head
    if width < 80:
        return
    assert "2 failed  3 min 20 s, about 2 h 5 min left" in head
    assert first.startswith("1 tickets")
    assert first.endswith("step 12,300/100,000, loss 0.513, 1 h 3 min left")
    assert second == "2 waits for others"
    assert third.startswith("3 dense toy, seed 1")
    assert score.endswith("round 7  accuracy 0.812 (0.79–0.833)")


def test_before_the_plan_and_after_the_last_stage_it_says_what_it_does() -> None:
    assert drawn(None, 3.0, 79, "reading") == ["3 s  reading"]
    assert drawn(replace(NOW, over=True), 3.0, 79)[1].startswith("writing tables")


def test_a_terminal_is_redrawn_and_failures_stay() -> None:
    console = Console(file=io.StringIO(), force_terminal=True, width=80, highlight=False)
    screen = Screen(console)
    screen.begin("small")
    screen.planned(NOW)
    screen.ended(Ended(LONG, 1.0, "", "the loss became nan"), NOW)
    screen.tick(NOW)
    screen.close()
    said = console.file.getvalue()  # type: ignore[attr-defined]  # it is a StringIO
    assert "reading text and models of small" in said
    assert "the loss became nan" in said


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A log, its clock, and what it printed."""
    now = [0.0]
    monkeypatch.setattr(log_module.time, "monotonic", lambda: now[0])
    console = Console(file=io.StringIO(), width=80)
    said = lambda: console.file.getvalue().splitlines()  # type: ignore[attr-defined]  # noqa: E731
    return SimpleNamespace(log=Log(console), now=now, said=said)


def test_a_pipe_gets_short_lines_at_a_sensible_rate(lines: Any) -> None:
    lines.log.begin("small")
    for lines.now[0] in (0.5, 2.0, 4.0):
        lines.log.tick(None)
    lines.now[0] = 5.0
    lines.log.planned(NOW)
    for n in itertools.count(301):  # ten a second, for three seconds
        lines.log.ended(Ended(f"dense toy, seed {n}", 0.1, "accuracy 0.5"), replace(NOW, done=n))
        lines.now[0] += 0.1
        if n == 330:
            break
    lines.log.close()
    said = lines.said()
    assert said[0] == "[2 s] reading text and models of small, planning"
    assert said[1] == "[5 s] 1,200 stages, 300 done already, 3 at a time; about 2 h 5 min left"
    assert 4 <= len(said) <= 6
    assert re.search(r"and \d+ more: accuracy 0.5; about 2 h 5 min left$", said[2])
    assert said[-1].startswith("[8 s] 330/1200 dense toy, seed 330")
    assert all(len(line) <= log_module.WIDTH for line in said)


def test_of_what_takes_long_a_pipe_hears_now_and_then(lines: Any) -> None:
    for second in range(200):
        lines.now[0] = float(second)
        worker = AtWork(LONG, float(second), "step 1/9, loss 0.5", "9 s left")
        lines.log.tick(replace(NOW, workers=(worker,)))
    said = lines.said()
    assert len(said) == 3
    assert said[0].startswith("[30 s] … tickets")
    assert said[0].endswith("round 7: step 1/9, loss 0.5, 9 s left")


def test_a_failure_is_said_whole_and_at_once(lines: Any) -> None:
    lines.log.ended(Ended(LONG, 1.0, "", "why " * 50), replace(NOW, over=True))
    assert lines.said()[0] == f"[0 s] failed: {LONG}: {'why ' * 50}"
    assert lines.said()[1] == "[0 s] writing tables and the report"


def test_where_programs_read_nothing_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress("small", quiet=True):
        pass
    with Progress("small"):
        pass  # refused at once: one line of its own will do
    out, err = capsys.readouterr()
    assert out == ""
    assert err == ""
