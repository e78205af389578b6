"""The production settings on a scratch database; the stock sides are added to the URLs. See bench.scratch."""

import os

from modelhub.settings import *  # noqa: F403
from modelhub.settings import LOGGING, TEMPLATES

ROOT_URLCONF = "bench.urls"
# The stock admin is drawn with Django's own templates, not in our shell.
TEMPLATES = [
    {**TEMPLATES[0], "NAME": "django"},
    {**TEMPLATES[0], "NAME": "stock", "DIRS": []},
]
TEMPLATES[1]["OPTIONS"] = {"context_processors": TEMPLATES[1]["OPTIONS"]["context_processors"][:-1]}
# Log lines are made as in production; only the terminal is spared.
LOGGING["handlers"]["console"]["stream"] = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123
