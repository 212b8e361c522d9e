"""Whether magnitudes of a matrix go by head, and a picture of them with the heads' boundaries.

Gordon, Duh & Andrews (2020), Figure 8, see bands in the first key matrix; here with a number.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from torch import Tensor

from tombola.anatomy.parts import Block, Parameter
from tombola.statistics.bootstrap import middle

SHUFFLES = 1000


@dataclass(frozen=True)
class Bands:
    """How much of the spread of channels' mean magnitudes lies between heads."""

    between: float
    """Share of the variance of channel means that lies between heads, 0 to 1; NaN of equal ones."""
    chance: float
    """That of channels in random order, on average."""
    low: float
    """Lower end of the middle 95% of shuffled channels."""
    high: float
    channels: int
    heads: int


def channel_means(
    weight: Float[Tensor, "out in"], parameter: Parameter
) -> Float[np.ndarray, " channels"]:
    """Mean |w| of each channel of the axis that splits into heads."""
    axis = parameter.axis or 0
    return weight.detach().abs().double().mean(1 - axis).cpu().numpy()


def bands(
    weight: Float[Tensor, "out in"], parameter: Parameter, block: Block, seed: int = 0
) -> Bands:
    """Between heads less within, beside the same channels in random order.

    Raises ValueError for a matrix that does not split into heads, or is of several in one.
    """
    if len(parameter.strips) != 1:
        raise ValueError(f"{parameter.name}: does not split into heads in one strip")
    strip = parameter.strips[0]
    means = channel_means(weight, parameter).reshape(strip.n_shares, strip.width)
    flat = means.reshape(-1)
    rng = np.random.default_rng(seed)
    shuffled = rng.permuted(np.tile(flat, (SHUFFLES, 1)), axis=1)
    found = _between(np.concatenate([means[None], shuffled.reshape(-1, *means.shape)]))
    low, high = middle(found[1:], 0.95)
    n = len(flat)
    return Bands(float(found[0]), (strip.n_shares - 1) / (n - 1), low, high, n, strip.n_shares)


def magnitude_map(
    weight: Float[Tensor, "out in"], parameter: Parameter, rows: int = 32, columns: int = 8
) -> Float[np.ndarray, "rows heads columns"]:
    """Mean |w| in cells: across, so many columns for each head; down, what the matrix reads.

    A head's channels, and the other axis, are cut into as equal parts as whole channels allow, and
    into no more than there are.
    """
    strip, axis = parameter.strips[0], parameter.axis or 0
    values = weight.detach().abs().double().cpu().numpy()
    values = values if axis == 1 else values.T
    down = np.array_split(values, min(rows, values.shape[0]))
    means = np.stack([part.mean(0) for part in down])
    heads = means.reshape(len(down), strip.n_shares, strip.width)
    cells = np.array_split(heads, min(columns, strip.width), axis=2)
    return np.stack([cell.mean(2) for cell in cells], axis=2)


def _between(means: Float[np.ndarray, "draws heads width"]) -> Float[np.ndarray, " draws"]:
    n = means.shape[1] * means.shape[2]
    total = means.reshape(len(means), n).var(axis=1)
    with np.errstate(invalid="ignore"):
        found: np.ndarray = means.mean(axis=2).var(axis=1) / np.where(total > 0, total, np.nan)
    return found
