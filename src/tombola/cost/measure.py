"""What a model costs: how large it is, and how fast beside another."""

import random
import time
from collections.abc import Callable
from itertools import product

import torch

from tombola.anatomy import quiet
from tombola.cost.machine import machine, threads
from tombola.cost.result import Cost, Ratio, Timing
from tombola.cost.sentence import sentences
from tombola.cost.settings import CostSettings
from tombola.cost.size import size
from tombola.cost.subjects import Subject, place
from tombola.cost.timing import Clock, in_turns, spread
from tombola.cost.workload import Workload, check, job
from tombola.errors import UserError
from tombola.training.device import find_device


def measure_cost(
    model: Subject,
    against: Subject | None = None,
    settings: CostSettings | None = None,
    clock: Clock = time.perf_counter,
) -> Cost:
    """Measure one model, or two in pairs; the subjects' models are moved and cast.

    All of one workload is done before the next; within it the two take turns in random order, so
    that a ratio of one turn compares neighbours in time. Token ids are drawn from `seed` and are
    the same for two models of the same vocabulary. Nothing is padded, no gradient is kept.

    Args:
        model: what is measured.
        against: what it is compared with.
        settings: workloads, repeats, device, dtype, threads.
        clock: seconds since some moment.

    Raises:
        UserError: no such device, too many threads, too long for a model's positions, no model
            that generates or reads text, no memory left.
    """
    settings = settings or CostSettings()
    subjects = {"model": model} | ({} if against is None else {"against": against})
    device = find_device(settings.device)
    for subject in subjects.values():
        for workload in _workloads(settings):
            check(subject.model, subject.name, workload)
        place(subject.model, device, getattr(torch, settings.dtype))
    sizes = {which: size(subject) for which, subject in subjects.items()}
    timings: list[Timing] = []
    ratios: list[Ratio] = []
    with threads(settings.threads), torch.inference_mode(), quiet():
        on = machine(device, settings.dtype)
        rng = random.Random(settings.seed)
        for workload in _workloads(settings):
            timed = _time(subjects, workload, settings, rng, clock)
            timings += timed.values()
            if against is not None:
                pairs = zip(timed["against"].seconds, timed["model"].seconds, strict=True)
                ratios.append(Ratio(workload, spread([b / a for b, a in pairs])))
    other = sizes.get("against")
    said = sentences(sizes["model"], other, ratios)
    return Cost(sizes["model"], other, tuple(timings), tuple(ratios), on, settings, said)


def _workloads(settings: CostSettings) -> list[Workload]:
    """Every forward pass, then every generation, in the order of the settings."""
    shapes = list(product(settings.batch_sizes, settings.lengths))
    found = [Workload("forward", *shape) for shape in shapes]
    if settings.new_tokens is not None:
        found += [Workload("generation", *shape, settings.new_tokens) for shape in shapes]
    return found


def _time(
    subjects: dict[str, Subject],
    workload: Workload,
    settings: CostSettings,
    rng: random.Random,
    clock: Clock,
) -> dict[str, Timing]:
    jobs = {which: job(s.model, workload, settings.seed) for which, s in subjects.items()}
    for which, subject in subjects.items():
        _try(jobs[which], subject.name, workload)
    peaks = {which: _peak(s.model.device, jobs[which]) for which, s in subjects.items()}
    seconds = in_turns(jobs, settings.repeats, settings.warmup, rng, clock)
    return {
        which: Timing(which, workload, values, spread(values), peaks[which])
        for which, values in seconds.items()
    }


def _try(run: Callable[[], None], name: str, workload: Workload) -> None:
    """Do the work once; say in a line where it is too much, or the model has no way to do it."""
    try:
        run()
    except RuntimeError as problem:
        # On the CPU only the text of the error says that it is one of memory.
        if not isinstance(problem, torch.OutOfMemoryError) and "allocate" not in str(problem):
            raise
        raise UserError(
            f"{name}: no memory left for {workload.batch_size} examples of {workload.length} "
            "tokens at a time; give smaller batch sizes or lengths"
        ) from problem
    except ValueError as problem:  # how transformers refuses inputs that do not suit a model
        raise UserError(f"{name}: it cannot be timed: {' '.join(str(problem).split())}") from None


def _peak(device: torch.device, run: Callable[[], None]) -> int | None:
    """Most bytes of the GPU that a run takes for a while; None elsewhere."""
    if device.type != "cuda":
        return None
    before = torch.cuda.memory_allocated(device)
    torch.cuda.reset_peak_memory_stats(device)
    run()
    return torch.cuda.max_memory_allocated(device) - before
