"""What scores without a model: one short file per baseline."""
