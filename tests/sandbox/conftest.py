"""Real boto3 and openai clients, retries off, against a sandbox in this process."""

import subprocess
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

CONVERSATION = (
    '{"schemaVersion": "bedrock-conversation-2024", "messages": [{"role": "user", "content": [{"text": "Hi"}]}, '
    '{"role": "assistant", "content": [{"text": "Hello"}]}]}'
)

ROOT = Path(__file__).parents[2]
READY = "sandbox ready on "
Run = Callable[..., tuple[subprocess.Popen[str], str]]


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


@pytest.fixture
def wish() -> Callable[..., dict[str, Any]]:
    """Arguments of CreateModelCustomizationJob; None takes one away."""

    def arguments(name: str = "job-1", **changes: Any) -> dict[str, Any]:
        usual = {
            "jobName": name,
            "customModelName": f"model-of-{name}",
            "roleArn": "arn:aws:iam::123456789012:role/ModelhubBedrockRole",
            "baseModelIdentifier": "amazon.nova-lite-v1:0:300k",
            "trainingDataConfig": {"s3Uri": "s3://modelhub-sandbox/train.jsonl"},
            "outputDataConfig": {"s3Uri": "s3://modelhub-sandbox/output"},
            "clientRequestToken": f"token-{name}",
        }
        return {key: value for key, value in (usual | changes).items() if value is not None}

    return arguments


@pytest.fixture
def train(control: SandboxControl, bedrock: Any, wish: Callable[..., dict[str, Any]]) -> Callable[..., str]:
    """Create a job with the clock standing still; gives its ARN."""
    control.freeze()
    return lambda name="job-1", **changes: bedrock.create_model_customization_job(**wish(name, **changes))[
        "jobArn"
    ]


@pytest.fixture
def upload(s3: Any) -> Callable[..., None]:
    """Put rows of a family's format where jobs look for them."""

    def put(
        rows: int = 20, key: str = "train.jsonl", row: str = CONVERSATION, bucket: str = "modelhub-sandbox"
    ) -> None:
        s3.put_object(Bucket=bucket, Key=key, Body=(row + "\n").encode() * rows)

    return put


@pytest.fixture
def run() -> Iterator[Run]:
    """Start the program; gives the process and the address it printed."""
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str) -> tuple[subprocess.Popen[str], str]:
        command = [sys.executable, "-m", "sandbox", "--port", "0", *arguments]
        process = subprocess.Popen(
            command, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        started.append(process)
        assert process.stdout
        line = process.stdout.readline()
        assert line.startswith(READY)
        return process, line.removeprefix(READY).strip()

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def model(control: SandboxControl) -> str:
    """The ARN of an Active custom model; the clock stands still from here on."""
    control.freeze()
    arn: str = control.make_custom_model("tuned")["modelArn"]
    control.advance(5)
    return arn


@pytest.fixture
def provision(bedrock: Any, model: str) -> Callable[..., str]:
    """Create a throughput for the custom model; gives its ARN."""

    def create(name: str = "live", **changes: Any) -> str:
        usual = {
            "provisionedModelName": name,
            "modelId": model,
            "modelUnits": 1,
            "clientRequestToken": f"token-{name}",
        }
        arn: str = bedrock.create_provisioned_model_throughput(**(usual | changes))["provisionedModelArn"]
        return arn

    return create


@pytest.fixture
def deploy(bedrock: Any, model: str) -> Callable[..., str]:
    """Create a deployment of the custom model; gives its ARN."""

    def create(name: str = "on-demand", **changes: Any) -> str:
        usual = {"modelDeploymentName": name, "modelArn": model, "clientRequestToken": f"token-{name}"}
        arn: str = bedrock.create_custom_model_deployment(**(usual | changes))["customModelDeploymentArn"]
        return arn

    return create
