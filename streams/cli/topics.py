"""`newswire topics`: the catalogue against the broker."""

import argparse
import json
from dataclasses import asdict
from typing import Any

from streams.broker import admin
from streams.cli.common import add_broker_arguments, run_async, settings_from, verb, with_broker
from streams.cli.errors import FAILED, OK, UserError
from streams.contracts import acls
from streams.contracts.topics import TopicSpec
from streams.settings import Settings

EXAMPLE = """\
  newswire topics create --bootstrap 127.0.0.1:9092    create what is missing, then check
  newswire topics check                                exit 1 and say what differs
  newswire topics describe --json                      the catalogue itself; needs no broker
  newswire topics acls --role worker --principal User:w    commands that grant what a role needs; needs no broker"""


def add(verbs: Any) -> None:
    """Add the verb."""
    sub = verb(verbs, "topics", run, "create, check or describe the topics; say who may use them", EXAMPLE)
    sub.add_argument("action", choices=("create", "check", "describe", "acls"))
    sub.add_argument("--role", choices=tuple(acls.ROLES), help="with acls: this role alone (default: all)")
    sub.add_argument("--principal", metavar="User:NAME", help="with acls: who gets it (default: User: and the role)")
    sub.add_argument("--resume", metavar="NAME", help="with acls: the group in which a subscriber remembers its place")
    sub.add_argument("--json", action="store_true", help="print JSON")
    add_broker_arguments(sub)


def run(arguments: argparse.Namespace) -> int:
    """Run it."""
    if arguments.action == "describe":
        return _describe(list(settings_from(arguments).catalogue), as_json=arguments.json)
    if arguments.action == "acls":
        return _acls(settings_from(arguments), arguments)
    settings = with_broker(arguments)
    specs = list(settings.catalogue)
    created: list[str] = []
    if arguments.action == "create":
        created = run_async(admin.ensure_topics(settings.connection, specs, replication=settings.replication))
    mismatches = run_async(admin.check_topics(settings.connection, specs))
    if arguments.json:
        print(json.dumps({"created": created, "mismatches": [str(m) for m in mismatches]}))
    else:
        for name in created:
            print(f"created {name}")
        for mismatch in mismatches:
            print(mismatch)
        if not mismatches:
            print(f"{len(specs)} topics as they should be")
    return FAILED if any(mismatch.fatal for mismatch in mismatches) else OK


def _acls(settings: Settings, arguments: argparse.Namespace) -> int:
    if arguments.principal is not None and not all(arguments.principal.partition(":")):
        raise UserError(f"--principal {arguments.principal}: Kafka names them by type, as in User:w")
    if arguments.resume == "":
        raise UserError("--resume: the group has no name")
    roles = [arguments.role] if arguments.role else list(acls.ROLES)
    granted = {
        role: acls.grants(role, settings.catalogue, group=settings.group, resume=arguments.resume) for role in roles
    }
    if arguments.json:
        print(json.dumps({role: [asdict(grant) for grant in grants] for role, grants in granted.items()}, indent=2))
        return OK
    for role, grants in granted.items():
        print(f"# {role}: {acls.ROLES[role]}")
        principal = f"User:{role}" if arguments.principal is None else arguments.principal
        print(*acls.commands(grants, principal, settings.bootstrap or "HOST:PORT"), sep="\n")
    return OK


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
