"""Studies built once for all tests of the report."""

from dataclasses import replace
from pathlib import Path

import pytest
import synthetic

from tombola.report import report

STUDY = replace(synthetic.ACCEPTABILITY, tickets=(("magnitude", "weights"), ("random", "weights")))


@pytest.fixture(scope="session")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = synthetic.write_study(tmp_path_factory.mktemp("clean"), (STUDY,))
    report(out)
    return out


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    experiment = replace(synthetic.hostile(synthetic.ACCEPTABILITY), rounds=2)
    study = synthetic.hostile_study()
    out = synthetic.write_study(tmp_path_factory.mktemp("hostile"), (experiment,), study)
    report(out)
    return out
