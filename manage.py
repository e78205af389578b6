#!/usr/bin/env python
import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "modelhub.settings")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        # 2, as for wrong arguments: 1 is an answer of some commands (check_dataset: the file is not valid).
        sys.stderr.write(f"{error}\n")
        sys.exit(2)
