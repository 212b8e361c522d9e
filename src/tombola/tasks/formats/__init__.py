"""Readers of the formats that annotated text comes in."""

from tombola.tasks.formats import (  # noqa: F401 — each registers its formats
    brackets,
    ccgbank,
    columns,
    conll2012,
    conllu,
    conllu_documents,
    conllx,
    factuality,
    gap,
    ontogum,
    pmb,
    sdp,
    streusle,
    uds,
)
from tombola.tasks.formats.format import FORMATS as FORMATS
from tombola.tasks.formats.format import Format as Format
