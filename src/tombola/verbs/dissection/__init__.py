"""Models beside one another on the same text: layers, directions, words, attention."""
