"""Real boto3 and openai clients, retries off, against a sandbox in this process."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import openai
import pytest
from botocore.config import Config

sys.path.insert(0, str(Path(__file__).parents[2]))  # also when pytest runs without the project's settings

from sandbox.client import SandboxControl
from sandbox.server import RunningSandbox, start


@pytest.fixture(scope="session")
def shared() -> Iterator[RunningSandbox]:
    with start() as running:
        yield running


@pytest.fixture
def sandbox(shared: RunningSandbox) -> RunningSandbox:
    """A running sandbox as on its first day."""
    shared.control.reset()
    return shared


@pytest.fixture
def control(sandbox: RunningSandbox) -> SandboxControl:
    return sandbox.control


@pytest.fixture(scope="session")
def aws_client() -> Callable[..., Any]:
    """``aws_client("s3", url)``; clients of one service and key are made once, they cost 10 ms and more."""
    made: dict[tuple[str, str, str, float], Any] = {}

    def client(service: str, url: str, key: str = "AKIATEST", read_timeout: float = 5) -> Any:
        name = (service, url, key, read_timeout)
        if name not in made:
            made[name] = boto3.client(
                service,
                endpoint_url=url,
                region_name="us-east-1",
                aws_access_key_id=key,
                aws_secret_access_key="secret",
                config=Config(
                    retries={"total_max_attempts": 1},
                    read_timeout=read_timeout,
                    signature_version="s3v4" if service == "s3" else None,
                    s3={"addressing_style": "path"},
                ),
            )
        return made[name]

    return client


@pytest.fixture
def bedrock(sandbox: RunningSandbox, aws_client: Callable[..., Any]) -> Any:
    return aws_client("bedrock", sandbox.url)


@pytest.fixture
def s3(sandbox: RunningSandbox, aws_client: Callable[..., Any]) -> Any:
    return aws_client("s3", sandbox.url)


@pytest.fixture
def openai_client(sandbox: RunningSandbox) -> Iterator[Callable[..., openai.OpenAI]]:
    made: list[openai.OpenAI] = []

    def client(key: str = "sk-proj-0123456789abcdef", timeout: float = 5) -> openai.OpenAI:
        made.append(openai.OpenAI(base_url=f"{sandbox.url}/v1", api_key=key, max_retries=0, timeout=timeout))
        return made[-1]

    yield client
    for each in made:
        each.close()
