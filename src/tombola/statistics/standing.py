"""Where numbers stand among others of their kind."""

import numpy as np
from jaxtyping import Float


def z_scores(values: Float[np.ndarray, "*cells"]) -> Float[np.ndarray, "*cells"]:
    """Each number less the mean of all, over their population standard deviation.

    As Movva & Zhao 2020 standardise the scores of a probe task over all layers and models: their
    Fig. A3 is of mean 0 and deviation 1 over its 54 cells. NaN takes no part and stays NaN; where
    all others are equal there is no deviation, and all are NaN.
    """
    finite = values[np.isfinite(values)]
    if not len(finite) or np.ptp(finite) == 0:
        return np.full(values.shape, np.nan)
    found: Float[np.ndarray, "*cells"] = (values - finite.mean()) / finite.std()
    return found
