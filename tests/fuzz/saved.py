"""What tombola itself has written: checkpoints, masks, tickets, tables, folders of studies."""

import itertools
import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch

import tombola
import toys
from fuzz.judge import Case
from fuzz.mutate import changed, mangled
from study.small import cola_folder, of, raw
from tombola import files, masks, study, tables, tickets, verbs
from tombola.report.study import Study
from tombola.study import run_study
from tombola.tasks import word_tokenizer
from tombola.training import Checkpoint

Read = Callable[[Path], Any]


def saved(seed: int, place: Path) -> Iterator[Case]:
    """Files that were whole, each kind in its turn, with bytes or values that are others."""
    rng = random.Random(seed)
    for folder, file, read in itertools.cycle(list(_whole(place / "saved"))):
        content = (folder / file).read_bytes()
        damaged = _values(rng, content) if file.endswith("json") and rng.random() < 0.6 else None
        damaged = mangled(rng, content) if damaged is None else damaged
        yield (
            f"{file}: {damaged[:1200]!r}",
            lambda at=folder / file, damaged=damaged, read=read: _try(at, damaged, read),
        )


def _try(path: Path, damaged: bytes, read: Read) -> None:
    whole = path.read_bytes()
    path.write_bytes(damaged)
    try:
        read(path)
    finally:
        path.write_bytes(whole)


def _values(rng: random.Random, content: bytes) -> bytes:
    return json.dumps(changed(rng, json.loads(content))).encode()


def _whole(place: Path) -> Iterator[tuple[Path, str, Read]]:
    """A folder, a file in it, and what reads it."""
    place.mkdir()
    model = toys.bert()
    weights = {name: value.detach() for name, value in model.named_parameters()}
    Checkpoint(3, weights, {"a/exp_avg": torch.ones(2)}, losses=((1, 0.5),)).save(place / "state")
    yield place, "state", Checkpoint.load
    model.save_pretrained(place / "dense")
    word_tokenizer(["the dog sees a cat ."]).save_pretrained(place / "dense")
    tombola.prune(place / "dense", 0.5).save(place / "ticket")
    yield place / "ticket", files.MASK_FILE, lambda path: list(masks.load(path).values())
    for path in sorted((place / "ticket").iterdir()):
        yield path.parent, path.name, lambda path: tickets.load(path.parent)
    out = place / "out"
    value = raw(cola_folder(place / "text"))
    value["steps"] = {name: value["steps"][name] for name in ("dense", "tickets", "held")}
    value["steps"]["tickets"] |= {"criterion": "magnitude", "rewind": {"weights": "start"}}
    run_study(of(value), out, engine="serial")
    for name in tables.names(out / "tables"):
        yield out / "tables", f"{name}.parquet", _table
    yield out, "study.json", Study.read
    yield out, "plan.json", lambda path: verbs.status(path.parent)
    yield out, "costs.json", lambda path: verbs.status(path.parent)
    for path in sorted(out.glob("stages/*/*.json")):
        yield path.parent, path.name, lambda path: _again(of(value), out)


def _again(recipe: "study.Recipe", out: Path) -> None:
    """Look at the study, and go on with it: every stage is done, so only tables are written."""
    study.status(out).to_dict()
    run_study(recipe, out, engine="serial")


def _table(path: Path) -> None:
    frame = tables.read(path.parent, path.stem)
    tables.about(path.parent, path.stem)
    frame.to_dict("records")
