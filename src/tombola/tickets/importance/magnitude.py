"""How large the weights of a part are."""

import torch

from tombola.anatomy import Anatomy, Block, anatomy
from tombola.tickets.importance.part_score import PART_SCORES, Sight, importance
from tombola.tickets.importance.values import Importance


class MagnitudeOfParts:
    """The Euclidean norm of all weights and biases that are a head's own, or an MLP's.

    Of a head: its channels of queries, keys, values and of the output matrix; keys and values that
    several heads share count for each of them. What belongs to no single head (the output's bias)
    counts for none.
    """

    name = "magnitude"
    version = 1
    about = "norm of the part's weights; reads no text"
    reads = False

    def score(self, sight: Sight) -> Importance:
        """Norms; `n` is 0."""
        body = anatomy(sight.model)
        weights = dict(sight.model.named_parameters())
        flat = [
            _norm(body, block, unit, weights)
            for blocks in (body.attention, body.mlps)
            for block in blocks
            for unit in range(1 if block.kind == "mlp" else block.n_heads)
        ]
        return importance(sight, self.name, "", torch.tensor(flat, dtype=torch.float64), 0)


def _norm(body: Anatomy, block: Block, unit: int, weights: dict[str, torch.nn.Parameter]) -> float:
    squares = 0.0
    for parameter in body.in_sets(("matrices", "biases")):
        if (parameter.stack, parameter.layer, parameter.block) != (
            block.stack, block.layer, block.kind
        ):  # fmt: skip
            continue
        weight = weights[parameter.name].detach()
        boxes = ((...,),) if block.kind == "mlp" else parameter.boxes(unit, block.n_heads)
        squares += sum(float(weight[box].double().square().sum()) for box in boxes)
    return squares**0.5


PART_SCORES.add(MagnitudeOfParts())
