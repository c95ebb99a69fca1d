"""news.raw -> news.clean: validate, clean the text, find the language, give ids."""

from streams.agents.context import Context
from streams.core.normalise import NormaliseModels, normalise
from streams.delivery.records import Handled, Record, Stage

NAME = "normalise"


def normalise_stage(context: Context, models: NormaliseModels) -> Stage:
    """Return the stage."""

    def decide(record: Record) -> Handled:
        origin = context.own_position(record)
        article = normalise(
            record.value, origin=origin, ingested_at=record.timestamp, pipeline=context.pipeline, models=models
        )
        output = context.write(
            article, to=context.catalogue.clean, key=article.article_id, stage=NAME, origin=origin,
            ingested_at=record.timestamp,
        )  # fmt: skip
        return Handled("clean", (output,), article_id=article.article_id, detail={"language": article.language.code})

    return Stage(NAME, context.catalogue.raw, decide, context.own_position)
