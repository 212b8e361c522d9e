"""What the layers that own weights are given: sums over the tokens of a text."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

from tombola.errors import UserError
from tombola.tickets.criteria.criterion import Evidence

Seen = Callable[[str, Float[Tensor, "tokens width"]], None]
"""Takes a matrix's name and what its layer was given, one row for each token."""


def watch_inputs(evidence: Evidence, names: Iterable[str], seen: Seen) -> None:
    """Run the model over the evidence's batches and show what each named matrix is given.

    Positions that hold padding are left out where a layer's input is laid out as the batch is.

    Raises UserError where there are no examples.
    """
    if evidence.model is None or evidence.batches is None or evidence.loss is None:
        raise UserError("this criterion reads examples, and so needs a task")
    model = evidence.model
    device, training = next(model.parameters()).device, model.training
    real: list[Tensor | None] = [None]
    any_batch = False
    with ExitStack() as stack:
        stack.callback(model.train, training)
        model.eval()
        for name in names:
            module = model.get_submodule(name.rpartition(".")[0])
            stack.callback(module.register_forward_pre_hook(_hook(name, real, seen)).remove)
        with torch.no_grad():
            for batch in evidence.batches():
                any_batch = True
                inputs = {key: value.to(device) for key, value in batch.items()}
                real[0] = inputs.get("attention_mask")
                evidence.loss(model, inputs)
    if not any_batch:
        raise UserError("no examples to see what layers are given")


def _hook(name: str, real: list[Tensor | None], seen: Seen) -> Callable[[nn.Module, Any], None]:
    def hook(module: nn.Module, args: Any) -> None:
        given: Tensor = args[0]
        mask = real[0]
        if mask is not None and given.shape[:-1] == mask.shape:
            given = given[mask.bool()]
        seen(name, given.reshape(-1, given.shape[-1]).float())

    return hook


def matrices_of_layers(evidence: Evidence) -> dict[str, bool]:
    """The prunable matrices whose layers are given vectors: name to whether inputs are columns.

    They are columns of `nn.Linear` (out, in), and rows of GPT-2's own layers (in, out).
    """
    found: dict[str, bool] = {}
    for name, weight in evidence.weights.items():
        if evidence.model is None or weight.ndim != 2 or not name.endswith(".weight"):
            continue
        module = evidence.model.get_submodule(name.rpartition(".")[0])
        if isinstance(module, nn.Linear):
            found[name] = True
        elif type(module).__name__ == "Conv1D":
            found[name] = False
    return found


def within_rows(
    scores: Mapping[str, Float[Tensor, "out in"]],
) -> dict[str, Float[Tensor, "out in"]]:
    """Scores as ranks within each row, 0 to 1, so that every row loses the same share.

    Of equals in a row the first is lower.
    """
    found = {}
    for name, score in scores.items():
        order = score.argsort(dim=1, stable=True)
        ranks = torch.arange(score.shape[1], dtype=torch.float32, device=score.device)
        placed = torch.empty_like(score, dtype=torch.float32)
        placed.scatter_(1, order, (ranks / score.shape[1]).expand_as(score))
        found[name] = placed
    return found
