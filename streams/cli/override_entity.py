"""`newswire override entity split A B | merge A B`: what resolve took for one entity undone, or the other way round."""

import argparse
import json
from collections.abc import Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

from streams import __version__
from streams.broker import admin
from streams.cli.common import add_broker_arguments, run_async, with_broker
from streams.cli.entities import read_entities
from streams.cli.errors import FAILED, OK, UserError
from streams.cli.forget import ORIGIN
from streams.cli.publish import publisher
from streams.contracts.codec import Headers, encode
from streams.contracts.events import OverrideEntities, schema_name
from streams.core.entity_updates import Entities
from streams.delivery.records import Output
from streams.settings import Settings

EXAMPLE: Final = """\
  newswire override entity split 1b2c…-… 9f0e…-…              B is not A, in articles to come as well
  newswire override entity merge "Sergey Lavrov" "Sergei Lavrov"    B is A, in every article; by name, where one has it

Each undoes the other, and the ids come from `newswire get entity`; of two orders on a pair the later one holds.
No article changes.
exit code 0: published; 1: nothing to do; 2: an entity is unknown, or several have the name"""


def add(does: Any) -> None:
    """Add the form to the verb `override`."""
    shown: dict[str, Any] = {
        "epilog": "examples:\n" + EXAMPLE,
        "formatter_class": argparse.RawDescriptionHelpFormatter,
    }
    entity = does.add_parser("entity", help="two entities are one, or are two after all", **shown)
    actions = entity.add_subparsers(dest="action", metavar="split|merge", required=True)
    for name, about in (("split", "A and B are two entities"), ("merge", "B is A, in every article")):
        each = actions.add_parser(name, help=about, **shown)
        each.add_argument("a", metavar="A", help="entity_id, or a name that only one has")
        each.add_argument("b", metavar="B", help="the same; or the alias_id of a name that was taken for A")
        each.add_argument("--reason", metavar="TEXT", help="why; subscribers see it")
        each.add_argument("--dry-run", action="store_true", help="publish nothing; say what would be published")
        each.add_argument("--json", action="store_true", help="print one JSON object")
        add_broker_arguments(each)
        each.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run it."""
    settings = with_broker(arguments)
    order = run_async(_override(settings, arguments))
    if isinstance(order, str):
        print(
            json.dumps({"action": arguments.action, "published": False, "nothing": order}) if arguments.json else order
        )
        return FAILED
    if arguments.json:
        print(json.dumps({**order.model_dump(), "dry_run": arguments.dry_run, "published": not arguments.dry_run}))
    else:
        print(told(order, dry_run=arguments.dry_run))
    return OK


def told(order: OverrideEntities, *, dry_run: bool) -> str:
    """Return one line on what was done."""
    would = "would " if dry_run else ""
    if order.action == "split":
        return f"{would}split {order.other_name} ({order.other_id}) from {order.name} ({order.entity_id})"
    return f"{would}merge {order.other_name} ({order.other_id}) into {order.name} ({order.entity_id})"


async def _override(settings: Settings, arguments: argparse.Namespace) -> OverrideEntities | str:
    """Publish the order; return why where there is nothing to do."""
    connection, catalogue = settings.connection, settings.catalogue
    # Before anything is written: a topic that does not exist would be made by the broker, with its own settings.
    differences = await admin.check_topics(connection, [catalogue.orders, catalogue.entities])
    if fatal := [str(each) for each in differences if each.fatal]:
        raise UserError("; ".join(fatal))
    order = ordered(
        await read_entities(connection, catalogue.entities), arguments.action, (arguments.a, arguments.b),
        arguments.reason,
    )  # fmt: skip
    if isinstance(order, OverrideEntities) and not arguments.dry_run:
        headers = Headers(
            schema=schema_name(OverrideEntities), origin=ORIGIN, ingested_at=None, attempt=1, stage="operator",
            pipeline=__version__,
        )  # fmt: skip
        key = f"{order.entity_id}/{order.other_id}"
        async with publisher(connection, catalogue.orders) as out:
            await out.send(Output(catalogue.orders, key.encode(), encode(order), headers.encode()))
            await out.delivered()
    return order


class _Named(NamedTuple):
    entity_id: str
    name: str
    type: str


def ordered(known: Entities, action: str, given: Sequence[str], reason: str | None) -> OverrideEntities | str:
    """Return what an order comes to, or why there is nothing to do.

    Raises:
        UserError: an entity is unknown, or several have the name.
    """
    one, other = (_named(known, each) for each in given)
    if one.entity_id == other.entity_id:
        raise UserError(f"override entity {action}: A and B are one, {one.entity_id}")
    if action == "merge" and known.root(one.entity_id) == known.root(other.entity_id):
        return "nothing to merge: they are one entity already"
    last = known.aliases.get((one.entity_id, other.entity_id))
    if action == "split" and last is not None and (last.change, last.rule) == ("split", "override"):
        return "nothing to split: they were split already"
    return OverrideEntities.model_validate({
        "action": action, "entity_id": one.entity_id, "other_id": other.entity_id, "name": one.name,
        "other_name": other.name, "type": one.type, "reason": reason,
    })  # fmt: skip


def _named(known: Entities, given: str) -> _Named:
    try:
        entity_id = str(UUID(given))
    except ValueError:
        ids = known.called(given)
        if len(ids) != 1:
            what = "no entity has this name" if not ids else f"several have this name: {', '.join(ids)}"
            raise UserError(f"{given}: {what}") from None
        entity_id = ids[0]
    if (newest := known.entities.get(entity_id)) is not None:
        return _Named(entity_id, newest.name, newest.type)
    for alias in known.aliases.values():
        if alias.alias_id == entity_id:
            return _Named(entity_id, alias.name, alias.type)
    raise UserError(f"{given}: news.entities knows no such entity_id")
