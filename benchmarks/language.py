"""Sentences per second of the built-in language: text alone, and with all annotation."""

from collections.abc import Iterator
from itertools import count
from statistics import median

from benchmarks._measure import header, interleaved, table
from tombola.language.annotate import annotated_sentences, documents
from tombola.language.splits import sentences, texts

PLAIN, ANNOTATED, DOCUMENTS, REPEATS = 10_000, 2_000, 300, 5


def main() -> None:
    seeds: Iterator[int] = count(1)  # never the same sentences again, lest anything be remembered

    def annotated() -> None:
        for _ in annotated_sentences(ANNOTATED, next(seeds)):
            pass

    def told() -> None:
        for _ in documents(DOCUMENTS, next(seeds)):
            pass

    header("The built-in language, one thread")
    seconds = interleaved(
        {
            "text": lambda: texts(PLAIN, next(seeds)),
            "trees": lambda: sentences(PLAIN, next(seeds)),
            "annotated": annotated,
            "documents": told,
        },
        REPEATS,
    )
    sizes = {"text": PLAIN, "trees": PLAIN, "annotated": ANNOTATED, "documents": DOCUMENTS}
    aims = {"text": "20,000", "trees": "", "annotated": "2,000", "documents": ""}
    table(
        ("what", "n", "median s", "per second", "aim"),
        [
            (side, f"{sizes[side]:,}", f"{median(s):.2f}", f"{sizes[side] / median(s):,.0f}",
             aims[side])
            for side, s in seconds.items()
        ],
    )  # fmt: skip


if __name__ == "__main__":
    main()
