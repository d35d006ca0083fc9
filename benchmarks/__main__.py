"""Measures the service against its floor and prints a table: `python -m benchmarks [--quick]`.

The floor is a minimal Django project that does the same without our rules; see docs/benchmarks.md. Measurements are no
tests: the exit code is 0 whatever they say, and 1 only where nothing could be measured.
"""

from __future__ import annotations

import argparse
import signal
import sys
from contextlib import ExitStack
from pathlib import Path

from benchmarks import report
from benchmarks.measure import SCENARIOS, Bench, Sizes

FULL = Sizes(
    open_claims=(10_000, 100_000), rounds=5, requests={"submit": 40, "take": 200, "verdict": 80, "list": 15}, starts=5
)
QUICK = Sizes(
    open_claims=(1_000, 5_000), rounds=3, requests={"submit": 16, "take": 80, "verdict": 32, "list": 8}, starts=2
)


def sizes_asked(arguments: list[str]) -> tuple[Sizes, Path | None]:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small databases and few requests: a minute or two")
    parser.add_argument("--open", help="how many open claims, such as 10000,100000")
    parser.add_argument("--rounds", type=int, help="how often ours and the floor are driven in turn")
    parser.add_argument("--share", type=float, default=1.0, help="this share of the usual requests")
    parser.add_argument("--starts", type=int, help="how often the web server is started to time its first answer")
    parser.add_argument("--only", choices=SCENARIOS, action="append", help="this scenario; may be given again")
    parser.add_argument("--json", type=Path, help="writes every measurement there too")
    asked = parser.parse_args(arguments)
    usual = QUICK if asked.quick else FULL
    sizes = Sizes(
        open_claims=tuple(int(size) for size in asked.open.split(",")) if asked.open else usual.open_claims,
        rounds=asked.rounds or usual.rounds,
        requests={
            name: max(1, round(count * asked.share))
            for name, count in usual.requests.items()
            if name in (asked.only or SCENARIOS)
        },
        starts=asked.starts or usual.starts,
    )
    return sizes, asked.json


def main(arguments: list[str]) -> int:
    if sys.platform != "linux":
        print("The benchmarks read /proc: they run on Linux.", file=sys.stderr)
        return 1
    sizes, json_file = sizes_asked(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # the stack below ends the servers and removes their folder
    with ExitStack() as stack:
        found = Bench(stack, sizes).run()
    print(report.table(found))
    if json_file:
        json_file.write_text(report.as_json(found))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
