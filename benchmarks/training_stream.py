"""Text that streams: training beside a bare loop, encoding beside `datasets.map`, memory flat."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import datasets
import torch
from transformers import MarianConfig, MarianMTModel

from benchmarks._measure import Anonymous, header, in_fresh_process, interleaved, ratio, table
from tombola.randomness import mixed
from tombola.tasks import TASK_KINDS, Batches, Task, encode_blocks, stored, word_tokenizer
from tombola.tasks.loaders.parallel import load_translation
from tombola.training import Training, train

WORDS, TOKENS, STEPS, TURNS = 4000, 2048, 12, 5
PAIRS = (20_000, 100_000, 1_000_000)
"""Sentence pairs of a corpus; arguments replace them."""
LOSS = TASK_KINDS["translation"].loss


def line(number: int, side: str) -> str:
    """A made sentence of 5 to 29 words."""
    first = mixed(side, number)
    return " ".join(f"w{(first >> k) % WORDS}" for k in range(5 + first % 25))


def corpus(folder: Path, pairs: int) -> Task:
    """Made text in two files."""
    for split, n in (("train", pairs), ("dev", 10)):
        for side in ("aa", "bb"):
            with (folder / f"{split}.{side}").open("w") as file:
                file.writelines(f"{line(i, split + side)}\n" for i in range(n))
    return load_translation(folder, "aa", "bb")


def tokenizer():
    return word_tokenizer((f"w{i}" for i in range(WORDS)), "translation")


def model(reader) -> torch.nn.Module:
    torch.manual_seed(0)
    size = {f"{stack}_{what}": n for stack in ("encoder", "decoder")
            for what, n in (("layers", 2), ("attention_heads", 4), ("ffn_dim", 512))}  # fmt: skip
    return MarianMTModel(MarianConfig(
        vocab_size=len(reader), decoder_vocab_size=len(reader), d_model=128, **size,
        pad_token_id=reader.pad_token_id, decoder_start_token_id=reader.pad_token_id,
        eos_token_id=reader.eos_token_id, forced_eos_token_id=None,
    ))  # fmt: skip


def rows_of(task: Task, folder: Path, reader):
    return stored(folder / "encoded", {}, encode_blocks(task, task.train, reader, 64))


def speed(folder: Path) -> None:
    """Tokens per second of our loop over those of a plain one around the same model and batches."""
    task, reader = corpus(folder, PAIRS[0]), tokenizer()
    batches = Batches(rows_of(task, folder, reader), 1, reader.pad_token_id, tokens=TOKENS)
    settings = Training(steps=STEPS, batch_tokens=TOKENS, learning_rate=1e-4)
    held = [batches.collate(indices) for indices in list(batches.order(1, 0))[:STEPS]]
    n = sum(int((batch["labels"] != -100).sum()) for batch in held)
    ours, plain = model(reader), model(reader).train()
    optimizer = torch.optim.AdamW(plain.parameters(), lr=1e-4, fused=True)

    def bare() -> None:
        for batch in held:
            optimizer.zero_grad(set_to_none=True)
            loss = LOSS(plain, batch)
            loss.item()  # a loop that does not look at its loss diverges unseen
            loss.backward()
            torch.nn.utils.clip_grad_norm_(plain.parameters(), 1.0)
            optimizer.step()

    sides = {"bare": bare, "ours": lambda: train(ours, batches, LOSS, settings, seed=1)}
    seconds = interleaved(sides, TURNS)
    table(
        ("loop", "target tokens/s", "over bare (aim: at least .95)"),
        [(name, f"{n * TURNS / sum(s):.0f}", f"{ratio(seconds['bare'], s):.3f}")
         for name, s in seconds.items()],
    )  # fmt: skip


def encoding(folder: Path) -> None:
    """Seconds to encode a corpus into a file over those of `datasets.map`."""
    task, reader = corpus(folder, PAIRS[0]), tokenizer()
    datasets.disable_progress_bars()
    raw = datasets.Dataset.from_dict({
        "source": [pair.source for pair in task.train],
        "target": [pair.target for pair in task.train],
    })  # fmt: skip
    turn = iter(range(1000))

    def mapped() -> None:
        """From text in memory to a file, as a user of `datasets` does it."""
        raw.map(
            lambda rows: reader(text=rows["source"], text_target=rows["target"], truncation=True,
                                max_length=64),
            batched=True, remove_columns=["source", "target"], load_from_cache_file=False,
            cache_file_name=str(folder / f"mapped{next(turn)}.arrow"),
        )  # fmt: skip

    def ours() -> None:
        at = folder / f"ours{next(turn)}"
        stored(at, {}, encode_blocks(task, task.train, reader, 64))
        shutil.rmtree(at)

    seconds = interleaved({"datasets.map": mapped, "ours": ours}, TURNS)
    table(
        ("encoding", "pairs/s", "time over datasets.map (aim: at most 1.1)"),
        [(name, f"{len(task.train) * TURNS / sum(s):.0f}",
          f"{ratio(s, seconds['datasets.map']):.3f}")
         for name, s in seconds.items()],
    )  # fmt: skip


def memory(folder: Path, pairs: int) -> None:
    """MB that a corpus takes at most, read, encoded and trained on, beyond a step of training."""
    corpus_files = folder / "text"
    corpus_files.mkdir()
    _written(corpus_files, pairs)
    reader = tokenizer()
    net = model(reader)
    warm = Batches([{"input_ids": [5] * 60, "attention_mask": [1] * 60, "labels": [5] * 60}] * 34,
                   1, reader.pad_token_id, tokens=TOKENS)  # fmt: skip
    settings = Training(steps=3, batch_tokens=TOKENS, learning_rate=1e-4)
    with Anonymous() as alone:  # what a step of so many tokens takes by itself
        train(net, warm, LOSS, settings, seed=1)
    with Anonymous() as peak:
        task = load_translation(corpus_files, "aa", "bb")
        batches = Batches(rows_of(task, folder, reader), 1, reader.pad_token_id, tokens=TOKENS)
        train(net, batches, LOSS, settings, seed=1)
    print((peak.most - alone.most) / 2**20)


def _written(folder: Path, pairs: int) -> None:
    """The text's files, by a process of its own, so that nothing of it is left in this one."""
    code = (f"from pathlib import Path; from benchmarks.training_stream import corpus;"
            f"corpus(Path({str(folder)!r}), {pairs})")  # fmt: skip
    subprocess.run([sys.executable, "-c", code], check=True)


def main(pairs: tuple[int, ...]) -> None:
    header(f"Text that streams: a Marian of 2 + 2 layers, 128 wide; {TOKENS} tokens in a batch")
    for measure in (speed, encoding):
        with tempfile.TemporaryDirectory() as folder:
            measure(Path(folder))
    rows = []
    for n in pairs:
        (most,) = in_fresh_process("benchmarks.training_stream", "memory", str(n))
        rows.append((f"{n:,}", f"{most:.0f}"))
    table(("pairs", "MB beyond model and step, at most (aim: flat, under 100)"), rows)


if __name__ == "__main__":
    if sys.argv[1:2] == ["memory"]:
        with tempfile.TemporaryDirectory() as where:
            memory(Path(where), int(sys.argv[2]))
    else:
        main(tuple(map(int, sys.argv[1:])) or PAIRS)
