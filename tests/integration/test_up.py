"""`newswire up` on its own embedded Kafka: the demo ends by itself, and leaves nothing behind however it ends."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.integration.running import ROOT, newswire, until

pytestmark = pytest.mark.integration
SEED = 20260407
GONE_SECONDS = 30.0  # a child that is loading a model notices when it is done


def _environment(state: Path) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("NEWSWIRE_")}
    # The marker tells our processes from all others; /proc shows it for as long as they live.
    return {**inherited, "NEWSWIRE_STATE": str(state), "NEWSWIRE_PROCESSES": "1"}


def _left(state: Path) -> list[str] | None:
    """Return the command lines of processes that run with this state folder in their environment or arguments."""
    found = []
    for process in Path("/proc").iterdir():
        if process.name.isdigit() and int(process.name) != os.getpid():
            try:
                text = (process / "environ").read_bytes() + (process / "cmdline").read_bytes()
                if str(state).encode() in text:
                    found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode()[:200])
            except OSError:  # it has ended, or is not ours
                continue
    return found


def test_the_demo_ends_by_itself_with_every_outcome(tmp_path: Path) -> None:
    done = newswire("up", "--once", "--fresh", env=_environment(tmp_path), timeout=180)
    assert done.returncode == 0, done.stderr.decode()
    assert b"missing 0" in done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    published = int(done.stderr.split(b"published ")[1].split()[0])
    assert len(lines) == published
    until(lambda: None if _left(tmp_path) else True, f"processes left: {_left(tmp_path)}", GONE_SECONDS)


def test_what_is_kept_between_runs_makes_a_second_run_copies(tmp_path: Path) -> None:
    own = tmp_path / "one.jsonl"
    own.write_text('{"url": "https://a.example/1", "title": "One", "text": "A bridge opened in Lisbon on Monday."}\n')
    first = newswire("up", "--once", "--files", str(own), env=_environment(tmp_path / "state"), timeout=180)
    second = newswire("up", "--once", "--files", str(own), env=_environment(tmp_path / "state"), timeout=180)
    assert b"published 1 = enriched 1 + duplicates 0 + dead 0, missing 0" in first.stderr
    assert b"published 1 = enriched 0 + duplicates 1 + dead 0, missing 0" in second.stderr


@pytest.mark.parametrize("moment", range(3))
def test_killed_at_any_moment_it_leaves_no_process_behind(tmp_path: Path, moment: int) -> None:
    after = random.Random(SEED + moment).uniform(0.5, 14.0)
    print(f"seed {SEED + moment}: killed after {after:.2f} s")
    process = subprocess.Popen(
        [sys.executable, "-m", "streams", "up", "--once", "--fresh"],
        env=_environment(tmp_path),
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + after
    while time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.01)  # the moment itself is what is tested
    process.send_signal(signal.SIGKILL)
    process.wait()
    until(lambda: None if _left(tmp_path) else True, f"killed after {after:.2f} s, still there", GONE_SECONDS)


def test_stopped_when_its_parent_is_gone(tmp_path: Path) -> None:
    shell = subprocess.Popen(
        ["sh", "-c", f"{sys.executable} -m streams up --with-parent >/dev/null 2>&1; true"],
        env=_environment(tmp_path),
        cwd=ROOT,
    )
    until(lambda: True if len(_left(tmp_path) or []) >= 3 else None, "the pipeline is up")
    shell.kill()
    shell.wait()
    until(lambda: None if _left(tmp_path) else True, "still there after the parent was killed", 60.0)
