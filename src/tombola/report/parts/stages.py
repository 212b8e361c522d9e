"""Where every number comes from."""

from tombola.report.parts.part import PARTS, Part

PARTS.add(Part(
    name="stages",
    title="Where each number comes from",
    place=90,
    columns={"stage": "text", "step": "text", "kind": "text", "facts": "text", "reads": "text"},
    preview=True,
))  # fmt: skip
