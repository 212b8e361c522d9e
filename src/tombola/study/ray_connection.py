"""How Ray is reached: on this machine, or on the cluster that `RAY_ADDRESS` names."""

import os
import shutil
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tombola.errors import UserError
from tombola.extras import extra
from tombola.study.engine import Undone

ADDRESS = "RAY_ADDRESS"
TRIES = 3
"""How often Ray is started here before it is given up: it waits half a minute for itself, which is
too short on a machine that is busy."""
OBJECTS = 2**27
"""Bytes for what Ray passes between processes here: a recipe and names."""


def imported() -> Any:
    """The library. Raises UserError where it is not installed."""
    with extra("ray"):
        import ray
    return ray


@contextmanager
def connected(ray: Any, undone: Undone) -> Iterator[None]:
    """Within it, Ray is there: the caller's, the one that is named, or one of our own."""
    if ray.is_initialized():
        yield
        return
    address = os.environ.get(ADDRESS, "")
    address = "" if address == "local" else address
    retries = undone.library.recipe.resources.retries
    with _same_signals(), _environment(retries):
        try:
            context = _begun(ray, address, undone)
            yield
        except BaseException:
            ray.shutdown()  # its logs stay
            raise
        ray.shutdown()
        if not address:
            shutil.rmtree(context.address_info["session_dir"], ignore_errors=True)


def _begun(ray: Any, address: str, undone: Undone) -> Any:
    """Connect, or start. Raises UserError where that cannot be."""
    tries = 1 if address else TRIES
    while True:
        tries -= 1
        try:
            return ray.init(**_init(address, undone))
        except Exception as problem:  # Ray raises that very class where a machine is too busy
            ray.shutdown()
            if tries:
                continue
            said = " ".join(str(problem).split())[:300]
            where = f"{ADDRESS}={address}: cannot be reached" if address else "cannot be started"
            raise UserError(f"engine ray: {where}: {said}") from problem


def _init(address: str, undone: Undone) -> dict[str, Any]:
    if "://" in address:  # a client, which has no more to say
        return {"address": address}
    quiet = {"log_to_driver": False, "logging_level": "ERROR"}
    if address:
        return {"address": address, **quiet}
    cpus = undone.workers * undone.library.recipe.threads
    small = {"include_dashboard": False, "object_store_memory": OBJECTS}
    return {"address": "local", "num_cpus": cpus, **small, **quiet}


@contextmanager
def _same_signals() -> Iterator[None]:
    """Ray puts a handler of its own for SIGTERM in the place of whoever's."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before if before is not None else signal.SIG_DFL)


@contextmanager
def _environment(retries: int) -> Iterator[None]:
    """What Ray reads as it starts, where the user says nothing else.

    No statistics of its use are sent. A task whose worker ran out of memory is not begun again for
    ever.
    """
    ours = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_task_oom_retries": str(retries)}
    added = [name for name in ours if name not in os.environ]
    os.environ.update({name: ours[name] for name in added})
    try:
        yield
    finally:
        for name in added:
            os.environ.pop(name, None)
