"""Files that a reader takes along from inside the page."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tombola.report.exports import paper_files
from tombola.report.latex import latex
from tombola.report.page.packing import compressed
from tombola.report.parts import part_of
from tombola.report.reading import Tables
from tombola.report.study import Study

MOST = 2_000_000
"""Characters that all tables may take in the page, compressed; the largest stay out beyond."""
CSV, TEX, PLAIN = "text/csv", "application/x-tex", "text/plain"

PAPERS = {
    "Movva": """@inproceedings{movva2020dissecting,
  title = {Dissecting Lottery Ticket Transformers: Structural and Behavioral Study of Sparse Neural
           Machine Translation},
  author = {Movva, Rajiv and Zhao, Jason},
  booktitle = {Proceedings of the Third BlackboxNLP Workshop},
  year = {2020}
}""",
    "Prasanna": """@inproceedings{prasanna2020bert,
  title = {When {BERT} Plays the Lottery, All Tickets Are Winning},
  author = {Prasanna, Sai and Rogers, Anna and Rumshisky, Anna},
  booktitle = {Proceedings of EMNLP},
  year = {2020}
}""",
    "Gordon": """@inproceedings{gordon2020compressing,
  title = {Compressing {BERT}: Studying the Effects of Weight Pruning on Transfer Learning},
  author = {Gordon, Mitchell A. and Duh, Kevin and Andrews, Nicholas},
  booktitle = {Proceedings of the 5th Workshop on Representation Learning for NLP},
  year = {2020}
}""",
    "Chen": """@inproceedings{chen2020lottery,
  title = {The Lottery Ticket Hypothesis for Pre-trained {BERT} Networks},
  author = {Chen, Tianlong and Frankle, Jonathan and Chang, Shiyu and Liu, Sijia and Zhang, Yang and
            Wang, Zhangyang and Carbin, Michael},
  booktitle = {Advances in Neural Information Processing Systems},
  year = {2020}
}""",
}
"""Papers whose findings studies test, by the first author's name."""


@dataclass(frozen=True)
class TableFile:
    """A table in the list of files."""

    name: str
    rows: int
    file: str
    """Its file in the page; empty where it is too large to travel with it."""


@dataclass(frozen=True)
class Files:
    """What the page holds to be taken along."""

    tables: tuple[TableFile, ...]
    others: tuple[tuple[str, str], ...]
    """Name of a file, and what it is."""
    data: str
    """All of them, compressed."""


def files_of(study: Study, tables: Tables, claims: Iterable[str]) -> Files:
    """The tables and what parts make of them, LaTeX, the recipe with all defaults, BibTeX."""
    held, listed = _tables(tables)
    others = {}
    for name in tables:
        papers = part_of(name).papers(tables)
        if papers:
            held[f"{name}.tex"] = TEX, latex(papers)
            others[f"{name}.tex"] = f"what a paper prints of the table {name}"
    for name, text, what in (
        ("recipe.yaml", study.recipe, "the recipe as it was written"),
        ("recipe-with-defaults.yaml", study.whole_recipe, "with every default spelled out"),
        ("cite.bib", bibtex(study, claims), "study, tool and papers"),
    ):
        if text:
            held[name], others[name] = (PLAIN, text), what
    return Files(tuple(listed), tuple(others.items()), compressed(held))


def _tables(tables: Tables) -> tuple[dict[str, Any], list[TableFile]]:
    texts, rows = {}, {}
    for name, frame in [*tables.items(), *paper_files(tables)]:
        texts[name], rows[name] = frame.to_csv(index=False, lineterminator="\n"), len(frame)
    sizes = {name: len(compressed(text)) for name, text in texts.items()}
    held, used = {}, 0
    for name in sorted(texts, key=lambda name: (sizes[name], name)):
        used += sizes[name]
        if used <= MOST:
            held[f"{name}.csv"] = CSV, texts[name]
    files = {name: f"{name}.csv" if f"{name}.csv" in held else "" for name in texts}
    return held, [TableFile(name, rows[name], file) for name, file in files.items()]


def bibtex(study: Study, claims: Iterable[str]) -> str:
    """Entries for the study, the tool, and the papers whose findings it tests or repeats."""
    versions = dict(study.versions)
    told = " ".join([study.title, study.description, *claims])
    key = re.sub(r"[^a-z0-9]+", "-", (study.name or "study").lower()).strip("-") or "study"
    title = re.sub(r"[{}\\]", "", study.title or study.name or "A study of lottery tickets")
    signature = re.sub(r"[{}\\]", "", study.signature)
    entries = [
        f"@misc{{{key},\n  title = {{{title}}},\n"
        f"  note = {{A study by tombola, signature {signature}}}\n}}",
        "@software{tombola,\n  title = {tombola: lottery tickets of Transformers, drawn and "
        f"dissected}},\n  author = {{The tombola developers}},\n  version = "
        f"{{{versions.get('tombola', '')}}}\n}}",
    ]
    return "\n\n".join([*entries, *(e for name, e in PAPERS.items() if name in told)]) + "\n"
