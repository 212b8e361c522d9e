"""`tombola data`: tasks, formats, examples, checks, export; a file per sub-command."""
