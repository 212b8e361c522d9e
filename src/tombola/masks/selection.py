"""From scores to a mask that prunes an exact number of the lowest."""

from collections.abc import Iterator, Mapping, Sequence
from math import inf, isqrt, prod

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from tombola.errors import UserError
from tombola.masks.mask import Mask
from tombola.masks.schedules import n_to_prune
from tombola.masks.scopes import Region

SAMPLE = 2**17
"""Entries of a group that are sorted to guess where its threshold lies."""


def select(
    scores: Mapping[str, Tensor],
    mask: Mask,
    amount: float,
    of: str = "remaining",
    groups: Mapping[str, Sequence[Region]] | None = None,
) -> Mask:
    """Prune the lowest scores among what survives, an exact number in each group.

    In a group of n entries of which r survive, that number is round(amount·r) `of` the remaining;
    round(amount·n), or r if fewer remain, `of` the original; and what lacks to round(amount·n)
    pruned in all, `of` the target. Nothing pruned ever returns. Where scores are equal, the first
    is pruned first: by the mask's order of names, then by the position in the tensor.

    `scores` are looked up by the mask's names, at most four times each and one at a time, so they
    may be computed at look-up; no copy of all of them is ever made. `groups` are disjoint regions
    within which scores compete (see `scopes.groups`); by default everything does. What is in no
    group keeps its mask.

    Raises UserError for an amount outside 0 to 1, another `of`, scores that lack a parameter or
    differ from it in shape, and NaN for a surviving entry. Infinite scores are fine.
    """
    n_to_prune(0, 0, amount, of)  # refuses bad arguments before any work
    if groups is None:
        groups = {"global": tuple(Region(name) for name in mask)}
    contests: dict[str, list[tuple[_Contest, Region]]] = {name: [] for name in mask}
    for regions in groups.values():
        contest = _Contest(sum(_size(mask, region) for region in regions))
        for region in regions:
            contests[region.name].append((contest, region))
    everyone = {id(contest): contest for pairs in contests.values() for contest, _ in pairs}

    for contest, _, entries in _entries(scores, mask, contests, check=True):
        contest.sample(entries)
    for contest in everyone.values():
        contest.begin(n_to_prune(contest.n, contest.remaining, amount, of))
    while any(contest.open for contest in everyone.values()):
        still = {n: [pair for pair in pairs if pair[0].open] for n, pairs in contests.items()}
        for contest, _, entries in _entries(scores, mask, still):
            contest.count(entries)
        for contest in everyone.values():
            contest.conclude()
    return Mask(_pruned(scores, mask, contests))


class _Contest:
    """Finds the score of the k-th lowest entry of a group that is seen piece by piece.

    A sorted sample gives a bracket that holds the threshold almost surely; one pass counts what
    is below it and keeps what is strictly inside. Where the sample misled, the side that was
    missed is opened and the pass done again: the answer is exact whatever the sample says.
    """

    def __init__(self, n: int) -> None:
        self.n = n
        self.remaining = 0
        self.threshold: float | None = None
        """The highest score that is pruned."""
        self.ties = 0
        """How many entries of just that score are pruned, the first ones."""
        self.open = False
        self._k = 0
        self._low, self._high = -inf, inf
        self._samples: list[Float[Tensor, " entries"]] = []
        # odd, so that it does not always meet the same columns
        self._stride = max(1, n // SAMPLE) | 1
        self._forget()

    def sample(self, entries: Float[Tensor, " entries"]) -> None:
        """See a piece: scores, NaN where already pruned."""
        self.remaining += entries.numel() - int(entries.isnan().count_nonzero())
        some = entries[:: self._stride].cpu()
        self._samples.append(some[~some.isnan()])

    def begin(self, k: int) -> None:
        """Know how many to prune; place the bracket by the sample."""
        self._k, self.open = k, k > 0
        if not self.open:
            return
        ordered = torch.cat(self._samples).sort().values
        self._samples = []
        m = len(ordered)
        if m == self.remaining:  # the sample is everything
            self.threshold = ordered[k - 1].item()
            self.ties = k - int((ordered < self.threshold).sum())
            self.open = False
            return
        expected = k * m // self.remaining
        slack = 2 * isqrt(m) + 2  # four standard deviations at the median, more elsewhere
        if expected - slack >= 0:
            self._low = ordered[expected - slack].item()
        if expected + slack < m:
            self._high = ordered[expected + slack].item()

    def count(self, entries: Float[Tensor, " entries"]) -> None:
        """See a piece again."""
        self._below += int((entries < self._low).count_nonzero())
        within = entries[(entries >= self._low) & (entries <= self._high)]
        at_low, at_high = within == self._low, within == self._high
        self._at_low += int(at_low.count_nonzero())
        self._at_high += int(at_high.count_nonzero())
        # scores that many entries share are often an end of the bracket: those are only counted
        self._inside.append(within[~(at_low | at_high)].cpu())

    def conclude(self) -> None:
        """After a whole pass: know the threshold, or where to look in the next."""
        if not self.open:
            return
        inside = torch.cat(self._inside)
        below_inside = self._below + self._at_low
        below_high = below_inside + len(inside)
        if self._k <= self._below:
            self._low, self._high = -inf, self._low
        elif self._k <= below_inside:
            self._settle(self._low, self._below)
        elif self._k <= below_high:
            value = inside.kthvalue(self._k - below_inside).values.item()
            self._settle(value, below_inside + int((inside < value).count_nonzero()))
        elif self._k <= below_high + (self._at_high if self._high > self._low else 0):
            self._settle(self._high, below_high)
        else:
            self._low, self._high = self._high, inf
        self._forget()

    def _settle(self, threshold: float, below: int) -> None:
        self.threshold, self.ties, self.open = threshold, self._k - below, False

    def _forget(self) -> None:
        self._below = self._at_low = self._at_high = 0
        self._inside: list[Float[Tensor, " entries"]] = []


def _entries(
    scores: Mapping[str, Tensor],
    mask: Mask,
    contests: Mapping[str, list[tuple[_Contest, Region]]],
    check: bool = False,
) -> Iterator[tuple[_Contest, Region, Float[Tensor, " entries"]]]:
    """The scores of each region, tensor by tensor; NaN where already pruned."""
    for name, pairs in contests.items():
        if not pairs and not check:
            continue
        values = _surviving(scores, mask, name, check)
        for contest, region in pairs:
            yield contest, region, values[region.index].reshape(-1)


def _surviving(
    scores: Mapping[str, Tensor], mask: Mask, name: str, check: bool = False
) -> Float[Tensor, "..."]:
    """Scores of one parameter, NaN where already pruned; narrow types are widened, exactly."""
    if name not in scores:
        raise UserError(f"no scores for the parameter {name!r}")
    values = scores[name].detach()
    if tuple(values.shape) != mask.shapes[name]:
        raise UserError(
            f"the scores of {name!r} are {tuple(values.shape)}, the mask {mask.shapes[name]}"
        )
    if not values.is_floating_point():
        raise TypeError(f"{name}: scores are floating-point numbers, not {values.dtype}")
    values = values if values.dtype == torch.float64 else values.float()
    whole = mask.n_survivors(name) == values.numel()
    if check and values.numel() and values.max().isnan():  # max passes NaN on, and is quick
        alive = mask[name].to(values.device)
        if (values.isnan() & alive).any():
            raise UserError(f"the scores of {name!r} contain NaN")
    if whole:
        return values
    # all bits set is NaN; several times as fast as masked_fill, which branches
    bits = values.view(torch.int32 if values.dtype == torch.float32 else torch.int64)
    pruned = mask[name].to(values.device).view(torch.int8) - 1  # 0 where it survives, else -1
    return (bits | pruned).view(values.dtype)


def _pruned(
    scores: Mapping[str, Tensor],
    mask: Mask,
    contests: Mapping[str, list[tuple[_Contest, Region]]],
) -> Iterator[tuple[str, Bool[Tensor, "..."]]]:
    """The new mask, tensor by tensor."""
    for name, pairs in contests.items():
        keep = mask[name]
        if any(contest.threshold is not None for contest, _ in pairs):
            values = _surviving(scores, mask, name)
            for contest, region in pairs:
                if contest.threshold is not None:
                    part = values[region.index]
                    keep[region.index] &= ~_losers(contest, part).cpu()
        yield name, keep


def _losers(contest: _Contest, values: Float[Tensor, "..."]) -> Bool[Tensor, "..."]:
    """What falls below the threshold, and the first of those at it, as many as are still due."""
    assert contest.threshold is not None
    lost = values < contest.threshold
    at = (values == contest.threshold).reshape(-1).nonzero()[: contest.ties, 0]
    contest.ties -= len(at)
    lost.view(-1)[at] = True
    return lost


def _size(mask: Mask, region: Region) -> int:
    shape = mask.shapes[region.name]
    index = region.index + (slice(None),) * (len(shape) - len(region.index))
    return prod(len(range(n)[part]) for n, part in zip(shape, index, strict=True))
