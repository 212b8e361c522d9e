"""Each task by its name, from whatever files hold it: one short file per kind of source."""
