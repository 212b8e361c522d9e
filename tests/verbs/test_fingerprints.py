"""Functions that do different things have different hashes, and equal ones the same."""

from functools import partial

import numpy as np
import pytest
import torch

from tombola.verbs.fingerprints import code_of


def above(limit, key=None):
    def score(said, right):
        return float(said > limit)

    return score


def with_default(limit):
    def score(said, right, least=limit, *, most=limit):
        return float(least < said < most)

    return score


class Weighted:
    def __init__(self, weight):
        self.weight = weight

    def score(self, said, right):
        return self.weight * (said == right)


def power(said, right, exponent):
    return abs(said - right) ** exponent


def looping():
    def score(said, right):
        return score

    return score


@pytest.mark.parametrize(
    "make",
    [
        above,
        with_default,
        Weighted,
        lambda x: Weighted(x).score,
        lambda x: partial(power, exponent=x),
        lambda x: above(np.array([1.0, x])),
        lambda x: above(torch.tensor([1.0, x], requires_grad=True)),
        lambda x: above({"a": [x]}),
        lambda x: above(above(x)),
        lambda x: above(Weighted(x)),
    ],
)
def test_what_a_function_closes_over_is_part_of_its_hash(make):
    assert code_of(make(0.5)) == code_of(make(0.5))
    assert code_of(make(0.5)) != code_of(make(0.7))


def test_a_function_that_holds_itself_has_a_hash():
    assert code_of(looping()) == code_of(looping()) != code_of(above(1))


def test_built_in_functions_differ():
    assert len({code_of(each) for each in (torch.abs, torch.square, max, np.abs, np.square)}) == 5
