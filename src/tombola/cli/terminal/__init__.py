"""What all verbs of the command line share: the program, options, how things are printed."""
