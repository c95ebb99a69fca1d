"""One worker reads everything: for a stage that is one writer and whose source has several partitions.

Faust spreads the partitions over the members of a group. Here all of them go to one member, the one that has most of
them already, so that a worker that joins does not take the state from the one that holds it. Two workers that hold
partitions of one stage at once would both write its log, and the log would stop one of them (streams/delivery/
changelog.py); this is how it does not come to that.
"""

from collections.abc import Mapping
from typing import Any

from faust.assignor.client_assignment import ClientAssignment
from faust.assignor.partition_assignor import PartitionAssignor


class SoleAssignor(PartitionAssignor):  # type: ignore[misc]  # faust has no types here
    """Gives every partition to one member."""

    _held: Mapping[str, int] = {}  # member -> partitions that it has now; replaced, never changed

    def _perform_assignment(self, cluster: Any, member_metadata: Mapping[str, Any]) -> Any:
        self._held = {
            member: len(self._get_client_metadata(metadata).assignment.active_tps)
            for member, metadata in member_metadata.items()
        }
        return super()._perform_assignment(cluster, member_metadata)

    def _protocol_assignments(
        self, assignments: Mapping[str, Any], cl_distribution: Any, tp_distribution: Any, topic_groups: Any
    ) -> Any:
        given = gathered({member: each.actives for member, each in assignments.items()}, self._held)
        sole = {member: ClientAssignment(actives=actives, standbys={}) for member, actives in given.items()}
        return super()._protocol_assignments(
            sole, self._get_changelog_distribution(sole), self._get_external_topic_distribution(sole), topic_groups
        )


def gathered(spread: Mapping[str, Mapping[str, list[int]]], held: Mapping[str, int]) -> dict[str, dict[str, list[int]]]:
    """Return partitions by member and topic where one member has them all: of equals the one whose name is first."""
    everything: dict[str, list[int]] = {}
    for actives in spread.values():
        for topic, partitions in actives.items():
            everything.setdefault(topic, []).extend(partitions)
    chosen = min(spread, key=lambda member: (-held.get(member, 0), member))
    return {
        member: {
            topic: sorted(partitions) if member == chosen else [] for topic, partitions in sorted(everything.items())
        }
        for member in spread
    }
