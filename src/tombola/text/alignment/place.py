"""Which sub-token stands for its word."""

from typing import Literal

import numpy as np
from jaxtyping import Int

Which = Literal["first", "last"]


def standing(
    start: Int[np.ndarray, " words"], end: Int[np.ndarray, " words"], which: Which = "first"
) -> Int[np.ndarray, " words"]:
    """The position that stands for each word, of those from its start to before its end.

    The first sub-token carries a word's tag (Devlin et al. 2019, section 5.3); in a decoder, only
    the last has read the whole word.
    """
    return start if which == "first" else end - 1
