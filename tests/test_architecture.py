"""The house rules, checked on every run: floors, doors to vendors, sizes, and what a web process carries."""

import ast
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
OURS = ("modelhub", "catalog", "customization", "sandbox")
MOST_LINES = 300


def files(*folders: str) -> list[Path]:
    found = (path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return sorted(path for path in found if "migrations" not in path.parts)


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True,
        timeout=120, check=False,
    )  # fmt: skip


def test_the_floors_of_the_house_hold():
    linted = run(
        "-c", "from importlinter.cli import lint_imports_command; lint_imports_command(['--no-cache'])"
    )
    assert linted.returncode == 0, linted.stdout[-3000:] + linted.stderr[-2000:]


def test_every_folder_of_ours_is_under_the_linters_eyes():
    watched = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["root_packages"]
    with_code = {folder for folder in OURS if any(path.read_text().strip() for path in files(folder))}
    assert with_code <= set(watched)


def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found


# vendor -> where it may be imported
DOORS = {
    "boto3": ("catalog/platforms/aws.py", "sandbox/", "tests/"),
    "botocore": ("catalog/platforms/aws.py", "sandbox/", "tests/"),
    "openai": ("catalog/platforms/openai.py", "tests/"),
    "moto": ("sandbox/", "tests/"),
}


@pytest.mark.parametrize("vendor", DOORS)
def test_a_vendors_library_is_imported_behind_its_door_only(vendor):
    """Also where import-linter does not look: in scripts, benchmarks and inside functions."""
    everywhere = files(*OURS, "tests", "bench", "scripts")
    strays = [
        name(path)
        for path in everywhere
        if vendor in imports(path) and not name(path).startswith(DOORS[vendor])
    ]
    assert strays == []


def hidden_imports(path: Path) -> list[str]:
    return [
        f"{name(path)}:{inner.lineno}"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(node)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]


def test_no_import_hides_inside_a_function():
    """The sandbox is excused: it loads moto (45 MB) when somebody asks for S3."""
    ours = files(*(folder for folder in OURS if folder != "sandbox"))
    assert [place for path in ours for place in hidden_imports(path)] == []


USE_CASES = (
    "sync",
    "sync_apply",
    "enablement",
    "history",
    "schedule",
    "freshness",
    "runs",
    "successors",
    "evidence",
)
PAGES = ("django.http", "django.shortcuts", "django.template", "django.views", "django.contrib.messages")


@pytest.mark.parametrize("use_case", USE_CASES)
def test_a_use_case_knows_nothing_of_pages(use_case):
    tree = ast.parse((ROOT / "catalog" / f"{use_case}.py").read_text())
    named = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert [module for module in named if module.startswith(PAGES)] == []


def test_no_file_has_become_a_hall():
    long = {name(path): len(path.read_text().splitlines()) for path in files(*OURS)}
    assert {path: lines for path, lines in long.items() if lines > MOST_LINES} == {}


@pytest.mark.parametrize("folder", OURS)
def test_every_file_says_in_its_first_line_what_it_is_for(folder):
    silent = [
        name(path)
        for path in files(folder)
        if path.read_text().strip()
        and path.name not in ("urls.py", "apps.py")
        and not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert silent == []


def test_a_web_process_carries_no_vendors_library(tmp_path):
    """boto3 and openai cost 60 MB and half a second; the worker needs them, a page does not."""
    code = (
        "import django, sys; django.setup(); import modelhub.urls, modelhub.wsgi; "
        "print([name for name in ('boto3', 'botocore', 'openai', 'moto', 'flask', 'sandbox') if name in sys.modules])"
    )
    started = run(
        "-W", "ignore", "-c", code, DJANGO_SETTINGS_MODULE="tests.settings", TEST_VAR_DIR=str(tmp_path)
    )
    assert started.stdout.strip() == "[]", started.stderr[-2000:]
