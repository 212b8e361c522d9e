"""Code on a page: what is run in tests, what it prints, and the notebook that is made of it.

A page's `python` blocks share one namespace; of `sh` blocks every line that begins with `tombola`
is run. A `text` block right behind one is what it prints, up to its numbers; a `text varies` block
may be something else on another machine. `<!-- shown: why -->` before a block says that it is not
run; `<!-- long -->` before a block, or below a page's title, that it is run by `make long` only.
"""

import contextlib
import io
import itertools
import re
import shlex
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

_BLOCK = re.compile(
    r"(?P<mark><!-- (?:long|shown: (?P<why>[^\n]*?)) -->\n)?"
    r"(?P<indent> *)```(?P<language>\w*)(?P<info>[^\n]*)\n"
    r"(?P<body>.*?)(?<=\n)(?P=indent)```(?=\n|$)",
    re.DOTALL,
)
_NUMBER = re.compile(r"[+−-]?\d[\d,.]*%?|\b[0-9a-f]{12}\b")
_ASSIGNED = re.compile(r"[A-Z_]+=")
_LONG_PAGE = re.compile(r"\A# [^\n]*\n<!-- long -->\n")
Call = Callable[[list[str]], str]
"""From the arguments of `tombola` to what it prints."""


@dataclass(frozen=True)
class Block:
    """One fenced block of a page."""

    language: str
    body: str
    line: int
    why: str | None = None
    """Why it is not run; None where it is."""
    long: bool = False
    """Whether it is run by `make long` only."""
    output: str | None = None
    """What the page says that it prints; None where it says nothing."""
    varies: bool = False
    """Whether other machines may print something else: that it prints is all that is asked."""
    span: tuple[int, int] = (0, 0)
    """Where the code, or its output if it has one, begins and ends on the page."""
    fence: tuple[int, int] = (0, 0)
    """Where all of it begins and ends: mark, fences, and output."""

    @property
    def run(self) -> bool:
        """Whether it is code that is run."""
        return self.why is None and self.language in ("python", "sh")


def blocks(text: str) -> list[Block]:
    """The blocks of a page in their order; outputs are part of what prints them."""
    found: list[Block] = []
    long = _LONG_PAGE.match(text) is not None
    end = 0
    for match in _BLOCK.finditer(text):
        block = Block(
            match["language"],
            match["body"],
            text.count("\n", 0, match.start("body")) + 1,
            why=match["why"],
            long=long or (match["mark"] is not None and match["why"] is None),
            span=match.span("body"),
            fence=match.span(),
        )
        follows = not text[end : match.start()].strip()
        end = match.end()
        if block.language == "text" and found and follows:
            fence = (found[-1].fence[0], block.fence[1])
            varies = "varies" in match["info"]
            found[-1] = replace(
                found[-1], output=block.body, varies=varies, span=block.span, fence=fence
            )
        else:
            found.append(block)
    return found


def run(
    text: str, call: Call, names: dict[str, Any], *, long: bool = True
) -> Iterator[tuple[Block, str]]:
    """Run a page's blocks, with the long ones or without; yields each with what it printed.

    Raises AssertionError, which says the line of the page, where one fails.
    """
    for block in blocks(text):
        if not block.run or (block.long and not long):
            continue
        said = io.StringIO()
        try:
            if block.language == "python":
                with contextlib.redirect_stdout(said):
                    exec(compile(block.body, f"page, from line {block.line}", "exec"), names)
            else:
                for words in commands(block.body):
                    said.write(call(words))
        except Exception as problem:
            raise AssertionError(f"line {block.line}: {traceback.format_exc()}") from problem
        yield block, said.getvalue()


def commands(body: str) -> Iterator[list[str]]:
    """The arguments of each `tombola …` in a block of a shell."""
    yield from (words[1:] for words in lines(body) if words[0] == "tombola")


def lines(body: str) -> Iterator[list[str]]:
    """The words of each command in a block of a shell, without the variables set before it."""
    for line in body.replace("\\\n", " ").splitlines():
        words = shlex.split(line, comments=True)
        if words:
            yield list(itertools.dropwhile(_ASSIGNED.match, words))


def holds(block: Block, printed: str) -> bool:
    """Whether a block printed what its page says, numbers and blanks apart."""
    if block.output is None or block.varies:
        return block.output is None or bool(printed.strip())
    return _plain(block.output) == _plain(printed)


def _plain(text: str) -> list[str]:
    return [" ".join(_NUMBER.sub("#", line).split()) for line in text.strip().splitlines()]


def rewritten(text: str, call: Call, names: dict[str, Any]) -> str:
    """The page with its outputs as they are now."""
    printed = [(block, said) for block, said in run(text, call, names) if block.output is not None]
    for block, said in reversed(printed):
        start, end = block.span
        printed_now = [line.rstrip() for line in said.strip("\n").splitlines()]
        text = text[:start] + "\n".join(printed_now) + "\n" + text[end:]
    return text
