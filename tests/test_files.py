"""Folders and files that a user names: whole or not at all, and one line where they cannot be."""

from pathlib import Path

import pytest

from tombola.errors import UserError
from tombola.files import as_path, atomic_file, new_folder, read_sound


def test_the_home_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert as_path("~/half") == tmp_path / "half"


def test_an_empty_folder_may_be_written_and_a_dangling_link_not(tmp_path: Path):
    (tmp_path / "empty").mkdir()
    with new_folder(tmp_path / "empty") as draft:
        (draft / "x").write_text("x")
    assert (tmp_path / "empty" / "x").read_text() == "x"
    (tmp_path / "link").symlink_to("/nonexistent/x")
    for name in ("empty", "link"):
        with pytest.raises(UserError, match="exists already"), new_folder(tmp_path / name):
            pass
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty", "link"]


@pytest.mark.parametrize("name", ["file/below", "x" * 300, "a\0b"])
def test_folders_that_cannot_be(tmp_path: Path, name: str):
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match=r"can be made|exists"), new_folder(tmp_path / name / "y"):
        pass
    with pytest.raises(UserError, match="can be made"), atomic_file(tmp_path / name / "y" / "z"):
        pass


@pytest.mark.parametrize("text", ["", "{", "[1,", "\ufeff{}", "[" * 100_000, r'"\ud800"'])
def test_damaged_files_name_the_way_out(tmp_path: Path, text: str):
    (tmp_path / "record.json").write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=r"record\.json: damaged: .*; remove it$"):
        read_sound(tmp_path / "record.json", "remove it")
