"""Made-up attention maps, maps that a person labelled, and pictures of both."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tombola.dissect.patterns import (
    NAMES,
    PATTERNS,
    read_labelled,
    synthetic_map,
    synthetic_maps,
)
from tombola.dissect.patterns.layout import SHORTEST, drawn_layout
from tombola.dissect.patterns.picture import SIZE, areas, pictures
from tombola.errors import UserError

LOOKS = st.sampled_from(["raw", "norm"])
KINDS = st.sampled_from(PATTERNS)
TOKENS = st.integers(SHORTEST, 140)
SEEDS = st.integers(0, 2**32)


@settings(max_examples=60, deadline=None)
@given(KINDS, TOKENS, LOOKS, SEEDS)
def test_maps_are_attention(pattern: Any, n: int, look: Any, seed: int) -> None:
    drawn = [synthetic_map(np.random.default_rng(seed), pattern, n, look) for _ in range(2)]
    found = drawn[0]
    assert found.shape == (n, n)
    assert np.isfinite(found).all()
    assert (found >= 0).all()
    assert (drawn[1] == found).all()
    sums = found.sum(1)
    assert np.allclose(sums, 1) if look == "raw" else sums.std() > 1e-4 * sums.mean()


@settings(max_examples=60, deadline=None)
@given(TOKENS, st.booleans(), SEEDS)
def test_sentences_fill_an_example_and_separators_end_them(
    n: int, several: bool, seed: int
) -> None:
    layout = drawn_layout(np.random.default_rng(seed), n, several=several)
    ends = [stop for _, stop in layout.spans]
    assert [start for start, _ in layout.spans] == [0, *ends[:-1]]
    assert ends[-1] == n
    assert all(stop - start >= 2 for start, stop in layout.spans)
    assert len(layout.spans) >= (2 if several else 1)
    if layout.marks:
        assert layout.marks == (0, *(end - 1 for end in ends))
    assert not set(layout.marks) & set(layout.points)


def test_patterns_are_where_they_should_be() -> None:
    """By plain sums over the map, without the network."""
    maps = synthetic_maps(500, seed=3, lengths=(20, 60))
    band = np.empty(500)  # what three diagonals hold, and what three columns do, of all attention
    columns = np.empty(500)
    for i, one in enumerate(maps.maps):
        n = len(one)
        near = np.abs(np.subtract.outer(np.arange(n), np.arange(n))) <= 3
        band[i] = one[near].sum() / n
        columns[i] = np.sort(one.mean(0))[-3:].sum()
    mean = {
        name: (band[maps.labels == i].mean(), columns[maps.labels == i].mean())
        for i, name in enumerate(NAMES)
    }
    assert mean["diagonal"][0] > 0.6 > 0.35 > mean["diagonal"][1]
    assert mean["vertical"][1] > 0.6 > 0.35 > mean["vertical"][0]
    assert min(mean["vertical+diagonal"]) > 0.4
    assert max(mean["heterogeneous"]) < 0.4
    assert max(mean["block"]) < 0.4


def test_maps_are_a_function_of_seed_and_number_alone() -> None:
    few, many, other = (synthetic_maps(n, seed) for n, seed in ((7, 1), (12, 1), (7, 2)))
    assert many.labels.tolist() == [0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1]
    assert all((a == b).all() for a, b in zip(few.maps, many.maps[:7], strict=True))
    assert few.maps[0].shape != other.maps[0].shape or (few.maps[0] != other.maps[0]).any()
    apart = synthetic_maps(7, 1, part="held out")
    assert any(
        a.shape != b.shape or (a != b).any() for a, b in zip(few.maps, apart.maps, strict=True)
    )


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 130), st.integers(2, 130), SEEDS)
def test_pictures_keep_shares_of_attention_whatever_the_size(q: int, k: int, seed: int) -> None:
    assert torch.allclose(areas(q).sum(1), torch.ones(SIZE).double())
    weights = torch.from_numpy(np.random.default_rng(seed).dirichlet(np.full(k, 0.3), size=q))
    (shown,) = pictures(torch.stack([weights, 7 * weights]))[:1]
    assert shown.shape == (1, SIZE, SIZE)
    both = pictures(torch.stack([weights, 7 * weights]))
    assert torch.allclose(both[0], both[1], atol=1e-5)
    assert shown.double().expm1().mean() == pytest.approx(1, abs=1e-5)


def test_a_diagonal_looks_alike_in_short_and_long_and_nothing_shows_nothing() -> None:
    short, long = (pictures(torch.eye(n).double()[None])[0, 0] for n in (32, 128))
    assert torch.allclose(short, long, atol=1e-6)
    both = pictures(torch.stack([torch.zeros(9, 9), torch.ones(9, 9)]).double())
    assert both[0].isnan().all()
    assert torch.allclose(both[1], torch.full((1, SIZE, SIZE), np.log(2)).float())


def some(n: int = 25) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    return rng.dirichlet(np.ones(6), size=(n, 6)), np.array([NAMES[i % 5] for i in range(n)])


def folder_of(path: Path) -> Path:
    for i, (one, label) in enumerate(zip(*some(), strict=True)):
        (path / label).mkdir(parents=True, exist_ok=True)
        np.save(path / label / f"{i:03d}.npy", one)
    return path


def test_labelled_maps_come_from_a_folder_or_an_archive(tmp_path: Path) -> None:
    maps, labels = some()
    np.savez(tmp_path / "maps.npz", maps=maps, labels=labels)
    archive, folder = read_labelled(tmp_path / "maps.npz"), read_labelled(folder_of(tmp_path / "f"))
    assert [NAMES[i] for i in archive.labels] == labels.tolist()
    assert all((a == b).all() for a, b in zip(archive.maps, maps, strict=True))
    assert sorted(m.sum() for m in folder.maps) == sorted(m.sum() for m in archive.maps)
    assert np.bincount(folder.labels).tolist() == [5] * 5


def changed(**arrays: Any) -> dict[str, Any]:
    maps, labels = some()
    return {"maps": maps, "labels": labels} | arrays


NAN = np.where(np.arange(36).reshape(6, 6) == 7, np.nan, 0.5)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        (changed(maps=some()[0][:, :, :5]), r"map 0: a map of the shape \(6, 5\); allowed: tokens"),
        (changed(maps=some()[0][0]), r"maps are \(6, 6\) and labels \(25,\)"),
        (changed(maps=some()[0][:, :1, :1]), r"a map of the shape \(1, 1\)"),
        (changed(maps=np.stack([NAN] * 25)), "map 0: a map with NaN"),
        (changed(maps=-some()[0]), "below zero"),
        (changed(maps=0 * some()[0]), "all zero"),
        (changed(maps=some()[0].astype(int)), "a map of int64; allowed: real numbers"),
        (changed(labels=np.array(["diagonal"] * 25)), "0 maps of the pattern vertical; at least 5"),
        (changed(labels=np.array(["cross"] * 25)), "map 0: no pattern 'cross'; allowed: diagonal,"),
        (changed(labels=np.arange(25)), "labels are int64; allowed: diagonal"),
        (changed(labels=np.array([["diagonal"]], dtype=object)), "no readable array"),
        ({"maps": some()[0]}, "no labels"),
    ],
)
def test_what_is_wrong_with_an_archive_is_one_line(
    tmp_path: Path, arrays: dict[str, Any], message: str
) -> None:
    np.savez(tmp_path / "maps.npz", **arrays)
    with pytest.raises(UserError, match=message) as problem:
        read_labelled(tmp_path / "maps.npz")
    assert "\n" not in str(problem.value)


def test_what_is_wrong_with_a_folder_is_one_line(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "f")
    (folder / "mixed").mkdir()
    with pytest.raises(UserError, match="no pattern 'mixed'"):
        read_labelled(folder)
    (folder / "mixed").rmdir()
    odd = folder / "block" / "odd.npy"
    np.save(odd, np.ones((3, 4)))
    with pytest.raises(UserError, match=r"odd.npy: a map of the shape \(3, 4\)"):
        read_labelled(folder)
    odd.write_bytes(b"\x93NUMPY nothing")
    with pytest.raises(UserError, match=r"odd.npy: no readable array"):
        read_labelled(folder)
    (tmp_path / "damaged.npz").write_bytes(b"PK\x03\x04 nothing")
    for name in ("damaged.npz", "nowhere", "f/block/000.npy"):
        with pytest.raises(UserError, match=name.rpartition("/")[2]):
            read_labelled(tmp_path / name)
