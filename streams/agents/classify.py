"""news.unique -> news.classified: IPTC Media Topics."""

from streams.agents.context import Context
from streams.agents.control import passed_on
from streams.contracts.events import UniqueArticle
from streams.contracts.topics import sources_of
from streams.core.classify import TopicModel, classify_article
from streams.delivery.records import Handled, Record, Stage

NAME = "classify"


def classify_stage(context: Context, model: TopicModel) -> Stage:
    """Return the stage."""

    def decide(record: Record) -> Handled:
        if (handled := passed_on(context, record, to=context.catalogue.classified, stage=NAME)) is not None:
            return handled
        article, headers = context.read(UniqueArticle, record)
        pipeline = context.pipeline_after(headers)
        classified = classify_article(article, model, origin=headers.origin, pipeline=pipeline)
        output = context.write(
            classified, to=context.catalogue.classified, key=article.article_id, stage=NAME, origin=headers.origin,
            ingested_at=headers.ingested_at, attempt=headers.attempt, pipeline=pipeline,
        )  # fmt: skip
        detail = {"topics": [topic.id for topic in classified.topics]}
        return Handled("classified", (output,), article_id=article.article_id, detail=detail)

    return Stage(NAME, sources_of(context.catalogue, NAME), decide, context.origin)
