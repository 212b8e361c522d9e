import math

import pytest
import torch
from pydantic import ValidationError
from transformers import get_linear_schedule_with_warmup

from tombola.training import Training, learning_rate_at


def test_linear_is_the_usual_linear_schedule_one_step_into_the_warm_up():
    settings = Training(steps=50, learning_rate=0.1, warmup=0.2)
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1)
    usual = get_linear_schedule_with_warmup(optimizer, 10, 50)
    for step in range(50):
        # The usual warm-up wastes its first step on a rate of 0; this one begins at 1/10.
        expected = usual.get_last_lr()[0] if step >= 10 else 0.1 * (step + 1) / 10
        assert learning_rate_at(settings, step, 50) == pytest.approx(expected)
        optimizer.step()
        usual.step()


def test_inverse_sqrt_peaks_after_the_warm_up_and_falls_with_the_root():
    settings = Training(steps=1000, learning_rate=7e-4, warmup=0.1, schedule="inverse-sqrt")
    assert learning_rate_at(settings, 99, 1000) == pytest.approx(7e-4)
    for step in (100, 399, 999):
        expected = 7e-4 * math.sqrt(100 / (step + 1))
        assert learning_rate_at(settings, step, 1000) == pytest.approx(expected)


def test_rewinding_the_rate_to_half_way_doubles_the_last_one_by_the_square_root():
    """Half way back, an inverse-sqrt rate is the root of 2 times the last (Movva & Zhao 2020)."""
    settings = Training(steps=1000, warmup=0.04, schedule="inverse-sqrt")
    ratio = learning_rate_at(settings, 499, 1000) / learning_rate_at(settings, 999, 1000)
    assert ratio == pytest.approx(math.sqrt(2))


def test_a_stretched_rate_is_that_of_the_beginning_of_a_longer_run():
    """Ten rounds of 3 epochs under one schedule: from 2e-5 to 1.8e-5 in each (Chen et al. 2020)."""
    settings = Training(steps=300, learning_rate=2e-5, stretch=10)
    longer = Training(steps=3000, learning_rate=2e-5)
    for step in (0, 150, 299):
        rate = learning_rate_at(settings, step, 300)
        assert rate == pytest.approx(learning_rate_at(longer, step, 3000))
    assert learning_rate_at(settings, 300, 300) == pytest.approx(1.8e-5)


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"steps": 1, "epochs": 1},
        {"steps": 0},
        {"epochs": 1, "warmup": 2},
        {"epochs": -1},
        {"epochs": 1, "batch_size": 3, "batch_tokens": 9},
        {"epochs": 1, "precision": "fp8"},
        {"epochs": 1, "stretch": 2, "schedule": "constant"},
    ],
)
def test_impossible_settings_are_refused(wrong: dict[str, float]):
    with pytest.raises(ValidationError):
        Training(**wrong)


def test_epochs_are_counted_in_whole_steps():
    assert Training(epochs=2.5).total_steps(7) == 18
    assert Training(steps=9).total_steps(7) == 9
    assert Training(epochs=2.5, accumulate=3).total_steps(7) == 8


def test_as_many_examples_are_answered_at_once_as_a_batch_of_tokens_holds_sentences():
    assert Training(steps=1, batch_size=7).answered_at_once == 7
    assert Training(steps=1, batch_tokens=2000).answered_at_once == 2000 // 16
    assert Training(steps=1, batch_tokens=100).answered_at_once == 32
    assert Training(steps=1, batch_tokens=25_000).answered_at_once == 256
