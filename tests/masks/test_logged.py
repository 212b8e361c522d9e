"""Sparsity in whatever a Trainer logs, before its trackers see it."""

from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import Trainer, TrainerCallback, TrainingArguments

import tombola
import toys


class Tracker(TrainerCallback):
    """Keeps what it is shown, as Trackio, W&B and TensorBoard do."""

    def __init__(self) -> None:
        self.seen: list[dict[str, Any]] = []

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:
        self.seen.append(dict(logs))


def test_sparsity_is_a_count_of_zeros():
    model = toys.bert(layers=2)
    assert tombola.callbacks.sparsity(model)["sparsity"] == 0
    with torch.no_grad():
        for parameter in model.bert.encoder.layer[1].parameters():
            parameter.zero_()
    found = tombola.callbacks.sparsity(model)
    assert found == {"sparsity": 0.5, "sparsity/encoder.0": 0.0, "sparsity/encoder.1": 1.0}
    assert tombola.callbacks.sparsity(model, layers=False) == {"sparsity": 0.5}


def test_trackers_are_shown_it(tmp_path: Path):
    ticket = tombola.prune(toys.bert(), 0.5)
    rows = [{"input_ids": [1, 2, 3], "attention_mask": [1, 1, 1], "labels": 1}] * 8
    tracker = Tracker()
    arguments = TrainingArguments(
        str(tmp_path), max_steps=2, logging_steps=1, report_to="none", disable_tqdm=True,
        use_cpu=True, save_strategy="no",
    )  # fmt: skip
    trainer = Trainer(
        ticket.model, arguments, train_dataset=rows,
        callbacks=[tombola.callbacks.MaskCallback(ticket.mask), tracker],
    )  # fmt: skip
    callback = tombola.callbacks.log_sparsity(trainer, layers=True)
    trainer.train()
    losses = [each for each in tracker.seen if "loss" in each]
    assert [each["sparsity"] for each in losses] == [pytest.approx(0.5)] * 2
    assert losses[0]["sparsity/encoder.0"] == pytest.approx(0.5)
    assert trainer.state.log_history[0]["sparsity"] == pytest.approx(0.5)
    trainer.remove_callback(callback)
    assert callback not in trainer.callback_handler.callbacks
