"""A plain Faust app with a table, for `python -m tests.faults ab`: each record is counted in the table and passed on.

    python ab_worker.py BOOTSTRAP PREFIX FIX        FIX: with | without the fix of the recovery race

The other fixes are on in both cases, and it acknowledges by hand, last: what it skips, the race has skipped.
"""

import asyncio
import sys
from typing import Any

import faust
from faust.transport.consumer import Consumer
from faust.transport.drivers.aiokafka import Producer

from streams.delivery import fixes

PARTITIONS = 4
BARRIER_SECONDS = 8.0
COMMIT_SECONDS = 20.0


def app(bootstrap: str, prefix: str) -> Any:
    """Return the app."""
    raw: dict[str, Any] = {
        "key_type": bytes,
        "value_type": bytes,
        "key_serializer": "raw",
        "value_serializer": "raw",
    }
    made = faust.App(
        f"{prefix}app", broker=f"kafka://{bootstrap}", store="memory://", autodiscover=False, web_enabled=False,
        topic_allow_declare=False, topic_disable_leader=True, topic_partitions=PARTITIONS,
        processing_guarantee="at_least_once", stream_wait_empty=False, broker_commit_interval=0.5,
        broker_session_timeout=10, broker_heartbeat_interval=2.5, broker_request_timeout=20,
        consumer_auto_offset_reset="earliest", consumer_group_instance_id=f"{prefix}a", producer_acks=-1,
        producer_linger=0.0, datadir=f"/tmp/{prefix}", cython_optimizations=True,
    )  # fmt: skip
    table = made.Table(
        f"{prefix}counts", key_type=bytes, value_type=bytes, partitions=PARTITIONS,
        changelog_topic=made.topic(f"{prefix}counts", partitions=PARTITIONS, **raw),
    )  # fmt: skip

    async def count(stream: Any) -> None:
        noack = stream.noack()
        async for event in noack.events():
            message = event.message
            place = b"%d/%d" % (message.partition, message.offset)
            delivery = await made.producer.send(f"{prefix}out", message.key, place, None, None, {})
            await delivery
            table[message.key] = place
            await noack.ack(event)

    made.agent(made.topic(f"{prefix}in", **raw), name="count", concurrency=1)(count)
    return made


async def main(bootstrap: str, prefix: str) -> None:
    """Run until killed."""
    running = app(bootstrap, prefix)
    await running.start()
    await running._crashed.wait()
    raise SystemExit(3)


if __name__ == "__main__":
    Producer.newswire_barrier_seconds = BARRIER_SECONDS
    Consumer.newswire_commit_seconds = COMMIT_SECONDS
    fixes.make_producer_idempotent()
    fixes.put_barrier_before_commit()
    fixes.expect_closed_transports()
    if sys.argv[3] == "with":
        fixes.stop_flow_before_recovery_completes()
    asyncio.run(main(*sys.argv[1:3]))
