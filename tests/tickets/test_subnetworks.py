"""Subnetworks to hold a ticket against: of exact size, or as they were published."""

import csv

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from realdata import published
from tombola.masks import Mask, select
from tombola.tickets import SUBNETWORKS, Found
from tombola.tickets.subnetworks.random_as_published import coins

TASKS = ("CoLA", "SST-2", "MRPC", "STS-B", "QQP", "MNLI", "QNLI", "RTE", "WNLI")
STREAM = (1337, 42, 86, 71, 166)
"""The order in which the published masks were drawn."""
PARTS = tuple(sorted(name for name, each in SUBNETWORKS.items() if "parts" in each.units))


def of_parts(heads: np.ndarray, mlps: np.ndarray) -> Mask:
    """[layers, heads] and [layers] of 0 and 1 as a mask of parts."""
    found = {f"encoder.{i}.self": torch.tensor(row != 0) for i, row in enumerate(heads)}
    return Mask(found | {f"encoder.{i}.mlp": torch.tensor([v != 0]) for i, v in enumerate(mlps)})


def sizes(mask: Mask) -> tuple[int, int]:
    mlps = sum(mask.n_survivors(name) for name in mask if name.endswith(".mlp"))
    return mask.n - mask.n_pruned - mlps, mlps


bits = st.lists(st.booleans(), min_size=15, max_size=15)


def tossed(coins: list[bool]) -> Mask:
    return of_parts(np.array(coins[:12]).reshape(3, 4), np.array(coins[12:]))


@given(bits=bits, name=st.sampled_from([n for n in PARTS if n != "random-as-published"]))
def test_all_are_of_the_good_ones_size(bits: list[bool], name: str) -> None:
    good = tossed(bits)
    found = SUBNETWORKS[name].mask(Found((good,), seed=3))
    assert sizes(found) == sizes(good)
    assert found == SUBNETWORKS[name].mask(Found((good,), seed=3))


@given(bits=st.lists(bits, min_size=2, max_size=5), name=st.sampled_from(PARTS))
def test_of_several_masks_all_are_of_the_survivors_size(bits: list[list[bool]], name: str) -> None:
    found = Found(tuple(map(tossed, bits)), seed=5)
    good = SUBNETWORKS["good"].mask(found)
    assert sizes(SUBNETWORKS[name].mask(found)) == sizes(good)


@given(bits=bits)
def test_bad_takes_what_was_pruned_first(bits: list[bool]) -> None:
    good = tossed(bits)
    bad = SUBNETWORKS["bad"].mask(Found((good,), seed=1))
    for kept, shared, everything in zip(sizes(good), sizes(bad & good), (12, 3), strict=True):
        assert shared == max(0, kept - (everything - kept))


def test_bad_of_several_is_what_survives_least() -> None:
    rng = np.random.default_rng(0)
    found = [of_parts(rng.random((4, 6)) < 0.7, rng.random(4) < 0.9) for _ in range(5)]
    counts = sum(np.concatenate([m[n].numpy() for n in m if n.endswith("self")]) for m in found)
    bad = SUBNETWORKS["bad"].mask(Found(tuple(found), seed=1))
    taken = np.concatenate([bad[n].numpy() for n in bad if n.endswith("self")])
    assert counts[taken].max() <= counts[~taken].min()


def test_smallest_keeps_what_magnitude_prunes_first() -> None:
    weights = {"a.weight": torch.arange(1.0, 13.0).reshape(3, 4), "b.weight": -torch.ones(4) / 2}
    good = Mask({name: value.abs() > 7 for name, value in weights.items()})
    small = SUBNETWORKS["smallest"].mask(Found((good,), 0, lambda: weights))
    assert small.n_pruned == good.n_pruned == 11
    assert small["b.weight"].all()
    assert small["a.weight"].reshape(-1).tolist() == [True] + [False] * 11


def test_random_weights_are_drawn_over_all_tensors() -> None:
    good = Mask({"a.weight": torch.ones(100, dtype=torch.bool), "b.weight": torch.zeros(100) > 0})
    found = SUBNETWORKS["random"].mask(Found((good,), 0))
    assert found.n_pruned == 100
    assert 30 < found.n_survivors("a.weight") < 70


@pytest.fixture(scope="module")
def bundle() -> dict[str, np.ndarray]:
    with np.load(published("prasanna_2020/masks.npz")) as arrays:
        return {name: arrays[name] for name in arrays.files}


def read(bundle: dict[str, np.ndarray], experiment: str, task: str, seed: int) -> Mask:
    i = list(bundle[f"{experiment}__tasks"]).index(task)
    j = list(bundle["seeds"]).index(seed)
    heads, mlps = (bundle[f"{experiment}__{part}_mask"][i, j] for part in ("head", "mlp"))
    return of_parts(heads, mlps)


def test_the_45_published_random_masks_come_out_bit_for_bit(bundle: dict[str, np.ndarray]) -> None:
    which = [(task, seed) for task in TASKS for seed in STREAM]
    good = [read(bundle, "heads_mlps", *each) for each in which]
    found = coins(good, np.random.RandomState(13))
    assert found == [read(bundle, "heads_mlps_random", *each) for each in which]
    other = coins(good, np.random.RandomState(14))
    assert other != found


def test_published_bad_masks_overlap_good_ones_as_ours_do(bundle: dict[str, np.ndarray]) -> None:
    for task in TASKS[:-1]:
        for seed in STREAM:
            good = read(bundle, "heads_mlps", task, seed)
            theirs = read(bundle, "heads_mlps_bad_1", task, seed)
            ours = SUBNETWORKS["bad"].mask(Found((good,), seed))
            assert sizes(ours) == sizes(theirs) == sizes(good)
            assert sizes(ours & good) == sizes(theirs & good)


def test_published_super_survivors(bundle: dict[str, np.ndarray]) -> None:
    for task in TASKS:
        every = tuple(read(bundle, "heads_mlps", task, seed) for seed in STREAM)
        good = SUBNETWORKS["good"].mask(Found(every, 0))
        assert good == read(bundle, "heads_mlps_super", task, 42)
        theirs = read(bundle, "heads_mlps_super_bizzaro", task, 42)
        ours = SUBNETWORKS["bad-as-published"].mask(Found(every, 0))
        assert sizes(ours) == sizes(theirs) == sizes(good)
        never = of_none(every)
        assert sizes(ours & never) == sizes(theirs & never)


def of_none(masks: tuple[Mask, ...]) -> Mask:
    """What survives in no mask."""
    found = ~masks[0]
    for mask in masks[1:]:
        found = found & ~mask
    return found


def test_published_sizes_of_magnitude_are_turns_of_five_percent() -> None:
    """Of the remaining weights, where the paper says ten: what ours leave after as many turns."""
    with published("prasanna_2020/mpruning_sizes.csv").open() as file:
        rows = list(csv.DictReader(file))
    weights = {"w": torch.rand(400_000, generator=torch.Generator().manual_seed(0))}
    mask = Mask({"w": torch.ones(400_000, dtype=torch.bool)})
    left = [1.0]
    for _ in range(29):  # the most that they allowed
        mask = select(weights, mask, 0.05)
        left.append(1 - mask.sparsity)
    for row in rows:
        turns, survive = (
            int(row["k_prune_steps(inferred)"]),
            next(
                float(value) for name, value in row.items() if name.startswith("surviving_fraction")
            ),
        )
        assert left[turns] == pytest.approx(survive, abs=2e-5)
    sizes = [left[int(row["k_prune_steps(inferred)"])] for row in rows if row["task"] == "MNLI"]
    assert np.mean(sizes) == pytest.approx(0.513342, abs=1e-5)  # printed; all seeds alike
