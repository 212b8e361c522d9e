"""Where models run."""

import os

import pytest
import torch

from tombola.errors import UserError
from tombola.study.versions import versions
from tombola.training import best_device, deterministic, on_device
from tombola.training.device import ASKED, WORKSPACE, called, find_device


def test_a_device_is_asked_for_within_and_for_processes_that_are_started(monkeypatch):
    monkeypatch.delenv(ASKED, raising=False)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert best_device() == torch.device("cuda")
    with on_device("cpu"):
        assert (best_device(), os.environ[ASKED]) == (torch.device("cpu"), "cpu")
        with on_device("auto"):
            assert best_device() == torch.device("cuda")
        with on_device(None):
            assert best_device() == torch.device("cpu")
        assert os.environ[ASKED] == "cpu"
    assert ASKED not in os.environ


@pytest.mark.parametrize("name", ["cuda:99", "tpu", "a gpu", "cpu:7"])
def test_a_device_that_is_not_there_is_refused_in_one_line(name: str):
    with (
        pytest.raises(UserError, match=rf"no device '{name}' here; there is: cpu"),
        on_device(name),
    ):
        pytest.fail("nothing is done on it")
    assert ASKED not in os.environ
    assert find_device(None) == torch.device(find_device(None).type, find_device(None).index)


def test_signatures_name_the_device_by_what_it_is(monkeypatch):
    with on_device("cpu"):
        assert versions()["device"] == "cpu"
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda device: "H")
    assert called(torch.device("cuda:1")) == "H"
    assert called(torch.device("mps")) == "mps"


def test_deterministic_algorithms_are_for_who_asks_alone(monkeypatch):
    monkeypatch.delenv(WORKSPACE[0], raising=False)
    with deterministic(False):
        assert not torch.are_deterministic_algorithms_enabled()
        assert WORKSPACE[0] not in os.environ
    with deterministic(True):
        assert torch.are_deterministic_algorithms_enabled()
        assert os.environ[WORKSPACE[0]] == ":4096:8"
        with deterministic(False):  # what the caller set himself stays
            assert torch.are_deterministic_algorithms_enabled()
    assert not torch.are_deterministic_algorithms_enabled()
    monkeypatch.delenv(WORKSPACE[0])
