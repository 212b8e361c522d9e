"""What is made of labels: one short file for each kind of task."""
