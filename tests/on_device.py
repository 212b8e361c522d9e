"""What a device computes, beside the CPU; needs no network and no pytest. See docs/devices.md.

python tests/on_device.py --device cuda --out docs/results/devices
"""

import argparse
import json
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

import torch
from torch import Tensor

import toys
from anatomy.tiny import CASES, Case, outputs, own, zero
from dissect import dissect_models
from study import small
from tombola.anatomy import Gates, anatomy, gated, remove
from tombola.dissect import layer_similarity
from tombola.errors import UserError
from tombola.masks import Enforcer, Mask, Sparsify, prunable, select
from tombola.study import parse_recipe, run_study
from tombola.study.agreeing import disagreements
from tombola.tasks import TASK_KINDS
from tombola.tickets.importance import PART_SCORES, Sight
from tombola.training import Training, deterministic, on_device, train
from tombola.training.device import called, find_device

FAMILIES = (
    "BertModel",
    "RobertaForSequenceClassification",
    "DebertaV2ForMaskedLM",
    "ModernBertForMaskedLM",
    "MarianMTModel",
    "T5ForConditionalGeneration",
    "GPT2LMHeadModel",
    "LlamaForCausalLM",
)
LOSS = TASK_KINDS["classification"].loss
CLOSE, TRAINED = 1e-4, 1e-3
"""How far float32 numbers may be from the CPU's: of one pass, and after some optimizer steps."""
STEPS = 8


@dataclass(frozen=True)
class Figure:
    """One number of a check."""

    check: str
    what: str
    value: float
    limit: float | None
    """None for what is noted alone."""

    @property
    def holds(self) -> bool:
        return self.limit is None or self.value <= self.limit


Check = Callable[[torch.device, bool], Iterator[Figure]]


def far(a: Tensor, b: Tensor) -> float:
    """The largest difference, of the largest number."""
    a, b = a.detach().double().cpu(), b.detach().double().cpu()
    return float((a - b).abs().max() / b.abs().max().clamp(min=1e-12))


def contract(device: torch.device, quick: bool) -> Iterator[Figure]:
    """Gates and removal, a class of each of a few families: docs/families.md."""
    for case in one_of_each():

        def of(what: str, value: float, limit: float, case: Case = case) -> Figure:
            return Figure("contract", f"{case}: {what}", value, limit)

        model, inputs = case.model().eval(), case.inputs()
        expected = outputs(model, inputs)
        model.to(device)
        there = {name: value.to(device) for name, value in inputs.items()}
        with torch.no_grad():
            whole = outputs(model, there)
            yield of("forward pass from the CPU's", far(whole, expected), CLOSE)
            body = anatomy(model)
            with gated(model, Gates.ones(body, device=device, neurons=True)):
                changed = float(not torch.equal(outputs(model, there), whole))
            yield of("open gates change a bit", changed, 0)
            block = next(iter(body.attention))
            with gated(model, Gates.ones(body, device=device).closed({block.name: [0]})):
                closed = outputs(model, there)
            with zero(own(model, body, block, 0, ("output",))):
                zeroed = outputs(model, there)
            yield of("closed head from zeroed weights", far(closed, zeroed), CLOSE)
            if block.group == 1:
                with suppress(UserError):  # T5's layers share a bias by head: all lose one, or none
                    smaller = outputs(remove(model, heads={block.name: [0]}), there)
                    yield of("removed head from closed", far(smaller, closed), CLOSE)


def one_of_each() -> Iterator[Case]:
    for name in FAMILIES:
        yield next(case for case in CASES if case.architecture == name)


def half(model: torch.nn.Module) -> Mask:
    scores = {name: p.detach().abs() for name, p in model.named_parameters()}
    return select(scores, Mask.ones(prunable(anatomy(model))), 0.5)


def step(device: torch.device, quick: bool) -> Iterator[Figure]:
    """A few masked steps of training, and pruning while training; twice, deterministically."""
    settings = Training(steps=STEPS, learning_rate=1e-3, weight_decay=0.1)
    calm = {"dropout": 0.0, "attention_probs_dropout_prob": 0}
    for what in ("mask", "sparsify"):
        ends = []
        for place in (torch.device("cpu"), device, device):
            model = toys.bert(layers=2, **calm)
            held: dict[str, Any] = {"mask": half(model)}
            if what == "sparsify":
                held = {"sparsify": Sparsify(amount=0.5, end=4, every=2)}
            with deterministic(True):
                ends.append(train(model.to(place), toys.batches(), LOSS, settings, seed=1, **held))
        cpu, here, again = ends
        # Of the way that a weight may go: a key's bias has no gradient but rounding, so that its
        # own size is nothing to measure by.
        way = settings.learning_rate * STEPS
        worst = max(
            float((here.end.weights[k].cpu() - w).abs().max()) for k, w in cpu.end.weights.items()
        )
        yield Figure(what, f"weights after {STEPS} steps from the CPU's", worst / way, TRAINED)
        gone = [here.end.weights[name][~here.mask[name]] for name in here.mask]
        alive = sum(int(weights.count_nonzero()) for weights in gone)
        yield Figure(what, "pruned weights that are not zero", alive, 0)
        other = (here.mask ^ cpu.mask).n - (here.mask ^ cpu.mask).n_pruned
        # drawn of weights that differ in rounding, masks may differ near a tie
        limit = 0 if what == "mask" else None
        yield Figure(what, "entries of masks that differ from the CPU's", other, limit)
        twice = any(not torch.equal(again.end.weights[k], w) for k, w in here.end.weights.items())
        yield Figure(what, "the same run twice differs in a bit", float(twice), 0)


def precision(device: torch.device, quick: bool) -> Iterator[Figure]:
    """bf16 and fp16 learn what float32 does."""
    ends = {}
    for kind in ("float32", "bf16", "fp16"):
        settings = Training(steps=40, learning_rate=1e-2, precision=kind)
        model = toys.bert(dropout=0.0).to(device)
        ends[kind] = train(model, toys.batches(), LOSS, settings, seed=1).losses
    for kind, losses in ends.items():
        learned = losses[-1][1] / losses[0][1]
        yield Figure("precision", f"{kind}: last loss of the first", learned, 0.8)


def selection(device: torch.device, quick: bool) -> Iterator[Figure]:
    """The same weights survive, whatever holds the scores; ties, too."""
    n = 20_000 if quick else 4_000_000
    generator = torch.Generator().manual_seed(0)
    ties = torch.randint(0, 5, (n,), generator=generator) / 4.0
    scores = {"a": torch.rand(n, generator=generator), "b": ties}
    mask = Mask((name, torch.ones(n, dtype=torch.bool)) for name in scores)
    for share in (0.2, 0.5, 0.9):
        cpu = select(scores, mask, share)
        here = select({name: s.to(device) for name, s in scores.items()}, mask, share)
        yield Figure("selection", f"{share:.0%} of {2 * n:,}: masks differ", float(cpu != here), 0)


def similarity(device: torch.device, quick: bool) -> Iterator[Figure]:
    """Similarity of layers."""
    text = dissect_models.sentences(60, seed=1)
    for measure in ("debiased", "as_published"):
        found = []
        for place in ("cpu", device):
            pair = [dissect_models.bert(seed=seed).to(place).eval() for seed in (3, 4)]
            rows = layer_similarity(*pair, dissect_models.batches(text, 16), measure)
            found.append(torch.tensor([row.value for row in rows], dtype=torch.float64))
        yield Figure("similarity", f"{measure}: from the CPU's", far(found[1], found[0]), CLOSE)


def importance(device: torch.device, quick: bool) -> Iterator[Figure]:
    """Importance of heads and MLPs."""
    for name in ("gate", "token", "activation"):
        found = []
        for place in ("cpu", device):
            model = toys.bert(layers=2, dropout=0.0).to(place)
            sight = Sight(model, lambda: toys.batches().in_order(), LOSS)
            scored = PART_SCORES[name].score(sight)
            values = [*scored.heads.values(), *(v.reshape(1) for v in scored.mlps.values())]
            found.append(torch.cat([v.cpu() for v in values]))
        yield Figure("importance", f"{name}: from the CPU's", far(found[1], found[0]), CLOSE)


def tables(device: torch.device, quick: bool) -> Iterator[Figure]:
    """A small study, done on both: its tables."""
    with tempfile.TemporaryDirectory() as folder:
        data = small.cola_folder(Path(folder) / "cola")
        asked = small.raw(data)
        # devices draw other dropout, which is as good as another seed
        asked["models"]["bert"]["new"] |= {
            "hidden_dropout_prob": 0.0,
            "attention_probs_dropout_prob": 0.0,
        }
        recipe = parse_recipe(json.dumps(asked), "small")
        folders = {Path(folder) / "first": "cpu", Path(folder) / "second": str(device)}
        for out, place in folders.items():
            with on_device(place):
                run_study(recipe, out, engine="serial")
        found = disagreements(*folders)
    yield Figure("tables", "columns that differ by more than 0.001" + "".join(
        f"; {line}" for line in found[:3]), len(found), 0)  # fmt: skip


def speed(device: torch.device, quick: bool) -> Iterator[Figure]:
    """A masked step beside a dense one."""
    wide = {} if quick else {"hidden_size": 768, "intermediate_size": 3072,
                             "num_attention_heads": 12, "num_hidden_layers": 12}  # fmt: skip
    sides = {}
    for masked in (False, True):
        model = dissect_models.bert(0, **wide).to(device).train()
        optimizer = torch.optim.AdamW(model.parameters(), lr=1e-5, fused=True)
        enforcer = Enforcer(model, half(model)) if masked else None
        ids = torch.randint(5, 30, (32, 60), device=device)
        sides[masked] = (model, optimizer, enforcer, {"input_ids": ids, "labels": ids[:, 0] % 2})

    def once(masked: bool) -> float:
        model, optimizer, enforcer, batch = sides[masked]
        wait(device)
        began = time.perf_counter()
        LOSS(model, batch).backward()
        if enforcer is not None:
            enforcer.gradients()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        if enforcer is not None:
            enforcer.weights()
        optimizer.zero_grad()
        wait(device)
        return time.perf_counter() - began

    turns = 3 if quick else 30
    seconds = [(once(False), once(True)) for _ in range(turns + 2)][2:]
    yield Figure("speed", "dense step, ms", 1e3 * median(d for d, _ in seconds), None)
    aim = None if device.type == "cpu" else 1.03
    ratio = median(m / d for d, m in seconds)
    yield Figure("speed", "masked step over dense, median of turns", ratio, aim)


def wait(device: torch.device) -> None:
    if device.type != "cpu":
        torch.accelerator.synchronize(device)


CHECKS: dict[str, Check] = {
    check.__name__: check
    for check in (contract, step, precision, selection, similarity, importance, tables, speed)
}


def card(device: torch.device) -> dict[str, str]:
    """What the figures are of."""
    return {
        "device": str(device),
        "card": called(device),
        "cuda": str(torch.version.cuda),
        "torch": torch.__version__,
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        "date": time.strftime("%Y-%m-%d"),
    }


def written(on: dict[str, str], figures: list[Figure], failed: dict[str, str]) -> str:
    """The figures as a page."""
    rows = [
        f"| {f.check} | {f.what} | {f.value:.3g} | {'' if f.limit is None else f'{f.limit:g}'} | "
        f"{'yes' if f.holds else '**no**'} |"
        for f in figures
    ]
    rows += [f"| {name} | could not be done: {why} | | | **no** |" for name, why in failed.items()]
    about = ", ".join(f"{key} {value}" for key, value in on.items())
    head = ["| check | what | figure | at most | holds |", "|---|---|---|---|---|"]
    return "\n".join([f"# {on['card']}", "", f"{about}.", "", *head, *rows, ""])


def main() -> int:
    """Do the checks; 1 where a figure is not as it should be."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", help="cuda, cuda:1, mps, cpu [a GPU if any]")
    parser.add_argument("--out", type=Path, default=Path("docs/results/devices"))
    parser.add_argument("--quick", action="store_true", help="small sizes; so on the CPU always")
    parser.add_argument("--only", nargs="+", choices=CHECKS, default=[*CHECKS])
    asked = parser.parse_args()
    device = find_device(asked.device)
    quick = asked.quick or device.type == "cpu"
    if quick:
        torch.set_num_threads(1)  # models are too small for more
    figures: list[Figure] = []
    failed: dict[str, str] = {}
    for name in asked.only:
        began = time.perf_counter()
        try:
            for figure in CHECKS[name](device, quick):
                figures.append(figure)
                said = f"{name}: {figure.what}: {figure.value:.3g}"
                print(f"{'ok ' if figure.holds else 'NO '} {said}", flush=True)
        except Exception as problem:  # the others are still worth knowing
            failed[name] = " ".join(f"{type(problem).__name__}: {problem}".split())[:200]
            print(f"NO  {name}: {failed[name]}", flush=True)
        print(f"    {name}: {time.perf_counter() - began:.1f} s", flush=True)
    on = card(device)
    asked.out.mkdir(parents=True, exist_ok=True)
    stem = asked.out / on["card"].lower().replace(" ", "-").replace("/", "-")
    found = {**on, "figures": [{**asdict(f), "holds": f.holds} for f in figures], "failed": failed}
    stem.with_suffix(".json").write_text(json.dumps(found, indent=1) + "\n")
    stem.with_suffix(".md").write_text(written(on, figures, failed))
    print(f"{stem}.md")
    return int(bool(failed) or not all(figure.holds for figure in figures))


if __name__ == "__main__":
    sys.exit(main())
