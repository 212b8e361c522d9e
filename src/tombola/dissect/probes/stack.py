"""The weights of many probes of one form, one behind the other: trained in batched products."""

from collections.abc import Mapping, Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from tombola.dissect.probes.words import joined
from tombola.randomness import mixed

Weights = Mapping[str, Float[Tensor, "probes ..."]]
"""`weight`, `bias`; of probes with a hidden layer `weight_in`, `bias_in`; of those that mix layers
`mix`, `scale`."""


def first_weights(
    features: int,
    hidden: int,
    outputs: int,
    which: Sequence[tuple[int, int]],
    dtype: torch.dtype,
) -> dict[str, Float[Tensor, "probes ..."]]:
    """Weights to begin with, uniform as those of torch.nn.Linear.

    Each probe has its own draw, made of its seed and layer (`which`) and of nothing else.
    """
    sizes = {"": (hidden or features, outputs)}
    if hidden:
        sizes["_in"] = (features, hidden)
    found = {}
    for ending, (fan_in, fan_out) in sizes.items():
        for name, shape in (("weight", (fan_in, fan_out)), ("bias", (1, fan_out))):
            drawn = []
            for seed, layer in which:
                generator = torch.Generator().manual_seed(
                    mixed("probe", name + ending, seed, layer)
                )
                one = torch.empty(shape, dtype=torch.float64)
                drawn.append(one.uniform_(-(fan_in**-0.5), fan_in**-0.5, generator=generator))
            found[name + ending] = torch.stack(drawn).to(dtype)
    return found


def mixing(
    n_probes: int, n_layers: int, dtype: torch.dtype
) -> dict[str, Float[Tensor, "probes ..."]]:
    """Weights of a scalar mix to begin with: all layers alike (Peters et al. 2018, equation 1)."""
    return {
        "mix": torch.zeros(n_probes, n_layers, dtype=dtype),
        "scale": torch.ones(n_probes, 1, dtype=dtype),
    }


def shares(weights: Weights) -> Float[Tensor, "*probes layers"]:
    """What each layer counts in a mix; a row sums to 1."""
    return weights["mix"].softmax(-1)


def outputs_of(
    weights: Weights, x: Float[Tensor, "probes items *features"]
) -> Float[Tensor, "probes items outputs"]:
    """What each probe makes of its own items; one that mixes layers is given all of them."""
    if "mix" in weights:
        x = torch.einsum("pl,pialw->piaw", shares(weights) * weights["scale"], x)
        x = joined(x)
    if "weight_in" in weights:
        x = torch.baddbmm(weights["bias_in"], x, weights["weight_in"]).relu_()
    return torch.baddbmm(weights["bias"], x, weights["weight"])


def squares(weights: Weights) -> Float[Tensor, " probes"]:
    """Sum of the squared weights of each probe; biases do not count."""
    found = [one.square().sum((1, 2)) for name, one in weights.items() if name.startswith("weight")]
    return torch.stack(found).sum(0)


class Adam:
    """torch.optim.Adam over stacked weights, from which probes that have stopped can be taken."""

    def __init__(self, weights: Weights, learning_rate: float) -> None:
        self.learning_rate = learning_rate
        self.weights = {name: one.clone().requires_grad_() for name, one in weights.items()}
        self._adam = torch.optim.Adam(list(self.weights.values()), lr=learning_rate)

    def step(self, loss: Float[Tensor, ""]) -> None:
        """Take one step down a loss: a sum over probes, so that none sees another's gradient."""
        self._adam.zero_grad()
        loss.backward()
        self._adam.step()

    def keep(self, places: Sequence[int]) -> None:
        """Go on with some of the probes."""
        before, index = self._adam, torch.tensor(places)
        old = self.weights
        self.weights = {n: one.detach()[index].requires_grad_() for n, one in old.items()}
        self._adam = torch.optim.Adam(list(self.weights.values()), lr=self.learning_rate)
        for name, one in self.weights.items():
            state = before.state[old[name]]
            self._adam.state[one] = {
                "step": state["step"],
                **{key: state[key][index] for key in ("exp_avg", "exp_avg_sq")},
            }
