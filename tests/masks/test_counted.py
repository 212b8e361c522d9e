import pytest
import torch
from hypothesis import given, settings
from worlds import build, flat, masks, random_mask

from tombola.errors import UserError
from tombola.masks import Mask, counted, overlap, patterns
from tombola.statistics import Patterns


def as_dict(found: Patterns) -> dict[tuple[bool, ...], int]:
    return {
        tuple(kept): int(n) for kept, n in zip(found.kept.tolist(), found.counts, strict=True) if n
    }


@settings(deadline=None)
@given(masks(3))
def test_patterns_are_those_of_the_entries(three):
    read = build(three)
    entries = [flat(m) if m else torch.zeros(0).bool() for m in read]
    found = patterns(read)
    assert as_dict(found) == as_dict(Patterns.of(torch.stack(entries).numpy()))
    assert found.sizes.tolist() == [mask.n - mask.n_pruned for mask in read]


def test_chunks_and_tensors_add_up(monkeypatch):
    shapes = {"a": (33, 7), "b": (5,), "c": (64,)}
    read = [random_mask(shapes, density, seed) for seed, density in enumerate((0.3, 0.6, 0.9))]
    whole = patterns(read)
    monkeypatch.setattr(counted, "CHUNK", 3)
    assert as_dict(patterns(read)) == as_dict(whole)
    assert whole.n == read[0].n
    both = overlap(read[0], read[1])
    assert whole.counts[whole.kept[:, 0] & whole.kept[:, 1]].sum() == both.intersection
    assert patterns(read[:2]).expected_by_all == pytest.approx(both.expected)
    assert (
        whole.kept_by_all
        == (read[0] & read[1] & read[2]).n - (read[0] & read[1] & read[2]).n_pruned
    )


def test_masks_of_other_models_and_too_many_are_refused():
    one = Mask({"a": torch.ones(3, dtype=torch.bool)})
    with pytest.raises(UserError, match="different models"):
        patterns([one, Mask({"b": torch.ones(3, dtype=torch.bool)})])
    with pytest.raises(UserError, match="64 masks"):
        patterns([one] * 64)


@pytest.mark.parametrize("several", [16, 17, 63])
def test_many_masks_at_once(several):
    read = [random_mask({"a": (40,)}, 0.5, seed) for seed in range(several)]
    entries = torch.stack([flat(mask) for mask in read]).numpy()
    assert as_dict(patterns(read)) == as_dict(Patterns.of(entries))
