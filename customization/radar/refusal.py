"""How an adoption says no."""


class Refused(Exception):
    """It can't be adopted; ``str()`` says why."""
