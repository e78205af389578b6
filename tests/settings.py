"""The settings under test: the real ones, with an environment of their own. A developer's .env is never read."""

import os
import tempfile

for _name in [name for name in os.environ if name.startswith(("AWS_", "OPENAI_"))]:
    del os.environ[_name]
os.environ.update(
    READ_DOT_ENV="false",
    DEBUG="true",
    SECRET_KEY="only-for-tests-" + "x" * 40,
    SANDBOX_URL="http://127.0.0.1:9",  # nobody listens: a test that wants a platform asks for the sandbox fixture
    VAR_DIR=os.environ.get("TEST_VAR_DIR") or tempfile.mkdtemp(prefix="modelhub-test-"),
    DATABASE_URL=os.environ.get("TEST_DATABASE_URL", ""),
    CELERY_BROKER_URL=os.environ.get("TEST_BROKER_URL", "") or "memory://",
    LOG_LEVEL="WARNING",
)
if not os.environ["DATABASE_URL"]:
    os.environ["DATABASE_URL"] = f"sqlite:///{os.environ['VAR_DIR']}/modelhub.sqlite3"

from modelhub.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # fast logins; never outside tests
