"""One example as a model takes it."""

IGNORED = -100
"""Label of a position that no loss counts (the convention of torch and transformers)."""

Row = dict[str, list[int] | int | float]
"""One example: names of a model's inputs to their values; `labels` is a number or a list."""

CHARACTERS = "characters"
"""A column of running text that is no model's input: how much of the text each token is."""
