"""From mentions to entities: who and what an article names, each once, with roles, weight and mentions."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple, TypeAlias

from streams.contracts.events import ClassifiedArticle, EnrichedArticle, Entity, Mention, Quote
from streams.contracts.ids import entity_id, event_id
from streams.core.address import MAN, WOMAN, Addressed, address_before, is_wife
from streams.core.aliases import declared_acronym, find_aliases
from streams.core.counterparts import Named, told_roles
from streams.core.essentials import Essentials, find_essentials
from streams.core.gazetteer import Gazetteer
from streams.core.mentions import NAME_TYPES, RawMention, clean_mentions
from streams.core.names import fold
from streams.core.patterns import with_patterns
from streams.core.people import Form
from streams.core.places import link_places
from streams.core.quotes import find_quotes
from streams.core.registers import Register, link_wikidata
from streams.core.relabel import relabelled
from streams.core.repeats import with_repeats
from streams.core.roles import MAX_ROLES, roles_around
from streams.core.speech_tokens import read_text
from streams.core.splits import split_mentions
from streams.core.widen import widened

POLICY_VERSION: Final = "extract/7"  # counts up when the same mentions would give other entities, links, quotes, dates
PART: Final = "entities"
MODEL_LANGUAGE: Final = "en"
SURE_OF_LANGUAGE: Final = 0.8  # below it the detector may be wrong, and English is what most feeds carry
TITLE_WEIGHT: Final = 3  # a headline names what the article is about: as much as three mentions in the text


_Key: TypeAlias = tuple[str, str]
"""Type for dates and numbers or empty for names, folded name."""


class _Found(NamedTuple):
    """A cleaned mention; `part` is 0 in the title, 1 in the text."""

    part: int
    start: int
    end: int
    label: str
    name: str
    key: _Key


def wanted(article: ClassifiedArticle) -> str | None:
    """Return why the model is not run on this article; None where it is."""
    language = article.language
    if language.code not in (MODEL_LANGUAGE, "und") and language.score >= SURE_OF_LANGUAGE:
        return f"no model for language {language.code}"
    return None


def enrich_article(
    article: ClassifiedArticle,
    mentions: Sequence[Sequence[RawMention]],
    *,
    origin: str,
    pipeline: str,
    gazetteer: Gazetteer | None = None,
    register: Register | None = None,
) -> EnrichedArticle:
    """Return the article with its entities, their links where there are gazetteer and register, quotes, lead and dates.

    `mentions` are those of the title and those of the text.
    """
    in_title, in_text = mentions
    entities = extract_entities(article.title, article.text, in_title, in_text)
    if gazetteer is not None:
        entities = link_places(
            entities,
            title=article.title,
            text=article.text,
            url=article.url,
            source=article.source,
            gazetteer=gazetteer,
        )
    if register is not None:
        entities = link_wikidata(entities, register)
    reading = read_text(article.text, entities)
    quotes = find_quotes(article.text, entities, reading)
    essentials = find_essentials(article.title, article.text, entities, reading, article.published_at)
    return _enriched(article, entities, quotes, essentials, article.skipped, origin, pipeline)


def skipped_article(article: ClassifiedArticle, reason: str, *, origin: str, pipeline: str) -> EnrichedArticle:
    """Return the article without entities, quotes and what else is read from the text, with the reason why."""
    return _enriched(article, (), (), Essentials(), {**article.skipped, PART: reason}, origin, pipeline)


def extract_entities(
    title: str, text: str, in_title: Iterable[RawMention], in_text: Iterable[RawMention]
) -> tuple[Entity, ...]:
    """Group mentions into entities, sorted by first appearance, title first.

    Args:
        title: the headline.
        text: the body; the offsets of the entities' mentions are into it.
        in_title: what the model marked in the title, offsets into the title.
        in_text: what the model marked in the text, offsets into the text.

    An entity that only the headline names has no mentions. The saliences of names sum to at most 1; that of
    dates and numbers is 0.
    """
    parts = (title, text)
    marks = [
        with_patterns(part, clean_mentions(part, split_mentions(part, widened(part, mentions))))
        for part, mentions in zip(parts, (in_title, in_text), strict=True)
    ]
    marks = with_repeats(parts, relabelled(parts, marks))
    found = [_found(i, parts[i], mention) for i in (0, 1) for mention in marks[i]]
    groups, types = _grouped(found, parts)
    weights = {key: _weight(group, len(text)) if types[key] in NAME_TYPES else 0 for key, group in groups.items()}
    total = sum(weights.values())
    roles = _roles({key: group for key, group in groups.items() if types[key] == "PERSON"}, parts)
    return tuple(
        _entity(types[key], _name(key, group), group, roles.get(key, ()), 1000 * weights[key] // total if total else 0)
        for key, group in groups.items()
    )


def _enriched(
    article: ClassifiedArticle,
    entities: tuple[Entity, ...],
    quotes: tuple[Quote, ...],
    essentials: Essentials,
    skipped: dict[str, str],
    origin: str,
    pipeline: str,
) -> EnrichedArticle:
    fields = {name: getattr(article, name) for name in ClassifiedArticle.model_fields}
    fields |= {
        "event_id": event_id("EnrichedArticle", origin, pipeline),
        "entities": entities,
        "quotes": quotes,
        "skipped": skipped,
        **essentials._asdict(),
    }
    return EnrichedArticle(**fields)


def _found(part: int, text: str, mention: RawMention) -> _Found:
    name = text[mention.start : mention.end]
    kind = "" if mention.label in NAME_TYPES else mention.label
    return _Found(part, mention.start, mention.end, mention.label, name, (kind, fold(name)))


def _grouped(found: list[_Found], parts: tuple[str, str]) -> tuple[dict[_Key, list[_Found]], dict[_Key, str]]:
    """Return the mentions of each entity, in order of appearance, and the entities' types."""
    by_key: dict[_Key, list[_Found]] = {}
    for item in found:
        by_key.setdefault(item.key, []).append(item)
    types = {key: _majority(items) for key, items in by_key.items()}
    forms = [
        Form(key[1], types[key], items[0].name, order)
        for order, (key, items) in enumerate(by_key.items())
        if not key[0]
    ]
    defined = [(acronym, f.key[1]) for f in found if not f.key[0] and (acronym := _declared(f, types, parts))]
    aliases = find_aliases(forms, defined)
    addressed = Addressed(forms, aliases)
    groups: dict[_Key, list[_Found]] = {}
    for item in found:
        key = _addressed(item, addressed, parts) or _aliased(item.key, aliases)
        types.setdefault(key, item.label)  # of a person who is only addressed
        groups.setdefault(key, []).append(item)
    return groups, types


def _aliased(key: _Key, aliases: dict[str, str]) -> _Key:
    kind, folded = key
    return kind, folded if kind else aliases.get(folded, folded)


def _addressed(item: _Found, addressed: Addressed, parts: tuple[str, str]) -> _Key | None:
    """Return the key of the person whom "Mrs. Novak" names; None where the address does not tell."""
    if item.label != "PERSON":
        return None
    text = parts[item.part]
    key = addressed.whom(item.key[1], address_before(text, item.start), wife=is_wife(text, item.start))
    return None if key is None else ("", key)


def _declared(item: _Found, types: dict[_Key, str], parts: tuple[str, str]) -> str | None:
    return declared_acronym(parts[item.part], item.end, types[item.key])


def _majority(items: list[_Found]) -> str:
    """Return the type that most mentions of one name have; of equals the one that comes first."""
    first = items[0].label
    if all(i.label == first for i in items):  # mostly
        return first
    return Counter(i.label for i in items).most_common(1)[0][0]


def _weight(group: list[_Found], text_length: int) -> int:
    """Return a whole number: mentions count, the title counts more, all of it twice at the very beginning."""
    first = 0 if group[0].part == 0 else group[0].start
    count = sum(1 for item in group if item.part == 1)
    titled = TITLE_WEIGHT if group[0].part == 0 else 0
    return (count + titled) * (2 * text_length - first + 1)


def _name(key: _Key, group: list[_Found]) -> str:
    """Return the fullest name, with the address where only that tells the person from who bears the surname."""
    name = _canonical(group)
    address = next((a for a in (MAN, WOMAN) if key[1].startswith(a.lower() + " ")), None)
    return f"{address} {name}" if address else name


def _entity(type_: str, name: str, group: list[_Found], roles: tuple[str, ...], salience: int) -> Entity:
    mentions = tuple(Mention(start=f.start, end=f.end, text=f.name) for f in group if f.part == 1)
    return Entity(
        entity_id=entity_id(type_, name),
        type=type_,
        name=name,
        roles=roles,
        salience=salience / 1000,
        mentions=mentions,
    )


def _canonical(group: list[_Found]) -> str:
    """Return the fullest name: the longest, in capitals only if there is no other; of equals the first."""
    best = max(group, key=lambda f: (not f.name.isupper(), len(f.name)))
    return " ".join(best.name.split())


def _roles(people: dict[_Key, list[_Found]], parts: tuple[str, str]) -> dict[_Key, tuple[str, ...]]:
    """Return the roles of each person: those beside the names, then those that are told at a distance."""
    beside = {
        key: [role for f in group for role in roles_around(parts[f.part], f.start, f.end)]
        for key, group in people.items()
    }
    named = sorted(Named(f.start, f.end, key[1]) for key, group in people.items() for f in group if f.part == 1)
    told = told_roles(parts[1], named, {key[1]: roles for key, roles in beside.items()})
    return {key: tuple(dict.fromkeys([*roles, *told.get(key[1], [])]))[:MAX_ROLES] for key, roles in beside.items()}
