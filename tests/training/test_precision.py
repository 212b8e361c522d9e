"""fp16 and compiled models: what they change, and what they must not."""

import functools
from pathlib import Path

import pytest
import torch

import toys
from tombola.errors import DivergedError
from tombola.masks import Mask, Sparsify
from tombola.tasks import TASK_KINDS
from tombola.training import Checkpoint, Training, train
from tombola.training import loop as loop_module
from tombola.training.precision import Scaler

LOSS = TASK_KINDS["classification"].loss
FP16 = Training(steps=6, learning_rate=1e-2, warmup=0.5, precision="fp16")
NO_DROPOUT = {"dropout": 0.0, "attention_probs_dropout_prob": 0}


def same(a: Checkpoint, b: Checkpoint) -> bool:
    """Whether two checkpoints are equal bit by bit."""
    return (
        (a.step, a.scaler) == (b.step, b.scaler)
        and all(torch.equal(t, b.weights[k]) for k, t in a.weights.items())
        and all(torch.equal(t, b.moments[k]) for k, t in a.moments.items())
    )


def half(model: torch.nn.Module) -> Mask:
    return Mask(
        (name, torch.arange(p.numel()).reshape(p.shape) % 2 == 0)
        for name, p in model.named_parameters()
        if "encoder" in name and p.ndim == 2
    )


def overflows(times: int):
    """A loss whose gradients are not finite the first `times` times."""
    seen = []

    def loss(model, batch):
        found = LOSS(model, batch)
        seen.append(float(found.detach()))
        if len(seen) <= times:
            weight = next(model.parameters())
            found = found + (weight * 0).sum().sqrt()  # 0, whose gradient is not a number
        return found

    return loss, seen


@pytest.mark.parametrize("sparsify", [None, Sparsify(amount=0.5, end=4, every=2)])
def test_a_step_that_overflows_in_fp16_is_done_again_and_none_is_left_out(sparsify):
    """Schedule, data, dropout, masks: all as in the run that had no such step."""
    runs = []
    for times in (0, 3):
        model = toys.bert()
        mask = half(model) if sparsify is None else None
        loss, seen = overflows(times)
        told = []
        run = train(model, toys.batches(), loss, FP16, seed=1, mask=mask, sparsify=sparsify,
                    on_step=lambda step, *_, told=told: told.append(step))  # fmt: skip
        assert told == list(range(1, 7))
        assert len(seen) == 6 + times
        assert seen[:times] == seen[times : times + 1] * times  # the same batch, the same dropout
        runs.append(run)
    plain, again = runs
    assert again.end.scaler["scale"] == plain.end.scaler["scale"] / 8
    assert again.mask == plain.mask
    assert all((again.end.weights[name][~again.mask[name]] == 0).all() for name in again.mask)
    assert {float(v) for k, v in again.end.moments.items() if k.endswith("/step")} == {6.0}
    for name, weight in plain.end.weights.items():  # another scale rounds small numbers otherwise
        assert torch.allclose(weight, again.end.weights[name], atol=2e-3), name


def test_gradients_that_are_never_finite_end_the_run_and_say_where():
    loss, seen = overflows(1000)
    with pytest.raises(DivergedError, match=r"not finite in fp16.* at step 1 of 6"):
        train(toys.bert(), toys.batches(), loss, FP16, seed=1)
    assert len(seen) < 60


def test_a_run_in_fp16_goes_on_exactly_from_a_checkpoint_on_disk(tmp_path: Path):
    loss, _ = overflows(2)
    whole = train(toys.bert(), toys.batches(), loss, FP16, seed=1, keep=(3,))
    whole.kept[3].save(tmp_path / "3")
    start = Checkpoint.load(tmp_path / "3")
    assert start.scaler == {"scale": 2.0**14, "_growth_tracker": 3.0}
    again = train(toys.bert(seed=9), toys.batches(), LOSS, FP16, seed=1, start=start)
    assert same(again.end, whole.end)


def test_an_interrupted_run_in_fp16_ends_with_the_same_bits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(loop_module, "SECONDS_BETWEEN_SAVES", -1.0)
    loss, _ = overflows(2)
    whole = train(toys.bert(), toys.batches(), loss, FP16, seed=1)

    def interrupt(step: int, total: int, loss: float) -> None:
        if step == 4:
            raise KeyboardInterrupt

    resume, (loss, _) = tmp_path / "resume.safetensors", overflows(2)
    with pytest.raises(KeyboardInterrupt):
        train(toys.bert(), toys.batches(), loss, FP16, seed=1, resume=resume, on_step=interrupt)
    again = train(toys.bert(seed=9), toys.batches(), LOSS, FP16, seed=1, resume=resume)
    assert same(again.end, whole.end)


def test_fp16_learns_as_float32_does():
    runs = {}
    for precision in ("float32", "fp16"):
        settings = Training(steps=60, learning_rate=1e-2, precision=precision)
        runs[precision] = train(toys.bert(dropout=0.0), toys.batches(), LOSS, settings, seed=1)
    assert all(weight.dtype == torch.float32 for weight in runs["fp16"].end.weights.values())
    assert not same(*(run.end for run in runs.values()))
    assert runs["fp16"].losses[-1][1] < 0.6 * runs["fp16"].losses[0][1]
    assert runs["float32"].end.scaler == {}


def test_a_checkpoint_without_a_scale_begins_with_the_first_one():
    scaler = Scaler(torch.device("cpu"), "fp16")
    scaler.load({})
    assert scaler.state() == {"scale": 2.0**16, "_growth_tracker": 0.0}


def test_a_compiled_model_learns_the_same_and_leaves_the_model_as_it_was(monkeypatch):
    # what is tried is that the loop compiles; the real compiler takes minutes on two cores
    asked = []
    compiled = functools.partial(torch.compile, backend="aot_eager")
    monkeypatch.setattr(torch, "compile", lambda model: asked.append(model) or compiled(model))
    settings = Training(steps=4, learning_rate=1e-3)
    ends = []
    for compiles in (False, True):
        model = toys.bert(**NO_DROPOUT)
        chosen = settings.model_copy(update={"compile": compiles})
        run = train(model, toys.batches(), LOSS, chosen, seed=1, mask=half(model))
        assert list(dict(model.named_parameters())) == list(run.end.weights)
        ends.append(run.end)
    assert len(asked) == 1
    for name, weight in ends[0].weights.items():
        assert torch.allclose(weight, ends[1].weights[name], atol=1e-6), name
        assert ((weight == 0) == (ends[1].weights[name] == 0)).all(), name
