"""The README's commands that need a broker, in their order, and its consumer."""

import contextlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

from streams.broker.embedded import EmbeddedKafka
from streams.contracts.topics import Catalogue
from tests.integration.running import ROOT, environment, newswire, until
from tests.meta.test_readme import blocks, commands, program

pytestmark = pytest.mark.integration


def test_the_commands_with_kafka_work_in_their_order(tmp_path: Path) -> None:
    with contextlib.ExitStack() as stack:
        broker = stack.enter_context(EmbeddedKafka())
        # The README's own settings: no prefix, default partitions.
        env = environment(broker.bootstrap, Catalogue(), tmp_path)
        env |= {"NEWSWIRE_GROUP": "newswire"}
        worker: subprocess.Popen[bytes] | None = None
        for command in commands():
            if command.startswith(("make", "newswire enrich", "export")):
                continue
            if command.startswith("newswire worker"):
                worker = subprocess.Popen(program(command), env=env, cwd=ROOT, stderr=subprocess.DEVNULL)
                stack.callback(_stop, worker)
                continue
            if command.startswith("newswire status"):
                until(lambda: _drained(env), "status drained")
            done = subprocess.run(program(command), env=env, cwd=ROOT, capture_output=True, timeout=120, check=False)
            assert done.returncode == 0, f"{command}: {done.stderr.decode()}"
        assert worker is not None
        assert worker.poll() is None
        _consumer_prints_articles(broker.bootstrap)


def _drained(env: dict[str, str]) -> bool | None:
    return newswire("status", "--json", env=env).returncode == 0 or None


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    process.wait(60)


def _consumer_prints_articles(bootstrap: str) -> None:
    [source] = blocks("python")
    source = re.sub(r'"127\.0\.0\.1:9092"', repr(bootstrap), source)
    with subprocess.Popen([sys.executable, "-u", "-c", source], cwd=ROOT, stdout=subprocess.PIPE) as consumer:
        assert consumer.stdout is not None
        lines = [consumer.stdout.readline() for _ in range(5)]
        consumer.kill()
    assert all(line.strip() for line in lines)
