"""How large what a part puts out is."""

from typing import Any

import torch
from jaxtyping import Bool
from torch import Tensor, nn

from tombola.anatomy import anatomy
from tombola.anatomy.locate import located
from tombola.text import IGNORED
from tombola.tickets.importance.outputs import by_example, watched
from tombola.tickets.importance.part_score import PART_SCORES, Batch, Sight, importance
from tombola.tickets.importance.values import Importance


class Activation:
    """The Euclidean norm of what a head gives the output matrix, or an MLP the residual stream.

    The mean over the tokens of an example that are no padding, then over examples. It looks at no
    labels and no gradients. Of a layer that is used several times, the mean over its uses.
    """

    name = "activation"
    version = 1
    about = "norm of what the part puts out"
    reads = True

    def score(self, sight: Sight) -> Importance:
        """Means over examples."""
        model = sight.model
        body, where = anatomy(model), located(model)
        blocks = [block.name for block in (*body.attention, *body.mlps)]
        total, n = torch.zeros(()).double(), 0
        with watched(model) as seen, torch.no_grad():
            for batch, loss in sight.looked():
                seen.clear()
                loss()
                size, parts = len(batch["labels"]), []
                for name in blocks:
                    uses = [by_example(where[name], o, size).double() for o in seen[name]]
                    norm = torch.stack([use.norm(dim=-1) for use in uses]).mean(0)
                    real = _real(model, where[name].block.stack, batch, norm)
                    parts.append((norm * real[..., None]).sum(1) / real.sum(1, keepdim=True))
                total, n = total + torch.cat(parts, 1).cpu().sum(0), n + size
        return importance(sight, self.name, "token", total / n, n)


def _real(model: nn.Module, stack: str, batch: Batch, norm: Tensor) -> Bool[Tensor, "batch tokens"]:
    """Which tokens of a stack are no padding; all where nothing says it."""
    config: Any = model.config
    mask = batch.get("attention_mask")
    if stack == "decoder" and config.is_encoder_decoder:
        labels = batch["labels"]
        mask = batch.get("decoder_attention_mask", labels != IGNORED)
    if mask is None or mask.shape != norm.shape[:2]:
        return torch.ones(norm.shape[:2], dtype=torch.bool, device=norm.device)
    return mask.bool()


PART_SCORES.add(Activation())
