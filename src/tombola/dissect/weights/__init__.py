"""What two models' weights say of each other, and one model's of its parts: no text is read."""
