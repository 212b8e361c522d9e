"""What can be told of a model at a look: as text, as a tree, as a picture."""
