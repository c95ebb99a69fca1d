"""The contracts as documents: JSON Schema of each event and AsyncAPI 3 of the topics, generated from the models."""

from typing import Any

from streams import __version__
from streams.contracts.events import EVENTS, ArticleRow, Part, RawArticle, schema_name
from streams.contracts.position import POSITION
from streams.contracts.topics import Catalogue, TopicSpec

HEADERS_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["schema", "origin", "ingested_at", "attempt", "stage", "pipeline"],
    "properties": {
        "schema": {"type": "string", "description": "event name/version"},
        "origin": {"type": "string", "description": "topic/epoch/partition/offset of the raw record"},
        "ingested_at": {"type": "string", "description": "ms since 1970 UTC at which the broker took the raw record"},
        "attempt": {"type": "string", "description": "1, and one more for each re-drive"},
        "stage": {"type": "string", "description": "the stage that wrote the record"},
        "pipeline": {"type": "string", "description": "version of everything that decided"},
    },
}
ROW_HEADERS_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {POSITION: {"type": "string", "description": "topic/epoch/partition/offset of the row's record"}},
}


def json_schemas() -> dict[str, dict[str, Any]]:
    """Return the JSON Schema of every event, by name."""
    return {model.__name__: _schema(model) for model in EVENTS}


def asyncapi(catalogue: Catalogue) -> dict[str, Any]:
    """Return an AsyncAPI 3.0 document: channels are topics; operations are what the pipeline does with them."""
    topics = [topic for topic in catalogue if topic.value in EVENTS]
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "newswire", "version": __version__, "description": "Event-driven news stream processor."},
        "defaultContentType": "application/json",
        "channels": {topic.name: _channel(topic) for topic in topics},
        "operations": {f"{_verb(topic)}_{topic.name}": _operation(topic) for topic in topics},
        "components": {
            "messages": {model.__name__: _message(model) for topic in topics for model in topic.events},
            "schemas": {name: _nested(schema) for name, schema in json_schemas().items()},
        },
    }


def _schema(model: type[Part]) -> dict[str, Any]:
    schema = model.model_json_schema(mode="validation")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": schema_name(model),
        **_without_title(schema),
    }


def _without_title(schema: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in schema.items() if key != "title"}


def _nested(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema with its own `$defs` still reachable where it stands inside a larger document."""
    name = schema["title"].split("/")[0]
    return _rebased(schema, f"#/components/schemas/{name}/$defs/")  # type: ignore[no-any-return]


def _rebased(node: Any, base: str) -> Any:
    if isinstance(node, dict):
        return {
            key: value.replace("#/$defs/", base) if key == "$ref" and isinstance(value, str) else _rebased(value, base)
            for key, value in node.items()
        }
    return [_rebased(item, base) for item in node] if isinstance(node, list) else node


def _channel(topic: TopicSpec) -> dict[str, Any]:
    names = [model.__name__ for model in topic.events]
    return {
        "address": topic.name,
        "description": topic.about,
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in names},
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "partitions": topic.partitions,
                "topicConfiguration": {
                    "cleanup.policy": [topic.cleanup],
                    "retention.ms": int(topic.config()["retention.ms"]),
                    "max.message.bytes": int(topic.config()["max.message.bytes"]),
                },
            }
        },
    }


def _verb(topic: TopicSpec) -> str:
    return "receive" if topic.writer in ("producers", "an operator") else "send"


def _operation(topic: TopicSpec) -> dict[str, Any]:
    return {"action": _verb(topic), "channel": {"$ref": f"#/channels/{topic.name}"}, "summary": topic.about}


def _message(model: type[Part]) -> dict[str, Any]:
    return {
        "name": model.__name__,
        "title": schema_name(model),
        "contentType": "application/json",
        "headers": _headers(model),
        "payload": {"$ref": f"#/components/schemas/{model.__name__}"},
    }


def _headers(model: type[Part]) -> dict[str, Any]:
    """Return what a record carries. Who publishes an article need give none; what newswire sends again has all."""
    if model is ArticleRow:
        return ROW_HEADERS_SCHEMA
    return {**HEADERS_SCHEMA, "required": []} if model is RawArticle else HEADERS_SCHEMA
