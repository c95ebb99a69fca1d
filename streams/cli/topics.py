"""`newswire topics`: the catalogue against the broker."""

import argparse
import json
from typing import Any

from streams.broker import admin
from streams.cli.common import add_broker_arguments, run_async, settings_from, verb, with_broker
from streams.cli.errors import FAILED, OK
from streams.contracts.topics import TopicSpec

EXAMPLE = """\
  newswire topics create --bootstrap 127.0.0.1:9092    create what is missing, then check
  newswire topics check                                exit 1 and say what differs
  newswire topics describe --json                      the catalogue itself; needs no broker"""


def add(verbs: Any) -> None:
    """Add the verb."""
    sub = verb(verbs, "topics", run, "create, check or describe the topics", EXAMPLE)
    sub.add_argument("action", choices=("create", "check", "describe"))
    sub.add_argument("--json", action="store_true", help="print JSON")
    add_broker_arguments(sub)


def run(arguments: argparse.Namespace) -> int:
    """Run it."""
    if arguments.action == "describe":
        return _describe(list(settings_from(arguments).catalogue), as_json=arguments.json)
    settings = with_broker(arguments)
    assert settings.bootstrap  # noqa: S101 - with_broker saw to it
    specs = list(settings.catalogue)
    created: list[str] = []
    if arguments.action == "create":
        created = run_async(admin.ensure_topics(settings.bootstrap, specs, replication=settings.replication))
    mismatches = run_async(admin.check_topics(settings.bootstrap, specs))
    if arguments.json:
        print(json.dumps({"created": created, "mismatches": [str(m) for m in mismatches]}))
    else:
        for name in created:
            print(f"created {name}")
        for mismatch in mismatches:
            print(mismatch)
        if not mismatches:
            print(f"{len(specs)} topics as they should be")
    return FAILED if mismatches else OK


def _describe(specs: list[TopicSpec], *, as_json: bool) -> int:
    if as_json:
        print(json.dumps([_plain(spec) for spec in specs], indent=2))
        return OK
    for spec in specs:
        keep = "compacted" if spec.cleanup == "compact" else f"{spec.retention_ms // 86_400_000} days"
        what = f"{spec.value.__name__:<18} key {spec.key:<17}"
        print(f"{spec.name:<20} {spec.partitions:>3}  {what} {keep:<10} {spec.about}")
    return OK


def _plain(spec: TopicSpec) -> dict[str, Any]:
    return {
        "name": spec.name, "partitions": spec.partitions, "value": spec.value.__name__, "key": spec.key,
        "writer": spec.writer, "about": spec.about, "config": spec.config(),
    }  # fmt: skip
