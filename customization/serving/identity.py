"""Whose account and which region we ask: another one's "not found" proves nothing."""

from __future__ import annotations

from django.conf import settings

from catalog.platforms.base import AuthError
from customization.gateways import serving as platform


class Account:
    """Asked once a look, and only when something seems to be gone."""

    def __init__(self) -> None:
        self._number = ""

    def must_own(self, arn: str) -> None:
        """Raise AuthError when the resource is in another account or region than the one that was asked."""
        region, owner = arn.split(":")[3:5] if arn.count(":") >= 5 else ("", "")
        if region and region != settings.AWS_REGION:
            raise AuthError(
                f"modelhub asks in {settings.AWS_REGION}, the resource is in {region}: nothing can be told of it. "
                "Set AWS_REGION to that region."
            )
        self._number = self._number or platform.account()
        if owner and owner != self._number:
            raise AuthError(
                f"The credentials belong to account {self._number}, the resource to {owner}: "
                "nothing can be told of it. Set AWS credentials of that account."
            )
