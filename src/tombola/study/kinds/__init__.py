"""Kinds of steps: one file each, which enters itself."""
