"""What the folder of a finished stage is made of, from what is large to what is small."""

from typing import Literal, get_args

Part = Literal["weights", "ticket", "records"]
"""A model's weights; the rest of its folder (mask, configuration, tokenizer); all else: scores,
answers, rows, which the tables are made of."""
PARTS: tuple[Part, ...] = get_args(Part)

Keep = Literal["all", "masks", "tables"]
"""What is kept: all; or, of a stage that others went on from, its ticket without the weights; or
only what tables are made of."""

MODEL = "model"
"""The folder of a stage's model within its own."""
SCORE_FILE = "score.json"
"""What its model scores."""
WEIGHTS = ("model", "pytorch_model")
"""How names of files with weights begin, in one piece or in several."""


def part_of(path: str) -> Part:
    """The part that a file belongs to, from its path within the stage's folder."""
    folder, _, name = path.rpartition("/")
    if folder.partition("/")[0] != MODEL:
        return "records"
    is_weights = name.endswith(".safetensors") and name.startswith(WEIGHTS)
    return "weights" if is_weights else "ticket"


def is_within(part: Part, read: Part) -> bool:
    """Whether someone who reads `read` may read `part`, too."""
    return PARTS.index(part) >= PARTS.index(read)
