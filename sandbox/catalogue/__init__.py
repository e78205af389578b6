"""The models the sandbox offers after a reset: compact data, expanded to the platforms' own shapes."""
