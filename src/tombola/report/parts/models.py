"""Every model and mask of a study."""

from tombola.report.one_form import NEEDED
from tombola.report.parts.part import PARTS, Part

PARTS.add(Part(
    name="models",
    title="The models",
    place=80,
    columns={**NEEDED, "steps": "number", "signature": "text"},
    preview=True,
))  # fmt: skip
