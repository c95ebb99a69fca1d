"""One member reads everything."""

from typing import Any
from unittest.mock import Mock

import pytest
from aiokafka.coordinator.protocol import ConsumerProtocolMemberMetadata
from faust.assignor.client_assignment import ClientAssignment, ClientMetadata

from streams.delivery.assignor import SoleAssignor, gathered

SPREAD = {"a": {"enriched": [0, 2], "orders": []}, "b": {"enriched": [1], "orders": [0]}, "c": {}}


@pytest.mark.parametrize(("held", "chosen"), [({}, "a"), ({"b": 3}, "b"), ({"b": 1, "c": 4}, "c"), ({"x": 9}, "a")])
def test_all_partitions_go_to_the_one_that_has_most_already(held: dict[str, int], chosen: str) -> None:
    given = gathered(SPREAD, held)
    assert given[chosen] == {"enriched": [0, 1, 2], "orders": [0]}
    assert [given[other] for other in SPREAD if other != chosen] == [{"enriched": [], "orders": []}] * 2


def test_it_does_not_matter_in_which_order_members_are_given() -> None:
    turned = dict(reversed(SPREAD.items()))
    assert gathered(turned, {}) == gathered(SPREAD, {})


TOPICS = {"enriched": 3, "orders": 1}


def member(assignor: SoleAssignor, member_id: str, holds: dict[str, list[int]]) -> Any:
    """Return what a member of this name tells the leader."""
    told = ClientMetadata(
        assignment=ClientAssignment(actives=holds, standbys={}), url=f"http://{member_id}", changelog_distribution={},
        external_topic_distribution={}, topic_groups={},
    )  # fmt: skip
    return ConsumerProtocolMemberMetadata(assignor.version, list(TOPICS), told.dumps())


@pytest.fixture
def assignor() -> SoleAssignor:
    app = Mock(tracer=None)
    app.tables.data, app.tables.changelog_topics = {}, set()
    return SoleAssignor(app)


@pytest.mark.parametrize("holder", ["a", "b"])
def test_whoever_has_them_keeps_them_when_another_joins(assignor: SoleAssignor, holder: str) -> None:
    cluster = Mock(partitions_for_topic=lambda topic: set(range(TOPICS[topic])))
    all_of_them = {topic: list(range(count)) for topic, count in TOPICS.items()}
    members = {each: member(assignor, each, all_of_them if each == holder else {}) for each in ("a", "b")}
    given = assignor.assign(cluster, members)
    held = {each: {topic: list(found) for topic, found in given[each].assignment} for each in given}
    assert held.pop(holder) == all_of_them
    assert held == {"b" if holder == "a" else "a": {"enriched": [], "orders": []}}


def test_a_member_takes_its_assignment_in(assignor: SoleAssignor) -> None:
    cluster = Mock(partitions_for_topic=lambda topic: set(range(TOPICS[topic])))
    assignor.app.conf.canonical_url = "http://a"
    given = assignor.assign(cluster, {each: member(assignor, each, {}) for each in ("a", "b")})
    assignor.on_assignment(given["a"])
    assert {(tp.topic, tp.partition) for tp in assignor.assigned_actives()} == {
        ("enriched", 0), ("enriched", 1), ("enriched", 2), ("orders", 0),
    }  # fmt: skip
