"""What is driven, in which order, and what is read off the counters while it runs."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from redis import Redis

from benchmarks import corpus
from benchmarks.counters import cpu_seconds, pss_megabytes
from benchmarks.servers import LIST_OF_ONE, Servers, Web, answers, wait_for, web, worker
from run import PYTHON, ROOT

SCENARIOS = ("submit", "take", "verdict", "list")
SIDES = ("ours", "floor")
FIRST_GIVEN = 1_000_000  # articles that are sent have other numbers than those that stand there already
PAGES_FOLLOWED = 4
CONCURRENCY = 8
PAGE = "/api/v1/claims/?status=queued&kind=fact&order=priority&limit=50"


@dataclass(frozen=True)
class Sizes:
    open_claims: tuple[int, ...]
    rounds: int
    requests: dict[str, int]
    starts: int


@dataclass
class Run:
    """One scenario driven once on one side. CPU time in seconds; `web_cpu` of raw SQL is that of its client."""

    scenario: str
    open_claims: int
    side: str
    round: int
    count: int
    web_cpu: float
    database_cpu: float
    wall: float
    body_bytes: float = 0.0

    @property
    def cpu(self) -> float:
        return self.web_cpu + self.database_cpu


@dataclass
class Found:
    """Everything that was measured."""

    sizes: Sizes
    runs: list[Run] = field(default_factory=list)
    first_answer: list[float] = field(default_factory=list)  # seconds from starting the web server
    start_cpu: list[float] = field(default_factory=list)  # CPU seconds until then
    web_pss: float = 0.0  # megabytes
    worker_pss: float = 0.0
    enqueued: int = 0
    enqueueing_cpu: float = 0.0


@dataclass
class Site:
    """Ours or the floor over a database of one size."""

    side: str
    open_claims: int
    database: str
    held: list[dict[str, str]]
    headers: dict[str, str]
    web: Web | None = None
    given: int = FIRST_GIVEN

    def requests(self, scenario: str, count: int) -> list[dict[str, Any]]:
        if scenario == "submit":
            self.given += count
            bodies = (corpus.article_body(number) for number in range(self.given - count, self.given))
            return [{"method": "POST", "path": "/api/v1/articles/", "body": body} for body in bodies]
        if scenario == "take":
            return [{"method": "POST", "path": "/api/v1/queue/next/", "body": {}}] * count
        if scenario == "verdict":
            return [self._verdict(self.held.pop()) for _ in range(count)]
        return [{"method": "GET", "path": PAGE}] * count

    def _verdict(self, claim: dict[str, str]) -> dict[str, Any]:
        body = corpus.verdict_body(len(self.held), kind=claim["kind"])
        path = f"/api/v1/claims/{claim['id']}/propose/"
        return {"method": "POST", "path": path, "body": body, "headers": {"If-Match": '"3"'}}


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


class Bench:
    def __init__(self, stack: ExitStack, sizes: Sizes) -> None:
        self._stack = stack
        self._sizes = sizes
        self._found = Found(sizes)
        self._servers = Servers(stack)
        self._headers: dict[str, dict[str, str]] = {"floor": {}}

    def run(self) -> Found:
        say("Making the databases ...")
        self._make_templates()
        sites = [self._make_site(side, size) for size in self._sizes.open_claims for side in SIDES]
        self._servers.checkpoint()
        say("Starting and idling ...")
        self._start_and_idle(sites[0])
        for site in sites:
            site.web = self._stack.enter_context(web(self._servers, side=site.side, database=site.database))
        for site in sites:
            self._wait_for_answer(site.web, site.headers)
        for scenario in self._sizes.requests:
            self._drive(scenario, sites)
        say("Enqueueing ...")
        self._enqueue([site for site in sites if site.side == "ours"][-1])
        return self._found

    def _make_templates(self) -> None:
        for side in SIDES:
            self._servers.create_database(f"{side}_empty")
        ours, floor = (self._servers.environ(f"{side}_empty", side) for side in SIDES)
        self._servers.python(ours, "manage.py", "prepare")
        token = self._servers.python(ours, "manage.py", "token", "reviewer").split()[-1]
        self._headers["ours"] = {"Authorization": f"Bearer {token}"}
        self._servers.python(floor, "-m", "django", "migrate", "--run-syncdb", "--verbosity", "0")

    def _make_site(self, side: str, open_claims: int) -> Site:
        database = f"{side}_{open_claims}"
        # Every round and one to warm up, for HTTP and, on the floor, for SQL.
        held = self._sizes.requests.get("verdict", 0) * (self._sizes.rounds + 1) * 2
        self._servers.create_database(database, template=f"{side}_empty")
        size = ["--open", str(open_claims), "--held", str(held)]
        filled = self._servers.python(self._servers.environ(database, side), "-m", "benchmarks.seed", side, *size)
        return Site(side, open_claims, database, json.loads(filled), self._headers[side])

    def _wait_for_answer(self, found: Web | None, headers: dict[str, str]) -> None:
        assert found is not None
        wait_for(lambda: answers(found.port, headers), what=f"{found.program.name} answers")

    def _start_and_idle(self, site: Site) -> None:
        """The web server and the worker alone on the machine, as far as we are concerned."""
        for number in range(self._sizes.starts):
            started = time.monotonic()
            with web(self._servers, side="ours", database=site.database) as found:
                self._wait_for_answer(found, site.headers)
                self._found.first_answer.append(time.monotonic() - started)
                self._found.start_cpu.append(cpu_seconds(found.pid))
                if number == self._sizes.starts - 1:
                    self._idle(found, site)

    def _idle(self, found: Web, site: Site) -> None:
        some = [{"method": "GET", "path": LIST_OF_ONE}] * 40
        self._client(found.port, some, site.headers, follow=0)  # so that every thread of every worker has answered
        with worker(self._servers, database=site.database) as program:
            time.sleep(2)
            assert program.pid is not None
            self._found.web_pss, self._found.worker_pss = pss_megabytes(found.pid), pss_megabytes(program.pid)

    def _drive(self, scenario: str, sites: list[Site]) -> None:
        """Every site in turn, again and again; the first round warms up and does not count."""
        count = self._sizes.requests[scenario]
        for number in range(self._sizes.rounds + 1):
            say(f"{scenario}: {'warming up' if number == 0 else f'round {number} of {self._sizes.rounds}'} ...")
            for site in sites:
                runs = [self._over_http(site, scenario, count, number)]
                if site.side == "floor":
                    runs.append(self._as_sql(site, scenario, count, number))
                self._found.runs += runs if number else []

    def _over_http(self, site: Site, scenario: str, count: int, number: int) -> Run:
        assert site.web is not None
        follow = PAGES_FOLLOWED if scenario == "list" else 0
        requests = site.requests(scenario, count)
        trees = (site.web.pid, self._servers.postgres_pid)
        before = [cpu_seconds(pid) for pid in trees]
        seen = self._client(site.web.port, requests, site.headers, follow=follow)
        web_cpu, database_cpu = (cpu_seconds(pid) - earlier for pid, earlier in zip(trees, before, strict=True))
        log = site.web.program.log
        assert not seen["wrong"], f"{scenario} on {site.database}: {seen['wrong'][:3]}\n{log.read_text()[-5000:]}"
        return Run(
            scenario,
            site.open_claims,
            site.side,
            number,
            seen["count"],
            web_cpu=web_cpu,
            database_cpu=database_cpu,
            wall=seen["wall"],
            body_bytes=seen["body_bytes"] / seen["count"],
        )

    def _client(self, port: int, requests: list[Any], headers: dict[str, str], *, follow: int) -> dict[str, Any]:
        work = {"port": port, "requests": requests, "headers": headers, "follow": follow, "concurrency": CONCURRENCY}
        done = subprocess.run(
            [PYTHON, "-m", "benchmarks.client"],
            input=json.dumps(work),
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        seen: dict[str, Any] = json.loads(done.stdout)
        return seen

    def _as_sql(self, site: Site, scenario: str, count: int, number: int) -> Run:
        work = {"requests": site.requests(scenario, count), "follow": PAGES_FOLLOWED if scenario == "list" else 0}
        environ = self._servers.environ(site.database, "floor")
        command = [str(PYTHON), "-m", "benchmarks.sql", scenario]
        with subprocess.Popen(
            command, env=environ, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as child:
            assert child.stdin is not None
            assert child.stdout is not None
            child.stdin.write(json.dumps(work) + "\n")
            child.stdin.flush()
            assert child.stdout.readline() == "ready\n"
            before = cpu_seconds(self._servers.postgres_pid)
            child.stdin.write("go\n")
            child.stdin.flush()
            seen = json.loads(child.stdout.readline())
        database_cpu = cpu_seconds(self._servers.postgres_pid) - before
        return Run(
            scenario,
            site.open_claims,
            "sql",
            number,
            seen["count"],
            web_cpu=seen["cpu"],
            database_cpu=database_cpu,
            wall=seen["wall"],
        )

    def _enqueue(self, site: Site) -> None:
        """The claims that were submitted wait for the worker, which was not there. Their rings are given again."""
        broker = Redis.from_url(self._servers.valkey.url)
        broker.flushall()
        with worker(self._servers, database=site.database) as program:
            assert program.pid is not None
            time.sleep(1)
            before = cpu_seconds(program.pid, self._servers.postgres_pid)
            environ = self._servers.environ(site.database, "ours")
            self._found.enqueued = int(self._servers.python(environ, "-m", "benchmarks.ring"))
            wait_for(lambda: not broker.llen("enrich") and not broker.hlen("unacked"), what="the worker has it done")
            self._found.enqueueing_cpu = cpu_seconds(program.pid, self._servers.postgres_pid) - before
        left = self._servers.python(environ, "-m", "benchmarks.ring")
        assert int(left) == 0, f"{left.strip()} claims were not enqueued"
