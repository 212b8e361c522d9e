"""Probes of all layers and seeds at once, beside one at a time and beside scikit-learn."""

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression

from benchmarks._measure import Anonymous, header, in_fresh_process, table
from tombola.dissect.probes import Items, ProbeSettings, Question, Words, train_probes
from tombola.tasks import WORD_TASKS
from tombola.tasks.words import Labelled, Target

LAYERS, SEEDS, CLASSES, TOKENS, WIDTH, LENGTH = 6, 5, 45, 100_000, 384, 20
EPOCHS = 3
"""Each side trains for so many, as the ratio does not depend on it."""
ITERATIONS = (4, 6, 8, 12, 16, 24, 32)
"""Of scikit-learn's solver: the first with which it is as accurate as the probes."""


def main(tokens: int = TOKENS) -> None:
    header(
        f"Probes: {LAYERS} layers × {SEEDS} seeds, {CLASSES} classes, {tokens:,} words × {WIDTH}"
    )
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "v.npy"
        asked, words, items = made(file, tokens)
        size = file.stat().st_size / (2 * tokens * LAYERS * WIDTH)
        settings, seeds = ProbeSettings(epochs=EPOCHS, patience=EPOCHS), list(range(SEEDS))
        together, all_at_once = timed(lambda: train_probes(asked, words, items, seeds, settings))
        one, alone = timed(
            lambda: [
                train_probes(asked, words, items, [seed], settings, layers=[layer])
                for layer in words.layers
                for seed in seeds
            ]
        )
        scores = np.array([probe.stopping[0, 0] for probe in alone]).reshape(LAYERS, SEEDS)
        differ = np.abs(scores - all_at_once.stopping).max()
        x = np.asarray(words.vectors[0], np.float32)
        kept = slice(None, 9 * tokens // 10)
        held = slice(9 * tokens // 10, None)
        wanted = float(all_at_once.stopping[0].mean())
        for iterations in ITERATIONS:
            regression = LogisticRegression(max_iter=iterations)
            sklearn, model = timed(lambda it=regression: it.fit(x[kept], items.labels[kept]))
            accuracy = model.score(x[held], items.labels[held])
            if accuracy >= wanted:
                break
        bare, _ = timed(lambda: products(words, tokens, asked.task.texts_at_once * LENGTH))
    table(
        ("what", "seconds", "over the first"),
        [
            (f"all at once, {EPOCHS} epochs", f"{together:.1f}", "1.0"),
            ("the products alone that this needs", f"{bare:.1f}", f"{bare / together:.2f}"),
            ("one at a time (aim: at least 10)", f"{one:.1f}", f"{one / together:.1f}"),
            (
                f"scikit-learn, one layer once, {iterations} iterations, for each of them",
                f"{sklearn:.1f}",
                f"{LAYERS * SEEDS * sklearn / together:.2f}",
            ),
        ],
    )
    print(
        f"largest difference of scores: {differ:.4f}; accuracy of layer 0 "
        f"{wanted:.4f}, scikit-learn's {accuracy:.4f}; vectors take "
        f"{size:.4f} of words × layers × width × 2 bytes (aim: 1.05)"
    )
    peaks = [
        in_fresh_process("benchmarks.probes", "peak", str(n))[0] for n in (tokens // 5, tokens)
    ]
    print(f"peak memory of training on a fifth, and on all: {peaks[0]:.0f}, {peaks[1]:.0f} MB")
    read, all_ = in_fresh_process("benchmarks.probes", "suite", str(max(tokens // 200, 20)))
    print(
        f"eighteen tasks on one model, {read + all_:.1f} s: {(read + all_) / read:.1f} times "
        f"extraction alone, {read:.1f} s"
    )


def timed(run: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds, and what came of it."""
    start = time.perf_counter()
    found = run()
    return time.perf_counter() - start, found


def made(file: Path, tokens: int) -> tuple[Question, Words, Items]:
    """Words in a file, whose class has a centre of its own at each layer behind noise."""
    rng = np.random.default_rng(0)
    centres = rng.normal(size=(CLASSES, WIDTH))
    y = rng.integers(0, CLASSES, tokens)
    vectors = np.lib.format.open_memmap(
        file, mode="w+", dtype="float16", shape=(LAYERS, tokens, WIDTH)
    )
    for layer in range(LAYERS):
        for start in range(0, tokens, 10_000):
            some = y[start : start + 10_000]
            noise = rng.normal(size=(len(some), WIDTH)) * (4 + layer)
            vectors[layer, start : start + 10_000] = centres[some] + noise
    vectors.flush()
    starts = np.arange(0, tokens + 1, LENGTH)
    n = len(starts) - 1
    texts = [
        Labelled(
            ("w",) * LENGTH,
            tuple(Target((j,), f"c{y[i * LENGTH + j]:02}") for j in range(LENGTH)),
            "",
        )
        for i in range(n)
    ]
    read = np.lib.format.open_memmap(file, mode="c")
    words = Words(read, tuple(range(LAYERS)), starts, tuple(range(n)))
    asked = Question.of(WORD_TASKS["pos"], texts)
    return asked, words, asked.items(texts, words)


def products(words: Words, tokens: int, size: int) -> None:
    """Outputs and gradients of weights of all probes, over batches of words that are in memory.

    No way of training them can be faster, so one at a time over this is the most that can be won.
    """
    weight = torch.zeros(LAYERS * SEEDS, WIDTH, CLASSES)
    x = torch.as_tensor(np.asarray(words.vectors[:, :size], np.float32)).repeat_interleave(SEEDS, 0)
    given = torch.ones(LAYERS * SEEDS, size, CLASSES)
    for _ in range(EPOCHS * (9 * tokens // 10) // size):
        torch.bmm(x, weight)
        torch.bmm(x.mT, given)


def peak(tokens: int) -> None:
    """Print the megabytes that training takes beyond what is held before it."""
    with tempfile.TemporaryDirectory() as folder:
        asked, words, items = made(Path(folder) / "v.npy", tokens)
        before = Anonymous.now()
        with Anonymous() as most:
            train_probes(asked, words, items, [0], ProbeSettings(epochs=1))
        print((most.most - before) / 1e6)


def suite(texts: int) -> None:
    """Print seconds of reading all texts of the eighteen tasks, and of all else that is done."""
    from transformers import BertConfig, BertModel

    from tombola.dissect import Reader, probe_tasks
    from tombola.tasks import load_builtin_words, word_tokenizer

    data = {name: load_builtin_words(name, texts, texts // 4, texts // 4, 0) for name in WORD_TASKS}
    lines = (line for one in data.values() for text in one.train for line in text.lines)
    tokenizer = word_tokenizer(lines)
    config = BertConfig(
        vocab_size=len(tokenizer), hidden_size=WIDTH, num_hidden_layers=LAYERS,
        num_attention_heads=12, intermediate_size=4 * WIDTH,
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        reader = Reader(BertModel(config), tokenizer, Path(folder), too_long="window")
        splits = [s for one in data.values() for s in (one.train, one.dev, one.test) if s]
        read, _ = timed(lambda: [reader.words(split) for split in splits])
        all_, _ = timed(lambda: list(probe_tasks(reader, data, 0)))
    print(read, all_)


if __name__ == "__main__":
    torch.manual_seed(0)
    if len(sys.argv) > 2:
        {"peak": peak, "suite": suite}[sys.argv[1]](int(sys.argv[2]))
    else:
        main(*map(int, sys.argv[1:]))
