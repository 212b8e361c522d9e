"""`tombola probe`: what can be read off every layer."""

import warnings
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated, Any

import typer

from tombola import dissect, verbs
from tombola.cli.data.knobs import FormatName, Knobs, parse_knobs
from tombola.cli.terminal.answer import answer
from tombola.cli.terminal.app import app
from tombola.cli.terminal.asking import Said, asking
from tombola.cli.terminal.options import Folder, Json, Model, Plugins, Seed
from tombola.cli.terminal.screen import interval, line, table
from tombola.errors import UserError


@app.command()
@asking("examples", "pair", "target", "kind")
def probe(
    model: Model,
    said: Said,
    task: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="A word task, see `tombola data` [pos], or all; repeatable.",
        ),
    ] = None,
    folder: Folder = None,
    file: Annotated[
        list[str] | None,
        typer.Option(metavar="SPLIT=FILE", help="File of train, dev or test; repeatable."),
    ] = None,
    form: FormatName = None,
    knobs: Knobs = None,
    train: Annotated[int | None, typer.Option(min=1, help="Training texts [all].")] = None,
    dev: Annotated[int | None, typer.Option(min=1, help="Texts of the dev split [all].")] = None,
    test: Annotated[int | None, typer.Option(min=1, help="Texts of the test split [all].")] = None,
    hidden: Annotated[
        list[int] | None,
        typer.Option(min=0, help="Width of the probe's hidden layer, 0: linear; repeatable. [0]"),
    ] = None,
    penalty: Annotated[
        list[float] | None,
        typer.Option(
            metavar="X",
            min=0.0,
            help="Strength of an L2 penalty; repeatable, a probe for each. [0]",
        ),
    ] = None,
    control: Annotated[
        bool, typer.Option(help="Probe for labels drawn for each word form, too: selectivity.")
    ] = False,
    code: Annotated[
        bool, typer.Option(help="Tell the training labels by the online code, too: bits.")
    ] = False,
    mix: Annotated[bool, typer.Option(help="Probe a mix of all layers, too.")] = False,
    replicates: Annotated[int, typer.Option(min=1, help="Probes with seeds of their own.")] = 1,
    epochs: Annotated[int, typer.Option(min=1, help="Passes over the words, at most.")] = 50,
    batch_sentences: Annotated[
        int | None,
        typer.Option(
            metavar="N", min=1, help="Texts in a batch of training [80 sentences, 10 documents]."
        ),
    ] = None,
    standardise: Annotated[
        bool, typer.Option(help="Give features mean 0 and variance 1 first.")
    ] = False,
    stack: Annotated[str | None, typer.Option(help="encoder or decoder [the first].")] = None,
    too_long: Annotated[
        str, typer.Option(help="Texts too long for the model: window, refuse or skip.")
    ] = "window",
    cache: Annotated[
        Path | None, typer.Option(help="Folder where vectors of words are kept and found again.")
    ] = None,
    seed: Seed = 0,
    plugins: Plugins = None,
    as_json: Json = False,
) -> None:
    """Train probes on every layer of a model: what can still be read off it?

    Without a folder, files or your own data (lists of words and of tags), text is of the built-in
    language: of the one that the model learned, where it is known.
    """
    with warnings.catch_warnings():
        # Said below, beside the task's scores.
        warnings.simplefilter("ignore", dissect.UnknownSubTokens)
        found = verbs.probe(
            model,
            _task(task),
            folder,
            files=_files(file),
            format=form,
            knobs=parse_knobs(knobs),
            train=train,
            dev=dev,
            test=test,
            seed=seed,
            stack=stack,
            too_long=too_long,
            cache=cache,
            hidden=hidden or [0],
            penalty=penalty or [0.0],
            control=control,
            code=code,
            mix=mix,
            replicates=replicates,
            epochs=epochs,
            batch_sentences=batch_sentences,
            standardise=standardise,
            **said.more,
        )
    answer(found, as_json, _probes)


def _task(given: list[str] | None) -> str | list[str] | None:
    """One name by itself, for data of one's own take no more."""
    return given[0] if given is not None and len(given) == 1 else given


def _files(given: list[str] | None) -> dict[str, Path] | None:
    if given is None:
        return None
    found = {}
    for each in given:
        split, mark, path = each.partition("=")
        if not mark:
            raise UserError(f"--file {each}: expected SPLIT=FILE")
        found[split] = Path(path)
    return found


Cell = Callable[[Any], str]
COLUMNS: dict[str, Cell] = {
    "task": lambda row: row.task,
    "probe": lambda row: _kind(row),
    "stack": lambda row: row.stack,
    "layer": lambda row: _layer(row),
    "metric": lambda row: row.metric,
    "score": lambda row: _number(row.value),
    "95% interval": lambda row: interval(row.low, row.high),
    "dev": lambda row: _number(row.stopping),
    "chance": lambda row: _number(row.chance),
    "by word": lambda row: _number(row.word_baseline),
    "n": lambda row: f"{row.n:,}",
}
"""What is always shown of a probe."""
ASKED: dict[str, tuple[Callable[[Any], float], Cell]] = {
    "selectivity": (lambda row: row.control, lambda row: _number(row.value - row.control)),
    "bits": (lambda row: row.bits, lambda row: _bits(row)),
}
"""What is shown where it was asked, which a number that is not NaN tells."""
LEFT = {"task", "probe", "stack", "metric"}
"""Columns of words; those of numbers end at the right."""


def _probes(found: Iterable[Any]) -> None:
    """Probe scores by task and layer, with what else was asked."""
    rows = list(found)
    asked = {
        name: cell
        for name, (number, cell) in ASKED.items()
        if any(number(row) == number(row) for row in rows)
    }
    columns = {**COLUMNS, **asked}
    cells = [tuple(cell(row) for cell in columns.values()) for row in rows]
    table(
        tuple(columns), cells, right=tuple(i for i, name in enumerate(columns) if name not in LEFT)
    )
    for task, said in {row.task: _said(row) for row in rows}.items():
        for text in said:
            line(f"{task}: {text}")


def _kind(row: Any) -> str:
    kind = f"MLP {row.hidden}" if row.hidden else "linear"
    kind += f", penalty {row.penalty:g}" if row.penalty else ""
    return f"{kind} #{row.replicate}" if row.replicate else kind


def _said(row: Any) -> list[str]:
    """What is to be known of a task's text."""
    said = []
    if row.unknown > 0.01:
        said.append(
            f"the tokenizer does not know {row.unknown:.1%} of the sub-tokens: what a probe says "
            "of them is no word of the model's"
        )
    if row.n_unseen:
        said.append(f"{row.n_unseen:,} have a label that training has not: counted as wrong")
    if row.n_windowed:
        said.append(f"{row.n_windowed:,} texts too long for the model were read through windows")
    if row.n_skipped:
        said.append(f"{row.n_skipped:,} texts too long for the model were left out")
    return said


def _number(value: float) -> str:
    return f"{value:.4f}" if value == value else "–"


def _layer(row: Any) -> str:
    """Of a mix, the mean of the layers by what they count."""
    return f"mix ({row.centre:.2g})" if row.layer == dissect.MIX else str(row.layer)


def _bits(row: Any) -> str:
    return f"{row.bits:,.0f} of {row.uniform_bits:,.0f}" if row.bits == row.bits else "–"
