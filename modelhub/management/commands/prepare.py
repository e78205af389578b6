"""``manage.py prepare``: bring the database up to date and make the admin login. Safe to run at every start."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

from modelhub.logins import ensure_admin, local_admin


class Command(BaseCommand):
    help = "Apply migrations and create or update the superuser ADMIN_USERNAME with ADMIN_PASSWORD."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--login",
            action="store_true",
            help="for a terminal: print the login, with a random password (kept in VAR_DIR) if none is given",
        )

    def handle(self, *args: Any, login: bool, **options: Any) -> None:
        call_command("migrate", interactive=False, verbosity=0)
        username, password = settings.ADMIN_USERNAME, settings.ADMIN_PASSWORD
        if password:
            ensure_admin(username, password)
        if login:
            if not settings.DEBUG:  # an image has its static files from its build
                call_command("collectstatic", interactive=False, verbosity=0)
            shown = password or local_admin(username, settings.VAR_DIR / "admin-password")
            self.stdout.write(f"login: {username} / {shown}")
