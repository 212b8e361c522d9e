"""STREUSLE: English web reviews with supersenses of prepositions and possessives.

Schneider et al. 2018. Two forms of one corpus: CoNLL-U-Lex, nineteen columns of which ten are
CoNLL-U, and the JSON that its own `conllulex2json` makes. The set of labels changed between
versions (4.3 and 4.5 renamed some): train and test on one version.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from tombola.errors import UserError
from tombola.text.annotated import Adposition, Annotated, Arc
from tombola.text.formats.checks import NOTHING, check_tree, check_words, head_position, split_cells
from tombola.text.formats.conllu import sentence_reader
from tombola.text.formats.format import FORMATS, Format
from tombola.text.formats.sample import Sample, Sure, most
from tombola.text.jsonfile import expect, expect_words, read_members
from tombola.text.lines import read_blocks
from tombola.text.reading import Reading, reading_of

N_COLUMNS = 19
N_CONLLU = 10
SMWE, ROLE, FUNCTION = 10, 13, 14
"""Columns, from 0: strong multiword expression, the two supersenses."""

PREFIX = "p."
"""Of supersenses of adpositions; n. and v. are of nouns and verbs."""

UNCLEAR = ("??", "`$")
"""What annotators wrote where no supersense fits, and for the possessive slot of an idiom."""

_DIGITS = 9  # enough for any position, and int() refuses thousands of them

Block = list[tuple[int, str]]
"""Numbered lines of one sentence."""


def read_conllulex(path: Path, reading: Reading | None = None) -> Iterator[Annotated]:
    """The sentences of a CoNLL-U-Lex file, plain or gzipped, one at a time.

    Adpositions are expressions of a single word whose role or function is a `p.` label; those of
    several words (`on top of`) and those marked `??` or `` `$ `` are left out, as published. The
    first ten columns are read as `read_conllu` reads them; columns after the nineteen are noted.
    Raises UserError with file and line.
    """
    reading = reading_of(reading)
    read = sentence_reader(path, reading)

    def sentence(block: Block) -> Annotated | None:
        cells = [
            []
            if line.startswith("#")
            else split_cells(path, number, line, N_COLUMNS, "\t", reading)
            for number, line in block
        ]
        of_conllu = [
            (number, "\t".join(row[:N_CONLLU]) if row else line)
            for (number, line), row in zip(block, cells, strict=True)
        ]
        found = read(of_conllu)
        if found is None:
            return None
        return replace(found.text, adpositions=_adpositions(path, block))

    return reading.texts(path, read_blocks(path), sentence)


def read_streusle_json(path: Path, reading: Reading | None = None) -> Iterator[Annotated]:
    """The sentences of STREUSLE's JSON, plain or gzipped; adpositions as in `read_conllulex`.

    The text of the file is held in memory. Raises UserError with file and line where a sentence
    begins that is not of this form.
    """
    reading = reading_of(reading)
    names: set[str] = set()

    def sentence(member: tuple[int, str | None, Any]) -> Annotated:
        number, _, value = member
        where = f"{path}:{number}"
        row = expect(value, dict, where, "a sentence with 'toks' and 'swes'")
        name = row.get("sent_id") or row.get("streusle_sent_id")
        if name is not None:
            # Not by lines as elsewhere: a whole file of JSON may be a single one.
            if expect(name, str, where, "the string 'sent_id'") in names:
                said = f"{where}: id {name[:40]!r} was given already"
                reading.note("sentences with the id of an earlier one", said)
            names.add(name)
        return _from_json(path, number, row, name)

    return reading.texts(path, read_members(path), sentence)


def _adpositions(path: Path, block: Block) -> tuple[Adposition, ...]:
    found: list[Adposition] = []
    for number, line in block:
        cells = line.split("\t")
        if line.startswith("#") or not cells[0].isdecimal():  # a range or an empty node
            continue
        if cells[SMWE] == "_":
            word = int(cells[0]) - 1
            where = f"{path}:{number}"
            found += _adposition(word, _label(cells[ROLE]), _label(cells[FUNCTION]), where)
    return tuple(found)


def _label(cell: str) -> str | None:
    return None if cell == "_" else cell


def _adposition(
    word: int, role: str | None, function: str | None, where: str
) -> tuple[Adposition, ...]:
    """One adposition, or none where the labels are not of one."""
    labels = [label or "" for label in (role, function)]
    if not any(label.startswith(PREFIX) for label in labels):
        wrong = [label for label in labels if label[:2] not in ("", "n.", "v.", *UNCLEAR)]
        if wrong:
            allowed = f"n., v., p., {' or '.join(UNCLEAR)}"
            raise UserError(f"{where}: supersense {wrong[0][:40]!r}; {allowed}")
        return ()
    role, function = (label if label.startswith(PREFIX) else "" for label in labels)
    return (Adposition(word, role, function),)


def _from_json(path: Path, number: int, row: dict[str, Any], name: str | None) -> Annotated:
    where = f"{path}:{number}"
    tokens = [
        expect(token, dict, where, "a token")
        for token in expect(row.get("toks"), list, where, "the list 'toks'")
    ]
    words = expect_words([token.get("word") for token in tokens], where, "words")
    for i, token in enumerate(tokens):
        if token.get("#") != i + 1:
            raise UserError(f"{where}: token {str(token.get('#'))[:20]}, expected {i + 1}")
    check_words(where, words)
    return Annotated(
        words=words,
        where=where,
        name=name,
        lemmas=_strings(tokens, "lemma", where),
        universal_tags=_strings(tokens, "upos", where),
        tags=_strings(tokens, "xpos", where),
        arcs=_arcs(path, number, tokens),
        adpositions=tuple(sorted(_single_words(row, len(words), where))),
    )


def _single_words(row: dict[str, Any], n: int, where: str) -> Iterator[Adposition]:
    """What is annotated of single words, as positions from 0."""
    for key, value in expect(row.get("swes"), dict, where, "the object 'swes'").items():
        if not (key.isdecimal() and key.isascii() and 0 < int(key[:_DIGITS]) <= n):
            raise UserError(f"{where}: word {key[:20]!r} in 'swes', there are {n}")
        entry = expect(value, dict, where, "an entry of 'swes'")
        labels = [
            None if entry.get(label) is None else expect(entry[label], str, where, f"{label!r}")
            for label in ("ss", "ss2")
        ]
        yield from _adposition(int(key) - 1, labels[0], labels[1], where)


def _strings(tokens: list[dict[str, Any]], key: str, where: str) -> tuple[str, ...] | None:
    """A layer that each token has a string of; None where none of them has one, or `_` alone."""
    if all(token.get(key) in (None, NOTHING) for token in tokens):
        return None
    return tuple(expect(token.get(key), str, where, f"the string {key!r}") for token in tokens)


def _arcs(path: Path, number: int, tokens: list[dict[str, Any]]) -> tuple[Arc, ...] | None:
    if all(token.get("head") is None for token in tokens):
        return None
    labels = _strings(tokens, "deprel", f"{path}:{number}")
    heads = [head_position(str(token.get("head")), len(tokens)) for token in tokens]
    if labels is None or None in heads:
        raise UserError(f"{path}:{number}: a head that is none of {len(tokens)} words, or no label")
    known = [head for head in heads if head is not None]
    check_tree(path, [number] * len(known), known, many_roots=False)
    return tuple(map(Arc, range(len(known)), known, labels))


def _looks(sample: Sample) -> Sure:
    if not most(sample.tabbed, lambda cells: len(cells) >= N_COLUMNS and cells[0][:1].isdigit()):
        return Sure.NO
    labelled = any(cells[ROLE].startswith(PREFIX) for cells in sample.tabbed if len(cells) > ROLE)
    return Sure.MARKED if labelled else Sure.LIKELY


def _looks_json(sample: Sample) -> Sure:
    return Sure.MARKED if any('"swes"' in line for line in sample.lines) else Sure.NO


FORMATS.add(
    Format(
        name="conllulex",
        about="STREUSLE with supersenses of prepositions, nineteen columns",
        endings=(".conllulex",),
        carries=(
            "lemmas",
            "universal_tags",
            "tags",
            "arcs",
            "enhanced_arcs",
            "adpositions",
        ),
        read=read_conllulex,
        looks=_looks,
    )
)
FORMATS.add(
    Format(
        name="streusle-json",
        about="STREUSLE as JSON",
        endings=(".json",),
        carries=("lemmas", "universal_tags", "tags", "arcs", "adpositions"),
        read=read_streusle_json,
        looks=_looks_json,
    )
)
