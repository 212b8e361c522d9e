"""What a machine can do to a study: memory that lacks, a folder that goes, a full disk."""

import errno
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

import tombola
from study.small import cola_folder, of, raw
from tombola.errors import UserError
from tombola.study import Event, Recipe, run_study
from tombola.study.store import Store
from tombola.troubles import LOWER, in_one_line, is_out_of_memory, trouble


@pytest.fixture
def recipe(tmp_path: Path) -> Recipe:
    """A baseline of a task that is named alone, and a dense model."""
    value = raw(cola_folder(tmp_path / "cola"))
    guess = {"do": "baseline", "task": "toy", "by": "majority"}
    value["steps"] = {"dense": value["steps"]["dense"], "guess": guess}
    return of(value)


@pytest.mark.parametrize(
    "problem",
    [
        MemoryError(),
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB"),
        RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried"),
        RuntimeError("MPS backend out of memory (MPS allocated: 17.9 GB)"),
        RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling"),
        OSError(errno.ENOMEM, "Cannot allocate memory"),
    ],
)
def test_memory_that_lacks_is_known_in_any_librarys_words(problem: Exception):
    assert is_out_of_memory(problem)
    assert trouble(problem) == f"out of memory: {LOWER}"


def test_a_tensor_that_no_memory_holds():
    with pytest.raises(RuntimeError) as caught:
        torch.empty(2**60, dtype=torch.uint8)
    assert is_out_of_memory(caught.value)


@pytest.mark.parametrize("problem", [RuntimeError("shapes differ"), ValueError("out of memory")])
def test_faults_of_the_program_are_left_alone(problem: Exception, tmp_path: Path):
    assert trouble(problem) is None
    with pytest.raises(type(problem)), in_one_line(tmp_path):
        raise problem


def test_a_stage_without_memory_fails_alone_and_says_what_to_lower(
    recipe: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    _raise_in(monkeypatch, "dense", lambda: MemoryError("no room"))
    outcome = run_study(recipe, tmp_path / "out", engine="serial")
    assert [each["why"] for each in outcome.failures] == [f"out of memory: {LOWER}"]
    assert outcome.done == 1
    monkeypatch.undo()
    assert run_study(recipe, tmp_path / "out", engine="serial").failures == ()


@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.ENOSPC, "the disk is full"), (errno.EROFS, "x: Read-only file system"),
     (errno.EIO, "x: Input/output error")],
)  # fmt: skip
def test_what_the_disk_says_ends_the_run_in_one_line(
    recipe: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, words: str
):
    said = _raise_in(monkeypatch, "guess", lambda: OSError(number, errno_words(number), "x"))
    with pytest.raises(UserError, match=words) as caught:
        tombola.run(recipe, tmp_path / "out", engine="serial")
    assert f"{tmp_path / 'out'} (while: guess" in str(caught.value)
    assert said == ["guess"]


def test_a_folder_that_goes_is_not_begun_anew(recipe: Recipe, tmp_path: Path):
    out = tmp_path / "out"

    def remove(event: Event) -> None:
        if event.kind == "done":
            shutil.rmtree(out)

    with pytest.raises(UserError, match=r"out: the folder is gone, by another program or a disk"):
        tombola.run(recipe, out, engine="serial", watch=remove)
    assert not out.exists()


def errno_words(number: int) -> str:
    return {errno.EROFS: "Read-only file system", errno.EIO: "Input/output error"}.get(number, "")


def _raise_in(
    monkeypatch: pytest.MonkeyPatch, step: str, problem: Callable[[], Exception]
) -> list[str]:
    """Let the work on a step's stages fail; the steps where it did."""
    did: list[str] = []
    run = Store.run

    def failing(self, stage, work, versions=None):
        def fail(folder: Path) -> None:
            did.append(stage.step)
            raise problem()

        return run(self, stage, fail if stage.step == step else work, versions)

    monkeypatch.setattr(Store, "run", failing)
    return did
