"""The ready admin login of a machine that was just set up."""

from __future__ import annotations

import secrets
from pathlib import Path

from django.contrib.auth.models import User


def ensure_admin(username: str, password: str) -> None:
    """Create or update the superuser ``username``; a login that is right already is left alone."""
    user, created = User.objects.get_or_create(username=username)
    if created or not user.check_password(password):
        user.set_password(password)
    user.is_staff = user.is_superuser = user.is_active = True
    user.save()


def local_admin(username: str, file: Path) -> str:
    """Make sure there is a login for people at this machine and return its password as it may be shown.

    A random password is made once and kept in ``file``. Somebody who has chosen another one keeps it.
    """
    user = User.objects.filter(username=username).first()
    kept = file.read_text().strip() if file.is_file() else ""
    if user and kept and not user.check_password(kept):
        return "(the password you chose)"
    password = kept or _keep(secrets.token_urlsafe(12), file)
    ensure_admin(username, password)
    return password


def _keep(password: str, file: Path) -> str:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.unlink(missing_ok=True)
    file.touch(mode=0o600, exist_ok=False)
    file.write_text(password + "\n")
    return password
