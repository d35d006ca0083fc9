"""The looks that tools give: form, types, layers, and Django's own checks under production settings."""

import os
import secrets
import subprocess
import sys
from pathlib import Path

import pytest

import run

PRODUCTION = {"PUBLIC_URL": "https://factcheck.example.org", "SECRET_KEY": secrets.token_urlsafe(64)}
SCRIPTS = Path(sys.executable).parent

LOOKS: dict[str, tuple[list[str], dict[str, str]]] = {
    "ruff format": ([sys.executable, "-m", "ruff", "format", "--check", "."], {}),
    "ruff check": ([sys.executable, "-m", "ruff", "check", "."], {}),
    "import-linter": ([str(SCRIPTS / "lint-imports"), "--no-cache"], {}),
    "mypy": ([sys.executable, "-m", "mypy"], {}),
    "check --deploy": ([sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"], PRODUCTION),
    "makemigrations --check": ([sys.executable, "manage.py", "makemigrations", "--check", "--dry-run"], {}),
}


@pytest.mark.parametrize("name", LOOKS)
def test_a_tool_finds_nothing(name: str) -> None:
    command, settings = LOOKS[name]
    look = subprocess.run(
        command, cwd=run.ROOT, env={**os.environ, **settings}, capture_output=True, text=True, check=False
    )
    assert look.returncode == 0, f"{look.stdout}\n{look.stderr}"
