"""What a measurement comes to, in plain words."""

from collections.abc import Iterator, Sequence

from tombola.cost.result import Ratio
from tombola.cost.size import Size

MATTERS = 1.05
"""A ratio of times nearer to 1 than this is called no difference, however sure it is: so much may
lie in where in memory two equal models happen to stand."""

_HIDDEN = 1.1
"""Where an interval reaches beyond this, not to have found a difference says little."""

_SPARSE = 0.01
"""From this share of zeros on, zeros are worth a word."""

_WHAT_HELPS = "what saves time is smaller matrices: whole heads, neurons or layers taken out"


def sentences(model: Size, against: Size | None, ratios: Sequence[Ratio]) -> tuple[str, ...]:
    """Say how sparse the model is and whether that makes it faster, as far as was measured."""
    return tuple(_sentences(model, against, ratios))


def verdict(ratio: Ratio) -> str:
    """`faster` or `slower` where the 95% interval leaves 1 out and the median is 5% off; `same`."""
    spread = ratio.spread
    if spread.low > 1 and spread.median >= MATTERS:
        return "faster"
    if spread.high < 1 and spread.median <= 1 / MATTERS:
        return "slower"
    return "same"


def _sentences(model: Size, against: Size | None, ratios: Sequence[Ratio]) -> Iterator[str]:
    for size in (model, against):
        if size is not None and size.random_weights:
            yield (
                f"{size.name} holds no weights: they were drawn at random; its sizes and times are "
                "those of any model of these shapes, its zeros say nothing."
            )
    zeros = _sparsity(model)
    share = f"{zeros:.0%} of the matrices' weights are zero"
    if against is None:
        if zeros >= _SPARSE:
            yield (
                f"{share}, which torch stores and multiplies like any number. That they bring no "
                "speed here was not measured: compare with the dense model (against), or with this "
                f"one without zeros (filled); {_WHAT_HELPS}."
            )
        return
    smaller = model.total.n < against.total.n
    facts = [share] if zeros >= _SPARSE else []
    if smaller:
        facts.append(f"the model has {1 - model.total.n / against.total.n:.1%} fewer parameters")
    speed, any_difference = _speed(ratios)
    said = f"{', and '.join(facts)}{': ' if any_difference else ', but '}" if facts else ""
    said += speed
    yield said[0].upper() + said[1:]
    if zeros >= _SPARSE and not smaller:
        yield _about_zeros(model, against, any(verdict(ratio) == "faster" for ratio in ratios))


def _speed(ratios: Sequence[Ratio]) -> tuple[str, bool]:
    """In how many workloads the model is faster or slower, and whether in any."""
    found = {
        word: [ratio for ratio in ratios if verdict(ratio) == word]
        for word in ("faster", "slower", "same")
    }
    if len(found["same"]) == len(ratios):
        if all(r.spread.low > 1 / _HIDDEN and r.spread.high < _HIDDEN for r in ratios):
            return f"nothing is faster or slower: {_range(ratios)}.", False
        return (
            "no difference in speed could be shown, while the intervals are wide enough to hide "
            f"one of 10%: {_range(ratios)}; more turns or a quieter machine would tell."
        ), False
    parts = [
        f"{word} in {len(found[word])} of {len(ratios)} workloads, {_range(found[word])}"
        for word in ("faster", "slower")
        if found[word]
    ]
    if found["same"]:
        parts.append(f"not different in {len(found['same'])}")
    return f"the model is {'; '.join(parts)}.", True


def _about_zeros(model: Size, against: Size, faster: bool) -> str:
    """What zeros do where a model has no fewer parameters than the other."""
    if faster:
        return (
            "It has no fewer parameters, and torch multiplies zeros like any number: look for what "
            "else differs between the two before crediting sparsity."
        )
    return (
        "Zeros are multiplied and kept in memory like any number "
        f"({_mb(model.memory_bytes)} beside {_mb(against.memory_bytes)}); {_WHAT_HELPS}."
    )


def _range(ratios: Sequence[Ratio]) -> str:
    """The least and the greatest ratio, each with its interval."""
    ordered = sorted(ratios, key=lambda ratio: ratio.spread.median)
    return " to ".join(_times(ratio) for ratio in (ordered[0], ordered[-1])[: len(ordered)])


def _times(ratio: Ratio) -> str:
    work, spread = ratio.workload, ratio.spread
    what = f", {work.new_tokens} generated" if work.new_tokens else ""
    return (
        f"{spread.median:.2f} times as fast (95% interval {spread.low:.2f} to "
        f"{spread.high:.2f}; {work.batch_size} × {work.length} tokens{what})"
    )


def _sparsity(size: Size) -> float:
    return size.sets["matrices"].sparsity or 0.0


def _mb(n: int) -> str:
    return f"{n / 1e6:,.1f} MB"
