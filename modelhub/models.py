"""The wiring's only row: when the worker last showed that it is alive."""

from django.db import models


class Heartbeat(models.Model):
    """``beat``: the last scheduled message a worker carried out; ``doctor``: the last one the doctor sent."""

    name = models.CharField(max_length=20, primary_key=True)
    seen_at = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.name} {self.seen_at:%H:%M:%S}"
