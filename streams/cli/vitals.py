"""What can be seen of a running stage from outside: Faust's and aiokafka's inner state, read and never changed."""

from typing import TYPE_CHECKING, Any

from streams.cli.errors import UserError
from streams.health import Counters

if TYPE_CHECKING:
    from streams.app import StageApp


def vitals(stage: "StageApp") -> Counters:
    """Return the counters of a stage as they are now."""
    app, stats = stage.app, stage.stats
    return Counters(stage.name, stats.done, stats.in_flight, polled_at(_client(app)), unread(app))


def polled_at(client: Any) -> float | None:
    """Return when Kafka last answered a fetch, in seconds since 1970 UTC; None when no fetch is due.

    None is due without partitions, while they are paused, or while fetched records wait to be taken. 0: no fetch was
    answered yet.
    """
    subscription = client._subscription.subscription if client is not None else None
    assignment = subscription.assignment if subscription is not None else None
    if assignment is None:
        return None
    states = {partition: assignment.state_value(partition) for partition in assignment.tps}
    due = [
        state.timestamp or 0
        for partition, state in states.items()
        if state.has_valid_position and not state.paused and partition not in client._fetcher._records
    ]
    return max(due) / 1_000 if due else None


def unread(app: Any) -> int:
    """Return how many rows of its table a stage has still to read; at least 1 until it took over its partitions."""
    recovery = app.tables._recovery
    rows = recovery.active_remaining_total() if recovery is not None and recovery.in_recovery else 0
    return max(1, rows) if app.rebalancing else rows


def _client(app: Any) -> Any:
    """Return the aiokafka consumer of an app; None before it is connected."""
    thread = getattr(app.consumer, "_thread", None)
    return getattr(thread, "_consumer", None)


def check_idempotence(app: Any) -> None:
    """Make sure that the producer which Faust will make writes nothing twice and waits for every replica.

    Raises:
        UserError: it would not.
    """
    producer = app.producer
    used = {**producer._settings_default(), **producer._settings_extra()}
    if not (used.get("enable_idempotence") is True and used.get("acks") in ("all", -1)):
        raise UserError(
            f"the producer of {app.conf.id} would not be idempotent with acks=all: install newswire anew, its fixes to "
            "faust-streaming do not reach this process"
        )
