"""The expected absolute gradient of the gate of each head and MLP."""

import torch
from jaxtyping import Float64
from torch import Tensor

from tombola.anatomy import anatomy, gate_gradients
from tombola.tickets.importance.part_score import PART_SCORES, Sight, importance, shares
from tombola.tickets.importance.values import Importance


class Gate:
    """How far the loss would move if the part were scaled (Michel et al. 2019, section 4.1).

    Prasanna et al. (2020), section 3.2: E_x |∂L(x)/∂ξ|, with a gate ξ on each head and ν on each
    MLP, all at 1. By default per example, as the equation says. Their code differs:
    - it takes absolute values of the gradient of each *batch's* mean loss (64 examples); `batch`;
    - it never sets the gradient back to zero between batches, so that what is summed up is
      Σ_k |Σ_{j≤k} g_j|: early batches weigh more, and batches of opposite sign cancel;
      `as_published`. This is a sum, and depends on the order of the batches;
    - its gate scales attention weights, which for the loss is the same as scaling what the head
      makes of them.

    All need one forward and one backward pass for each batch, because the gates are per example: a
    batch's gradient is the mean of those of its examples.
    """

    name = "gate"
    version = 1
    about = "expected absolute gradient of the part's gate"
    reads = True

    def score(self, sight: Sight) -> Importance:
        """Means of absolute gradients over examples or batches; as published, a sum."""
        total: Tensor | float = 0.0
        before: Tensor | float = 0.0
        n_examples = n_batches = 0
        body = anatomy(sight.model)
        for batch, loss in sight.looked():
            size = len(batch["labels"])

            def losses(loss=loss, size=size) -> Tensor:  # type: ignore[no-untyped-def]
                # Examples do not see each other, so the gate of each meets its own loss alone.
                return loss().expand(size) / size

            found = gate_gradients(sight.model, losses, size, body=body, at=sight.closed).to_dict()
            of_mean = torch.cat([g.reshape(size, -1) for g in found.values()], 1).double().cpu()
            n_batches += 1
            if sight.per == "example":
                own, n = _of_own_loss(of_mean, shares(batch))
                total, n_examples = total + own.abs().sum(0), n_examples + n
            else:
                gradient = of_mean.sum(0)
                before = before + gradient if sight.per == "as_published" else gradient
                total = total + abs(before)
        assert isinstance(total, Tensor)
        n = n_examples if sight.per == "example" else n_batches
        value = total if sight.per == "as_published" else total / n
        return importance(sight, self.name, sight.per, value, n)


def _of_own_loss(
    of_mean: Float64[Tensor, "batch parts"], share: Float64[Tensor, " batch"]
) -> tuple[Float64[Tensor, "examples parts"], int]:
    """Gradients of the batch's mean loss as those of each example's own, without empty ones."""
    counts = share > 0
    return of_mean[counts] / share[counts, None], int(counts.sum())


PART_SCORES.add(Gate())
