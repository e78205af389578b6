"""Amazon CloudWatch, as far as reading how often a model was called."""
