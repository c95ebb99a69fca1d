"""news.unique -> news.classified: IPTC Media Topics."""

from streams.agents.context import Context
from streams.contracts.events import UniqueArticle
from streams.core.classify import TopicModel, classify_article
from streams.delivery.records import Handled, Record, Stage

NAME = "classify"


def classify_stage(context: Context, model: TopicModel) -> Stage:
    """Return the stage."""

    def decide(record: Record) -> Handled:
        article, headers = context.read(UniqueArticle, record)
        classified = classify_article(article, model, origin=headers.origin, pipeline=context.pipeline)
        output = context.write(
            classified, to=context.catalogue.classified, key=article.article_id, stage=NAME, origin=headers.origin,
            ingested_at=headers.ingested_at, attempt=headers.attempt,
        )  # fmt: skip
        detail = {"topics": [topic.id for topic in classified.topics]}
        return Handled("classified", (output,), article_id=article.article_id, detail=detail)

    return Stage(NAME, context.catalogue.unique, decide, context.origin)
