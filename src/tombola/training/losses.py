"""The loss of each kind of task."""

from collections.abc import Mapping

import torch
from torch import Tensor
from torch.nn import functional as F

from tombola.text import IGNORED
from tombola.training.loop import Loss


def loss_for(kind: str, label_smoothing: float = 0.0) -> Loss:
    """The mean loss of a batch for a task of `kind`.

    Cross-entropy per example (classification) or per token (translation), squared error
    (regression).
    """

    def cross_entropy(model: torch.nn.Module, batch: Mapping[str, Tensor]) -> Tensor:
        inputs = {key: value for key, value in batch.items() if key != "labels"}
        logits = model(**inputs).logits
        return F.cross_entropy(logits, batch["labels"], label_smoothing=label_smoothing)

    def token_cross_entropy(model: torch.nn.Module, batch: Mapping[str, Tensor]) -> Tensor:
        # The model shifts the labels into the decoder's input; its own loss has no smoothing.
        logits = model(**batch).logits
        return F.cross_entropy(
            logits.flatten(0, 1),
            batch["labels"].flatten(),
            ignore_index=IGNORED,
            label_smoothing=label_smoothing,
        )

    def squared_error(model: torch.nn.Module, batch: Mapping[str, Tensor]) -> Tensor:
        inputs = {key: value for key, value in batch.items() if key != "labels"}
        return F.mse_loss(model(**inputs).logits.squeeze(-1), batch["labels"].float())

    return {
        "classification": cross_entropy,
        "translation": token_cross_entropy,
        "regression": squared_error,
    }[kind]
