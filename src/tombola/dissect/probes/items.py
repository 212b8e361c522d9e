"""Targets of texts as a probe takes them: rows of vectors, and what is to be answered."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int


@dataclass(frozen=True)
class Items:
    """What probes are asked of the texts of a split, text after text."""

    rows: Int[np.ndarray, "items arity"]
    """The rows of `Words` that each item is read from: one word, or a pair."""
    labels: Int[np.ndarray, " items"] | Float[np.ndarray, " items"]
    """Ids of classes, or numbers. A class that training has not has an id behind all others: no
    probe can answer it, so it counts as an error."""
    starts: Int[np.ndarray, " texts_plus_1"]
    """First item of each text that has any, and the end."""
    unseen: tuple[str, ...] = ()
    """Names of the classes that training has not, in the order of their ids behind all others."""
    n_unseen: int = 0
    """Items of such classes."""

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def n_texts(self) -> int:
        """Texts with items."""
        return len(self.starts) - 1

    @property
    def arity(self) -> int:
        """Words of an item."""
        return int(self.rows.shape[1])

    def of(self, texts: Sequence[int]) -> Int[np.ndarray, " some"]:
        """Indices of the items of texts (numbered among those that have any), text after text."""
        return np.concatenate([np.arange(self.starts[i], self.starts[i + 1]) for i in texts])

    def lengths(self, texts: Sequence[int]) -> Int[np.ndarray, " texts"]:
        """Items of each of these texts."""
        every: np.ndarray = np.diff(self.starts)[np.asarray(texts, np.int64)]
        return every

    def take(self, texts: Sequence[int]) -> "Items":
        """The items of some texts, as a split of their own."""
        index = self.of(texts)
        starts = np.concatenate([[0], np.cumsum(self.lengths(texts))])
        return Items(self.rows[index], self.labels[index], starts, self.unseen)

    def by_text(self, counts: Float[np.ndarray, "items k"]) -> Float[np.ndarray, "texts k"]:
        """Sums over the items of each text."""
        sums: np.ndarray = np.add.reduceat(counts, self.starts[:-1], axis=0)
        return sums
