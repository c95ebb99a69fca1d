"""What differs between two outcomes of one raw record, and a summary over many: what a new model or rule changes.

`event_id` and `policy` are left out: they differ whenever the pipeline does, and say nothing of the article.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from streams.contracts.events import (
    OUTCOMES,
    DeadLetter,
    DuplicateSeen,
    EnrichedArticle,
    Entity,
    Event,
    Language,
    Removed,
    Topic,
)

NAMES: Final = {model: name for name, model in OUTCOMES.items()}

IGNORED: Final = frozenset({"event_id", "policy"})
TOPIC_MARKS: Final = {"topic_gained": "gained", "topic_lost": "lost", "topic_moved": "moved"}
ENTITY_MARKS: Final = {"entity_gained": "gained", "entity_lost": "lost", "entity_retyped": "retyped"}


class Change(NamedTuple):
    """One difference. `kind` is the name of the field, or of what happened in it; the values are plain JSON.

    `what` names the part: a topic's code, an entity's name, a rule; empty where the field is one value.
    """

    kind: str
    what: str
    before: Any
    after: Any


def compare(before: Event, after: Event, *, tolerance: float = 0.0) -> list[Change]:
    """Return what differs between two outcomes of one record; scores differ when they are further apart than this.

    Between outcomes of different kinds there is one change, `outcome`: they have no parts in common.
    """
    if type(before) is not type(after):
        return [Change("outcome", "", _short(before), _short(after))]
    changes: list[Change] = []
    for name in type(before).model_fields:
        if name in IGNORED:
            continue
        changes += _field(name, before, after, tolerance)
    return changes


@dataclass(slots=True)
class Summary:
    """Counts over many compared records."""

    compared: int = 0
    differing: int = 0
    kinds: Counter[str] = field(default_factory=Counter)  # records with a change of this kind
    outcomes: Counter[str] = field(default_factory=Counter)  # "enriched > duplicate"
    topics: dict[str, Counter[str]] = field(default_factory=dict)  # by code: gained, lost, moved
    labels: dict[str, str] = field(default_factory=dict)  # of those codes
    entities: dict[str, Counter[str]] = field(default_factory=dict)  # by type: gained, lost, retyped (from it)

    def add(self, changes: Sequence[Change]) -> None:
        """Count one compared record."""
        self.compared += 1
        self.differing += bool(changes)
        self.kinds.update({change.kind for change in changes})
        for change in changes:
            if change.kind == "outcome":
                self.outcomes[f"{change.before['outcome']} > {change.after['outcome']}"] += 1
            elif mark := TOPIC_MARKS.get(change.kind):
                self.topics.setdefault(change.what, Counter())[mark] += 1
                self.labels[change.what] = (change.after or change.before)["label"]
            elif mark := ENTITY_MARKS.get(change.kind):
                self.entities.setdefault((change.before or change.after)["type"], Counter())[mark] += 1

    @property
    def unchanged(self) -> float:
        """The share of compared records without a change; 1 where none was compared."""
        return (self.compared - self.differing) / self.compared if self.compared else 1.0

    def as_dict(self) -> dict[str, Any]:
        """Return the counts as plain JSON, the most frequent first."""
        return {
            "compared": self.compared, "differing": self.differing, "unchanged": round(self.unchanged, 4),
            "kinds": ranked(self.kinds), "outcomes": ranked(self.outcomes),
            "topics": {code: {"label": self.labels[code], **self.topics[code]} for code in _busiest(self.topics)},
            "entities": {name: dict(self.entities[name]) for name in _busiest(self.entities)},
        }  # fmt: skip


def ranked(counts: Mapping[str, int]) -> dict[str, int]:
    """Return the counts, the largest first, equal ones by name."""
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


def _busiest(groups: Mapping[str, Counter[str]]) -> list[str]:
    return list(ranked({name: counts.total() for name, counts in groups.items()}))


def _short(event: Event) -> dict[str, Any]:
    """What a person needs to know of an outcome that became another."""
    told = {
        EnrichedArticle: ("title", "version", "change"),
        DuplicateSeen: ("title", "verdict", "rule", "canonical_id"),
        DeadLetter: ("stage", "reason", "message"),
    }
    return {"outcome": NAMES[type(event)], **{name: getattr(event, name) for name in told[type(event)]}}


def _field(name: str, before: Event, after: Event, tolerance: float) -> Iterable[Change]:
    old, new = getattr(before, name), getattr(after, name)
    if old == new:
        return []
    match name:
        case "text":
            return _paragraphs(old, new)
        case "removed":
            return _removed(old, new)
        case "topics":
            return _topics(old, new, tolerance)
        case "entities":
            same_text = getattr(before, "text", None) == getattr(after, "text", None)
            return _entities(old, new, tolerance, same_text=same_text)
        case "language":
            return _language(old, new, tolerance)
        case "skipped":
            return [Change("skipped", part, old.get(part), new.get(part)) for part in _unequal(old, new)]
        case "score":
            return [Change("score", "", old, new)] if _apart(old, new, tolerance) else []
    return [Change(name, "", _plain(old), _plain(new))]


def _paragraphs(old: str, new: str) -> Iterable[Change]:
    before, after = old.split("\n\n"), new.split("\n\n")
    lost, gained = Counter(before) - Counter(after), Counter(after) - Counter(before)
    if not lost and not gained:
        yield Change("paragraphs_moved", "", len(before), len(after))
    yield from (Change("paragraph_lost", "", text, None) for text in lost.elements())
    yield from (Change("paragraph_gained", "", None, text) for text in gained.elements())


def _removed(old: Sequence[Removed], new: Sequence[Removed]) -> Iterable[Change]:
    before, after = (Counter((piece.rule, piece.text) for piece in pieces) for pieces in (old, new))
    yield from (Change("removal_lost", rule, text, None) for rule, text in (before - after).elements())
    yield from (Change("removal_gained", rule, None, text) for rule, text in (after - before).elements())


def _topics(old: Sequence[Topic], new: Sequence[Topic], tolerance: float) -> Iterable[Change]:
    before, after = ({topic.id: topic for topic in topics} for topics in (old, new))
    for code in sorted(before.keys() | after.keys()):
        one, other = before.get(code), after.get(code)
        if one is None or other is None:
            yield Change("topic_lost" if one else "topic_gained", code, _topic(one), _topic(other))
        elif _apart(one.score, other.score, tolerance):
            yield Change("topic_moved", code, _topic(one), _topic(other))
        elif (one.top, one.label, one.why) != (other.top, other.label, other.why):
            yield Change("topic_words", code, _plain(one), _plain(other))


def _topic(topic: Topic | None) -> dict[str, Any] | None:
    return None if topic is None else {"label": topic.label, "score": topic.score}


def _entities(old: Sequence[Entity], new: Sequence[Entity], tolerance: float, *, same_text: bool) -> Iterable[Change]:
    before, after = ({(found.name, found.type): found for found in entities} for entities in (old, new))
    lost, gained = before.keys() - after.keys(), after.keys() - before.keys()
    for name in sorted({name for name, _ in lost | gained}):
        was = sorted(kind for other, kind in lost if other == name)
        became = sorted(kind for other, kind in gained if other == name)
        for one, other in zip(was, became, strict=False):
            yield Change("entity_retyped", name, {"type": one}, {"type": other})
        yield from (Change("entity_lost", name, {"type": kind}, None) for kind in was[len(became) :])
        yield from (Change("entity_gained", name, None, {"type": kind}) for kind in became[len(was) :])
    for key in sorted(before.keys() & after.keys()):
        one_, other_ = (_entity(found[key], same_text=same_text) for found in (before, after))
        parts = [part for part in _unequal(one_, other_) if part != "salience"]
        if _apart(one_["salience"], other_["salience"], tolerance):
            parts.append("salience")
        if parts:
            yield Change("entity_changed", key[0], *({"type": key[1], **_only(e, parts)} for e in (one_, other_)))


def _entity(entity: Entity, *, same_text: bool) -> dict[str, Any]:
    """Return an entity's parts; where the text differs, its mentions lie elsewhere, and only their words count."""
    plain = entity.model_dump(mode="json", exclude={"type", "name"})
    if not same_text:
        plain["mentions"] = sorted(mention["text"] for mention in plain["mentions"])
    return plain


def _language(old: Language, new: Language, tolerance: float) -> Iterable[Change]:
    if old.code != new.code:
        yield Change("language", "", old.code, new.code)
    elif _apart(old.score, new.score, tolerance):
        yield Change("language_score", old.code, old.score, new.score)


def _apart(old: float, new: float, tolerance: float) -> bool:
    return old != new and round(abs(old - new), 6) > tolerance


def _unequal(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    return sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))


def _only(parts: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: parts[name] for name in names}


def _plain(value: Any) -> Any:
    """Return a field's value as plain JSON."""
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json")
    return [_plain(item) for item in value] if isinstance(value, tuple) else value
