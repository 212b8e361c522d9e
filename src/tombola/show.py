"""What the verbs found, as tables in a terminal."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import yaml
from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from tombola.anatomy import Inspection
    from tombola.cost import Cost
    from tombola.cost.size import Size
    from tombola.cost.workload import Workload
    from tombola.study import Status
    from tombola.tasks.data import Catalog, Checked, Counts, Shown, Written
    from tombola.tickets import Ticket
    from tombola.verbs import Comparison, MaskPair


def status(found: "Status") -> None:
    """How a study stands."""
    from tombola.study.standing import STATES

    counts = ", ".join(f"{found.count(s)} {s}" for s in STATES if found.count(s))
    _line(f"{found.out}: {counts} of {len(found.stages)} stages")
    left = found.seconds_left
    _line(
        f"work done {_duration(found.seconds_spent)}, left "
        + ("unknown" if left is None else f"about {_duration(left)}")
        + " (added up over processes)"
    )
    rows = [
        (
            each.state,
            each.stage.title,
            f"step {each.step:,} of {each.total:,}" if each.total else each.why,
        )
        for each in found.stages
        if each.state != "done"
    ]
    if rows:
        _table(("state", "stage", ""), rows)


def recipes(found: dict[str, str]) -> None:
    """Names and titles of recipes."""
    _table(("recipe", "title"), [(k, str(yaml.safe_load(v)["title"])) for k, v in found.items()])
    _line("tombola recipes show NAME prints one; tombola run NAME runs it")


def inspection(found: "Inspection") -> None:
    """The anatomy of a model."""
    from tombola.anatomy.inspection.show import render

    Console().print(render(found))


def drawn(ticket: "Ticket", out: Path) -> None:
    """A ticket that was drawn."""
    assert ticket.mask is not None  # it was just drawn
    mask = ticket.mask
    _line(
        f"{out}: {mask.n_pruned:,} of {mask.n:,} prunable weights pruned "
        f"({mask.sparsity:.1%}); mask {mask.digest}"
    )
    _line("the zeros make the model neither smaller nor faster by themselves")


def probes(found: Iterable[Any]) -> None:
    """Probe scores by layer."""
    rows = [
        (
            row.stack,
            str(row.layer),
            f"{row.value:.4f}",
            _interval(row.low, row.high),
            f"{row.chance:.4f}",
            f"{row.word_baseline:.4f}",
            f"{row.n:,}",
        )
        for row in found
    ]
    heads = ("stack", "layer", "accuracy", "95% interval", "chance", "word baseline", "n words")
    _table(heads, rows, right=(1, 2, 3, 4, 5, 6))


def comparison(found: "Comparison") -> None:
    """Answers and layers of two models."""
    if found.behaviour is None:
        _line("no answers to compare: one of the models has no head for a task")
    else:
        for key, value in found.to_dict()["behaviour"].items():
            shown = f"{value:.4f}" if isinstance(value, float) else str(value)
            _line(f"{key.replace('_', ' ')}: {shown}")
    rows = [
        (
            row.stack,
            str(row.dense_layer),
            f"{row.value:.4f}",
            _interval(row.low, row.high),
            f"{row.noise_floor:.4f}",
            f"{row.n:,}",
        )
        for row in found.layers
        if row.dense_layer == row.sparse_layer
    ]
    heads = ("stack", "layer", "similarity", "95% interval", "noise floor", "n tokens")
    _table(heads, rows, right=(1, 2, 3, 4, 5))


def mask_pairs(found: Iterable["MaskPair"]) -> None:
    """What masks share; each has a number, for paths are long."""
    pairs = list(found)
    numbers: dict[str, str] = {}
    for pair in pairs:
        for path in (pair.a, pair.b):
            numbers.setdefault(path, str(len(numbers) + 1))
    for path, number in numbers.items():
        _line(f"{number}  {path}")
    rows = [
        (
            f"{numbers[pair.a]} · {numbers[pair.b]}",
            f"{pair.overlap.intersection:,}",
            f"{pair.overlap.jaccard:.4f}",
            f"{pair.overlap.expected_jaccard:.4f}",
            f"{pair.overlap.expected_jaccard_by_tensor:.4f}",
            f"{pair.overlap.n:,}",
        )
        for pair in pairs
    ]
    heads = ("masks", "shared", "Jaccard", "by chance", "by chance per tensor", "n weights")
    _table(heads, rows, right=(1, 2, 3, 4, 5))


def cost(found: "Cost") -> None:
    """Sizes, times, and what they come to."""
    on = found.machine
    _line(
        f"{on.device}, {on.threads} threads of {on.cpus} CPUs, {on.platform}, {on.dtype}; "
        f"torch {on.torch}, transformers {on.transformers}"
    )
    sizes = {"model": found.model} | ({"against": found.against} if found.against else {})
    for which, size in sizes.items():
        _line(f"{which}: {size.name} ({size.architecture}, {size.attention} attention)")
    columns = [_size_cells(size) for size in sizes.values()]
    rows = [(what, *(column[what] for column in columns)) for what in columns[0]]
    _table(("", *sizes), [row for row in rows if any(row[1:])], right=(1, 2))
    _times(found)
    if found.ratios:
        _line("")
        ratios = [
            (
                _workload(ratio.workload),
                f"{ratio.spread.median:.3f}",
                f"{ratio.spread.low:.3f}–{ratio.spread.high:.3f}",
            )
            for ratio in found.ratios
        ]
        _table(("batch × tokens", "times as fast", "95% interval"), ratios, right=(1, 2))
    for sentence in found.sentences:
        _line("")
        _line(sentence)


def _times(found: "Cost") -> None:
    on_gpu = any(timing.peak_bytes is not None for timing in found.timings)
    heads = ("batch × tokens", "", "ms", "95% interval", "quartiles", "examples/s", "tokens/s")
    rows = [
        (
            _workload(timing.workload),
            timing.which,
            _ms(timing.spread.median),
            f"{_ms(timing.spread.low)}–{_ms(timing.spread.high)}",
            f"{_ms(timing.spread.q1)}–{_ms(timing.spread.q3)}",
            f"{timing.examples_per_second:,.1f}",
            f"{timing.tokens_per_second:,.0f}",
            *((_mb(timing.peak_bytes or 0),) if on_gpu else ()),
        )
        for timing in found.timings
    ]
    _line("")
    _table((*heads, "peak MB") if on_gpu else heads, rows, right=tuple(range(2, 8)))
    turns, warmup = found.settings.repeats, found.settings.warmup
    memory = "" if on_gpu else "; peak memory of a pass is measured on GPUs only"
    _line(f"medians of {turns} turns after {warmup} to warm up{memory}")


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
    megabytes = {
        "parameters, MB": size.parameter_bytes,
        "buffers, MB": size.buffer_bytes,
        "parameters without zeros, MB (reckoned)": size.without_zeros_bytes if sparse else None,
        "files of weights, MB": size.weight_file_bytes,
        "whole folder, MB": size.folder_bytes,
        "mask, MB": size.mask_bytes,
    }
    return cells | {name: "" if n is None else _mb(n) for name, n in megabytes.items()}


def _mb(n: int) -> str:
    return f"{n / 1e6:,.3f}"


def catalog(found: "Catalog") -> None:
    """Tasks, formats and forms."""
    _table(
        ("word task", "", "from formats"),
        [(task["name"], task["about"], ", ".join(task["formats"])) for task in found.word_tasks],
    )
    _line("")
    _table(("other task", "needs"), [(task["name"], task["needs"]) for task in found.tasks])
    _line("")
    _table(
        ("format read", "", "usual endings"),
        [(each["name"], each["about"], " ".join(each["endings"])) for each in found.formats],
    )
    _line("")
    _table(
        ("form written", "", "ending"),
        [(each["name"], each["about"], each["ending"]) for each in found.forms],
    )


def examples(found: Iterable["Shown"]) -> None:
    """Examples, one below the other."""
    for i, one in enumerate(found):
        if i:
            _line("")
        for line in (one.where, *one.drawing):
            _line(line)


def label_counts(found: Iterable["Counts"]) -> None:
    """How often each label occurs in each split."""
    splits = list(found)
    _table(
        ("split", "texts", "words", "labelled"),
        [
            (one.split, f"{one.n_texts:,}", f"{one.n_words:,}", f"{one.n_targets:,}")
            for one in splits
        ],
        right=(1, 2, 3),
    )
    labels = dict.fromkeys(label for one in splits for label in one.labels)
    if labels:
        _line("")
        heads = tuple(head for one in splits for head in (one.split, "share"))
        rows = [(label or "(no label)", *_shares(splits, label)) for label in labels]
        _table(("label", *heads), rows, right=tuple(range(1, len(heads) + 1)))
    spreads = [(one.split, one.spread) for one in splits if one.spread is not None]
    if spreads:
        _line("")
        _table(
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


def written(found: Iterable["Written"]) -> None:
    """Files that were written."""
    rows = [(one.path, one.form, f"{one.n:,}") for one in found]
    _table(("file", "form", "n"), rows, right=(2,))


def checked(found: Iterable["Checked"]) -> None:
    """What a file holds."""
    for i, one in enumerate(found):
        if i:
            _line("")
        longest = f", the longest of {one.longest:,}" if one.longest else ""
        _line(f"{one.path}: {one.format}: {one.n_texts:,} texts, {one.n_words:,} words{longest}")
        if one.layers:
            layers = [(name.replace("_", " "), f"{n:,}") for name, n in one.layers.items()]
            _table(("layer", "texts"), layers, right=(1,))
        if one.tasks:
            rows = [
                (name, f"{n:,}", f"{one.labels[name]:,}" if name in one.labels else "numbers")
                for name, n in one.tasks.items()
            ]
            _table(("task", "labelled", "labels"), rows, right=(1, 2))


def _ms(seconds: float) -> str:
    """Milliseconds with three figures, and all that stand before the point."""
    ms = seconds * 1e3
    return f"{ms:.0f}" if ms >= 100 else f"{ms:.3g}"


def _interval(low: float, high: float) -> str:
    return f"{low:.4f}–{high:.4f}" if low == low else ""


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


def _table(
    heads: tuple[str, ...], rows: Iterable[tuple[str, ...]], right: tuple[int, ...] = ()
) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column, head in enumerate(heads):
        side: Literal["left", "right"] = "right" if column in right else "left"
        table.add_column(head, justify=side, overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))  # Text: no markup in what came from data
    Console().print(table)


def _line(text: str) -> None:
    Console().print(text, markup=False, highlight=False, soft_wrap=True)
