"""What a stranger installs and deploys: lock files, settings file, containers. No engine runs containers here."""

import importlib
import re
import subprocess
import sys
import tomllib
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

import pytest
import yaml

import run
from factcheck import embedded

ROOT = run.ROOT
COMPOSE = ROOT / "docker-compose.yml"
LOCKS = [run.RUN_LOCK, run.DEV_LOCK, run.UV_LOCK]


def requirements(lock: Path) -> dict[str, str]:
    """Each requirement of a lock file with everything that belongs to it, its hashes included."""
    blocks = re.split(r"^(?=\w)", lock.read_text(), flags=re.MULTILINE)
    return {re.split(r"==", block)[0]: block for block in blocks if block.strip()}


def pins(lock: Path) -> dict[str, str]:
    return {name: block.split("\\")[0].strip() for name, block in requirements(lock).items()}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_file_names_no_host_and_hashes_every_package(lock: Path) -> None:
    assert "//" not in lock.read_text()
    found = requirements(lock)
    assert found
    assert [name for name, block in found.items() if "--hash=sha256:" not in block] == []


def test_the_tools_lock_holds_the_run_lock_whole() -> None:
    run_pins, tool_pins = pins(run.RUN_LOCK), pins(run.DEV_LOCK)
    assert {name: tool_pins.get(name) for name in run_pins} == run_pins


def test_the_lock_files_hold_what_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    for lock, wanted in [
        (run.RUN_LOCK, project["project"]["dependencies"]),
        (run.DEV_LOCK, project["dependency-groups"]["dev"]),
    ]:
        names = {re.split(r"[^\w.-]", requirement)[0] for requirement in wanted}
        assert names - pins(lock).keys() == set()


def test_an_environment_is_what_its_lock_file_says() -> None:
    installed = {re.sub(r"[-_.]+", "-", found.name).lower(): found.version for found in distributions()}
    for name, pin in pins(run.DEV_LOCK).items():
        if ";" not in pin:
            assert f"{name}=={installed.get(name)}" == pin


def compose_schema_says(path: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_compose_file_obeys_the_compose_specification(tmp_path: Path) -> None:
    verdict = compose_schema_says(COMPOSE)
    assert verdict.returncode == 0, verdict.stdout + verdict.stderr

    broken = tmp_path / "docker-compose.yml"
    broken.write_text(COMPOSE.read_text().replace("depends_on: *needs", "depends_upon: *needs"))
    assert compose_schema_says(broken).returncode == 1


@pytest.fixture(name="services")
def compose_services() -> dict[str, Any]:
    services: dict[str, Any] = yaml.safe_load(COMPOSE.read_text())["services"]
    return services


def test_compose_runs_the_same_programs_as_run_py(services: dict[str, Any]) -> None:
    worker = services["worker"]["command"]
    assert worker[worker.index("-Q") + 1] == run.QUEUES
    assert services["relay"]["command"] == ["python", "manage.py", "relay"]
    assert services["prepare"]["command"] == ["python", "manage.py", "prepare"]


def test_compose_sorts_text_as_the_embedded_database_does(services: dict[str, Any]) -> None:
    assert services["postgres"]["environment"]["POSTGRES_INITDB_ARGS"].split() == embedded.LOCALE


def test_compose_keeps_what_the_servers_store(services: dict[str, Any]) -> None:
    volumes = yaml.safe_load(COMPOSE.read_text())["volumes"]
    for server in ("postgres", "redis"):
        assert services[server]["volumes"][0].split(":")[0] in volumes
        assert "healthcheck" in services[server]


def test_compose_has_no_default_for_a_secret() -> None:
    text = COMPOSE.read_text()
    for secret in ("SECRET_KEY", "SEAL_KEYS", "POSTGRES_PASSWORD"):
        uses = re.findall(rf"\$\{{{secret}(.{{2}})", text)
        assert uses
        assert set(uses) == {":?"}


def test_the_settings_file_names_every_setting_and_no_other() -> None:
    read_by_django = set(importlib.import_module("factcheck.settings").env.scheme)
    read_by_compose = set(re.findall(r"\$\{(\w+)", COMPOSE.read_text()))
    read_by_scripts = set()
    for script in ("run.py", "factcheck/gunicorn.py"):
        read_by_scripts |= set(re.findall(r'environ\.get\("(\w+)"', (ROOT / script).read_text()))
    named = set(re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert named == read_by_django | read_by_compose | read_by_scripts


def test_the_image_does_not_run_as_root_and_takes_only_what_is_locked() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    assert [line.split()[1] for line in lines if line.startswith("USER")] == ["factcheck"]
    assert any("--require-hashes -r requirements.lock" in line for line in lines)
