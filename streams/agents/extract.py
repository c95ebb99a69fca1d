"""news.classified -> news.enriched: entities, by a model in another process."""

from streams.agents.context import Context
from streams.agents.control import passed_on
from streams.contracts.codec import decode_headers
from streams.contracts.errors import Malformed
from streams.contracts.events import EnrichedArticle
from streams.contracts.topics import sources_of
from streams.delivery.records import Handled, Record, Stage
from streams.models.extractor import Extractor

NAME = "extract"


def extract_stage(context: Context, extractor: Extractor) -> Stage:
    """Return the stage. No failure of the model drops an article: it goes on with the reason in `skipped`."""

    async def decide(record: Record) -> Handled:
        if (handled := passed_on(context, record, to=context.catalogue.enriched, stage=NAME)) is not None:
            return handled
        headers = decode_headers(record.headers)
        if record.value is None:
            raise Malformed("null_value", "the record has no value")
        enriched = await extractor.enrich(record.value, origin=headers.origin, pipeline=context.pipeline_after(headers))
        output = context.write_bytes(
            enriched.value, EnrichedArticle, to=context.catalogue.enriched, key=enriched.article_id, stage=NAME,
            origin=headers.origin, ingested_at=headers.ingested_at, attempt=headers.attempt,
            pipeline=enriched.pipeline,
        )  # fmt: skip
        detail = {"entities": enriched.entities, "skipped": enriched.skipped}
        return Handled("enriched", (output,), article_id=enriched.article_id, detail=detail)

    return Stage(NAME, sources_of(context.catalogue, NAME), decide, context.origin)
