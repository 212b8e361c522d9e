"""All tests run offline, on one thread, with seeds of their own."""

import os

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TRANSFORMERS_OFFLINE"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"

import pytest
import torch

import lighter_checks

lighter_checks.install()


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first, so that the workers of a session end together."""
    items.sort(key=lambda item: item.get_closest_marker("whole") is None)
