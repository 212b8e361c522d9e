import numpy as np
import pytest
import torch
from hypothesis import given, settings
from torch import nn
from worlds import build, flat, masks, random_mask, small_anatomy

from tombola.anatomy.parts import Parameter
from tombola.errors import UserError
from tombola.masks import Mask


@settings(deadline=None)
@given(masks(3))
def test_algebra(abc):
    a, b, c = build(abc)
    assert ~(a & b) == ~a | ~b
    assert ~(a | b) == ~a & ~b
    assert ~~a == a
    assert a - b == a & ~b
    assert (a & b) | (a - b) == a
    assert a & (b | c) == (a & b) | (a & c)
    assert a & b == b & a
    assert (a & ~a).n_pruned == a.n
    assert (a | ~a).n_pruned == 0


@settings(deadline=None)
@given(masks(2))
def test_each_entry_as_in_torch(pair):
    a, b = build(pair)
    for name in a:
        x, y = a[name], b[name]
        assert torch.equal((a & b)[name], x & y)
        assert torch.equal((a | b)[name], x | y)
        assert torch.equal((a - b)[name], x & ~y)
        assert torch.equal((~a)[name], ~x)


@settings(deadline=None)
@given(masks())
def test_counts(one):
    (mask,) = build(one)
    assert mask.n == sum(t.numel() for t in mask.values())
    assert mask.n_pruned == sum(int((~t).sum()) for t in mask.values())
    assert mask.n_pruned + (~mask).n_pruned == mask.n
    if mask.n:
        assert mask.sparsity == mask.n_pruned / mask.n
    assert mask.sparsity + mask.density == 1
    assert Mask(mask) == mask


@settings(deadline=None)
@given(masks(2))
def test_digest_tells_equal_from_different(pair):
    a, b = build(pair)
    assert (a == b) == (a.digest == b.digest)
    assert len(a.digest) == 12
    assert int(a.digest, 16) >= 0
    again = Mask(dict(reversed(list(a.items()))))
    assert again == a
    assert hash(again) == hash(a)


def test_digest_sees_names_shapes_and_bits():
    t = torch.tensor([[True, False], [True, True]])
    digests = {
        Mask(tensors).digest
        for tensors in (
            {"a": t}, {"b": t}, {"a": t.reshape(4)}, {"a": ~t}, {"a": t, "b": t}, {},
        )
    }  # fmt: skip
    assert len(digests) == 6


def test_digest_is_that_of_this_mask():
    # computed from the definition, so that masks of old results keep their names
    from hashlib import blake2b

    expected = blake2b(b"'b' (9,) " + bytes([0b11111101, 1]), digest_size=6).hexdigest()
    mask = Mask({"b": torch.tensor([True, False] + [True] * 7)})
    assert mask.digest == expected


def test_a_mask_does_not_change():
    source = torch.ones(3, dtype=torch.bool)
    mask = Mask({"a": source})
    source[0] = False
    mask["a"][1] = False
    assert mask["a"].all()
    with pytest.raises(ValueError, match="read-only"):
        mask.bits("a")[0] = 0
    with pytest.raises(TypeError):
        mask["a"] = source


def test_order_is_kept():
    assert list(Mask({"b": torch.ones(1, dtype=torch.bool), "a": torch.ones(1).bool()})) == [
        "b",
        "a",
    ]


def test_constructors():
    anatomy = small_anatomy()
    ones = Mask.ones(anatomy.parameters)
    assert ones.n == anatomy.count()
    assert ones.n_pruned == 0
    weights = {p.name: torch.ones(p.shape) for p in anatomy.parameters}
    weights["words"][3, 2] = -0.0
    weights["words"][0, 0] = 1e-45  # small is not zero
    mask = Mask.from_weights(weights, anatomy.in_sets(["embeddings"]))
    assert list(mask) == ["words"]
    assert (~mask)["words"].nonzero().tolist() == [[3, 2]]
    with pytest.raises(TypeError, match=r"torch\.bool|Bool"):
        Mask({"a": torch.ones(2)})


def test_other_models_are_refused():
    model = nn.Sequential(nn.Linear(3, 2), nn.Linear(2, 2))
    Mask({"0.weight": torch.ones(2, 3).bool()}).check(model)
    with pytest.raises(UserError, match=r"no parameter '2.weight'"):
        Mask({"2.weight": torch.ones(2, 3).bool()}).check(model)
    with pytest.raises(UserError, match=r"'1.weight' is \(2, 2\) in the model, \(2, 3\)"):
        Mask({"1.weight": torch.ones(2, 3).bool()}).check(model)
    with pytest.raises(UserError, match=r"'0.weight' is \(2, 3\) in the model"):
        Mask.from_weights(model, [Parameter("0.weight", (3, 3), "matrices", "up")])


def test_masks_of_different_models_do_not_mix():
    a = random_mask({"x": (2,), "y": (3,)}, 0.5, 0)
    with pytest.raises(UserError, match="only one has 'y'"):
        a & random_mask({"x": (2,)}, 0.5, 0)
    with pytest.raises(UserError, match=r"'y' is \(3,\) in one, \(4,\) in the other"):
        a | random_mask({"x": (2,), "y": (4,)}, 0.5, 0)
    with pytest.raises(UserError, match="only one has 'z'"):
        random_mask({"x": (2,)}, 0.5, 0) - random_mask({"x": (2,), "z": (4,)}, 0.5, 0)
    assert a != random_mask({"x": (2,)}, 0.5, 0)
    assert a != "a"


def test_tied_names_are_known():
    model = nn.ModuleDict({"a": nn.Linear(2, 2), "b": nn.Linear(2, 2)})
    model["b"].weight = model["a"].weight
    Mask({"b.weight": torch.ones(2, 2).bool()}).check(model)


@pytest.mark.parametrize("keys", [(), ("stack",), ("layer", "block"), ("role",), ("set", "name")])
def test_sparsity_by_groups(keys):
    anatomy = small_anatomy()
    mask = random_mask({p.name: p.shape for p in anatomy.parameters}, 0.7, 1)
    rows = mask.sparsity_by(anatomy, *keys)
    assert sum(row["n"] for row in rows) == mask.n
    assert sum(row["pruned"] for row in rows) == mask.n_pruned
    empty = {"layer": -1}
    for row in rows:
        members = [
            p.name
            for p in anatomy.parameters
            if all((getattr(p, k) if getattr(p, k) is not None else empty.get(k, "")) == row[k]
                   for k in keys)
        ]  # fmt: skip
        assert members
        assert row["n"] == flat({m: mask[m] for m in members}).numel()
        assert row["pruned"] == int((~flat({m: mask[m] for m in members})).sum())
        del row["n"], row["pruned"]
    assert len({tuple(row.items()) for row in rows}) == len(rows)


def test_sparsity_by_refuses():
    anatomy = small_anatomy()
    with pytest.raises(UserError, match="cannot group by 'head'; allowed: stack"):
        Mask({}).sparsity_by(anatomy, "head")
    with pytest.raises(UserError, match="ToyModel has no 'other'"):
        random_mask({"other": (2,)}, 0.5, 0).sparsity_by(anatomy, "set")


def test_from_bits_refuses_what_does_not_fit():
    with pytest.raises(ValueError, match="2 bytes for 3 bits"):
        Mask.from_bits({"a": (3,)}, {"a": np.zeros(2, np.uint8)})
    with pytest.raises(ValueError, match="beyond its 3"):
        Mask.from_bits({"a": (3,)}, {"a": np.array([8], np.uint8)})


def test_within_another_mask_every_parameter_of_either_counts():
    ours = Mask({"a": torch.tensor([True, False, True]), "b": torch.tensor([False, True])})
    theirs = Mask({"a": torch.tensor([False, False, True]), "c": torch.tensor([False])})
    both = ours.within(theirs)
    assert {name: both[name].tolist() for name in both} == {
        "a": [False, False, True],
        "b": [False, True],
        "c": [False],
    }
    assert ours.within(None) is ours
    apart = Mask({"d": torch.tensor([False])})
    assert ours.within(apart).n_pruned == 3
    with pytest.raises(UserError):
        ours.within(Mask({"a": torch.ones(2, dtype=torch.bool)}))
