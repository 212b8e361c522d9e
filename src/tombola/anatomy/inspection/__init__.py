"""What can be told of a model at a look, as values."""
