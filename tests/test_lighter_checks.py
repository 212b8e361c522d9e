"""Hints of the project's functions are checked while these tests run."""

import functools
from dataclasses import dataclass

import beartype
import jaxtyping
import pytest
import torch
from beartype.roar import BeartypeCallHintViolation
from jaxtyping import Float, TypeCheckError

from tombola.masks import Mask
from tombola.statistics import wilson

checked = functools.partial(jaxtyping.jaxtyped, typechecker=beartype.beartype)


@checked()
def half(n: int) -> int:
    return n // 2 if n % 2 == 0 else n / 2  # type: ignore[return-value]


@checked()
def total(a: Float[torch.Tensor, " n"], b: Float[torch.Tensor, " n"]) -> Float[torch.Tensor, ""]:
    return (a.sum() + b.sum()).reshape(-1) if len(a) == 1 else a.sum() + b.sum()


@checked()
@dataclass
class Pair:
    a: int
    b: "Mask | None" = None


def test_a_function_that_names_no_array_is_checked_by_beartype():
    assert half(4) == 2
    with pytest.raises(BeartypeCallHintViolation, match="parameter n"):
        half("4")
    with pytest.raises(BeartypeCallHintViolation, match="return"):
        half(3)
    assert half.__annotations__ == {"n": int, "return": int}


def test_shapes_are_checked_across_arguments_and_what_is_returned():
    two = torch.ones(2)
    assert total(two, two) == 4
    with pytest.raises(TypeCheckError, match="parameters"):
        total(two, torch.ones(3))
    with pytest.raises(TypeCheckError, match="return value"):
        total(torch.ones(1), torch.ones(1))


def test_what_makes_a_dataclass_is_checked():
    assert Pair(1, Mask({})).a == 1
    with pytest.raises(BeartypeCallHintViolation, match="parameter a"):
        Pair("1")
    with pytest.raises(BeartypeCallHintViolation, match="parameter b"):
        Pair(1, {})


def test_the_project_itself_is_wrapped():
    with pytest.raises((BeartypeCallHintViolation, TypeCheckError)):
        wilson("few", 3)
