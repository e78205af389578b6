"""``python -m modelhub.probe``: exit code 0 when the web server on PORT is ready. A container's health check."""

import os
import sys

from modelhub.machine import answers, port_number

if __name__ == "__main__":
    sys.exit(0 if answers(port_number(os.environ.get("PORT", "8000")), "/readyz") else 1)
