"""The callback inside a real Trainer on a tiny BERT."""

import ast
from pathlib import Path

import pytest
import torch
from torch import Tensor
from torch.nn.utils import clip_grad_norm_
from torch.utils.data import Dataset
from transformers import BertConfig, BertForSequenceClassification, Trainer, TrainingArguments
from worlds import random_mask

import tombola.masks
from tombola.errors import UserError
from tombola.masks import Enforcer, GradualPruning, Mask, MaskCallback, Sparsify

MAX_NORM = 0.1


class Sentences(Dataset):
    def __init__(self) -> None:
        generator = torch.Generator().manual_seed(0)
        self.ids = torch.randint(0, 30, (24, 5), generator=generator)

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, at: int) -> dict[str, Tensor]:
        return {"input_ids": self.ids[at], "labels": self.ids[at, 0] % 2}


def make() -> tuple[BertForSequenceClassification, Mask]:
    config = BertConfig(
        vocab_size=30, hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=32, max_position_embeddings=8, hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )  # fmt: skip
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = BertForSequenceClassification(config)
    shapes = {n: p.shape for n, p in model.named_parameters() if "encoder" in n and p.dim() == 2}
    return model, random_mask(shapes, 0.5, 1)


def arguments(folder: Path, accumulate: int, **more: object) -> TrainingArguments:
    return TrainingArguments(
        output_dir=str(folder), per_device_train_batch_size=4, max_steps=3,
        gradient_accumulation_steps=accumulate, max_grad_norm=MAX_NORM, weight_decay=0.1,
        learning_rate=1e-2, lr_scheduler_type="constant", logging_steps=1, report_to="none",
        use_cpu=True, disable_tqdm=True, **{"save_strategy": "no", **more},
    )  # fmt: skip


def train(
    model: BertForSequenceClassification, mask: Mask | None, folder: Path, accumulate: int
) -> Trainer:
    callbacks = [] if mask is None else [MaskCallback(mask)]
    trainer = Trainer(
        model, arguments(folder, accumulate), train_dataset=Sentences(), callbacks=callbacks
    )
    # BERT takes keywords for its loss but does not use them: let the Trainer average
    trainer.model_accepts_loss_kwargs = False
    trainer.train()
    return trainer


def pruned(model: torch.nn.Module, mask: Mask) -> Tensor:
    parameters = dict(model.named_parameters())
    return torch.cat([parameters[name].detach()[~mask[name]] for name in mask])


@pytest.mark.parametrize("accumulate", [1, 2])
def test_as_a_masked_loop_by_hand(tmp_path, accumulate):
    model, mask = make()
    trainer = train(model, mask, tmp_path, accumulate)
    zeros = pruned(model, mask)
    assert (zeros == 0).all()
    assert not zeros.signbit().any()
    norms = [entry["grad_norm"] for entry in trainer.state.log_history if "grad_norm" in entry]
    assert len(norms) == 3
    assert all(not p._post_accumulate_grad_hooks for p in model.parameters())

    # the same data in the same order, in a loop that anyone can read
    again, _ = make()
    enforcer = Enforcer(again, mask)
    enforcer.weights()
    decayed = trainer.get_decay_parameter_names(again)
    named = dict(again.named_parameters())
    optimizer = torch.optim.AdamW(
        [
            {"params": [p for n, p in named.items() if n in decayed], "weight_decay": 0.1},
            {"params": [p for n, p in named.items() if n not in decayed], "weight_decay": 0.0},
        ],
        lr=1e-2,
    )
    batches = list(trainer.get_train_dataloader())  # the order is seeded by the arguments
    for step in range(3):
        again.zero_grad()
        parts = batches[step * accumulate : (step + 1) * accumulate]
        for batch in parts:
            (again(**batch).loss / len(parts)).backward()
        enforcer.gradients()
        norm = clip_grad_norm_(again.parameters(), MAX_NORM)
        assert norms[step] == pytest.approx(norm.item(), rel=1e-3)
        optimizer.step()
        enforcer.optimizer_state(optimizer)
        enforcer.weights()
    for a, b in zip(model.parameters(), again.parameters(), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-3, atol=1e-5)


def test_without_the_callback_weights_return(tmp_path):
    model, mask = make()
    Enforcer(model, mask).weights()
    trainer = train(model, None, tmp_path, 1)
    assert (pruned(model, mask) != 0).any()
    masked, _ = make()
    theirs = train(masked, mask, tmp_path, 1)
    first = [t.state.log_history[0]["grad_norm"] for t in (trainer, theirs)]
    assert first[1] < first[0]  # the same gradient, over survivors only


def test_resumed_training_masks_what_the_optimizer_remembers(tmp_path):
    model, mask = make()
    trainer = Trainer(
        model,
        arguments(tmp_path, 1, save_strategy="steps", save_steps=2),
        train_dataset=Sentences(),
    )
    trainer.train()
    model, _ = make()
    trainer = Trainer(
        model,
        arguments(tmp_path, 1),
        train_dataset=Sentences(),
        callbacks=[MaskCallback(mask)],
    )
    trainer.train(resume_from_checkpoint=str(tmp_path / "checkpoint-2"))
    assert (pruned(model, mask) == 0).all()
    remembered = 0
    for name, parameter in model.named_parameters():
        for state in trainer.optimizer.state[parameter].values():
            if name in mask and state.shape == parameter.shape:
                assert (state[~mask[name]] == 0).all()
                assert (state[mask[name]] != 0).any()
                remembered += 1
    assert remembered == 2 * len(mask)


def test_the_optimizer_is_made_to_forget_at_the_begin_and_at_each_step():
    model, mask = make()
    name = next(iter(mask))
    weight = dict(model.named_parameters())[name]
    optimizer = torch.optim.SGD([weight], lr=0.1, momentum=0.9)
    optimizer.state[weight]["momentum_buffer"] = momentum = torch.ones(weight.shape)
    callback = MaskCallback(mask)
    callback.on_train_begin(None, None, None, model=model, optimizer=optimizer)
    assert torch.equal(momentum, mask[name].float())
    momentum.fill_(2.0)
    callback.on_optimizer_step(None, None, None, optimizer=optimizer)
    assert torch.equal(momentum, 2 * mask[name].float())
    callback.on_train_end(None, None, None)


def test_a_broken_training_leaves_no_hooks_to_the_next(tmp_path):
    model, mask = make()
    callback = MaskCallback(mask)
    callback.on_train_begin(None, None, None, model=model, optimizer=None)
    callback.on_train_begin(None, None, None, model=model, optimizer=None)
    name = next(iter(mask))
    assert len(dict(model.named_parameters())[name]._post_accumulate_grad_hooks) == 1
    callback.on_train_end(None, None, None)
    assert all(not p._post_accumulate_grad_hooks for p in model.parameters())


def test_masks_of_other_models_are_refused(tmp_path):
    model, _ = make()
    with pytest.raises(UserError, match="mask of another model"):
        train(model, Mask({"no.weight": torch.ones(2).bool()}), tmp_path, 1)


def test_the_trainer_is_imported_late():
    # a fresh interpreter would show it too, but takes seconds to import torch
    room = Path(tombola.masks.__file__).parent
    users = [path.name for path in room.glob("*.py") if "transformers" in path.read_text()]
    assert set(users) == {"trainer.py", "logged.py"}
    init = ast.parse((room / "__init__.py").read_text())
    eager = [node.module for node in init.body if isinstance(node, ast.ImportFrom)]
    assert eager == ["tombola.rooms"]  # which imports nothing
    assert tombola.masks.MaskCallback is MaskCallback
    with pytest.raises(AttributeError, match="Other"):
        tombola.masks.Other  # noqa: B018


@pytest.mark.parametrize("accumulate", [1, 2])
def test_pruning_while_training_resumes_as_if_it_had_never_stopped(tmp_path, accumulate):
    settings = Sparsify(amount=0.5, end=2, every=1)

    def run(folder, resume=None, **more):
        model, _ = make()
        pruning = GradualPruning(settings)
        trainer = Trainer(
            model, arguments(tmp_path / folder, accumulate, **more), train_dataset=Sentences(),
            callbacks=[pruning],
        )  # fmt: skip
        trainer.model_accepts_loss_kwargs = False
        trainer.train(resume_from_checkpoint=resume)
        return model, pruning

    whole, first = run("whole", save_strategy="steps", save_steps=2)
    again, second = run("whole", resume=str(tmp_path / "whole" / "checkpoint-2"))
    assert first.mask == second.mask
    assert first.mask.sparsity == pytest.approx(0.5, abs=0.01)
    assert (pruned(whole, first.mask) == 0).all()
    for a, b in zip(whole.parameters(), again.parameters(), strict=True):
        assert torch.equal(a, b)
    assert all(not p._post_accumulate_grad_hooks for p in again.parameters())
    (tmp_path / "whole" / "checkpoint-2" / "gradual-pruning.safetensors").unlink()
    with pytest.raises(UserError, match="written without this"):
        run("whole", resume=str(tmp_path / "whole" / "checkpoint-2"))


def test_a_schedule_beyond_training_is_refused(tmp_path):
    trainer = Trainer(
        make()[0], arguments(tmp_path, 1), train_dataset=Sentences(),
        callbacks=[GradualPruning(Sparsify(amount=0.5, end=99))],
    )  # fmt: skip
    with pytest.raises(UserError, match="after the training's 3"):
        trainer.train()
