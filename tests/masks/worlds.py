"""Small models, their parts by hand, and random masks, for the tests of masks."""

import torch
from hypothesis import strategies as st
from torch import Tensor

from tombola.anatomy.parts import Anatomy, Parameter, Strip
from tombola.masks import Mask

HEADS, HEAD_DIM, WIDTH, NEURONS = 3, 2, 6, 8
OWN = Strip(0, HEADS, HEAD_DIM)


def block(stack: str, layer: int, kind: str) -> list[Parameter]:
    at = f"{stack}.{layer}.{kind}"
    place = {"stack": stack, "layer": layer, "block": kind}
    if kind == "mlp":
        return [
            Parameter(f"{at}.up.weight", (NEURONS, WIDTH), "matrices", "up", **place),
            Parameter(f"{at}.up.bias", (NEURONS,), "biases", "up", **place),
            Parameter(f"{at}.down.weight", (WIDTH, NEURONS), "matrices", "down", **place),
            Parameter(f"{at}.norm.weight", (WIDTH,), "norms", "norm", **place),
        ]
    found = []
    for role in ("query", "key", "value", "output"):
        axis = 1 if role == "output" else 0
        found.append(
            Parameter(
                f"{at}.{role}.weight", (WIDTH, WIDTH), "matrices", role, **place,
                axis=axis, strips=(OWN,),
            )
        )  # fmt: skip
        own = {"axis": 0, "strips": (OWN,)} if role != "output" else {}
        found.append(Parameter(f"{at}.{role}.bias", (WIDTH,), "biases", role, **place, **own))
    return found


def small_anatomy() -> Anatomy:
    parameters = [Parameter("words", (10, WIDTH), "embeddings", "word", aliases=("lm_head",))]
    for layer in range(2):
        parameters += block("encoder", layer, "self") + block("encoder", layer, "mlp")
    parameters += [Parameter("encoder.1.norm", (WIDTH,), "norms", "norm", "encoder", 1)]
    parameters += [Parameter("encoder.norm", (WIDTH,), "norms", "norm", "encoder")]
    parameters += block("decoder", 0, "self") + block("decoder", 0, "cross")
    parameters += [
        Parameter("pooler.weight", (WIDTH, WIDTH), "pooler", "dense"),
        Parameter("classifier.weight", (2, WIDTH), "task_head", "classifier"),
    ]
    return Anatomy("toy", "ToyModel", WIDTH, (), tuple(parameters))


def random_mask(shapes: dict[str, tuple[int, ...]], density: float, seed: int) -> Mask:
    generator = torch.Generator().manual_seed(seed)
    return Mask({k: torch.rand(s, generator=generator) < density for k, s in shapes.items()})


def flat(tensors: dict[str, Tensor] | Mask) -> Tensor:
    return torch.cat([tensors[name].reshape(-1) for name in tensors])


shapes = st.dictionaries(
    st.text(max_size=6), st.lists(st.integers(0, 5), max_size=3).map(tuple), max_size=4
)
seeds = st.integers(0, 2**32 - 1)
densities = st.sampled_from((0.0, 0.1, 0.5, 0.9, 1.0))


def masks(count: int = 1) -> st.SearchStrategy[tuple]:
    """What `build` makes masks of one set of shapes from."""
    one = st.tuples(densities, seeds)
    return st.tuples(shapes, st.tuples(*[one] * count))


def build(drawn: tuple) -> tuple[Mask, ...]:
    """Random masks, made outside of hypothesis's strategies, which dislike type checks in them."""
    shared, draws = drawn
    return tuple(random_mask(shared, density, seed) for density, seed in draws)
