"""Named moments at which a test kills the worker. They live in ``catalog.killpoints``: enabling has some, too."""

from catalog.killpoints import POINTS, armed, reach

__all__ = ["POINTS", "armed", "reach"]
