"""The expected absolute gradient of a gate at each token."""

import torch
from torch import Tensor

from tombola.anatomy import Gates, anatomy, gated
from tombola.anatomy.locate import located
from tombola.tickets.importance.outputs import by_example, watched
from tombola.tickets.importance.part_score import PART_SCORES, Sight, importance, shares
from tombola.tickets.importance.values import Importance


class Token:
    """Σ_t |⟨∂L/∂c_t, c_t⟩| with c_t what the part puts out at token t, the mean over examples.

    As the code of Michel et al. (2019) computes the score of their section 4.1; theirs is over the
    number of tokens, a constant. Absolute values are taken at each token, so that tokens that pull
    against each other do not cancel: never below `gate` per example. One copy of their code
    multiplies the sum of a head's gradient by the sum of its output; here it is the inner product,
    as in their equation. Theirs has no MLPs. Of a layer that is used several times (ALBERT), the
    uses are added first: it has one gate.
    """

    name = "token"
    version = 1
    about = "expected absolute gradient of the part's gate at each token"
    reads = True

    def score(self, sight: Sight) -> Importance:
        """Means over examples."""
        model = sight.model
        body, where = anatomy(model), located(model)
        device = next(model.parameters()).device
        blocks = [block.name for block in (*body.attention, *body.mlps)]
        total, n = torch.zeros(()).double(), 0
        for batch, loss in sight.looked():
            share = shares(batch)
            counts = share > 0
            # Gates that can be learnt from give outputs a gradient, frozen parameters or not.
            gates = Gates.ones(body, device=device, requires_grad=True)
            with gated(model, gates), watched(model) as seen, torch.enable_grad():
                mean_loss = loss()
                kept = [(name, output) for name in blocks for output in seen.get(name, [])]
                found = torch.autograd.grad(
                    mean_loss, [o for _, o in kept], allow_unused=True, materialize_grads=True
                )
            by_block: dict[str, Tensor] = {}
            for (name, output), gradient in zip(kept, found, strict=True):
                moved = by_example(where[name], (output.detach() * gradient).double(), len(share))
                moved = moved.sum(-1)  # [batch tokens parts]
                by_block[name] = by_block[name] + moved if name in by_block else moved
            flat = torch.cat([by_block[name].abs().sum(1) for name in blocks], 1).cpu()
            total = total + (flat[counts] / share[counts, None]).sum(0)
            n += int(counts.sum())
        return importance(sight, self.name, "token", total / n, n)


PART_SCORES.add(Token())
