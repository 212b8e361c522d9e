"""Where models run, and whether twice the same there."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from tombola.errors import UserError

ASKED = "TOMBOLA_DEVICE"
"""The environment variable that names the device of this process, and of those it starts."""
WORKSPACE = ("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
"""What cuBLAS asks for where sums are to come in one order; read before its first product."""
AUTO = "auto"


def best_device() -> torch.device:
    """The device that is asked for; else the first GPU of CUDA where there is one, else the CPU.

    A GPU of another kind is used where it is named: `mps`, `xpu`. Raises UserError as
    `find_device` does.
    """
    asked = os.environ.get(ASKED, "") or AUTO
    if asked != AUTO:
        return find_device(asked)
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def find_device(name: str | None) -> torch.device:
    """The named device; a GPU of whatever kind, else the CPU, where none is named.

    Raises UserError where this machine has no such device.
    """
    there = devices()
    if name is None:
        return torch.device(there[-1])
    try:
        device = torch.device(name)
    except RuntimeError:
        device = None
    if device is None or f"{device.type}:{device.index or 0}" not in {"cpu:0", *there}:
        raise UserError(f"no device {name!r} here; there is: {', '.join(there)}")
    return device


def devices() -> list[str]:
    """The CPU, then all of the accelerator's, the first of them last."""
    accelerator = torch.accelerator.current_accelerator()
    if accelerator is None or not torch.accelerator.is_available():
        return ["cpu"]
    numbers = reversed(range(torch.accelerator.device_count()))
    return ["cpu", *(f"{accelerator.type}:{number}" for number in numbers)]


def called(device: torch.device) -> str:
    """A device as signatures name it: by what it is, not by its number on the machine."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return device.type


@contextmanager
def on_device(name: str | None) -> Iterator[None]:
    """Within it `name` is asked for, here and in processes that are started; None changes nothing.

    Raises UserError where this machine has no such device.
    """
    if name is None:
        yield
        return
    before = os.environ.get(ASKED)
    os.environ[ASKED] = name
    try:
        best_device()
        yield
    finally:
        if before is None:
            del os.environ[ASKED]
        else:
            os.environ[ASKED] = before


@contextmanager
def deterministic(on: bool) -> Iterator[None]:
    """Within it torch sums in one order or refuses; without `on`, whatever was so before.

    On the CPU this library needs it not. Torch raises RuntimeError where an operation has no such
    form on the device, and names it.
    """
    if not on:
        yield
        return
    os.environ.setdefault(*WORKSPACE)
    before = torch.are_deterministic_algorithms_enabled()
    torch.use_deterministic_algorithms(True)
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(before)
