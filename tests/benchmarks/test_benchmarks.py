import json
import subprocess
import sys
from pathlib import Path

import pytest

from run import ROOT
from tests.processes import needs_linux


@needs_linux
@pytest.mark.xdist_group("whole service")
def test_every_measurement_is_taken_and_shown(tmp_path: Path) -> None:
    """On so little that the figures mean nothing."""
    file = tmp_path / "found.json"
    sizes = ["--open", "600", "--rounds", "1", "--share", "0.25", "--starts", "1"]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--quick", *sizes, "--json", str(file)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(file.read_text())
    driven = {(run["scenario"], run["open_claims"], run["side"]) for run in found["runs"]}
    scenarios, sides = ("submit", "take", "verdict", "list"), ("ours", "floor", "sql")
    assert driven == {(scenario, 600, side) for scenario in scenarios for side in sides}
    assert all(run["count"] > 0 and run["wall"] > 0 for run in found["runs"])
    assert all(line["what"] in done.stdout for line in found["lines"])
    # What the two answer is about the same in size; else the comparison means nothing.
    answered = {(run["scenario"], run["side"]): run["body_bytes"] for run in found["runs"]}
    for scenario in scenarios:
        assert answered[scenario, "ours"] == pytest.approx(answered[scenario, "floor"], rel=0.1)
    assert found["web_pss"] > 0
    assert found["worker_pss"] > 0
    assert found["enqueued"] == 2 * 4 * 15  # of the round that counts and of the one before it
