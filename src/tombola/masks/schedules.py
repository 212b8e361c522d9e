"""How much to prune, and when."""

from typing import Literal, get_args

from tombola.errors import UserError, allowed_for

Of = Literal["remaining", "original", "target"]
"""What an amount is a share of.

remaining  of the entries that survive so far
original   of all entries
target     of all entries, counting those already pruned: the sparsity to reach
"""

OFS: tuple[Of, ...] = get_args(Of)


def n_to_prune(n: int, remaining: int, amount: float, of: str) -> int:
    """How many of the `remaining` of `n` entries to prune: `amount` in whole entries, rounded.

    Ties round to even. Never more than remain, never less than none.

    Raises UserError for an amount outside 0 to 1 and for another `of`.
    """
    if of not in OFS:
        raise UserError(f"amount of {of!r}; {allowed_for(of, OFS)}")
    if not 0 <= amount <= 1:
        raise UserError(f"amount {amount} is outside 0 to 1")
    if of == "remaining":
        return round(amount * remaining)
    asked = round(amount * n)
    return min(asked, remaining) if of == "original" else max(0, asked - (n - remaining))


def n_pruned_after(n: int, rounds: int, amount: float, of: str) -> int:
    """How many of `n` entries are pruned after so many rounds in one group, rounding included."""
    remaining = n
    for _ in range(rounds):
        remaining -= n_to_prune(n, remaining, amount, of)
    return n - remaining


def polynomial(
    step: int, *, begin: int, end: int, final: float, initial: float = 0.0, power: float = 3.0
) -> float:
    """Sparsity at a step that rises from `initial` to `final`, quickly first, slowly at last.

    s_f + (s_i - s_f)(1 - p)^power where p runs from 0 at step `begin` to 1 at step `end`; cubic by
    default (Zhu & Gupta 2017, section 3, equation 1), linear where the power is 1. `end` equal to
    `begin` is one shot.

    Raises ValueError where `end` is before `begin`.
    """
    if end < begin:
        raise ValueError(f"the schedule ends at {end}, before it begins at {begin}")
    if step >= end:
        return final
    progress = max(0, step - begin) / (end - begin)
    return final + (initial - final) * (1 - progress) ** power


def cubic(step: int, *, begin: int, end: int, final: float, initial: float = 0.0) -> float:
    """`polynomial` of power 3."""
    return polynomial(step, begin=begin, end=end, final=final, initial=initial)
