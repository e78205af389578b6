"""``/_sandbox/``: the strings by which tests and demos pull the simulated platforms."""
