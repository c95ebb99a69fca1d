"""news.enriched -> table `articles`: the newest version of each article."""

from collections.abc import Mapping

from streams.agents.context import Context
from streams.contracts.codec import decode, encode
from streams.contracts.events import ArticleRow, EnrichedArticle
from streams.core.tabulate import replaces, row
from streams.delivery.records import Handled, Record, Stage, TableWrite

NAME = "tabulate"


def tabulate_stage(context: Context, table: Mapping[bytes, bytes]) -> Stage:
    """Return the stage; `table` is only read here, the pump writes it."""

    def decide(record: Record) -> Handled:
        article, _ = context.read(EnrichedArticle, record)
        key = article.article_id.encode()
        stored = table.get(key)
        new, old = row(article), None if stored is None else decode(ArticleRow, stored)
        if not replaces(new, old):
            return Handled("kept", article_id=article.article_id, detail={"version": article.version})
        write = TableWrite(key, encode(new))
        return Handled("upserted", writes=(write,), article_id=article.article_id, detail={"version": article.version})

    return Stage(NAME, context.catalogue.enriched, decide, context.origin)
