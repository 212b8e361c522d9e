"""Who does the stages of a study, a file each."""
