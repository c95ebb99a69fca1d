"""Real brokers for the integration tier: the same cases on the embedded Kafka and on one in a container."""

import os
import sys
import uuid
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from streams.broker import admin
from streams.broker.embedded import EmbeddedKafka
from streams.contracts.topics import Catalogue
from tests.integration.containers import docker_available, kafka_container
from tests.integration.running import run_async

PARTITIONS = 4  # more than one, so that order across partitions differs; few, so that topics are made quickly


BOTH = ("embedded", "container")  # what cannot run says so instead of vanishing


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each test on both brokers; a module may name fewer in `BROKERS`, and says why."""
    if "bootstrap" in metafunc.fixturenames:
        metafunc.parametrize("bootstrap", getattr(metafunc.module, "BROKERS", BOTH), indirect=True, scope="session")


@pytest.fixture(scope="session")
def bootstrap(request: pytest.FixtureRequest) -> Iterator[str]:
    """Address of a real broker, one for the whole session."""
    with ExitStack() as stack:
        if request.param == "embedded":
            yield stack.enter_context(EmbeddedKafka()).bootstrap
            return
        if reason := docker_available():
            if os.environ.get("CI"):
                pytest.fail(f"CI must run the container path: {reason}")
            print(f"\nSKIPPED container broker: {reason}", file=sys.stderr)
            pytest.skip(f"no container broker: {reason}")
        yield stack.enter_context(kafka_container())


@pytest.fixture
def catalogue(bootstrap: str) -> Catalogue:
    """Topics of this test alone."""
    own = Catalogue(prefix=f"t{uuid.uuid4().hex[:10]}.", partitions=PARTITIONS)
    run_async(admin.ensure_topics(bootstrap, list(own)))
    return own
