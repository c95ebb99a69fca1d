"""docker-compose.yml as a user runs it: a broker, topics, two workers, the seeds; every article has its outcome."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from tests.integration.containers import HOST, IMAGE, docker_available, free_port

ROOT: Final = Path(__file__).resolve().parents[2]
COMPOSE_FILE: Final = ROOT / "docker-compose.yml"
BASE: Final = "python:3.11-slim"
SEEDS: Final = ROOT / "seeds" / "articles.jsonl"

BUILD_S: Final = 900.0  # three minutes with an empty cache, half of it downloading
UP_S: Final = 240.0  # 20 s on two busy cores: the broker's start, then the topics'
DRAIN_S: Final = 240.0  # 25 s on two busy cores, most of it loading the models twice
DOWN_S: Final = 120.0
POLL_S: Final = 1.0  # each look starts a Python
LOG_LINES: Final = 20  # of each container
LINE_CHARS: Final = 300  # a traceback in a JSON log is one line
STEADY: Final = ["running 0"] * 2  # state and restarts of both workers


def compose_command() -> list[str] | None:
    """Return the compose that is installed: v2, a plugin of docker, or 1.29, a program."""
    if shutil.which("docker") and subprocess.run(["docker", "compose", "version"], capture_output=True).returncode == 0:
        return ["docker", "compose"]
    return ["docker-compose"] if shutil.which("docker-compose") else None


class Stack:
    """One project of docker-compose.yml: its own name, network, volume and port, and the tests' image."""

    def __init__(self, command: list[str]) -> None:
        self.name = f"newswire-test-{uuid.uuid4().hex[:8]}"
        self.bootstrap = f"{HOST}:{free_port()}"
        self._command = [*command, "--file", str(COMPOSE_FILE), "--project-name", self.name]
        own = {"NEWSWIRE_IMAGE": "newswire:test", "NEWSWIRE_KAFKA_PORT": self.bootstrap.partition(":")[2]}
        outside = {key: value for key, value in os.environ.items() if not key.startswith("NEWSWIRE_")}
        build = {key: os.environ[key] for key in ("NEWSWIRE_BUILD_NETWORK", "NEWSWIRE_BASE") if key in os.environ}
        self._environment = {**outside, **build, **own}

    def run(self, *arguments: str, timeout: float) -> str:
        """Run compose; return what it printed on standard output. Fails the test, with its words, when it fails."""
        done = subprocess.run(
            [*self._command, *arguments],
            env=self._environment, cwd=ROOT, capture_output=True, text=True, timeout=timeout, check=False,
        )  # fmt: skip
        if done.returncode:
            said = _short((done.stdout + done.stderr).splitlines()[-LOG_LINES:])
            pytest.fail(f"compose {' '.join(arguments)} ended with {done.returncode}:\n{said}")
        return done.stdout

    def containers(self, service: str) -> list[str]:
        """Return the ids of a service's containers, ended ones too."""
        return self.run("ps", "--all", "--quiet", service, timeout=DOWN_S).split()

    def exit_code(self, service: str, timeout: float) -> int:
        """Wait until the service's one container has ended."""
        (container,) = self.containers(service)
        done = subprocess.run(
            ["docker", "wait", container], capture_output=True, text=True, timeout=timeout, check=True
        )
        return int(done.stdout)

    def status(self) -> dict[str, Any]:
        """Ask from outside the containers, through the published port."""
        command = [sys.executable, "-m", "streams", "status", "--json", "--bootstrap", self.bootstrap]
        done = subprocess.run(command, cwd=ROOT, env=self._environment, capture_output=True, text=True, timeout=DOWN_S)
        assert done.stdout, f"newswire status printed nothing: {done.stderr}"
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer

    def logs(self) -> str:
        """Return the end of what each container printed."""
        return _short(self.run("logs", "--no-color", f"--tail={LOG_LINES}", timeout=DOWN_S).splitlines())

    def workers(self) -> list[str]:
        """Return the state of each worker, with how often it was restarted."""
        form = "{{.State.Status}} {{.RestartCount}}"
        command = ["docker", "inspect", "--format", form, *self.containers("worker")]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()


def _short(lines: list[str]) -> str:
    return "\n".join(line[:LINE_CHARS] for line in lines)


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    if reason := docker_available(IMAGE, BASE):
        pytest.skip(reason)
    command = compose_command()
    if command is None:
        pytest.skip("no docker-compose: install docker-compose or docker's compose plugin")
    running = Stack(command)
    try:
        running.run("build", "worker", timeout=BUILD_S)
        running.run("up", "--detach", "--no-build", "--scale", "worker=2", timeout=UP_S)
        yield running
    finally:
        running.run("down", "--volumes", "--remove-orphans", timeout=DOWN_S)


def test_compose_and_the_tests_use_the_same_kafka() -> None:
    assert re.findall(r"^ +image: (apache/kafka\S+)$", COMPOSE_FILE.read_text(), re.MULTILINE) == [IMAGE]


@pytest.mark.integration
def test_every_seed_article_gets_its_outcome(stack: Stack) -> None:
    assert stack.exit_code("producer", timeout=UP_S) == 0, stack.logs()
    articles = len(SEEDS.read_bytes().splitlines())

    status = stack.status()
    deadline = time.monotonic() + DRAIN_S
    while status["missing"] or any(status["lag"].values()):
        assert stack.workers() == STEADY, f"a worker was restarted: {status}\n{stack.logs()}"
        assert time.monotonic() < deadline, f"not drained after {DRAIN_S:.0f} s: {status}\n{stack.logs()}"
        time.sleep(POLL_S)
        status = stack.status()

    assert status["published"] == articles
    assert status["enriched"] + status["duplicates"] + status["dead"] == articles, status
    assert status["dead"] == 0, status
    assert stack.workers() == STEADY, stack.logs()


@pytest.mark.integration
def test_status_runs_inside_too(stack: Stack) -> None:
    printed = stack.run("run", "--rm", "-T", "status", "status", "--json", timeout=DOWN_S)
    assert json.loads(printed)["missing"] == 0
