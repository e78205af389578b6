"""The catalog's rows."""

from catalog.models.event import Event, Revision
from catalog.models.model import STATUS_EXPRESSION, Model
from catalog.models.sync_run import SyncRun

__all__ = ["STATUS_EXPRESSION", "Event", "Model", "Revision", "SyncRun"]
