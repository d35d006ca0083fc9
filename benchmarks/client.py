"""The closed-loop client: so many threads, each with one connection, send requests one after the other.

Reads its work from standard input as JSON and prints what it saw as JSON. It is a process of its own, so that its CPU
time is not counted.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections import deque
from dataclasses import asdict, dataclass, field
from http.client import HTTPConnection, HTTPException
from typing import Any

TIMEOUT = 30.0  # seconds


@dataclass
class Work:
    """Requests in the order in which they are begun; after each, the `next` of its answer is followed so many times."""

    port: int
    requests: list[dict[str, Any]]
    concurrency: int = 8
    follow: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 60.0


@dataclass
class Seen:
    count: int = 0
    wall: float = 0.0
    body_bytes: int = 0
    latencies: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    sample: str = ""


class Client:
    def __init__(self, work: Work) -> None:
        self._work = work
        self._left = deque(work.requests)
        self._lock = threading.Lock()
        self._deadline = 0.0
        self.seen = Seen()

    def run(self) -> Seen:
        threads = [threading.Thread(target=self._one_after_the_other) for _ in range(self._work.concurrency)]
        started = time.perf_counter()
        self._deadline = started + self._work.seconds
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.seen.wall = time.perf_counter() - started
        return self.seen

    def _one_after_the_other(self) -> None:
        connection = HTTPConnection("127.0.0.1", self._work.port, timeout=TIMEOUT)
        while time.perf_counter() < self._deadline:
            try:
                request = self._left.popleft()
            except IndexError:
                break
            self._chain(connection, request)
        connection.close()

    def _chain(self, connection: HTTPConnection, request: dict[str, Any]) -> None:
        answer = self._send(connection, request)
        for _ in range(self._work.follow):
            address = json.loads(answer).get("next") if answer else None
            if not address:
                break
            path = address.partition("://")[2].partition("/")[2]
            answer = self._send(connection, {"method": "GET", "path": f"/{path}"})

    def _send(self, connection: HTTPConnection, request: dict[str, Any]) -> bytes:
        body = json.dumps(request["body"]).encode() if "body" in request else None
        headers = {**self._work.headers, **request.get("headers", {})}
        if body is not None:
            headers["Content-Type"] = "application/json"
        started = time.perf_counter()
        try:
            connection.request(request["method"], request["path"], body=body, headers=headers)
            response = connection.getresponse()
            answer = response.read()
        except (OSError, HTTPException) as error:
            connection.close()
            self._note_wrong(f"{request['path']}: {error!r}")
            return b""
        if response.status not in {200, 201}:
            self._note_wrong(f"{request['path']}: {response.status} {answer[:300]!r}")
            return b""
        self._note(time.perf_counter() - started, answer)
        return answer

    def _note(self, seconds: float, answer: bytes) -> None:
        with self._lock:
            self.seen.count += 1
            self.seen.body_bytes += len(answer)
            self.seen.latencies.append(seconds)
            self.seen.sample = self.seen.sample or answer.decode()

    def _note_wrong(self, what: str) -> None:
        with self._lock:
            self.seen.wrong.append(what)


if __name__ == "__main__":
    json.dump(asdict(Client(Work(**json.load(sys.stdin))).run()), sys.stdout)
