from itertools import pairwise

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tombola.errors import UserError
from tombola.randomness import mixed
from tombola.tasks import Batches
from tombola.text import IGNORED

PAD = 9


def rows(lengths: list[int]) -> list[dict]:
    """Examples whose label is their index."""
    return [
        {"input_ids": [i + 10] * n, "attention_mask": [1] * n, "labels": i}
        for i, n in enumerate(lengths)
    ]


LENGTHS = st.lists(st.integers(1, 12), min_size=1, max_size=60)


@settings(deadline=None)
@given(LENGTHS, st.integers(1, 9), st.integers(0, 4), st.integers(0, 2**40), st.integers(0, 50))
def test_every_example_comes_once_and_whole(lengths, batch_size, window, seed, epoch):
    batches = Batches(rows(lengths), batch_size, PAD, window)
    seen = []
    count = 0
    for batch in batches.epoch(seed, epoch):
        count += 1
        seen += batch["labels"].tolist()
        longest = max(lengths[i] for i in batch["labels"])
        assert (
            batch["input_ids"].shape
            == batch["attention_mask"].shape
            == (
                len(batch["labels"]),
                longest,
            )
        )
        for i, ids, mask in zip(
            batch["labels"].tolist(), batch["input_ids"], batch["attention_mask"], strict=True
        ):
            n = lengths[i]
            assert ids.tolist() == [i + 10] * n + [PAD] * (longest - n)
            assert mask.tolist() == [1] * n + [0] * (longest - n)
    assert sorted(seen) == list(range(len(lengths)))
    assert count == len(batches)
    for order in (batches.in_order(), (batch for _, batch in batches.by_length())):
        assert sorted(i for batch in order for i in batch["labels"].tolist()) == sorted(seen)


def test_order_is_a_function_of_seed_and_epoch_alone():
    one, other = (Batches(rows([3] * 200), 16, PAD, window=3) for _ in range(2))
    list(other.epoch(5, 0))  # neither earlier epochs nor the global state matter
    torch.manual_seed(1)
    state = torch.get_rng_state()
    assert list(one.order(0, 1)) == list(other.order(0, 1))
    assert torch.equal(state, torch.get_rng_state())
    orders = {str(list(one.order(seed, epoch))) for seed in range(4) for epoch in range(4)}
    assert len(orders) == 16
    (whole,) = Batches(rows([3] * 200), 200, PAD).order(0, 1)
    assert whole != list(range(200))


@settings(deadline=None, max_examples=50)
@given(LENGTHS, st.integers(1, 9), st.integers(1, 4))
def test_windows_are_sorted_as_python_sorts(lengths, batch_size, window):
    """Old studies go back to moments of their trainings: the order must stay what it was."""
    batches = Batches(rows(lengths), batch_size, PAD, window)
    generator = torch.Generator().manual_seed(mixed(3, 1))
    shuffled = torch.randperm(len(lengths), generator=generator).tolist()
    plain = []
    for start in range(0, len(lengths), window * batch_size):
        stretch = sorted(shuffled[start : start + window * batch_size], key=lengths.__getitem__)
        plain += [stretch[i : i + batch_size] for i in range(0, len(stretch), batch_size)]
    order = torch.randperm(len(plain), generator=generator).tolist()
    assert list(batches.order(3, 1)) == [plain[i] for i in order]


@settings(deadline=None, max_examples=50)
@given(LENGTHS, st.integers(12, 60), st.integers(0, 2**40), st.integers(0, 50))
def test_batches_by_tokens_are_as_full_as_they_can_be(lengths, budget, seed, epoch):
    batches = Batches(rows(lengths), 1, PAD, tokens=budget)
    order = list(batches.order(seed, epoch))
    assert sorted(i for batch in order for i in batch) == list(range(len(lengths)))
    assert len(order) == len(batches)
    lengths_of = {tuple(batch): [lengths[i] for i in batch] for batch in order}
    by_length = sorted(lengths_of, key=lambda b: (min(lengths_of[b]), max(lengths_of[b]), -len(b)))
    for batch, later in pairwise([*by_length, None]):
        longest = max(lengths[i] for i in batch)
        assert len(batch) * longest <= budget
        if later is not None:
            shortest = min(lengths[i] for i in later)
            assert longest <= shortest
            assert (len(batch) + 1) * shortest > budget


def test_batches_by_tokens_mix_what_is_of_one_length():
    batches = Batches(rows([3] * 100 + [5] * 100), 1, PAD, tokens=30)
    assert len(batches) == 10 + 100 // 6 + 1
    one, same, other = (list(batches.order(*at)) for at in ((1, 0), (1, 0), (1, 1)))
    assert one == same
    assert one != other
    assert sorted(map(len, one)) == sorted(map(len, other))
    assert {frozenset(batch) for batch in one} != {frozenset(batch) for batch in other}


def test_the_longer_side_of_an_example_counts():
    translated = [{"input_ids": [1] * 2, "labels": [1] * 7} for _ in range(6)]
    assert [len(batch) for batch in Batches(translated, 1, PAD, tokens=21).order(0, 0)] == [3, 3]
    with pytest.raises(UserError, match="batches of 6 tokens: one example alone has 7"):
        Batches(translated, 1, PAD, tokens=6)


def test_shuffling_is_uniform():
    """Each example is first as often as any other: chi-square over 3000 epochs."""
    batches = Batches(rows([2] * 6), 2, PAD)
    first = [batches.order(seed, epoch)[0][0] for seed in range(30) for epoch in range(100)]
    counts = [first.count(i) for i in range(6)]
    assert sum((count - 500) ** 2 / 500 for count in counts) < 20.5  # p = 0.001, 5 degrees


def test_window_saves_padding_and_still_shuffles():
    generator = torch.Generator().manual_seed(0)
    lengths = torch.randint(1, 60, (2000,), generator=generator).tolist()

    def padded(batches: Batches) -> int:
        return sum(batch["input_ids"].numel() for batch in batches.epoch(0, 0))

    plain, grouped = Batches(rows(lengths), 20, PAD), Batches(rows(lengths), 20, PAD, window=50)
    assert padded(grouped) < 1.1 * sum(lengths) < 1.6 * sum(lengths) < padded(plain)
    sizes = [max(lengths[i] for i in batch) for batch in grouped.order(0, 0)]
    assert sizes != sorted(sizes)
    by_length = sum(batch["input_ids"].numel() for _, batch in grouped.by_length())
    assert by_length < 1.02 * sum(lengths)


def test_evaluation_returns_to_the_given_order():
    batches = Batches(rows([5, 1, 3, 2, 4]), 2, PAD)
    assert [b["labels"].tolist() for b in batches.in_order()] == [[0, 1], [2, 3], [4]]
    found = {}
    for indices, batch in batches.by_length():
        found.update(zip(indices, batch["labels"].tolist(), strict=True))
    assert found == {i: i for i in range(5)}


def test_labels_of_every_kind():
    scores = Batches([{"input_ids": [1], "labels": 2.5}], 1, PAD).collate([0])["labels"]
    assert scores.dtype == torch.float32
    classes = Batches([{"input_ids": [1], "labels": 2}], 1, PAD).collate([0])["labels"]
    assert classes.dtype == torch.int64
    sequences = [
        {"input_ids": [1], "labels": [1, 2, 3], "token_type_ids": [1]},
        {"input_ids": [1, 2], "labels": [4], "token_type_ids": [1, 1]},
    ]
    batch = Batches(sequences, 2, PAD).collate([0, 1])
    assert batch["labels"].tolist() == [[1, 2, 3], [4, IGNORED, IGNORED]]
    assert batch["input_ids"].tolist() == [[1, PAD], [1, 2]]
    assert batch["token_type_ids"].tolist() == [[1, 0], [1, 1]]
    assert "labels" not in Batches([{"input_ids": [1]}], 1, PAD).collate([0])


def test_misuse_is_said():
    with pytest.raises(UserError, match="no examples"):
        Batches([], 4, PAD)
    with pytest.raises(UserError, match="batch size 0"):
        Batches(rows([1]), 0, PAD)
    with pytest.raises(UserError, match="window -1"):
        Batches(rows([1]), 1, PAD, window=-1)
