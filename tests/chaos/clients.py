"""boto3's clients in the harness: of each service one that gives up soon, and one that does not.

A held answer costs as many real seconds as our client waits for it, so where a schedule holds one, we give up soon.
Where none is held, a busy machine must not be taken for a platform that hangs: we wait.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

SOON, LATE = 0.6, 20.0  # seconds; a held answer is held for longer than SOON
SERVICES = ("bedrock", "s3", "sts")


class Clients:
    """Stands in for ``catalog.platforms.aws.client``."""

    def __init__(self, make: Callable[..., Any]) -> None:
        self._make = make
        self._made: dict[tuple[str, bool, float], Any] = {}
        self.patience = LATE

    def __call__(self, service: str, *, hurried: bool = False) -> Any:
        key = (service, hurried, self.patience)
        if key not in self._made:
            from django.conf import settings

            settings.PLATFORM_READ_TIMEOUT = self.patience
            self._made[key] = self._make(service, hurried=hurried)
        return self._made[key]

    def both(self, service: str) -> list[Any]:
        """The impatient client of a service, and the patient one."""
        kept, found = self.patience, []
        for self.patience in (SOON, LATE):
            found.append(self(service))
        self.patience = kept
        return found


def install() -> None:
    """Put it in the place of the product's own way to make clients."""
    from catalog.platforms import aws

    if not isinstance(aws.client, Clients):
        aws.client = Clients(aws.make_client)  # type: ignore[assignment]


def wait_for_answers(seconds: float) -> None:
    """From now on, in this process."""
    installed().patience = seconds


def installed() -> Clients:
    from catalog.platforms import aws

    assert isinstance(aws.client, Clients)
    return aws.client
