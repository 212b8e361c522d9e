"""Where numbers stand among others of their kind."""

import numpy as np
from jaxtyping import Bool, Float


def z_scores(
    values: Float[np.ndarray, "*cells"], among: Bool[np.ndarray, "*cells"] | None = None
) -> Float[np.ndarray, "*cells"]:
    """Each number less the mean of all, over their population standard deviation.

    As Movva & Zhao 2020 standardise the scores of a probe task over all layers and models: their
    Fig. A3 is of mean 0 and deviation 1 over its 54 cells. With `among`, mean and deviation are of
    these alone. NaN takes no part and stays NaN; where all others are equal there is no deviation,
    and all are NaN.
    """
    counted = values[np.isfinite(values) & (True if among is None else among)]
    if not len(counted) or np.ptp(counted) == 0:
        return np.full(values.shape, np.nan)
    found: Float[np.ndarray, "*cells"] = (values - counted.mean()) / counted.std()
    return found
