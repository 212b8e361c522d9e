"""`tombola measure`: what a model costs."""

from typing import TYPE_CHECKING, Annotated

import typer

from tombola import verbs
from tombola.cli.terminal.answer import answer
from tombola.cli.terminal.app import app
from tombola.cli.terminal.options import Json, Plugins, Seed, a_model, here
from tombola.cli.terminal.screen import line, megabytes, milliseconds, table
from tombola.errors import UserError

if TYPE_CHECKING:
    from tombola.cost import Cost
    from tombola.cost.size import Size
    from tombola.cost.workload import Workload


@app.command()
def measure(
    model: Annotated[
        str, a_model("Hub id, folder, ticket, stage (DIR:step/…), or configuration file.")
    ],
    against: Annotated[
        str | None, typer.Option(callback=here, help="A model to compare it with.")
    ] = None,
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
    plugins: Plugins = None,
    as_json: Json = False,
) -> None:
    """How large a model is, and how fast, beside another in pairs against drift."""
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
    answer(found, as_json, _cost)


def _cost(found: "Cost") -> None:
    """Sizes, times, and what they come to."""
    on = found.machine
    line(
        f"{on.device}, {on.threads} threads of {on.cpus} CPUs, {on.platform}, {on.dtype}; "
        f"torch {on.torch}, transformers {on.transformers}"
    )
    sizes = {"model": found.model} | ({"against": found.against} if found.against else {})
    for which, size in sizes.items():
        line(f"{which}: {size.name} ({size.architecture}, {size.attention} attention)")
    columns = [_size_cells(size) for size in sizes.values()]
    rows = [(what, *(column[what] for column in columns)) for what in columns[0]]
    table(("", *sizes), [row for row in rows if any(row[1:])], right=(1, 2))
    _times(found)
    if found.ratios:
        line("")
        ratios = [
            (
                _workload(ratio.workload),
                f"{ratio.spread.median:.3f}",
                f"{ratio.spread.low:.3f}–{ratio.spread.high:.3f}",
            )
            for ratio in found.ratios
        ]
        table(("batch × tokens", "times as fast", "95% interval"), ratios, right=(1, 2))
    for sentence in found.sentences:
        line("")
        line(sentence)


def _times(found: "Cost") -> None:
    on_gpu = any(timing.peak_bytes is not None for timing in found.timings)
    heads = ("batch × tokens", "", "ms", "95% interval", "quartiles", "examples/s", "tokens/s")
    rows = [
        (
            _workload(timing.workload),
            timing.which,
            milliseconds(timing.spread.median),
            f"{milliseconds(timing.spread.low)}–{milliseconds(timing.spread.high)}",
            f"{milliseconds(timing.spread.q1)}–{milliseconds(timing.spread.q3)}",
            f"{timing.examples_per_second:,.1f}",
            f"{timing.tokens_per_second:,.0f}",
            *((megabytes(timing.peak_bytes or 0),) if on_gpu else ()),
        )
        for timing in found.timings
    ]
    line("")
    table((*heads, "peak MB") if on_gpu else heads, rows, right=tuple(range(2, 8)))
    turns, warmup = found.settings.repeats, found.settings.warmup
    memory = "" if on_gpu else "; peak memory of a pass is measured on GPUs only"
    line(f"medians of {turns} turns after {warmup} to warm up{memory}")


def _workload(work: "Workload") -> str:
    generated = f" → {work.new_tokens}" if work.new_tokens else ""
    return f"{work.batch_size} × {work.length}{generated}"


def _size_cells(size: "Size") -> dict[str, str]:
    """What to call a number, and the number; empty where it is not known."""
    counts = {name.replace("_", " "): count for name, count in size.sets.items() if count.n}
    cells = {
        name: f"{count.n:,}" + ("" if count.sparsity is None else f" ({count.sparsity:.1%} zero)")
        for name, count in {**counts, "parameters in all": size.total}.items()
    }
    sparse = (size.total.sparsity or 0) >= 0.01
    sizes = {
        "parameters, MB": size.parameter_bytes,
        "buffers, MB": size.buffer_bytes,
        "parameters without zeros, MB (reckoned)": size.without_zeros_bytes if sparse else None,
        "files of weights, MB": size.weight_file_bytes,
        "whole folder, MB": size.folder_bytes,
        "mask, MB": size.mask_bytes,
    }
    return cells | {name: "" if n is None else megabytes(n) for name, n in sizes.items()}


def _numbers(text: str, option: str) -> tuple[int, ...]:
    try:
        return tuple(int(number) for number in text.split(","))
    except ValueError:
        raise UserError(f"{option}: whole numbers with commas, as 1,8; not {text!r}") from None
