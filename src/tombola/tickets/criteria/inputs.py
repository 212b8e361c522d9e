"""What the layers that own weights are given: sums over the tokens of a text."""

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn
from transformers.pytorch_utils import Conv1D

from tombola.anatomy import evaluating
from tombola.anatomy.layout import out_axis
from tombola.errors import UserError
from tombola.tickets.criteria.criterion import Evidence

Summed = Callable[[Float[Tensor, "tokens width"]], Tensor]
"""What is summed up of the vectors that a layer is given, one row for each token."""


def sum_inputs(evidence: Evidence, names: Iterable[str], of: Summed) -> dict[str, Tensor]:
    """Run the model over the evidence's batches and sum up what `of` makes of each layer's input.

    Positions that hold padding are left out where a layer's input is laid out as the batch is. Of a
    tensor that several layers are given in turn (query, key, value) it is made once. Layers that
    the model passes by are not in what is returned.

    Raises UserError where there are no examples.
    """
    if evidence.model is None or evidence.batches is None or evidence.loss is None:
        raise UserError("this criterion reads examples, and so needs a task")
    model = evidence.model
    device = next(model.parameters()).device
    sums = _Sums(of)
    any_batch = False
    with ExitStack() as stack:
        stack.enter_context(evaluating(model))
        for name in names:
            module = model.get_submodule(name.rpartition(".")[0])
            stack.callback(module.register_forward_pre_hook(sums.hook(name)).remove)
        with torch.no_grad():
            for batch in evidence.batches():
                any_batch = True
                inputs = {key: value.to(device) for key, value in batch.items()}
                sums.begin(inputs.get("attention_mask"))
                evidence.loss(model, inputs)
    if not any_batch:
        raise UserError("no examples to see what layers are given")
    return sums.total


class _Sums:
    """Sums by matrix, filled by hooks."""

    def __init__(self, of: Summed) -> None:
        self.total: dict[str, Tensor] = {}
        self._of = of
        self._real: Tensor | None = None
        self._last: tuple[Tensor, int, Tensor] | None = None

    def begin(self, mask: Tensor | None) -> None:
        """A new batch, with its attention mask; where nothing is padded, none is needed."""
        self._last = None
        self._real = None if mask is None or bool(mask.all()) else mask.bool()

    def hook(self, name: str) -> Callable[[nn.Module, Any], None]:
        """Adds what a matrix's layer is given."""

        def add(module: nn.Module, args: Any) -> None:
            given: Tensor = args[0]
            last, version = self._last, given._version  # which rises where it is written into
            if last is None or last[0] is not given or last[1] != version:
                last = self._last = given, version, self._of(self._rows(given))
            made = last[2]
            self.total[name] = self.total[name] + made if name in self.total else made

        return add

    def _rows(self, given: Tensor) -> Float[Tensor, "tokens width"]:
        if self._real is not None and given.shape[:-1] == self._real.shape:
            given = given[self._real]
        return given.reshape(-1, given.shape[-1]).float()


def score_layers(
    evidence: Evidence,
    names: Iterable[str],
    score: Callable[[str, Float[Tensor, "out in"]], Float[Tensor, "out in"]],
    rows: bool,
) -> dict[str, Tensor]:
    """A score for every weight: of the named matrices as `score` has it, of others |w|.

    Args:
        evidence: whose weights are scored.
        names: of matrices, as `layers_of` gives them.
        score: of a name and its weights, a row for each output, however they are stored.
        rows: whether weights compete within their output's row alone: scores are then ranks there.

    Raises UserError where a score is NaN, for one of its weights or of what they are given is.
    """
    found = {name: w.detach().abs().float() for name, w in evidence.weights.items()}
    for name in names:
        turned = out_axis(_module(evidence, name)) == 1
        weight = evidence.weights[name].detach()
        scored = score(name, weight.T if turned else weight)
        if scored.isnan().any():  # ranks would not show it
            raise UserError(f"the scores of {name!r} contain NaN")
        scored = within_rows(scored) if rows else scored
        found[name] = scored.T if turned else scored
    return {name: value.cpu() for name, value in found.items()}


def layers_of(evidence: Evidence) -> list[str]:
    """Names of the prunable matrices whose layers are given vectors."""
    if evidence.model is None:
        return []
    return [
        name
        for name, weight in evidence.weights.items()
        if weight.ndim == 2
        and name.endswith(".weight")
        and isinstance(_module(evidence, name), nn.Linear | Conv1D)
    ]


def within_rows(score: Float[Tensor, "out in"]) -> Float[Tensor, "out in"]:
    """Scores as ranks within each row, 0 to 1, so that every row loses the same share.

    Of equals in a row the first is lower.
    """
    ranks = torch.arange(score.shape[1], dtype=torch.float32, device=score.device)
    placed = torch.empty_like(score, dtype=torch.float32)
    order = score.argsort(dim=1, stable=True)
    return placed.scatter_(1, order, (ranks / score.shape[1]).expand_as(score))


def _module(evidence: Evidence, name: str) -> nn.Module:
    assert evidence.model is not None  # `layers_of` saw to it
    return evidence.model.get_submodule(name.rpartition(".")[0])
