"""Whether the hub can be reached: found out in a second or two, not in half a minute of retries."""

import functools
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import ParamSpec, TypeVar
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from tombola.errors import UserError

P = ParamSpec("P")
T = TypeVar("T")
PATIENCE = 2.0
"""Seconds within which a host answers, or never will."""
FRESH = 60.0
"""Seconds for which an answer holds: a laptop may find its network again."""
PORTS = {"http": 80, "https": 443}
_HUB_ID = re.compile(r"[\w][\w.-]*(/[\w.-]+)?(:[\w.-]+)?")
_FILES = (".json", ".csv", ".tsv", ".jsonl", ".parquet", ".txt", ".yaml", ".yml", ".safetensors")
"""Endings that no hub id has."""
_KNOWN: ContextVar[str] = ContextVar("why the hub is not asked", default="")


def out_of_reach() -> str:
    """Why the Hugging Face hub cannot be asked now; empty where it can.

    Through a proxy it is the proxy that must answer. A user who said to stay offline
    (`HF_HUB_OFFLINE`) is not asked twice.
    """
    from huggingface_hub import constants  # takes a while, and few verbs need it

    if constants.HF_HUB_OFFLINE:
        return _KNOWN.get() or "HF_HUB_OFFLINE is set"
    return _asked(constants.ENDPOINT, int(time.monotonic() / FRESH))


@contextmanager
def asking_hub() -> Iterator[None]:
    """Within it, a hub that is out of reach counts as offline: what was fetched before is found.

    Libraries of the hub else try each file again and again, with longer and longer pauses.
    """
    from huggingface_hub import constants

    why = out_of_reach()
    before, known = constants.HF_HUB_OFFLINE, _KNOWN.set(why)
    constants.HF_HUB_OFFLINE = bool(why)
    try:
        yield
    finally:
        constants.HF_HUB_OFFLINE = before
        _KNOWN.reset(known)


def asks_hub(function: Callable[P, T]) -> Callable[P, T]:
    """Give a function whose first argument is a source `asking_hub`, where that is a hub id."""

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        if not isinstance(args[0], str) or not _is_id(args[0]):
            return function(*args, **kwargs)
        with asking_hub():
            return function(*args, **kwargs)

    return run


def hub_said(problem: BaseException) -> str:
    """In one line why the hub gave nothing: it is out of reach, or what it answered."""
    why = out_of_reach()
    if why:
        return f"the hub cannot be reached ({why}), and nothing of it was fetched before"
    return " ".join(str(problem).split())[:300] or type(problem).__name__


def at_hand(source: str, kind: str = "model") -> str:
    """A source as it is, before anything heavy is imported for its sake.

    Raises UserError for a hub id of which nothing was fetched, while the hub is out of reach.
    """
    if not _is_id(source):
        return source
    from huggingface_hub import constants

    folder = "--".join([f"{kind}s", *source.partition(":")[0].split("/")])
    if (Path(constants.HF_HUB_CACHE) / folder).exists():
        return source
    why = out_of_reach()
    if why:
        raise UserError(
            f"{source}: no file or folder here, and the hub cannot be reached ({why}); nothing of "
            "it was fetched before"
        )
    return source


def _is_id(source: str) -> bool:
    """Whether a source can be a hub id, and is nothing here."""
    if not _HUB_ID.fullmatch(source) or source.endswith(_FILES):
        return False
    try:
        return not Path(source).exists()
    except OSError:  # longer than any path
        return False


@functools.lru_cache(maxsize=8)
def _asked(endpoint: str, moment: int) -> str:
    """Why no connection can be had to an address; `moment` makes old answers forgotten."""
    parts = urlsplit(endpoint)
    host, scheme = parts.hostname or "", parts.scheme
    known = getproxies()
    proxy = known.get(scheme) or known.get("all")
    if proxy and not proxy_bypass(host):
        parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
        host, scheme = parts.hostname or "", parts.scheme
    return _connects(host, parts.port or PORTS.get(scheme, 1080))


def _connects(host: str, port: int) -> str:
    """Why a host does not answer; a name server that is silent holds up no longer than a host."""
    why = [f"{host} does not answer"]

    def ask() -> None:
        try:
            socket.create_connection((host, port), timeout=PATIENCE).close()
            why[0] = ""
        except OSError as problem:
            why[0] = f"{host}: {problem.strerror or problem}"

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(PATIENCE)
    return why[0]
