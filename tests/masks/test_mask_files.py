import json
import struct
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.numpy import save_file
from torch import nn
from worlds import build, masks, random_mask

from tombola.errors import UserError
from tombola.masks import Mask, load, read, save

in_one_folder = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@in_one_folder
@given(masks(), st.text(), st.dictionaries(st.text(), st.text(), max_size=3))
def test_round_trip(tmp_path, one, architecture, provenance):
    (mask,) = build(one)
    path = tmp_path / "mask.safetensors"
    save(mask, path, architecture=architecture, provenance=provenance)
    found = read(path)
    assert found.mask == mask
    assert list(found.mask) == list(mask)
    assert found.mask.digest == mask.digest
    assert all(torch.equal(found.mask[name], mask[name]) for name in mask)
    assert found.architecture == architecture
    assert found.provenance == provenance
    assert load(path) == mask


def test_a_bit_per_weight(tmp_path):
    mask = random_mask({f"layer.{i}": (128, 257) for i in range(10)}, 0.5, 0)
    save(mask, tmp_path / "a", provenance={"b": "1", "a": "2"})
    save(mask, tmp_path / "b", provenance={"a": "2", "b": "1"})
    header = 8 + struct.unpack("<Q", (tmp_path / "a").read_bytes()[:8])[0]
    assert (tmp_path / "a").stat().st_size == mask.n // 8 + header
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a", "b"]


def test_bits_are_where_the_format_says(tmp_path):
    save(Mask({"w": torch.tensor([[True, False, False], [True, False, True]])}), tmp_path / "m")
    assert (tmp_path / "m").read_bytes()[-1] == 0b101001


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "mask.safetensors"
    mask = Mask({"a": torch.ones(3, 3).bool(), "b": torch.tensor([True, False])})
    save(mask, path, architecture="Toy", provenance={"k": "v"})
    return path


def refusal(path: Path) -> str | None:
    """What is said against a file; None where all of it can be read."""
    try:
        list(load(path).values())
    except UserError as problem:
        return str(problem)
    return None


@in_one_folder
@given(st.data())
def test_mutilated_files_are_read_or_refused(path, data):
    whole = path.read_bytes()
    damage = data.draw(st.sampled_from(("cut", "flip", "splice", "text")))
    if damage == "cut":
        found = whole[: data.draw(st.integers(0, len(whole)))]
    elif damage == "flip":
        at, bits = data.draw(st.integers(0, len(whole) - 1)), data.draw(st.integers(1, 255))
        found = whole[:at] + bytes([whole[at] ^ bits]) + whole[at + 1 :]
    elif damage == "splice":
        at = data.draw(st.integers(0, len(whole)))
        found = whole[:at] + data.draw(st.binary(max_size=9)) + whole[at:]
    else:
        found = data.draw(st.binary(max_size=64))
    broken = path.with_name("broken")
    broken.write_bytes(found)
    said = refusal(broken)
    assert said is None or (str(broken) in said and "\n" not in said)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 2**70) | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)
SOUND = {
    "version": 1,
    "architecture": "",
    "provenance": {},
    "shapes": [["a", [3, 3]], ["b", [2]]],
}


def write(path: Path, about: object, tensors: dict[str, np.ndarray] | None = None) -> None:
    parts = tensors or {"a": np.zeros(2, np.uint8), "b": np.zeros(1, np.uint8)}
    save_file(parts, path, metadata={"tombola.mask": json.dumps(about)})


@in_one_folder
@given(st.sampled_from(sorted(SOUND)), json_values)
def test_any_metadata_are_read_or_refused(tmp_path, key, value):
    write(tmp_path / "m", {**SOUND, key: value})
    said = refusal(tmp_path / "m")
    assert said is None or (str(tmp_path) in said and "\n" not in said)


def shaped(*pairs: object) -> dict[str, object]:
    return {**SOUND, "shapes": list(pairs)}


@pytest.mark.parametrize(
    ("about", "tensors", "message"),
    [
        ([], None, "no JSON object"),
        ({**SOUND, "version": 2}, None, "version 2; this program reads 1"),
        ({**SOUND, "architecture": 3}, None, "architecture is no string"),
        ({**SOUND, "provenance": {"a": 1}}, None, "provenance is no object of strings"),
        ({**SOUND, "shapes": {}}, None, "shapes are no list"),
        (shaped(["a", [3, 3]]), None, "not those that it declares"),
        (shaped(["a", [3, 3]], ["b", [2]], ["b", [2]]), None, "'b' is declared twice"),
        (shaped(["a", [3, 3]], ["b", [9]]), None, "1 bytes for 9 bits"),
        (shaped(["a", [3, 3]], ["b", [-2]]), None, "no list of lengths"),
        (shaped(["a", [3, 3]], ["b", [True]]), None, "no list of lengths"),
        (shaped(["a", [0, 2**62, 2**62]], ["b", [2]]), None, "beyond all measure"),
        (
            SOUND,
            {"a": np.zeros(2, np.uint8), "b": np.array([4], np.uint8)},
            "beyond its 2 entries",
        ),
        (SOUND, {"a": np.zeros(2, np.uint8), "b": np.zeros(1, np.int8)}, "no vector of bytes"),
        (SOUND, {"a": np.zeros((1, 2), np.uint8), "b": np.zeros(1, np.uint8)}, "no vector"),
    ],
)
def test_refusals_say_why(tmp_path, about, tensors, message):
    write(tmp_path / "m", about, tensors)
    with pytest.raises(UserError, match=message):
        load(tmp_path / "m")


def test_other_files_are_refused(tmp_path):
    with pytest.raises(UserError, match="no readable mask"):
        load(tmp_path / "none")
    with pytest.raises(UserError, match="no readable mask"):
        load(tmp_path)
    save_file({"a": np.zeros(2, np.uint8)}, tmp_path / "weights")
    with pytest.raises(UserError, match=r"metadata have no 'tombola\.mask'"):
        load(tmp_path / "weights")
    nested = {"tombola.mask": "[" * 100_000}
    save_file({"a": np.zeros(2, np.uint8)}, tmp_path / "deep", metadata=nested)
    with pytest.raises(UserError, match="no readable mask"):
        load(tmp_path / "deep")


def test_masks_of_other_models_are_refused(path):
    model = nn.Module()
    model.a = nn.Parameter(torch.zeros(3, 3))
    with pytest.raises(UserError, match=r"mask\.safetensors: mask of another model: .* no .* 'b'"):
        load(path, model)
    model.b = nn.Parameter(torch.zeros(2))
    assert load(path, model)["b"].tolist() == [True, False]


def test_a_failed_write_leaves_the_old_file(path, monkeypatch):
    def fail(*_, **__):
        raise OSError("disk full")

    before = path.read_bytes()
    monkeypatch.setattr("tombola.masks.files.save_file", fail)
    with pytest.raises(OSError, match="disk full"):
        save(Mask({}), path)
    assert path.read_bytes() == before
    assert [p.name for p in path.parent.iterdir()] == [path.name]
