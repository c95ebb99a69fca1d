"""news.raw and news.redrive -> news.clean: validate, clean the text, find the language, give ids."""

from streams.agents.context import Context
from streams.contracts.errors import Malformed
from streams.contracts.topics import sources_of
from streams.core.normalise import NormaliseModels, normalise
from streams.delivery.origins import Lineage, own_lineage, redriven
from streams.delivery.records import Handled, Record, Stage

NAME = "normalise"


def normalise_stage(context: Context, models: NormaliseModels) -> Stage:
    """Return the stage. What stands in headers is believed on news.redrive only: anybody may write to news.raw."""
    raw, redrive = context.catalogue.raw.name, context.catalogue.redrive.name

    def lineage(record: Record) -> Lineage:
        return redriven(record, raw) if record.topic == redrive else own_lineage(record, context.epochs)

    def origin(record: Record) -> str:
        try:
            return lineage(record).origin
        except Malformed:
            return context.own_position(record)

    def decide(record: Record) -> Handled:
        begun = lineage(record)
        article = normalise(
            record.value, origin=begun.origin, ingested_at=begun.ingested_at, pipeline=context.pipeline, models=models
        )
        output = context.write(
            article, to=context.catalogue.clean, key=article.article_id, stage=NAME, origin=begun.origin,
            ingested_at=begun.ingested_at, attempt=begun.attempt,
        )  # fmt: skip
        return Handled("clean", (output,), article_id=article.article_id, detail={"language": article.language.code})

    return Stage(NAME, sources_of(context.catalogue, NAME), decide, origin)
