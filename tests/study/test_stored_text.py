"""Text that is encoded into a file once for a study, and read by all its stages."""

from pathlib import Path

import pytest
import small

from tombola.study import job, run_study


def tables_of(out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((out / "tables").iterdir())}


def test_stages_read_the_same_from_a_file_as_from_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    raw = small.raw(small.cola_folder(tmp_path / "text"))
    raw["steps"] = {name: raw["steps"][name] for name in ("dense", "layers")}
    raw["steps"]["layers"]["of"] = "dense"
    recipe = small.of(raw)
    run_study(recipe, tmp_path / "memory", engine="serial")
    assert not (tmp_path / "memory" / "encoded").exists()
    monkeypatch.setattr(job, "STORED_FROM", 1)
    run_study(recipe, tmp_path / "file", engine="serial")
    assert tables_of(tmp_path / "memory") == tables_of(tmp_path / "file")
    encoded = sorted((tmp_path / "file" / "encoded").iterdir())
    assert len(encoded) == 2  # train and dev, for all stages
