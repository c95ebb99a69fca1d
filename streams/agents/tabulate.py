"""news.enriched -> table `articles`: the newest version of each article."""

from collections.abc import Mapping

from streams.agents.context import Context
from streams.agents.control import is_a
from streams.contracts.codec import decode, encode
from streams.contracts.events import ArticleForgotten, ArticleRow, EnrichedArticle
from streams.contracts.topics import sources_of
from streams.core.tabulate import ends, replaces, row
from streams.delivery.records import Handled, Record, Stage, TableWrite

NAME = "tabulate"


def tabulate_stage(context: Context, table: Mapping[bytes, bytes]) -> Stage:
    """Return the stage; `table` is only read here, the pump writes it."""

    def decide(record: Record) -> Handled:
        if is_a(ArticleForgotten, record):
            return _forgotten(context.read(ArticleForgotten, record)[0], table)
        article, _ = context.read(EnrichedArticle, record)
        key = article.article_id.encode()
        new, old = row(article), _stored(table, key)
        if not replaces(new, old):
            return Handled("kept", article_id=article.article_id, detail={"version": article.version})
        write = TableWrite(key, encode(new))
        return Handled("upserted", writes=(write,), article_id=article.article_id, detail={"version": article.version})

    return Stage(NAME, sources_of(context.catalogue, NAME), decide, context.origin)


def _forgotten(event: ArticleForgotten, table: Mapping[bytes, bytes]) -> Handled:
    key, detail = event.article_id.encode(), {"version": event.version}
    if not ends(event, _stored(table, key)):
        return Handled("kept", article_id=event.article_id, detail=detail)
    return Handled("forgotten", writes=(TableWrite(key, None),), article_id=event.article_id, detail=detail)


def _stored(table: Mapping[bytes, bytes], key: bytes) -> ArticleRow | None:
    value = table.get(key)
    return None if value is None else decode(ArticleRow, value)
