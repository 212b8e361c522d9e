"""Ways to cut a dev split into slices, a file for each."""
