"""Who may do what on the broker: the least that each role needs, as data. docs/security.md has the table."""

from collections.abc import Iterator
from dataclasses import dataclass
from shlex import quote
from typing import Final, Literal

from streams.contracts.topics import STAGES, Catalogue, TopicSpec, sources_of

Resource = Literal["topic", "group", "cluster"]
READ: Final = "Read"  # holds Describe too, as Write does
WRITE: Final = "Write"  # of any topic: holds the right to an idempotent producer
CREATE: Final = "Create"
DESCRIBE: Final = "Describe"
DESCRIBE_CONFIGS: Final = "DescribeConfigs"
CLUSTER: Final = "kafka-cluster"  # Kafka's name of the one cluster resource
SHADOW: Final = "shadow."  # behind the prefix: how the topics begin that an operator may make, for `newswire replay`

ROLES: Final = {
    "producer": "publishes articles: `python -m producers`, or your own",
    "worker": "runs the stages: `newswire worker`",
    "subscriber": "reads the outcomes and the tables: `newswire tail`, `get`, subscribe()",
    "operator": "looks and repairs: `newswire status`, `reconcile`, `explain`, `dead`, `replay`, `diff`, `forget`,"
    " `override`",
    "admin": "creates and checks topics: `newswire topics create`",
}


@dataclass(frozen=True, slots=True)
class Grant:
    """Operations that are allowed on one resource, or on all whose name begins so."""

    resource: Resource
    name: str
    operations: tuple[str, ...]
    prefixed: bool = False


def grants(role: str, catalogue: Catalogue, *, group: str, resume: str | None = None) -> tuple[Grant, ...]:
    """Return what a role needs.

    Args:
        role: one of ROLES.
        catalogue: the topics.
        group: NEWSWIRE_GROUP; the stages' groups begin with it.
        resume: the group of a subscriber that remembers its place, which is its own.
    """
    return tuple(_merged(_ROLES[role](catalogue, group, resume)))


def stage_grants(stage: str, catalogue: Catalogue, group: str) -> tuple[Grant, ...]:
    """Return what a worker needs on topics and groups to run one stage."""
    return tuple(_merged(_stage(stage, catalogue, group)))


def _producer(catalogue: Catalogue, group: str, resume: str | None) -> Iterator[Grant]:
    yield Grant("topic", catalogue.raw.name, (WRITE,))


def _worker(catalogue: Catalogue, group: str, resume: str | None) -> Iterator[Grant]:
    for stage in STAGES:
        yield from _stage(stage, catalogue, group)
    for topic in catalogue:  # every topic is compared with the catalogue before the first record
        yield Grant("topic", topic.name, (DESCRIBE, DESCRIBE_CONFIGS))
    yield Grant("cluster", CLUSTER, (DESCRIBE_CONFIGS,))  # the limits of a session timeout
    yield Grant("group", f"{group}.", (READ,), prefixed=True)


def _stage(stage: str, catalogue: Catalogue, group: str) -> Iterator[Grant]:
    for topic in (*sources_of(catalogue, stage), *_tables(catalogue, stage)):
        yield Grant("topic", topic.name, (READ,))
    for topic in catalogue:
        if topic.writer in (stage, "any stage"):
            yield Grant("topic", topic.name, (WRITE,))
    yield Grant("group", f"{group}.{stage}", (READ,))


def _tables(catalogue: Catalogue, stage: str) -> tuple[TopicSpec, ...]:
    """Return the changelogs that a stage reads when it starts."""
    tables = {
        "dedupe": (catalogue.decisions,), "tabulate": (catalogue.articles,), "resolve": (catalogue.resolutions,),
    }  # fmt: skip
    return tables.get(stage, ())


def _subscriber(catalogue: Catalogue, group: str, resume: str | None) -> Iterator[Grant]:
    for topic in (
        catalogue.enriched, catalogue.duplicates, catalogue.stories, catalogue.groups, catalogue.articles,
        catalogue.entities,
    ):  # fmt: skip
        yield Grant("topic", topic.name, (READ,))
    if resume is not None:
        yield Grant("group", resume, (READ,))


def _operator(catalogue: Catalogue, group: str, resume: str | None) -> Iterator[Grant]:
    for topic in catalogue:
        yield Grant("topic", topic.name, (READ, DESCRIBE_CONFIGS))
    for topic in (catalogue.redrive, catalogue.clean, catalogue.orders):  # re-driven records, and orders
        yield Grant("topic", topic.name, (WRITE,))
    # A shadow topic is made, written, and read by diff; whoever may delete topics deletes it.
    yield Grant("topic", f"{catalogue.prefix}{SHADOW}", (CREATE, READ, WRITE), prefixed=True)
    yield Grant("group", f"{group}.", (DESCRIBE,), prefixed=True)


def _admin(catalogue: Catalogue, group: str, resume: str | None) -> Iterator[Grant]:
    for topic in catalogue:
        yield Grant("topic", topic.name, (CREATE, DESCRIBE, DESCRIBE_CONFIGS))


_ROLES: Final = {
    "producer": _producer, "worker": _worker, "subscriber": _subscriber, "operator": _operator, "admin": _admin,
}  # fmt: skip


def _merged(given: Iterator[Grant]) -> Iterator[Grant]:
    """Join the grants of each resource; drop what others hold."""
    found: dict[tuple[Resource, str, bool], dict[str, None]] = {}
    for grant in given:
        found.setdefault((grant.resource, grant.name, grant.prefixed), {}).update(dict.fromkeys(grant.operations))
    prefixes = [name for resource, name, prefixed in found if resource == "group" and prefixed]
    for (resource, name, prefixed), operations in found.items():
        if resource == "group" and not prefixed and name.startswith(tuple(prefixes)):
            continue
        if READ in operations or WRITE in operations:
            operations.pop(DESCRIBE, None)
        yield Grant(resource, name, tuple(operations), prefixed)


def commands(given: tuple[Grant, ...], principal: str, bootstrap: str) -> list[str]:
    """Return the lines for Kafka's own tool that grant these to a principal (`User:name`)."""
    return [_command(grant, principal, bootstrap) for grant in given]


def _command(grant: Grant, principal: str, bootstrap: str) -> str:
    what = "--cluster" if grant.resource == "cluster" else f"--{grant.resource} {quote(grant.name)}"
    pattern = " --resource-pattern-type prefixed" if grant.prefixed else ""
    operations = " ".join(f"--operation {operation}" for operation in grant.operations)
    return (
        f"kafka-acls.sh --bootstrap-server {bootstrap} --command-config admin.properties --add "
        f"--allow-principal {quote(principal)} {operations} {what}{pattern}"
    )
