"""The settings without which Faust loses records, on the apps as they are built; no broker."""

from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from mode.supervisors import CrashingSupervisor

from streams.app import create_app
from streams.contracts.topics import STAGES
from streams.delivery import fixes
from streams.delivery.assignor import SoleAssignor
from streams.settings import Settings, load


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load(bootstrap="127.0.0.1:1", state=tmp_path, processes=1)


@pytest.fixture(params=STAGES)
def app(request: pytest.FixtureRequest, settings: Settings) -> Any:
    return create_app(settings, request.param, epochs={}, parts=Mock()).app


def test_one_agent_reads_one_record_at_a_time(app: Any) -> None:
    (agent,) = app.agents.values()
    assert agent.concurrency == 1  # more would acknowledge out of order


def test_an_agent_that_raises_is_not_restarted_in_place(app: Any) -> None:
    (agent,) = app.agents.values()
    assert agent.supervisor_strategy is CrashingSupervisor  # the default goes on as if nothing had happened


def test_no_commit_waits_for_ever_and_none_comes_from_a_transaction(app: Any) -> None:
    assert app.conf.stream_wait_empty is False  # with acknowledgements by hand it would hang on SIGTERM
    assert str(app.conf.processing_guarantee.value) == "at_least_once"


def test_topics_are_the_catalogues_business(app: Any) -> None:
    assert app.conf.topic_allow_declare is False
    assert app.conf.topic_disable_leader is True


def test_nothing_listens(app: Any) -> None:
    assert app.conf.web_enabled is False


def test_a_record_counts_when_all_replicas_have_it(app: Any) -> None:
    assert app.conf.producer_acks == -1


def test_the_producer_gives_up_in_time_and_the_barrier_before_the_session_ends(app: Any, settings: Settings) -> None:
    assert app.conf.producer_request_timeout == settings.request_seconds <= 60
    assert fixes.Producer.newswire_barrier_seconds < settings.session_seconds  # type: ignore[attr-defined]


def test_a_table_has_the_partitions_of_its_source(app: Any, settings: Settings) -> None:
    partitions = {topic.name: topic.partitions for topic in settings.catalogue}
    sources = {name for agent in app.agents.values() for name in agent.channel.topics}
    for table in app.tables.values():
        changelog = table.changelog_topic.topics[0]
        assert {partitions[changelog]} == {partitions[source] for source in sources}


def test_dedupe_has_one_partition_however_many_the_others_have(tmp_path: Path) -> None:
    catalogue = load(bootstrap="127.0.0.1:1", state=tmp_path, partitions=24).catalogue
    # A memory table is one dict for all partitions, and keeps those that went to another worker.
    assert (catalogue.clean.partitions, catalogue.decisions.partitions) == (1, 1)


def test_tables_and_topics_carry_bytes(app: Any) -> None:
    for table in app.tables.values():
        topic = table.changelog_topic
        assert (table.key_type, table.value_type, topic.key_serializer, topic.value_serializer) == (
            bytes, bytes, "raw", "raw",
        )  # fmt: skip
    (agent,) = app.agents.values()
    assert (agent.channel.key_serializer, agent.channel.value_serializer) == ("raw", "raw")


def test_a_worker_that_comes_back_is_the_same_member(tmp_path: Path) -> None:
    named = load(bootstrap="127.0.0.1:1", state=tmp_path, processes=1, slot="a")
    app = create_app(named, "normalise", epochs={}, parts=Mock()).app
    assert app.conf.consumer_group_instance_id.endswith("normalise.a")


def test_resolve_has_one_worker_however_many_partitions_it_reads(settings: Settings) -> None:
    apps = {stage: create_app(settings, stage, epochs={}, parts=Mock()).app for stage in STAGES}
    assert {stage for stage, app in apps.items() if app.conf.PartitionAssignor is SoleAssignor} == {"resolve"}
