"""`tombola data count`: how often each label occurs."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tombola import verbs
from tombola.cli.data.group import group
from tombola.cli.data.knobs import FormatName, Knobs, SkipBad, Strict, parse_knobs
from tombola.cli.data.met import met
from tombola.cli.terminal.answer import answer
from tombola.cli.terminal.options import Json, Plugins, Seed
from tombola.cli.terminal.screen import line, table

if TYPE_CHECKING:
    from tombola.tasks.data import Counts


@group.command("count")
def data_count(
    task: Annotated[str, typer.Argument(help="A task; `tombola data` lists them.")],
    files: Annotated[list[Path] | None, typer.Argument(help="A split each [built-in].")] = None,
    form: FormatName = None,
    n: Annotated[int, typer.Option("-n", min=1, help="Texts that are made per split.")] = 1000,
    seed: Seed = 0,
    knobs: Knobs = None,
    skip_bad: SkipBad = False,
    strict: Strict = False,
    plugins: Plugins = None,
    as_json: Json = False,
) -> None:
    """Count labels, split by split."""
    paths: list[str | Path] = [*(files or [])]
    found = verbs.count_data(
        task,
        paths,
        format=form,
        n=n,
        seed=seed,
        knobs=parse_knobs(knobs),
        skip_bad=skip_bad,
        strict=strict,
    )
    answer(found, as_json, _label_counts)


def _label_counts(found: Iterable["Counts"]) -> None:
    """How often each label occurs in each split."""
    splits = list(found)
    for one in splits:
        if one.guessed:
            typer.echo(f"{one.split}: read as {one.guessed}", err=True)
        met(one.split, one.odd, one.n_bad, one.bad, beside=True)
    table(
        ("split", "texts", "words", "labelled"),
        [
            (one.split, f"{one.n_texts:,}", f"{one.n_words:,}", f"{one.n_targets:,}")
            for one in splits
        ],
        right=(1, 2, 3),
    )
    labels = dict.fromkeys(label for one in splits for label in one.labels)
    if labels:
        line("")
        heads = tuple(head for one in splits for head in (one.split, "share"))
        rows = [(label or "(no label)", *_shares(splits, label)) for label in labels]
        table(("label", *heads), rows, right=tuple(range(1, len(heads) + 1)))
    spreads = [(one.split, one.spread) for one in splits if one.spread is not None]
    if spreads:
        line("")
        table(
            ("split", "mean", "sd", "least", "25%", "median", "75%", "most"),
            [
                (split, *(f"{x:.3f}" for x in (s.mean, s.sd, s.low, *s.quartiles, s.high)))
                for split, s in spreads
            ],
            right=tuple(range(1, 8)),
        )


def _shares(splits: list["Counts"], label: str) -> Iterable[str]:
    for one in splits:
        yield f"{one.labels.get(label, 0):,}"
        yield f"{one.share(label):.2%}"
