"""``catalog.platforms.aws``, loaded at the first call: boto3 costs 60 MB, and most web processes never speak to AWS."""

from __future__ import annotations

from functools import partial
from importlib import import_module
from typing import Any

from django.utils.functional import SimpleLazyObject

aws: Any = SimpleLazyObject(partial(import_module, "catalog.platforms.aws"))
