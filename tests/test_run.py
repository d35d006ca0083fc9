import base64
import fcntl
import http.client
import json
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace

import pytest

import run
from factcheck.embedded import Program, ServiceError
from tests.processes import descendants, is_alive, needs_linux, wait_for, wait_until_gone

SETTINGS = {"DATABASE_URL", "REDIS_URL", "PORT", "PUBLIC_URL", "SECRET_KEY", "SEAL_KEYS", "FACTCHECK_VAR"}


def clean_environment(**settings: str) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in SETTINGS} | settings


def run_py(*arguments: str, stdin: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(run.ROOT / "run.py"), *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        env=clean_environment(**settings),
        timeout=120,
        check=False,
    )


@dataclass
class Up:
    """`run.py up` in a folder of its own."""

    var: Path
    process: subprocess.Popen[bytes]
    output: Path

    @property
    def text(self) -> str:
        return self.output.read_text()

    @property
    def address(self) -> str:
        found = re.search(r"Ready: (\S+)", self.text)
        assert found
        return found[1]

    def wait_until(self, pattern: str, *, seconds: float = 60) -> None:
        wait_for(
            lambda: re.search(pattern, self.text) is not None or self.process.poll() is not None,
            seconds=seconds,
            what=f"no {pattern!r} in what run.py says",
        )
        assert re.search(pattern, self.text), self.text

    def pid_of(self, program: str) -> int:
        pids: dict[str, int] = json.loads((self.var / "run.json").read_text())["pids"]
        return pids[program]

    def answer(self, path: str) -> int:
        connection = http.client.HTTPConnection(self.address.removeprefix("http://"), timeout=10)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        finally:
            connection.close()


def start_up(var: Path, *, port: int) -> Up:
    output = var.with_name(f"{var.name}.out")
    with output.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, str(run.ROOT / "run.py"), "up"],
            stdout=file,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env=clean_environment(FACTCHECK_VAR=str(var), PORT=str(port)),
            start_new_session=True,
        )
    return Up(var, process, output)


@pytest.fixture(name="var", scope="module")
def shared_folder() -> Iterator[Path]:
    """pytest's own temporary folders are too deep for the address of a socket."""
    with TemporaryDirectory(prefix="fc-") as name:
        yield Path(name) / "var"


@pytest.fixture(name="taken", scope="module")
def taken_port() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


@pytest.fixture(name="up", scope="module")
def running_service(var: Path, taken: int) -> Iterator[Up]:
    up = start_up(var, port=taken)
    try:
        up.wait_until(r"Ready: .+\n")
        yield up
    finally:
        up.process.terminate()
        up.process.wait(60)


def test_up_serves_on_the_next_free_port_and_says_how_to_go_on(up: Up, taken: int) -> None:
    assert f"Port {taken} is taken; this is port {up.address.rpartition(':')[2]}." in up.text
    assert f"Logs:   {up.var}/log" in up.text
    assert f"kill {up.process.pid}" in up.text
    assert f"Log in: {up.address}/admin/" in up.text
    assert re.search(r"editor +password \S{12,}", up.text)
    assert up.answer("/readyz") == http.client.OK


def test_what_is_written_about_a_run_is_for_its_user_alone(up: Up) -> None:
    for name in ("run.json", "secret_key", "seal_key"):
        assert stat.S_IMODE((up.var / name).stat().st_mode) == 0o600


def test_a_second_up_names_the_first_and_leaves_it_alone(up: Up) -> None:
    second = run_py("up", FACTCHECK_VAR=str(up.var))
    assert second.returncode == 1
    assert f"already running at {up.address}" in second.stderr
    assert up.answer("/readyz") == http.client.OK


def test_manage_uses_the_running_services_and_keeps_standard_output_for_the_command(up: Up) -> None:
    words = "import sys; from django.db import connection as c; c.ensure_connection()"
    words += "; print(sys.stdin.read().upper(), c.connection.info.host, end=''); sys.exit(7)"
    command = run_py("manage", "shell", "-v", "0", "-c", words, stdin="a question", FACTCHECK_VAR=str(up.var))
    assert command.stdout == f"A QUESTION {up.var}/run"
    assert command.returncode == 7


@needs_linux
@pytest.mark.parametrize("program", ["web", "PostgreSQL"])
def test_a_program_that_was_killed_is_started_again(up: Up, program: str) -> None:
    killed = up.pid_of(program)
    os.kill(killed, signal.SIGKILL)
    up.wait_until(rf"{program} ended \(signal SIGKILL\) and starts again")
    wait_for(lambda: up.pid_of(program) != killed, seconds=20, what=f"{program} is not started again")
    wait_for(lambda: up.answer("/readyz") == http.client.OK, seconds=30, what="the service is not ready again")


@needs_linux
def test_sigterm_stops_everything_and_the_next_start_survives_kill_9(up: Up) -> None:
    family = descendants(up.process.pid)
    up.process.terminate()
    assert up.process.wait(60) == 0, up.text
    assert [pid for pid in family if is_alive(pid)] == []
    assert not (up.var / "run.json").exists()
    assert "Stopped." in up.text

    again = start_up(up.var, port=run.DEFAULT_PORT)
    again.wait_until(r"Ready: .+\n")
    family = descendants(again.process.pid)
    assert len(family) > 9  # five programs, two children each of web and worker, and those of PostgreSQL
    again.process.kill()
    wait_until_gone(family, seconds=30)
    again.process.wait()

    after = run_py("manage", "check", FACTCHECK_VAR=str(up.var))
    assert after.returncode == 0, after.stderr


def test_a_program_that_does_not_stay_up_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = 0.0
    monkeypatch.setattr(run, "time", SimpleNamespace(monotonic=lambda: seconds))
    starts: list[float] = []
    broken = Program("it", ["sh", "-c", "echo no such thing >&2; exit 3"], log=tmp_path / "log", environ=os.environ)
    keeper = run.Keeper([broken], on_start=lambda: starts.append(seconds))
    broken.start()
    with pytest.raises(ServiceError, match=r"it does not stay up \(no such thing\)"):  # noqa: PT012 - the clock goes on
        while seconds < run.DEATHS_WINDOW:
            wait_for(lambda: broken.exit_code is not None, seconds=10, what="the shell does not end")
            keeper.check()
            seconds += 1
    assert starts == [1, 4, 9, 18]


def test_a_folder_has_one_owner_who_does_not_leave_before_the_guests(tmp_path: Path) -> None:
    owner, guest = run.Folder(tmp_path), run.Folder(tmp_path)
    record = run.Running(pid=1, command="manage", address=None, pids={}, environment={"PORT": "8000"})
    assert owner.own()
    assert not guest.own()
    assert guest.visit() is None
    owner.write(record)
    assert guest.visit() == record
    assert not run.try_lock(owner.in_use, fcntl.LOCK_EX)
    os.close(guest.in_use)
    owner.wait_for_guests()


def test_what_the_person_sets_comes_before_what_is_made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PUBLIC_URL", "https://facts.example.org")
    monkeypatch.setenv("PORT", "8000")
    monkeypatch.delenv("SECRET_KEY")
    record = run.Running(
        1, "up", None, {}, {"PUBLIC_URL": "http://127.0.0.1:8001", "SECRET_KEY": "kept", "PORT": "8001"}
    )
    environ = record.environ()
    assert environ["PUBLIC_URL"] == "https://facts.example.org"
    assert (environ["SECRET_KEY"], environ["PORT"]) == ("kept", "8001")


def test_the_secret_key_is_made_once(tmp_path: Path) -> None:
    key = run.Folder(tmp_path).secret_key()
    assert len(key) > 50
    assert run.Folder(tmp_path).secret_key() == key


def test_the_seal_key_is_made_once_and_is_one_that_seals(tmp_path: Path) -> None:
    key = run.Folder(tmp_path).seal_key()
    assert len(base64.urlsafe_b64decode(key)) == 32
    assert run.Folder(tmp_path).seal_key() == key


@pytest.mark.parametrize("arguments", [[], ["serve"], ["up", "now"], ["manage"]])
def test_what_is_not_a_command_is_told_so_with_those_that_are(arguments: list[str]) -> None:
    answer = run_py(*arguments)
    assert answer.returncode == 2
    assert answer.stderr.startswith("This is not a command: run.py")
    assert "run.py demo" in answer.stderr


def test_help_is_no_error() -> None:
    answer = run_py("--help")
    assert (answer.returncode, answer.stderr) == (0, "")
    assert "run.py manage COMMAND" in answer.stdout


@pytest.mark.parametrize("port", ["http", "0", "65536", "-1"])
def test_a_port_that_is_none_is_refused(tmp_path: Path, port: str) -> None:
    answer = run_py("up", PORT=port, FACTCHECK_VAR=str(tmp_path))
    assert answer.returncode == 1
    assert answer.stderr == f"PORT must be a number from 1 to 65535, not {port!r}.\n"


def test_a_folder_that_cannot_be_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    answer = run_py("up", FACTCHECK_VAR=str(tmp_path / "file" / "var"))
    assert answer.returncode == 1
    assert answer.stderr == f"FACTCHECK_VAR cannot be {tmp_path}/file/var: Not a directory.\n"


def test_an_older_python_is_told_so_in_one_sentence() -> None:
    pretend = "import runpy, sys; sys.version_info = (3, 10, 12); runpy.run_path('run.py', run_name='__main__')"
    answer = subprocess.run([sys.executable, "-c", pretend], cwd=run.ROOT, capture_output=True, text=True, check=False)
    assert answer.returncode == 1
    assert re.fullmatch(r"Python 3\.11 or later is needed; \S+ is Python \S+\n", answer.stderr)


def test_packages_that_cannot_be_had_end_in_one_clear_sentence(tmp_path: Path) -> None:
    (tmp_path / "factcheck").mkdir()
    for name in (
        "run.py",
        "requirements.lock",
        "requirements.uv.lock",
        "factcheck/__init__.py",
        "factcheck/embedded.py",
    ):
        shutil.copy(run.ROOT / name, tmp_path / name)
    answer = subprocess.run(
        [Path(sys.executable).resolve(), tmp_path / "run.py", "up"],
        env={"PATH": "/nowhere", "PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": "/dev/null", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 1
    assert answer.stderr.endswith("The packages could not be installed: is there a connection to a package index?\n")
    assert "Installing packages with pip" in answer.stdout


def test_demo_of_a_fresh_clone_is_over_in_90_seconds(request: pytest.FixtureRequest) -> None:
    if not request.config.getoption("--long"):
        pytest.skip("installs every package from the index; it runs with --long")
    with TemporaryDirectory(prefix="fc-") as name:
        clone, programs = Path(name) / "clone", Path(name) / "bin"
        copy_checkout(clone)
        programs.mkdir()
        if setpriv := shutil.which("setpriv"):
            (programs / "setpriv").symlink_to(setpriv)
        started = time.monotonic()
        answer = subprocess.run(
            [Path(sys.executable).resolve(), clone / "run.py", "demo"],
            env=clean_environment(PATH=str(programs), PIP_NO_CACHE_DIR="1"),
            capture_output=True,
            text=True,
            check=False,
        )
        assert answer.returncode == 0, answer.stdout + answer.stderr
        assert '"@type": "ClaimReview"' in answer.stdout
        assert "Fetching uv" in answer.stdout
        assert time.monotonic() - started < 90


def copy_checkout(clone: Path) -> None:
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=run.ROOT, capture_output=True, text=True, check=True)
    for name in tracked.stdout.split("\0"):
        if (run.ROOT / name).is_file():
            (clone / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(run.ROOT / name, clone / name)
