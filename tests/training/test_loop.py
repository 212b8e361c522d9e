import random
from pathlib import Path

import pytest
import torch

import toys
from tombola.errors import DivergedError, UserError
from tombola.masks import Mask, Sparsify
from tombola.tasks import TASK_KINDS, Batches
from tombola.text import IGNORED
from tombola.tickets import Rewinding, rewind
from tombola.training import Checkpoint, Training, learning_rate_at, train
from tombola.training import loop as loop_module
from tombola.training.checkpoint import restore
from tombola.training.loop import build_optimizer

SETTINGS = Training(steps=12, batch_size=8, learning_rate=1e-2, warmup=0.25, weight_decay=0.1)
LOSS = TASK_KINDS["classification"].loss


def same(a: Checkpoint, b: Checkpoint) -> bool:
    """Whether two checkpoints are equal bit by bit."""
    return (
        a.step == b.step
        and a.weights.keys() == b.weights.keys()
        and a.moments.keys() == b.moments.keys()
        and a.held.keys() == b.held.keys()
        and all(torch.equal(t, b.held[k]) for k, t in a.held.items())
        and all(torch.equal(t, b.weights[k]) for k, t in a.weights.items())
        and all(torch.equal(t, b.moments[k]) for k, t in a.moments.items())
    )


def half_mask(model: torch.nn.Module) -> Mask:
    """Every second entry of every attention and MLP matrix pruned."""
    pruned = {}
    for name, parameter in model.named_parameters():
        if "encoder" in name and parameter.ndim == 2:
            keep = torch.arange(parameter.numel()).reshape(parameter.shape) % 2 == 0
            pruned[name] = keep
    return Mask(pruned)


def test_the_same_seed_gives_the_same_bits_and_another_seed_others():
    runs = [train(toys.bert(), toys.batches(), LOSS, SETTINGS, seed=s).end for s in (1, 1, 2)]
    assert same(runs[0], runs[1])
    assert not same(runs[0], runs[2])


def test_training_from_a_checkpoint_goes_on_exactly_as_the_run_it_was_taken_from():
    whole = train(toys.bert(), toys.batches(), LOSS, SETTINGS, seed=1, keep=(0, 5))
    for step in (0, 5):
        model = toys.bert(seed=99)  # other weights: all must come from the checkpoint
        again = train(model, toys.batches(), LOSS, SETTINGS, seed=1, start=whole.kept[step])
        assert same(again.end, whole.end)


def test_the_checkpoint_of_step_0_is_the_model_before_training():
    model = toys.bert()
    before = {name: p.detach().clone() for name, p in model.named_parameters()}
    kept = train(model, toys.batches(), LOSS, SETTINGS, seed=1, keep=(0,)).kept[0]
    assert kept.step == 0
    assert kept.moments == {}
    assert all(torch.equal(value, before[name]) for name, value in kept.weights.items())


@pytest.mark.parametrize("interrupted_at", [3, 7, 12])
def test_an_interrupted_run_ends_with_the_same_bits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, interrupted_at: int
):
    monkeypatch.setattr(loop_module, "SECONDS_BETWEEN_SAVES", -1.0)  # save after every step
    whole = train(toys.bert(), toys.batches(), LOSS, SETTINGS, seed=1, keep=(2,))

    def interrupt(step: int, total: int, loss: float) -> None:
        if step == interrupted_at:
            raise KeyboardInterrupt

    resume = tmp_path / "resume.safetensors"
    arguments = {"seed": 1, "keep": (2,), "resume": resume}
    with pytest.raises(KeyboardInterrupt):
        train(toys.bert(), toys.batches(), LOSS, SETTINGS, on_step=interrupt, **arguments)
    steps = []
    again = train(
        toys.bert(),
        toys.batches(),
        LOSS,
        SETTINGS,
        on_step=lambda step, *_: steps.append(step),
        **arguments,
    )
    assert same(again.end, whole.end)
    assert same(again.kept[2], whole.kept[2])
    assert again.losses == whole.losses
    assert steps == list(range(interrupted_at, 13))[-len(steps) :]
    assert len(steps) <= 13 - interrupted_at + 1


@pytest.mark.parametrize("step", [1, 3, 6, 7, 8])
def test_batches_by_tokens_and_accumulated_ones_go_on_exactly_from_any_step(step: int):
    """Seven batches in an epoch make three steps, the last of them of one batch."""
    encoded = toys.batches().encoded

    def batches() -> Batches:
        return Batches(encoded, 1, pad=0, tokens=34)

    settings = Training(epochs=3, batch_tokens=34, accumulate=3, learning_rate=1e-2)
    assert len(batches()) == 7
    whole = train(toys.bert(), batches(), LOSS, settings, seed=1, keep=(step,))
    assert whole.end.step == 9
    again = train(toys.bert(seed=9), batches(), LOSS, settings, seed=1, start=whole.kept[step])
    assert same(again.end, whole.end)


def test_accumulated_batches_are_one_batch_of_tokens():
    """With dropout off, to float64's precision: what counts is labels, not batches."""
    rng = random.Random(0)
    rows = []
    for _ in range(24):
        n = rng.randint(2, 9)
        tags = [rng.choice([0, 1, 2, IGNORED]) for _ in range(n - 1)]
        rows.append({"input_ids": [rng.randrange(1, 20) for _ in range(n)],
                     "attention_mask": [1] * n, "labels": [1, *tags]})  # fmt: skip
    tagging = TASK_KINDS["tagging"].loss
    ends, losses = [], []
    for size, accumulate in ((8, 1), (2, 4), (3, 3)):
        settings = Training(steps=4, batch_size=size, accumulate=accumulate, learning_rate=1e-3)
        model = toys.tagger().double()
        found = train(model, Batches(rows, size, 0), tagging, settings, seed=1)
        ends.append(found.end.weights)
        losses.append([loss for _, loss in found.losses])
    assert losses[1] == pytest.approx(losses[0], rel=1e-12)
    assert losses[2] != pytest.approx(losses[0], rel=1e-3)
    for name, weight in ends[0].items():
        torch.testing.assert_close(ends[1][name], weight, rtol=1e-9, atol=1e-12)


def test_bf16_is_of_products_alone():
    runs = {}
    for precision in ("float32", "bf16"):
        settings = Training(steps=60, learning_rate=1e-2, precision=precision)
        runs[precision] = train(toys.bert(dropout=0.0), toys.batches(), LOSS, settings, seed=1)
    assert all(weight.dtype == torch.float32 for weight in runs["bf16"].end.weights.values())
    assert not same(*(run.end for run in runs.values()))
    assert runs["bf16"].losses[-1][1] < 0.6 * runs["bf16"].losses[0][1]


def test_masked_weights_stay_exactly_zero_and_the_others_learn():
    model = toys.bert()
    mask = half_mask(model)
    dense = train(model, toys.batches(), LOSS, SETTINGS, seed=1, keep=(6,))
    # The checkpoint has non-zero weights and moments where the mask prunes.
    sparse = train(model, toys.batches(), LOSS, SETTINGS, seed=1, start=dense.kept[6], mask=mask)
    for name, survives in mask.items():
        assert sparse.end.weights[name][~survives].count_nonzero() == 0
        for moment in ("exp_avg", "exp_avg_sq"):
            assert sparse.end.moments[f"{name}/{moment}"][~survives].count_nonzero() == 0
        moved = sparse.end.weights[name] != dense.kept[6].weights[name]
        assert moved[survives].float().mean() > 0.5


def test_rewinding_the_learning_rate_goes_on_with_adams_state_masked():
    """One step of a retraining, against the same step by hand."""
    model, batches = toys.bert(dropout=0.0, attention_probs_dropout_prob=0), toys.batches()
    mask, dense = half_mask(model), train(model, batches, LOSS, SETTINGS, seed=1).end
    rewound = rewind(Rewinding(what="learning-rate", to=0.5), Checkpoint(6, {}, {}), dense)
    found = train(model, batches, LOSS, SETTINGS, seed=1, start=rewound, mask=mask, until=7).end

    by_hand = toys.bert(dropout=0.0, attention_probs_dropout_prob=0).train()
    optimizer = build_optimizer(by_hand, SETTINGS)
    restore(dense, by_hand, optimizer)
    pruned = {name: ~keep for name, keep in mask.items()}
    named = dict(by_hand.named_parameters())
    with torch.no_grad():
        for name, gone in pruned.items():
            named[name][gone] = 0
            for moment in ("exp_avg", "exp_avg_sq"):
                optimizer.state[named[name]][moment][gone] = 0
    for group in optimizer.param_groups:
        group["lr"] = learning_rate_at(SETTINGS, 6, 12)
    LOSS(by_hand, batches.collate(batches.order(1, 1)[1])).backward()  # five batches an epoch
    for name, gone in pruned.items():
        named[name].grad[gone] = 0
    torch.nn.utils.clip_grad_norm_(by_hand.parameters(), 1.0)
    optimizer.step()
    for name, parameter in named.items():
        assert torch.allclose(found.weights[name], parameter, atol=1e-7), name
    assert {float(v) for k, v in found.moments.items() if k.endswith("/step")} == {13.0}


def test_a_step_beyond_the_end_of_the_schedule_trains_on():
    longer = SETTINGS.model_copy(update={"schedule": "constant"})
    run = train(toys.bert(), toys.batches(), LOSS, longer, seed=1, until=14, keep=(12,))
    assert run.end.step == 14
    assert not same(run.kept[12], run.end)


def test_training_learns():
    model, settings = toys.bert(dropout=0.0), Training(steps=150, learning_rate=1e-2)
    losses = train(model, toys.batches(n=64), LOSS, settings, seed=1).losses
    assert losses[-1][1] < 0.3 < losses[0][1]
    assert losses[-1][0] == 150


def test_the_callers_random_state_is_left_alone():
    torch.manual_seed(7)
    expected = torch.rand(3)
    torch.manual_seed(7)
    train(toys.bert(), toys.batches(), LOSS, Training(steps=2), seed=1)
    assert torch.equal(torch.rand(3), expected)


def test_a_loss_that_is_no_number_stops_the_run_and_says_where():
    model = toys.bert()
    calls = []

    def breaks(model, batch):
        calls.append(1)
        loss = LOSS(model, batch)
        return loss * float("nan") if len(calls) == 4 else loss

    with pytest.raises(DivergedError, match=r"nan at step 4 of 12"):
        train(model, toys.batches(), breaks, SETTINGS, seed=1)


def test_a_checkpoint_survives_the_disk(tmp_path: Path):
    end = train(toys.bert(), toys.batches(), LOSS, SETTINGS, seed=1).end
    end.save(tmp_path / "end.safetensors")
    assert same(Checkpoint.load(tmp_path / "end.safetensors"), end)


@pytest.mark.parametrize("content", [b"", b"nonsense", b"\xff" * 100])
def test_a_damaged_checkpoint_is_refused_in_one_line(tmp_path: Path, content: bytes):
    path = tmp_path / "end.safetensors"
    path.write_bytes(content)
    with pytest.raises(UserError, match="no readable checkpoint"):
        Checkpoint.load(path)


@pytest.mark.parametrize("content", [b"", b"nonsense"])
def test_a_run_whose_saved_state_is_damaged_begins_anew(tmp_path: Path, content: bytes):
    whole = train(toys.bert(), toys.batches(), LOSS, SETTINGS, seed=1)
    resume = tmp_path / "resume.safetensors"
    resume.write_bytes(content)
    again = train(toys.bert(), toys.batches(), LOSS, SETTINGS, seed=1, resume=resume)
    assert same(again.end, whole.end)


def test_a_checkpoint_of_another_model_is_refused():
    end = train(toys.bert(), toys.batches(), LOSS, Training(steps=1), seed=1).end
    with pytest.raises(UserError, match="another model"):
        train(toys.bert(layers=2), toys.batches(), LOSS, SETTINGS, seed=1, start=end)


@pytest.mark.parametrize("hold", ["recomputed", "frozen"])
def test_pruning_while_training_goes_on_from_any_checkpoint_on_disk(tmp_path: Path, hold: str):
    sparsify = Sparsify(amount=0.5, end=8, every=3, hold=hold)
    more = {"seed": 1, "sparsify": sparsify}
    whole = train(toys.bert(), toys.batches(), LOSS, SETTINGS, keep=(0, 5), **more)
    assert whole.mask is not None
    assert whole.mask.sparsity == pytest.approx(0.5, abs=0.01)
    assert all((whole.end.weights[name][~whole.mask[name]] == 0).all() for name in whole.mask)
    for step in (0, 5):
        whole.kept[step].save(tmp_path / f"{step}")
        start = Checkpoint.load(tmp_path / f"{step}")
        again = train(
            toys.bert(seed=99), toys.batches(), LOSS, SETTINGS, start=start, keep=(7,), **more
        )
        assert same(again.end, whole.end)
        assert again.mask == whole.mask
