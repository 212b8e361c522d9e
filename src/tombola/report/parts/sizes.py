"""How large models are by sets of parameters: what sparsity is a share of."""

from tombola.report.parts.part import PARTS, Part
from tombola.report.rounds_table import rounds_tables

PARTS.add(Part(
    name="sizes",
    title="Sparsity with and without embeddings",
    place=12,
    columns={
        "experiment": "text", "set": "text", "n": "number", "pruned": "number",
        "signature": "text",
    },
    papers=rounds_tables,
))  # fmt: skip
