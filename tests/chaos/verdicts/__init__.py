"""What is promised, by subject."""
