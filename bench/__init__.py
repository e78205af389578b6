"""What we measure and against whom: every figure is a ratio of two sides that alternate in one run."""
