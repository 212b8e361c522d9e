"""Models in folders and on the hub, with what tells a cut one from others."""
