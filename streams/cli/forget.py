"""`newswire forget URL`: take an article back; subscribers and the table hear of it in order with its own events."""

import argparse
import json
from typing import Any, Final
from uuid import UUID

from streams import __version__
from streams.broker import admin
from streams.cli.common import add_broker_arguments, run_async, verb, with_broker
from streams.cli.errors import FAILED, OK, UserError
from streams.cli.get import article_key, newest
from streams.cli.publish import publisher
from streams.contracts.codec import Headers, decode, encode
from streams.contracts.events import ArticleRow, ForgetArticle, schema_name
from streams.contracts.origin import Origin
from streams.delivery.records import Output
from streams.settings import Settings

EXAMPLE = """\
  newswire forget https://example.org/2026/04/07/talks        by address, as published
  newswire forget --article-id 0a4b…-… --reason "court order 12/26"

What is on Kafka already stays there until its retention ends: docs/operations.md says how to shorten that.
exit code 1: the order was published, but the table has no such article"""

# dedupe does not believe it: the order's place on news.clean is its origin
ORIGIN: Final = str(Origin("operator", "-", 0, 0))


def add(verbs: Any) -> None:
    """Add the verb."""
    sub = verb(verbs, "forget", run, "take an article back", EXAMPLE)
    sub.add_argument("url", nargs="?", metavar="URL", help="address of the article")
    sub.add_argument("--article-id", metavar="ID", help="its article_id instead")
    sub.add_argument("--reason", metavar="TEXT", help="why; subscribers see it")
    sub.add_argument("--json", action="store_true", help="print JSON")
    add_broker_arguments(sub)


def run(arguments: argparse.Namespace) -> int:
    """Run it."""
    article_id = _article_id(arguments.url, arguments.article_id)
    settings = with_broker(arguments)
    row = run_async(_forget(settings, ForgetArticle(article_id=article_id, reason=arguments.reason)))
    if arguments.json:
        print(json.dumps({"article_id": article_id, "known": row is not None, "title": row.title if row else None}))
    elif row is None:
        print(f"{article_id} will be forgotten; {settings.catalogue.articles.name} does not know it")
    else:
        print(f"{article_id} will be forgotten: {row.title} (version {row.version})")
    return OK if row is not None else FAILED


def _article_id(url: str | None, given: str | None) -> str:
    if (url is None) == (given is None):
        raise UserError("forget: give an address, or --article-id ID")
    if url is not None:
        if "://" not in url:
            raise UserError(f"forget {url}: not an address; for an article_id give --article-id")
        return article_key(url)
    try:
        return str(UUID(given))
    except ValueError:
        raise UserError(f"--article-id {given}: not an article_id") from None


async def _forget(settings: Settings, order: ForgetArticle) -> ArticleRow | None:
    """Publish the order and wait until it is delivered; return the row that the table has of the article."""
    bootstrap, clean = settings.connection, settings.catalogue.clean
    # Before anything is written: a topic that does not exist would be made by the broker, with its own settings.
    differences = await admin.check_topics(bootstrap, [clean, settings.catalogue.articles])
    if fatal := [str(each) for each in differences if each.fatal]:
        raise UserError("; ".join(fatal))
    stored = await newest(bootstrap, settings.catalogue.articles, order.article_id)
    headers = Headers(
        schema=schema_name(ForgetArticle), origin=ORIGIN, ingested_at=None, attempt=1, stage="operator",
        pipeline=__version__,
    )  # fmt: skip
    async with publisher(bootstrap, clean) as out:
        await out.send(Output(clean, order.article_id.encode(), encode(order), headers.encode()))
        await out.delivered()
    return None if stored is None else decode(ArticleRow, stored)
