"""A bounded sample of the tokens that two models read, kept while the text streams by."""

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Float, Int, UInt64
from torch import Tensor


class Sample:
    """Rows of as many tokens as fit, every token as likely as any other.

    Each token has a number that a fixed hash makes of its place in the text; those with the
    smallest numbers stay. So the sample depends on the text and on the seed alone: not on batches,
    nor on blocks, and samples of parts merge into that of the whole. It takes
    rows · layers · width · 4 bytes for either model, as float32: 287 MB for 5,000 rows of 7 layers
    of width 1024, and both together twice that.
    """

    def __init__(self, rows: int, seed: int, start: int = 0) -> None:
        """`start` is the place in the text of the first token that will be added."""
        self.rows, self.seed = rows, seed
        self.n = 0
        self._start = start
        self._keys: UInt64[np.ndarray, " kept"] = np.zeros(0, np.uint64)
        self._sentences = 0
        self.sentence: Int[np.ndarray, " kept"] = np.zeros(0, np.int64)
        """The sentence of each row that is kept, by its place among all that were added."""
        self.x: list[Float[Tensor, "kept d"]] = []
        """The rows that are kept, per layer, in the order of their hashes."""
        self.y: list[Float[Tensor, "kept e"]] = []

    @classmethod
    def start(
        cls, x: Sequence[Tensor], y: Sequence[Tensor], *, rows: int = 5000, seed: int = 0
    ) -> "Sample":
        """No tokens yet."""
        return cls(rows, seed)

    def empty(self) -> "Sample":
        """No tokens yet, of what comes after these in the text."""
        return Sample(self.rows, self.seed, self._start + self.n)

    @property
    def kept(self) -> int:
        """Tokens in the sample."""
        return len(self._keys)

    def add(
        self,
        x: Sequence[Float[Tensor, "tokens d"]],
        y: Sequence[Float[Tensor, "tokens e"]],
        sentence: Int[Tensor, " tokens"],
    ) -> None:
        """Add tokens of whole sentences."""
        first, of = self._start + self.n, self._sentences + sentence.cpu().numpy()
        self._sentences = int(of.max(initial=self._sentences - 1)) + 1
        self.n += len(sentence)
        keys = hashed(np.arange(first, first + len(sentence), dtype=np.uint64), self.seed)
        if self.kept == self.rows:  # most tokens of a long text are turned away here
            near = np.flatnonzero(keys < self._keys[-1])
            keys, of, chosen = keys[near], of[near], torch.from_numpy(near)
            x, y = ([v[chosen.to(v.device)] for v in own] for own in (x, y))
        self._keep(keys, of, x, y)

    def merge(self, other: "Sample") -> None:
        """Add another's tokens."""
        self.n += other.n
        if other.kept:
            self._keep(other._keys, self._sentences + other.sentence, other.x, other.y)
        self._sentences += other._sentences

    def exchanged(self, rows: int) -> tuple[Int[np.ndarray, " rows"], Int[np.ndarray, " rows"]]:
        """The first so many rows, sentence by sentence, and beside them in another order, by lot.

        That one leaves the rows of a sentence together, shuffled among them: so sentences meet
        sentences, and most tokens of one meet tokens of one other.
        """
        sentence, lots = self.sentence[:rows], np.random.default_rng(self.seed)
        places = lots.permutation(self._sentences)[sentence]
        return np.argsort(sentence, kind="stable"), np.lexsort((lots.random(len(places)), places))

    def _keep(
        self, keys: np.ndarray, of: np.ndarray, x: Sequence[Tensor], y: Sequence[Tensor]
    ) -> None:
        every = np.concatenate([self._keys, keys])
        order = np.argsort(every, kind="stable")[: self.rows]
        self._keys = every[order]
        self.sentence = np.concatenate([self.sentence, of])[order]
        self.x = _rows(self.x, x, order)
        self.y = _rows(self.y, y, order)


def _rows(mine: Sequence[Tensor], new: Sequence[Tensor], order: np.ndarray) -> list[Tensor]:
    chosen = torch.from_numpy(order)
    if not mine:
        return [layer[chosen.to(layer.device)] for layer in new]
    return [
        torch.cat([one, other])[chosen.to(one.device)] for one, other in zip(mine, new, strict=True)
    ]


def hashed(places: UInt64[np.ndarray, " n"], seed: int) -> UInt64[np.ndarray, " n"]:
    """A number for each place in a text, as if drawn at random: splitmix64 (Steele et al. 2014)."""
    step = np.uint64(0x9E3779B97F4A7C15)
    with np.errstate(over="ignore"):  # it is meant to
        mixed = (places + np.uint64(1)) * step + np.uint64(seed) * np.uint64(0xD1342543DE82EF95)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return mixed ^ (mixed >> np.uint64(31))
