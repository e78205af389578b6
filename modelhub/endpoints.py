"""Where the platforms are: the real ones when their standard variables are set, else the sandbox. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

# Any of these says that somebody means a real AWS account (or an endpoint of their own).
# boto3 guide, "Credentials" and "Service-specific endpoints", read 2026-11-22.
_REAL_AWS = (
    "AWS_ACCESS_KEY_ID",
    "AWS_PROFILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
)
_REAL_OPENAI = ("OPENAI_API_KEY", "OPENAI_BASE_URL")
SANDBOX_FILE = "sandbox.url"


@dataclass(frozen=True)
class Endpoints:
    """Arguments for the vendors' clients; empty means: their own defaults and credential chain."""

    aws: dict[str, Any] = field(default_factory=dict)
    openai: dict[str, Any] = field(default_factory=dict)

    @property
    def aws_is_sandbox(self) -> bool:
        return bool(self.aws)

    @property
    def openai_is_sandbox(self) -> bool:
        return bool(self.openai)


def resolve(environment: Mapping[str, str], sandbox_url: str) -> Endpoints:
    """Choose for each platform on its own: setting one platform's variables leaves the other in the sandbox."""
    if not sandbox_url:
        return Endpoints()
    aws = {"endpoint_url": sandbox_url, "aws_access_key_id": "sandbox", "aws_secret_access_key": "sandbox"}
    openai = {"base_url": f"{sandbox_url}/v1", "api_key": "sandbox"}
    return Endpoints(
        aws={} if _means_real_aws(environment) else aws,
        openai={} if any(environment.get(name) for name in _REAL_OPENAI) else openai,
    )


def upload_origins(
    environment: Mapping[str, str], endpoints: Endpoints, region: str, bucket: str
) -> list[str]:
    """Where a browser may put files: S3 as the presigned addresses will name it; nowhere without a bucket.

    Amazon S3 user guide, "Virtual hosting of general purpose buckets", read 2026-11-22.
    """
    names = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")
    own = endpoints.aws.get("endpoint_url") or next(filter(None, map(environment.get, names)), None)
    if own:
        parts = urlsplit(own)
        return [f"{parts.scheme}://{parts.netloc}"]
    if not bucket:
        return []
    suffix = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
    if "." in bucket:  # no certificate fits such a name as a host: boto3 puts it into the path
        return [f"https://s3.{region}.{suffix}/{bucket}/", f"https://s3.{suffix}/{bucket}/"]
    return [f"https://{bucket}.s3.{region}.{suffix}", f"https://{bucket}.s3.{suffix}"]


def _means_real_aws(environment: Mapping[str, str]) -> bool:
    """Credentials, or an endpoint of somebody's own for AWS or one of its services (AWS_ENDPOINT_URL_S3 …)."""
    endpoint = any(name.startswith("AWS_ENDPOINT_URL") and value for name, value in environment.items())
    return endpoint or any(environment.get(name) for name in _REAL_AWS)


def running_sandbox(var_dir: Path, debug: bool) -> str:
    """Return the address of the sandbox that `make run` started, so that a second terminal speaks to it too."""
    file = var_dir / SANDBOX_FILE
    return file.read_text().strip() if debug and file.is_file() else ""
