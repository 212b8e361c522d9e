"""Two processes that share a training, beside one that does it alone."""

import os
import random
import signal
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import torch

import toys
from tombola.errors import DivergedError, UserError
from tombola.masks import Mask, Sparsify, select
from tombola.tasks import TASK_KINDS, Batches
from tombola.text import IGNORED
from tombola.training import Checkpoint, Training, train
from tombola.training import shared as shared_module
from tombola.training.launch import check_devices, on_several
from tombola.training.loop import Course
from tombola.training.ranks import Alone, n_labels, part_of
from tombola.training.shared import Part
from tombola.training.together import Together

LOSS = TASK_KINDS["classification"].loss
TAGS = TASK_KINDS["tagging"].loss


def half(model: torch.nn.Module) -> Mask:
    return Mask(
        (name, torch.arange(p.numel()).reshape(p.shape) % 2 == 0)
        for name, p in model.named_parameters()
        if "encoder" in name and p.ndim == 2
    )


def tagged() -> Batches:
    """Of 21 tokens at most: of one long example, of several short ones; some without a label."""
    rng, rows = random.Random(0), []
    for place in range(24):
        n = rng.randint(2, 12)
        tags = [1, *(rng.choice([0, 1, 2, IGNORED]) for _ in range(n - 1))]
        none = n < 4 and place % 2 == 0
        rows.append({"input_ids": [rng.randrange(1, 20) for _ in range(n)],
                     "attention_mask": [1] * n,
                     "labels": [IGNORED] * n if none else tags})  # fmt: skip
    return Batches(rows, 1, 0, tokens=21)


class Overflows:
    """A loss whose gradients are not finite at the first look, of process `number` alone."""

    def __init__(self, number: int) -> None:
        self.left = number

    def __call__(self, model: torch.nn.Module, batch: Any) -> torch.Tensor:
        loss: torch.Tensor = LOSS(model, batch)
        self.left -= 1
        return loss + (next(model.parameters()) * 0).sum().sqrt() if self.left == 0 else loss


def courses(number: int) -> dict[str, Course]:
    """What is trained, in process `number` of two or alone."""
    bert = toys.bert(dropout=0.0, attention_probs_dropout_prob=0)
    uneven = toys.batches(n=37, batch_size=5)  # the last batch of an epoch has two examples
    by_hand = Training(steps=10, accumulate=2, batch_size=5, learning_rate=1e-3, weight_decay=0.1)
    tokens = Training(steps=10, batch_tokens=21, accumulate=2, learning_rate=1e-3)
    gradual = Sparsify(amount=0.5, end=6, every=2)
    half_precision = Training(steps=4, learning_rate=1e-3, precision="fp16")
    return {
        "masked": Course(bert, uneven, LOSS, by_hand, 1, mask=half(bert), keep=(0, 4)),
        "tokens": Course(toys.tagger(), tagged(), TAGS, tokens, 1, sparsify=gradual),
        "fp16": Course(toys.bert(), uneven, Overflows(number), half_precision, 1, mask=half(bert)),
    }


@dataclass(frozen=True)
class Everything:
    """One start of processes for all tests: a start takes seconds."""

    folder: Path

    def __call__(self, together: Together, say: Callable[[Any], None]) -> None:
        number = together.number
        torch.manual_seed(number)
        scores = torch.randint(0, 3, (100,)).float()
        mask = select({"w": scores}, Mask({"w": torch.ones(100, dtype=torch.bool)}), 0.5)
        say(("mask", number, mask.digest, together.agreed(mask).digest))
        for name, course in courses(number).items():
            steps: list[Any] = []
            resume = self.folder / f"{name}.safetensors"
            Part(replace(course, resume=resume))(together, steps.append)
            say(("steps", number, name, len(steps)))
        model = toys.bert()
        together.check(model, "here")
        if number:
            next(model.parameters()).data[0, 0] += 1e-6
        try:
            together.check(model, "there")
        except RuntimeError as problem:
            say(("differ", number, str(problem)))


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Any]]:
    folder = tmp_path_factory.mktemp("shared")
    return folder, list(on_several(2, "cpu", Everything(folder)))


@pytest.mark.parametrize("name", ["masked", "tokens"])
def test_two_processes_learn_what_one_does(done: tuple[Path, list[Any]], name: str):
    """Without dropout, to rounding: the same mean over all labels, the same masks."""
    two = Checkpoint.load(done[0] / f"{name}.safetensors")
    one = courses(0)[name].go(Alone(), lambda *at: None)
    assert two.step == one.end.step == 10
    for key, weight in one.end.weights.items():
        torch.testing.assert_close(two.weights[key], weight, rtol=0, atol=1e-6)
    for key, value in one.end.moments.items():
        torch.testing.assert_close(two.moments[key], value, rtol=1e-4, atol=1e-6)
    assert [at for at, _ in two.losses] == [at for at, _ in one.losses]
    losses = [[loss for _, loss in found] for found in (two.losses, one.losses)]
    assert losses[0] == pytest.approx(losses[1], rel=1e-5)
    masks = [key for key in one.end.held if key.endswith("/mask")]
    assert bool(masks) == (name == "tokens")
    assert all(torch.equal(two.held[key], one.end.held[key]) for key in masks)
    for key in half(courses(0)["masked"].model) if name == "masked" else ():
        assert torch.equal(two.weights[key] == 0, one.end.weights[key] == 0), key


def test_the_first_process_alone_writes_and_reports(done: tuple[Path, list[Any]]):
    folder, said = done
    found = {name: n for what, number, name, n in (s for s in said if s[0] == "steps") if n}
    assert found == {"masked": 10, "tokens": 10, "fp16": 4}
    assert [s[3] for s in said if s[0] == "steps" and s[1] == 1] == [0, 0, 0]
    files = sorted(path.name for path in folder.iterdir())
    kept = [f"masked-kept-{step}.safetensors" for step in (0, 4)]
    assert files == sorted([*kept, *(f"{name}.safetensors" for name in courses(0))])
    at_0 = Checkpoint.load(folder / kept[0])
    assert all(torch.equal(at_0.weights[k], w) for k, w in toys.bert().state_dict().items()
               if k in at_0.weights and k not in half(toys.bert()))  # fmt: skip


def test_all_processes_hold_the_first_ones_mask_whatever_their_seeds(done: tuple[Path, list[Any]]):
    own = {s[1]: s[2] for s in done[1] if s[0] == "mask"}
    agreed = {s[1]: s[3] for s in done[1] if s[0] == "mask"}
    assert own[0] != own[1]  # there was something to agree on
    assert agreed == {0: own[0], 1: own[0]}


def test_a_step_that_overflows_in_one_process_is_done_again_in_all(done: tuple[Path, list[Any]]):
    end = Checkpoint.load(done[0] / "fp16.safetensors")
    assert end.scaler == {"scale": 2.0**15, "_growth_tracker": 4.0}
    assert {float(v) for k, v in end.moments.items() if k.endswith("/step")} == {4.0}
    assert all((end.weights[k][~keep] == 0).all() for k, keep in half(toys.bert()).items())


def test_processes_that_hold_other_weights_are_found_out(done: tuple[Path, list[Any]]):
    found = [s for s in done[1] if s[0] == "differ"]
    assert sorted(s[1] for s in found) == [0, 1]
    assert all("different weights there" in s[2] for s in found)


@pytest.mark.parametrize("n", [2, 3, 7])
def test_parts_of_a_batch_are_the_batch(n: int):
    for batch in (*toys.batches(n=37, batch_size=5).epoch(0, 0), *tagged().epoch(0, 0)):
        parts = [part_of(batch, number, n) for number in range(n)]
        assert sum(count for _, count in parts) == n_labels(batch)
        counted = [part["input_ids"] for part, count in parts if count]
        seen = {tuple(row.tolist()) for rows in counted for row in rows}
        labelled = (batch["labels"] != IGNORED).reshape(len(batch["labels"]), -1).any(1)
        assert {tuple(row.tolist()) for row in batch["input_ids"][labelled]} <= seen
        for part, count in parts:
            assert n_labels(part) or not n_labels(batch)
            assert count in (0, n_labels(part))


class InThisProcess(Alone, Together):
    """As `Together` is, without another."""

    device = torch.device("cpu")

    def __init__(self) -> None:
        """There is nobody to meet."""


def here(n: int, kind: str, work: Any) -> Any:
    """`on_several` in this process."""
    said: list[Any] = []
    work(InThisProcess(), said.append)
    yield from said


@pytest.mark.parametrize("resume", [None, "resume.safetensors"])
def test_the_one_that_waits_has_the_model_at_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, resume: str | None
):
    monkeypatch.setattr(shared_module, "on_several", here)
    monkeypatch.setattr(shared_module, "check_devices", lambda *_: None)
    settings = {"steps": 6, "learning_rate": 1e-2}
    sparsify = Sparsify(amount=0.5, end=4, every=2)
    path = tmp_path / resume if resume else None
    if path:
        path.write_bytes(b"damaged")
    found = []
    for processes in (1, 3):
        model, told = toys.bert(), []
        run = train(model, toys.batches(), LOSS, Training(**settings, processes=processes), seed=1,
                    sparsify=sparsify, keep=(2, 5), resume=path if processes > 1 else None,
                    on_step=lambda *at, told=told: told.append(at))  # fmt: skip
        assert not model.training
        assert all(torch.equal(run.end.weights[k], p) for k, p in model.named_parameters())
        found.append((run, told))
    (one, told), (several, told_several) = found
    assert several.mask == one.mask
    assert (several.losses, told_several) == (one.losses, told)
    for a, b in ((one.end, several.end), *((one.kept[s], several.kept[s]) for s in (2, 5))):
        assert (a.step, a.losses) == (b.step, b.losses)
        assert all(torch.equal(b.weights[k], w) for k, w in a.weights.items())
        assert all(torch.equal(b.moments[k], w) for k, w in a.moments.items())
        assert all(torch.equal(b.held[k], w) for k, w in a.held.items())


def test_what_cannot_be_sent_is_refused_in_one_line():
    settings = Training(steps=1, processes=2)
    with pytest.raises(UserError, match=r"training.processes: .* define losses at the top"):
        train(toys.bert(), toys.batches(), lambda *given: LOSS(*given), settings, seed=1)


def test_more_processes_than_devices_are_refused():
    check_devices(64, "cpu")
    with pytest.raises(UserError, match=r"training.processes: 2, but there is 1 mps device here"):
        check_devices(2, "mps")
    if not torch.cuda.is_available():
        with pytest.raises(UserError, match=r"there are 0 cuda devices"):
            check_devices(2, "cuda")


@dataclass(frozen=True)
class Dies:
    """Process 1 is killed, or raises; the other waits for it."""

    how: str

    def __call__(self, together: Together, say: Callable[[Any], None]) -> None:
        say("here")
        if self.how == "waits":
            time.sleep(600)
        if together.number == 1 and self.how == "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        if together.number == 1:
            raise DivergedError("the loss became nan")
        together.total(1.0)


@pytest.mark.long
@pytest.mark.parametrize(
    ("how", "problem", "said"),
    [("killed", UserError, "one of its 2 processes died .signal 9"), ("raises", DivergedError, "")],
)
def test_what_fails_first_is_said_and_nothing_is_left(how: str, problem: Any, said: str):
    with pytest.raises(problem, match=said):
        list(on_several(2, "cpu", Dies(how)))


@pytest.mark.long
def test_who_stops_listening_ends_them():
    began = time.monotonic()
    with closing(on_several(2, "cpu", Dies("waits"))) as said:
        assert next(said) == "here"
    assert time.monotonic() - began < 300


@pytest.mark.long
def test_a_shared_training_that_is_interrupted_ends_with_the_same_bits(tmp_path: Path):
    """Ctrl-C at step 5; the state of step 4 was kept, and what was saved goes on."""
    settings = Training(steps=8, learning_rate=1e-2, processes=2)
    whole = train(toys.bert(), toys.batches(), LOSS, settings, seed=1, keep=(4,))

    def stop(step: int, total: int, loss: float) -> None:
        if step == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(toys.bert(), toys.batches(), LOSS, settings, seed=1, on_step=stop)
    assert threading.active_count() < 50
    again = train(toys.bert(seed=9), toys.batches(), LOSS, settings, seed=1, start=whole.kept[4])
    assert all(torch.equal(again.end.weights[k], w) for k, w in whole.end.weights.items())
