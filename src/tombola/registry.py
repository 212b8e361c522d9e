"""Things that are chosen by name: a criterion, a family, a task, a figure.

A thing is one file that enters itself. Nobody lists the files: a registry imports all modules of
its package when it is first looked into, so that asking for names costs nothing before.
"""

import pkgutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from importlib import import_module
from threading import get_ident
from typing import Generic, Protocol, TypeVar, cast

from tombola.errors import UserError, allowed_for


class Named(Protocol):
    """A thing that knows its name."""

    @property
    def name(self) -> str:
        """By which it is chosen."""


T = TypeVar("T")

ENTERED_BY: ContextVar[str] = ContextVar("entered_by", default="")
"""Digest of the plug-in that is being loaded; empty while tombola's own files are."""


class Registry(Mapping[str, T], Generic[T]):
    """A read-only mapping from names to things; an unknown name lists the known ones."""

    def __init__(self, kind: str, package: str | None = None) -> None:
        """`package` holds the modules that enter things here."""
        self.kind = kind
        self._package = package
        self._things: dict[str, T] = {}
        self._digests: dict[str, str] = {}
        self._filling: set[int] = set()
        """Threads that import the package now."""

    def add(self, thing: T) -> T:
        """Enter a thing under its own `name`."""
        return self.register(cast(Named, thing).name)(thing)

    def register(self, name: str) -> Callable[[T], T]:
        """Return a decorator that enters a thing under `name`."""

        def enter(thing: T) -> T:
            if name in self._things:
                raise ValueError(f"{self.kind} {name!r} is registered twice")
            self._things[name] = thing
            self._digests[name] = ENTERED_BY.get()
            return thing

        return enter

    @contextmanager
    def lent(self, thing: T, digest: str) -> Iterator[str]:
        """Enter a thing of the caller's for a `with` block, and yield the name it has there.

        `digest` is a hash of what it does. Where its name is taken it gets a mark behind it.
        """
        name = cast(Named, thing).name
        while name in self:
            name += "-own"
        self._things[name], self._digests[name] = thing, digest
        try:
            yield name
        finally:
            del self._things[name], self._digests[name]

    def digest(self, name: str) -> str:
        """Hash of the plug-in that entered a thing; empty for what comes with tombola."""
        self[name]
        return self._digests[name]

    def __getitem__(self, name: str) -> T:
        self._fill()
        try:
            return self._things[name]
        except KeyError:
            raise UserError(
                f"unknown {self.kind} {name!r}; {allowed_for(name, sorted(self._things))}"
            ) from None

    def __contains__(self, name: object) -> bool:
        self._fill()
        return name in self._things

    def __iter__(self) -> Iterator[str]:
        self._fill()
        return iter(sorted(self._things))  # whoever was imported first

    def __len__(self) -> int:
        self._fill()
        return len(self._things)

    def _fill(self) -> None:
        package, thread = self._package, get_ident()
        if package is None or thread in self._filling:  # a module that is imported here may look
            return
        self._filling.add(thread)
        # A module of ours that is first imported while a plug-in loads is still ours.
        token = ENTERED_BY.set("")
        try:
            # Threads that come at the same time all import: each module is so once, and Python
            # sees to it that none waits for ever.
            for found in pkgutil.iter_modules(import_module(package).__path__):
                import_module(f"{package}.{found.name}")
            self._package = None
        finally:
            ENTERED_BY.reset(token)
            self._filling.discard(thread)
