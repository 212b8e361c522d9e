"""What can be taken out of a model, and how it is done."""
