"""A Redis that is away must not hold up a page. Found by `make chaos-broker`: every nudge waited for 6 seconds."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
CLICK = """
import time, django
django.setup()
from django.conf import settings
from customization.tasks import nudge
began = time.monotonic()
nudge()
print(round(time.monotonic() - began, 2), settings.CELERY_BROKER_CONNECTION_MAX_RETRIES)
"""


def test_a_nudge_gives_up_at_once_and_a_worker_never_does(tmp_path):
    # Port 1 is nobody's.
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "TEST_BROKER_URL": "redis://127.0.0.1:1/0",
        "TEST_DATABASE_URL": "",
        "TEST_VAR_DIR": str(tmp_path),
    }
    done = subprocess.run(
        [sys.executable, "-c", CLICK], env=environment, cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    seconds, retries = done.stdout.split()[-2:]
    assert float(seconds) < 2, done.stderr
    assert retries == "None"
