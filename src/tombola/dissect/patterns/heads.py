"""The heads of one attention block: what each makes of a token before all are added up."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn

from tombola.anatomy.layout import out_axis, strips
from tombola.anatomy.locate import Located
from tombola.errors import UserError


@dataclass(frozen=True)
class Heads:
    """The heads of one attention block of a live model."""

    located: Located
    model: nn.Module

    @property
    def value_role(self) -> str:
        """The role of the matrix that makes values, perhaps with others."""
        roles = self.located.block.modules
        return next(r for r in ("value", "key_value", "query_key_value") if r in roles)

    @property
    def channels(self) -> Tensor:
        """Where the values of each head are among the outputs of that matrix, head by head.

        Values are what comes last, also where a fused matrix goes head by head; heads that share
        keys and values have the same.
        """
        block, plan = self.located.block, self.located.plan
        of_values = strips(
            plan, self.value_role, block.n_heads, block.n_key_heads, block.head_dim, 0
        )[-1]
        ends = [of_values.slice(head, block.n_heads).stop for head in range(block.n_heads)]
        return torch.cat([torch.arange(end - block.head_dim, end) for end in ends])

    def values(self, made: Float[Tensor, "..."]) -> Float[Tensor, "batch keys heads channels"]:
        """The values of every head, out of what the matrix that makes them gave."""
        block = self.located.block
        batch_first = made.movedim(self.located.batch_axis, 0)
        own = batch_first[..., self.channels.to(made.device)]
        return own.unflatten(-1, (block.n_heads, block.head_dim))

    def output_parts(self, published: bool = False) -> Float[Tensor, "heads channels width"]:
        """What each head's channels are multiplied with: its rows of the output matrix, as inputs.

        `published` takes its rows of the outputs instead. Raises UserError where the matrix is not
        square, and has no such rows.
        """
        block = self.located.block
        module = self.model.get_submodule(block.modules["output"])
        weight = module.get_parameter("weight").detach()
        inward = weight if out_axis(module) == 1 else weight.T  # [inputs, outputs]
        if published:
            if inward.shape[0] != inward.shape[1]:
                raise UserError(
                    f"{block.name}: as_published needs an output matrix of as many inputs as "
                    f"outputs, not {inward.shape[0]} and {inward.shape[1]}"
                )
            inward = inward.T
        return inward.reshape(block.n_heads, block.head_dim, -1)

    def transformed(
        self, made: Float[Tensor, "..."], published: bool = False
    ) -> Float[Tensor, "batch heads keys width"]:
        """f(x) of every head and position, out of what the matrix that makes values gave."""
        values = self.values(made)
        return torch.einsum("bkhc,hcw->bhkw", values, self.output_parts(published).to(values))

    def norms(
        self, made: Float[Tensor, "..."], published: bool = False
    ) -> Float[Tensor, "batch heads keys"]:
        """‖f(x)‖ of every head and position: α_ij ‖f(x_j)‖ is ‖α_ij f(x_j)‖, for no α is below 0.

        Of one head after the other, since f is as wide as the model.
        """
        values, parts = self.values(made), self.output_parts(published)
        each = [values[:, :, h] @ part.to(values) for h, part in enumerate(parts)]
        return torch.stack([torch.linalg.vector_norm(f, dim=-1) for f in each], 1)
