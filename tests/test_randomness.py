from hashlib import blake2b

import torch

import toys
from tombola.randomness import mixed
from tombola.tickets import CRITERIA, Evidence


def test_parts_are_mixed_by_their_order_and_their_borders():
    seeds = [mixed(0, 1), mixed(1, 0), mixed("0 1"), mixed(1), mixed(10), mixed("a", 1)]
    assert len(set(seeds)) == len(seeds)
    assert all(0 <= seed < 2**56 for seed in seeds)


def test_the_order_of_batches_is_the_one_it_always_was():
    digest = blake2b(b"3/5", digest_size=7).digest()
    generator = torch.Generator().manual_seed(int.from_bytes(digest, "big"))
    order = torch.randperm(40, generator=generator).tolist()
    assert [i for batch in toys.batches().order(3, 5) for i in batch] == order
    assert toys.batches().order(3, 5)[0] == [27, 17, 4, 9, 37, 26, 34, 15]


def test_random_scores_are_the_ones_they_always_were():
    digest = blake2b(b"7 a.weight", digest_size=7).digest()
    generator = torch.Generator().manual_seed(int.from_bytes(digest, "big"))
    weights = {"a.weight": torch.zeros(4, 3), "b.weight": torch.zeros(2)}
    criterion = CRITERIA["random"]
    scores = criterion.score(Evidence(weights, 7), criterion.settings())
    assert torch.equal(scores["a.weight"], torch.rand(4, 3, generator=generator))
