"""``manage.py doctor``: one line a check, and what to do where it is not well. Exit code 1 when a check failed."""

import json
import logging
import sys
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from modelhub.doctor import examine
from modelhub.finding import Finding

SIGNS = {"ok": "✓", "warning": "!", "failed": "✗"}


class Command(BaseCommand):
    help = "Check database, broker, worker, beat, AWS with what it allows, Bedrock, S3, the role and OpenAI."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print a list of findings for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        logging.disable(
            logging.WARNING
        )  # the findings say it all; a log line between them would not be one of them
        try:
            findings = self._findings(**options)
        finally:
            logging.disable(logging.NOTSET)
        if any(finding.state == "failed" for finding in findings):
            sys.exit(1)

    def _findings(self, **options: Any) -> list[Finding]:
        findings = []
        for finding in examine():
            findings.append(finding)
            if not options["json"]:
                self.stdout.write(self._line(finding))
        if options["json"]:
            self.stdout.write(json.dumps([asdict(finding) for finding in findings], indent=2))
        return findings

    def _line(self, finding: Finding) -> str:
        line = f"{SIGNS[finding.state]} {finding.name}: {finding.message}"
        style = {"ok": self.style.SUCCESS, "warning": self.style.WARNING, "failed": self.style.ERROR}
        return style[finding.state](line + (f" → {finding.way_out}" if finding.way_out else ""))
