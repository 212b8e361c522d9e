"""The command line: thin verbs over the functions of `tombola.verbs`.

Nothing heavy is imported before a verb runs, so that `tombola --help` answers at once.
"""

import json
import shlex
import sys
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn

import typer

from tombola.errors import UserError
from tombola.files import atomic_file, is_full_disk

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Draw lottery tickets from Transformers and see what pruning took from them.",
)
recipes_app = typer.Typer(help="The shipped recipes.", invoke_without_command=True)
app.add_typer(recipes_app, name="recipes")
data_app = typer.Typer(
    help="Tasks, formats, examples, checks, export.", invoke_without_command=True
)
app.add_typer(data_app, name="data")

# Newer versions of typer carry a click of their own: only through typer do both have this name.
ClickException: Any = typer.BadParameter.__mro__[2]

BAD_INPUT = 2
INTERRUPTED = 130

Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
Folder = Annotated[Path | None, typer.Option(help="Folder with the task's files.")]
FormatName = Annotated[str | None, typer.Option("--format", help="[what the ending tells]")]
Knobs = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KNOB=VALUE", help="Of the built-in language; repeatable."),
]
Seed = Annotated[int, typer.Option(help="Seed of everything random.")]


def main() -> NoReturn:
    """Run a verb; bad input ends in one line on standard error and exit code 2."""
    try:
        code = app(standalone_mode=False)
    except UserError as problem:
        _say(str(problem))
        code = BAD_INPUT
    except ClickException as problem:
        _say(problem.format_message())
        code = problem.exit_code
    except (KeyboardInterrupt, typer.Abort):
        code = INTERRUPTED
    except Exception as problem:
        if not is_full_disk(problem):
            raise
        _say("the disk is full; what is finished is kept: free some space and try again")
        code = BAD_INPUT
    if code == INTERRUPTED:  # some versions of typer return it instead of raising
        _say("stopped; what is finished is kept: the same command goes on from there")
    sys.exit(code if isinstance(code, int) else 0)


@app.command()
def run(
    recipe: Annotated[str, typer.Argument(help="A shipped recipe's name, or a YAML file.")],
    out: Annotated[Path | None, typer.Option(help="The study's folder [runs/NAME].")] = None,
    changes: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Replace a setting; repeatable."),
    ] = None,
    engine: Annotated[
        Literal["serial", "processes"] | None, typer.Option(help="Who does the stages.")
    ] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Stages at the same time.")] = None,
    as_json: Json = False,
) -> int:
    """Run a whole study; what is done already is not done again."""
    from tombola import verbs
    from tombola.progress import Progress

    with Progress(quiet=as_json) as progress:
        outcome = verbs.run(
            recipe,
            out,
            changes=tuple(changes or ()),
            engine=engine,
            workers=workers,
            command=shlex.join(["tombola", *sys.argv[1:]]),
            watch=progress.watch,
            on_plan=progress.on_plan,
        )
    report = outcome.out / "report.html"
    if as_json:
        _print_json(
            {
                "out": str(outcome.out),
                "stages": outcome.stages,
                "done": outcome.done,
                "failures": list(outcome.failures),
                "report": str(report),
            }
        )
    else:
        _print(f"{outcome.done} of {outcome.stages} stages done; report: {report}")
    return 1 if outcome.failures else 0


@app.command()
def status(
    out: Annotated[Path, typer.Argument(help="A study's folder.")], as_json: Json = False
) -> None:
    """What of a study is done, running, failed and left, and how long it takes."""
    from tombola import show, verbs

    found = verbs.status(out)
    if as_json:
        _print_json(found.to_dict())
    else:
        show.status(found)


@app.command()
def report(
    out: Annotated[Path, typer.Argument(help="A study's folder.")], as_json: Json = False
) -> None:
    """Rebuild figures, tables and report.html from a study's tables alone."""
    from tombola import verbs

    path = verbs.build_report(out)
    if as_json:
        _print_json({"report": str(path)})
    else:
        _print(str(path))


@recipes_app.callback()
def recipes(context: typer.Context, as_json: Json = False) -> None:
    """List the shipped recipes; `tombola recipes show NAME` prints one."""
    if context.invoked_subcommand:
        return
    from tombola import show, verbs

    found = verbs.recipes()
    if as_json:
        _print_json(found)
    else:
        show.recipes(found)


@recipes_app.command("show")
def recipes_show(name: Annotated[str, typer.Argument(help="A shipped recipe.")]) -> None:
    """Print a shipped recipe, to read or to start one's own from."""
    from tombola import verbs

    found = verbs.recipes()
    if name not in found:
        raise UserError(f"no recipe {name!r}; shipped: {', '.join(found)}")
    _print(found[name].rstrip())


@app.command()
def inspect(
    model: Annotated[str, typer.Argument(help="Hub id, folder, ticket, or configuration file.")],
    svg: Annotated[Path | None, typer.Option(help="File for a picture, too.")] = None,
    as_json: Json = False,
) -> None:
    """What a model is made of, how many parameters of which kind, and how sparse it is."""
    from tombola import show, verbs

    found = verbs.inspect(model)
    if svg is not None:
        _write(svg, found.svg())
    if as_json:
        _print_json(found.to_dict())
    else:
        show.inspection(found)


@app.command()
def prune(
    model: Annotated[str, typer.Argument(help="Hub id, folder, or ticket.")],
    out: Annotated[Path, typer.Option(help="Folder for the ticket.")],
    amount: Annotated[float, typer.Option(help="Share to prune, 0 to 1.")],
    criterion: Annotated[str, typer.Option(help="magnitude or random.")] = "magnitude",
    scope: Annotated[
        str, typer.Option(help="global, stack, layer, block, matrix or head.")
    ] = "global",
    sets: Annotated[str, typer.Option(help="Parameter sets, with commas.")] = "matrices",
    of: Annotated[str, typer.Option(help="remaining, original or target.")] = "remaining",
    seed: Seed = 0,
    as_json: Json = False,
) -> None:
    """Draw a ticket from any checkpoint in one shot."""
    from tombola import show, verbs

    if out.exists():
        raise UserError(f"{out}: exists already; choose another --out")
    chosen = tuple(name.strip() for name in sets.split(","))
    ticket = verbs.prune(
        model, amount, criterion=criterion, scope=scope, sets=chosen, of=of, seed=seed
    )
    ticket.save(out)
    if as_json:
        _print_json({"out": str(out), **ticket.provenance["drawn"]})
    else:
        show.drawn(ticket, out)


@app.command()
def probe(
    model: Annotated[str, typer.Argument(help="Hub id, folder, or ticket.")],
    task: Annotated[str, typer.Option(help="pos or builtin-pos.")] = "builtin-pos",
    folder: Folder = None,
    train: Annotated[int | None, typer.Option(min=1, help="Training sentences [all].")] = None,
    dev: Annotated[int | None, typer.Option(min=1, help="Sentences to score on [all].")] = None,
    epochs: Annotated[int, typer.Option(min=1, help="Passes over the words, at most.")] = 50,
    seed: Seed = 0,
    as_json: Json = False,
) -> None:
    """Train a linear probe on every layer of a model."""
    from dataclasses import asdict

    from tombola import show, verbs

    found = verbs.probe(model, task, folder, train=train, dev=dev, seed=seed, epochs=epochs)
    if as_json:
        _print_json([asdict(row) for row in found])
    else:
        show.probes(found)


@app.command()
def compare(
    a: Annotated[str, typer.Argument(help="Hub id, folder, or ticket.")],
    b: Annotated[str, typer.Argument(help="Another one.")],
    task: Annotated[str, typer.Option(help="Task whose dev split both read.")],
    folder: Folder = None,
    examples: Annotated[int | None, typer.Option(min=1, help="Examples [all].")] = None,
    measure: Annotated[str, typer.Option(help="debiased or as_published.")] = "debiased",
    as_json: Json = False,
) -> None:
    """Compare two models' answers and layers on the same text."""
    from tombola import show, verbs

    found = verbs.compare(a, b, task, folder, examples=examples, measure=measure)
    if as_json:
        _print_json(found.to_dict())
    else:
        show.comparison(found)


@app.command()
def masks(
    files: Annotated[list[Path], typer.Argument(help="Mask files or tickets' folders.")],
    as_json: Json = False,
) -> None:
    """What every two of some masks share, beside what chance would give."""
    from tombola import show, verbs

    found = verbs.compare_masks(list(files))
    if as_json:
        _print_json([pair.to_dict() for pair in found])
    else:
        show.mask_pairs(found)


@app.command()
def measure(
    model: Annotated[str, typer.Argument(help="Hub id, folder, ticket, or configuration file.")],
    against: Annotated[str | None, typer.Option(help="A model to compare it with.")] = None,
    filled: Annotated[
        bool, typer.Option("--filled", help="Compare with itself, zeros filled with noise.")
    ] = False,
    batch_sizes: Annotated[str, typer.Option(help="Examples at a time, with commas.")] = "1,8",
    lengths: Annotated[str, typer.Option(help="Tokens per example, with commas.")] = "16,64",
    new_tokens: Annotated[
        int | None, typer.Option(help="Time also the greedy generation of so many tokens.")
    ] = None,
    repeats: Annotated[int, typer.Option(help="Timed runs of each, six at least.")] = 20,
    warmup: Annotated[int, typer.Option(help="Runs before those.")] = 3,
    device: Annotated[str | None, typer.Option(help="cpu, cuda:0 [a GPU if any].")] = None,
    dtype: Annotated[str, typer.Option(help="float32, bfloat16 or float16.")] = "float32",
    threads: Annotated[int | None, typer.Option(help="Of torch on the CPU [as it is].")] = None,
    seed: Seed = 0,
    as_json: Json = False,
) -> None:
    """How large a model is, and how fast, beside another in pairs against drift."""
    from tombola import show, verbs

    found = verbs.measure(
        model,
        against,
        filled=filled,
        batch_sizes=_numbers(batch_sizes, "--batch-sizes"),
        lengths=_numbers(lengths, "--lengths"),
        new_tokens=new_tokens,
        repeats=repeats,
        warmup=warmup,
        device=device,
        dtype=dtype,
        threads=threads,
        seed=seed,
    )
    if as_json:
        _print_json(found.to_dict())
    else:
        show.cost(found)


@data_app.callback()
def data(context: typer.Context, as_json: Json = False) -> None:
    """List tasks, formats that are read, and forms that are written."""
    if context.invoked_subcommand:
        return
    from tombola import show, verbs

    found = verbs.data()
    if as_json:
        _print_json(found.to_dict())
    else:
        show.catalog(found)


@data_app.command("show")
def data_show(
    task: Annotated[str, typer.Argument(help="A task; `tombola data` lists them.")],
    file: Annotated[Path | None, typer.Argument(help="File or folder [built-in].")] = None,
    form: FormatName = None,
    n: Annotated[int, typer.Option("-n", min=1, help="Examples.")] = 3,
    seed: Seed = 0,
    knobs: Knobs = None,
    as_json: Json = False,
) -> None:
    """Show a few examples with their labels."""
    from tombola import show, verbs

    found = verbs.show_data(task, file, format=form, n=n, seed=seed, knobs=_knobs(knobs))
    if as_json:
        _print_json([one.to_dict() for one in found])
    else:
        show.examples(found)


@data_app.command("count")
def data_count(
    task: Annotated[str, typer.Argument(help="A task; `tombola data` lists them.")],
    files: Annotated[list[Path] | None, typer.Argument(help="A split each [built-in].")] = None,
    form: FormatName = None,
    n: Annotated[int, typer.Option("-n", min=1, help="Texts that are made per split.")] = 1000,
    seed: Seed = 0,
    knobs: Knobs = None,
    as_json: Json = False,
) -> None:
    """Count labels, split by split."""
    from tombola import show, verbs

    paths: list[str | Path] = [*(files or [])]
    found = verbs.count_data(task, paths, format=form, n=n, seed=seed, knobs=_knobs(knobs))
    if as_json:
        _print_json([one.to_dict() for one in found])
    else:
        show.label_counts(found)


@data_app.command("write")
def data_write(
    out: Annotated[Path, typer.Argument(help="A new folder.")],
    forms: Annotated[
        list[str] | None, typer.Option("--as", help="conllu, trees, glue, …; repeatable [all].")
    ] = None,
    train: Annotated[int, typer.Option("-n", "--train", min=1, help="Training texts.")] = 1000,
    dev: Annotated[int, typer.Option(min=1, help="Texts of the dev split.")] = 100,
    test: Annotated[int, typer.Option(min=1, help="Texts of the test split.")] = 100,
    seed: Seed = 0,
    knobs: Knobs = None,
    as_json: Json = False,
) -> None:
    """Write the built-in language out, so that other tools can read it."""
    from tombola import show, verbs

    sizes = {"train": train, "dev": dev, "test": test}
    found = verbs.write_data(out, tuple(forms or ()), **sizes, seed=seed, knobs=_knobs(knobs))
    if as_json:
        _print_json([one.to_dict() for one in found])
    else:
        show.written(found)


@data_app.command("check")
def data_check(
    file: Annotated[Path, typer.Argument(help="A file, or a task's folder.")],
    form: FormatName = None,
    task: Annotated[str | None, typer.Option(help="Demand what this task needs.")] = None,
    seed: Seed = 0,
    as_json: Json = False,
) -> None:
    """Read all of a file and say what it holds, or what is wrong."""
    from tombola import show, verbs

    found = verbs.check_data(file, format=form, task=task, seed=seed)
    if as_json:
        _print_json([one.to_dict() for one in found])
    else:
        show.checked(found)


def _knobs(changes: list[str] | None) -> dict[str, Any] | None:
    if changes is None:
        return None
    knobs = {}
    for change in changes:
        name, _, value = change.partition("=")
        try:
            knobs[name] = json.loads(value)
        except ValueError:
            raise UserError(f"--set {change}: expected KNOB=NUMBER") from None
    return knobs


def _numbers(text: str, option: str) -> tuple[int, ...]:
    try:
        return tuple(int(number) for number in text.split(","))
    except ValueError:
        raise UserError(f"{option}: whole numbers with commas, as 1,8; not {text!r}") from None


def _write(path: Path, text: str) -> None:
    try:
        with atomic_file(path) as draft:
            draft.write_text(text, encoding="utf-8")
    except OSError as problem:
        if is_full_disk(problem):
            raise
        raise UserError(f"{path}: cannot be written: {problem.strerror}") from None


def _print(text: str) -> None:
    typer.echo(text)


def _print_json(value: Any) -> None:
    typer.echo(json.dumps(value, indent=1, ensure_ascii=False))


def _say(message: str) -> None:
    typer.echo(f"tombola: {' '.join(message.split())}", err=True)


if __name__ == "__main__":
    main()
