"""Texts with marks for tests: "[Lee|PERSON] came"."""

from streams.contracts.events import Entity
from streams.core.extract import extract_entities
from streams.core.mentions import RawMention


def marked(text: str) -> tuple[str, list[RawMention]]:
    """Return the text without marks, and the mentions."""
    plain = ""
    mentions = []
    for i, part in enumerate(text.replace("]", "[").split("[")):
        name, _, label = part.partition("|")
        if i % 2:
            mentions.append(RawMention(len(plain), len(plain) + len(name), label))
        plain += name
    return plain, mentions


def entities_of(text: str, title: str = "") -> dict[str, Entity]:
    """Return the entities of a marked text and title by their names."""
    plain, in_text = marked(text)
    headline, in_title = marked(title)
    entities = extract_entities(headline, plain, in_title, in_text)
    assert all(plain[m.start : m.end] == m.text for e in entities for m in e.mentions)
    return {e.name: e for e in entities}


def spelled(text: str, mentions: list[RawMention]) -> list[str]:
    """Return mentions as "name|LABEL"."""
    return [f"{text[m.start : m.end]}|{m.label}" for m in mentions]
