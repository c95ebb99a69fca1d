"""The topic catalogue, and the documents that are generated from the contracts."""

from typing import Any

import jsonschema
import pytest

from streams.contracts.events import EVENTS, RawArticle
from streams.contracts.schemas import asyncapi, json_schemas
from streams.contracts.topics import ENVELOPE_BYTES, MAX_EVENT_BYTES, STAGES, Catalogue


def test_dedupe_has_one_partition_and_the_rest_the_number_asked_for() -> None:
    counts = {topic.name: topic.partitions for topic in Catalogue(prefix="t.", partitions=5)}
    single = {f"t.news.{name}" for name in ("clean", "decisions", "orders", "resolutions", "dead")}
    assert {name for name, count in counts.items() if count == 1} == single
    assert all(count == 5 for name, count in counts.items() if name not in single)


def test_broker_settings_follow_from_the_catalogue() -> None:
    catalogue = Catalogue()
    assert catalogue.raw.config()["message.timestamp.type"] == "LogAppendTime"
    assert catalogue.articles.config()["cleanup.policy"] == "compact"
    assert catalogue.articles.config()["retention.ms"] == "-1"
    assert catalogue.enriched.config()["max.message.bytes"] == str(MAX_EVENT_BYTES + ENVELOPE_BYTES)


def test_every_writer_is_a_stage_or_a_producer() -> None:
    assert {topic.writer for topic in Catalogue()} - {"producers", "an operator", "any stage"} == set(STAGES)


@pytest.mark.parametrize("name", [model.__name__ for model in EVENTS])
def test_every_schema_is_valid_json_schema(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(json_schemas()[name])


def test_a_raw_article_fits_its_schema_and_one_without_title_does_not() -> None:
    validator = jsonschema.Draft202012Validator(json_schemas()["RawArticle"])
    assert not list(validator.iter_errors(RawArticle(title="T", url="https://example.org/").model_dump(mode="json")))
    assert list(validator.iter_errors({"url": "https://example.org/"}))


def test_a_topic_lists_every_event_that_stands_on_it() -> None:
    document = asyncapi(Catalogue())
    messages = {name: sorted(channel["messages"]) for name, channel in document["channels"].items()}
    assert messages["news.clean"] == ["CleanArticle", "ForgetArticle", "OverrideArticles"]
    assert messages["news.enriched"] == ["ArticleForgotten", "EnrichedArticle"]
    assert messages["news.duplicates"] == ["DuplicateSeen"]
    assert document["components"]["messages"]["ForgetArticle"]["title"] == "ForgetArticle/1"


def test_headers_are_asked_for_where_newswire_writes_them() -> None:
    messages = asyncapi(Catalogue())["components"]["messages"]
    required = {name: set(message["headers"].get("required", ())) for name, message in messages.items()}
    assert {name for name, headers in required.items() if not headers} == {"RawArticle", "ArticleRow"}
    assert {"schema", "origin", "attempt"} <= required["EnrichedArticle"]
    assert list(messages["ArticleRow"]["headers"]["properties"]) == ["position"]


def test_every_reference_of_the_asyncapi_document_leads_somewhere() -> None:
    document = asyncapi(Catalogue())
    assert document["asyncapi"] == "3.0.0"
    references = list(_references(document))
    assert references
    for reference in references:
        node: Any = document
        for step in reference.removeprefix("#/").split("/"):
            node = node[step]


def _references(node: Any) -> Any:
    if isinstance(node, dict):
        yield from (value for key, value in node.items() if key == "$ref")
        for value in node.values():
            yield from _references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value)


def test_what_dedupe_calls_unique_leaves_room_for_what_is_added_behind_it() -> None:
    catalogue = Catalogue()
    assert {topic.max_bytes for topic in (catalogue.unique, catalogue.classified, catalogue.enriched)} == {
        MAX_EVENT_BYTES
    }
    assert MAX_EVENT_BYTES - catalogue.clean.max_bytes == 64 * 1_024
