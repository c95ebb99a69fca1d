"""`newswire status`: lag of each stage and outcomes, from Kafka itself, whether or not a worker runs."""

import argparse
import asyncio
import json
import time
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from streams.broker import offsets
from streams.cli.common import add_broker_arguments, run_async, verb, with_broker
from streams.cli.errors import FAILED, OK
from streams.cli.outcomes import Tally, outcome_topics, summary
from streams.client import offset_bounds, subscribe
from streams.contracts.topics import STAGES, sources_of
from streams.settings import Settings, group_of

EXAMPLE = """\
  newswire status --bootstrap 127.0.0.1:9092
  newswire status --watch                      redraw every 2 s
  newswire status --json | jq .missing         for scripts; exit 1 while something is missing"""

WATCH_SECONDS: Final = 2.0


def add(verbs: Any) -> None:
    """Add the verb."""
    sub = verb(verbs, "status", run, "lag, outcomes and what is missing, from Kafka", EXAMPLE)
    add_broker_arguments(sub)
    sub.add_argument("--json", action="store_true", help="print one JSON object")
    sub.add_argument("--watch", action="store_true", help="redraw until interrupted")


def run(arguments: argparse.Namespace) -> int:
    """Run it."""
    settings = with_broker(arguments)
    if arguments.watch:
        return run_async(_watch(settings))
    state = run_async(read_status(settings))
    if arguments.json:
        print(json.dumps(state))
    else:
        Console().print(_table(state))
        print(summary(state["published"], state, state["missing"]))
    return FAILED if state["missing"] else OK


async def read_status(settings: Settings) -> dict[str, Any]:
    """Return counts of raw records by outcome, and lag and position of each stage.

    Counts are of what is within retention. `missing` is what has no outcome yet: under way, or waiting.
    """
    catalogue = settings.catalogue
    lags = {name: await _lag(settings, name) for name in STAGES}
    bounds = await offset_bounds(settings.connection, catalogue.raw)
    published = {(partition, offset) for partition, (begin, end) in bounds.items() for offset in range(begin, end)}
    tally = Tally(catalogue)
    async for received in subscribe(
        settings.connection, list(outcome_topics(catalogue).values()), since="earliest", to_end=True
    ):
        tally.add(received)
    return {
        "published": len(published),
        **tally.counts(published),
        "missing": len(tally.missing(published)),
        "repeats": tally.repeats,
        "lag": {name: lag["lag"] for name, lag in lags.items()},
        "stages": lags,
    }


async def _lag(settings: Settings, stage: str) -> dict[str, int]:
    sources = [topic.name for topic in sources_of(settings.catalogue, stage)]
    found = await offsets.lag(settings.connection, group_of(settings, stage), sources)
    done = sum(committed or 0 for committed, _ in found.values())
    end = sum(end for _, end in found.values())
    return {"committed": done, "end": end, "lag": end - done}


def _table(state: dict[str, Any], rates: dict[str, float] | None = None) -> Table:
    table = Table("stage", "committed", "end", "lag", *(["per s"] if rates else []), title="newswire")
    for name, lag in state["stages"].items():
        rate = [f"{rates[name]:.1f}"] if rates else []
        table.add_row(name, str(lag["committed"]), str(lag["end"]), str(lag["lag"]), *rate)
    table.caption = summary(state["published"], state, state["missing"])
    return table


async def _watch(settings: Settings) -> int:
    from rich.live import Live

    before: dict[str, Any] | None = None
    then = time.monotonic()
    with Live(refresh_per_second=4) as live:
        while True:
            state = await read_status(settings)
            now = time.monotonic()
            rates = _rates(before, state, now - then) if before else None
            live.update(_table(state, rates))
            before, then = state, now
            await asyncio.sleep(WATCH_SECONDS)


def _rates(before: dict[str, Any], state: dict[str, Any], seconds: float) -> dict[str, float]:
    return {
        name: (state["stages"][name]["committed"] - before["stages"][name]["committed"]) / max(seconds, 1e-9)
        for name in STAGES
    }
