"""The kinds of task, one short file each: what a model needs, reads, learns by and answers."""
