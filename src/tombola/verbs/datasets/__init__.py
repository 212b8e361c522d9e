"""What tasks look like: listed, shown, counted, written, checked."""
