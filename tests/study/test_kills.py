"""A few kills of a small study at random moments; `make kills` has as many as you like."""

import os
from pathlib import Path

import pytest

from kills.campaign import Campaign


@pytest.mark.long
@pytest.mark.skipif(not hasattr(os, "fork"), reason="runs are forked, to start at once")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_killed_and_started_again_a_study_comes_to_the_same_bytes(tmp_path: Path):
    found = Campaign(tmp_path, seed=4).go(3, ("processes", "serial"))
    assert found.problems == []
    assert found.kills == 3
    assert found.struck
    assert found.studies == 2
