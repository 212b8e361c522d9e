"""What a ticket is held against: another mask of its size, or other weights under its mask."""
