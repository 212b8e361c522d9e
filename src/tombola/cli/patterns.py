"""`tombola patterns`: which patterns of attention heads show."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tombola import verbs
from tombola.cli.terminal.answer import answer
from tombola.cli.terminal.app import app
from tombola.cli.terminal.asking import Said, asking
from tombola.cli.terminal.options import Json, Model, Plugins
from tombola.cli.terminal.screen import line, table

if TYPE_CHECKING:
    from tombola.verbs import AttentionPatterns


@app.command()
@asking()
def patterns(
    model: Model,
    said: Said,
    weighting: Annotated[
        list[str] | None,
        typer.Option(help="raw, norm or as_published [raw and norm]; repeatable."),
    ] = None,
    examples: Annotated[int, typer.Option(min=1, help="Examples.")] = 100,
    batch_size: Annotated[int, typer.Option(min=1, help="Examples at a time.")] = 16,
    labelled: Annotated[
        Path | None, typer.Option(help="A person's labelled maps, in place of made-up ones.")
    ] = None,
    plugins: Plugins = None,
    as_json: Json = False,
) -> None:
    """Say which patterns of attention each head shows, by a network trained on made-up maps."""
    chosen = weighting or ["raw", "norm"]
    found = verbs.attention_patterns(
        model,
        said.task,
        said.folder,
        weighting=chosen,
        examples=examples,
        batch_size=batch_size,
        labelled=None if labelled is None else dict.fromkeys(chosen, labelled),
        **said.more,
    )
    answer(found, as_json, _patterns)


def _patterns(found: "AttentionPatterns") -> None:
    """For each weighting the shares of all heads, and what each head shows most often."""
    for note in found.notes:
        line(f"note: {note}")
    for weighting, told in found.classifiers.items():
        own = [head for head in found.heads if head.weighting == weighting]
        line(f"{weighting}: {len(own)} heads, {sum(head.n for head in own):,} maps")
        shares = found.shares(weighting)
        f1 = {score.pattern: score for score in told.scores}
        table(
            ("pattern", "share", f"F1, {told.source}", "95% interval", "n"),
            [
                (p, f"{share:.3f}", f"{f1[p].f1:.3f}", f"{f1[p].low:.3f}–{f1[p].high:.3f}",
                 f"{f1[p].n:,}")
                for p, share in shares.items()
            ],
            right=(1, 2, 3, 4),
        )  # fmt: skip
        blocks: dict[str, list[str]] = {}
        for head in own:
            most = max(head.shares, key=head.shares.__getitem__) if head.n else "–"
            blocks.setdefault(f"{head.stack}.{head.layer}.{head.block}", []).append(most)
        longest = max(map(len, blocks.values()))
        rows = [(name, *most, *[""] * (longest - len(most))) for name, most in blocks.items()]
        table(("most often", *map(str, range(longest))), rows)
