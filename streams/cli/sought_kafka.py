"""Articles that stand on Kafka, by address, article_id or origin, with what was decided on them."""

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from producers.items import keyed
from streams.broker.describe import topic_ids
from streams.cli.errors import UserError
from streams.cli.get import article_key, partition_of
from streams.cli.letterbox import RAW_STAGE, Filter, Letter, read_letters
from streams.cli.redrive import raw_record
from streams.cli.scan import Scanner, scanner
from streams.cli.sought import ORIGIN_END, Normalise, Sought
from streams.contracts import ids
from streams.contracts.codec import Headers, decode, decode_headers
from streams.contracts.errors import Malformed
from streams.contracts.events import ArticleForgotten, CleanArticle, DuplicateSeen, EnrichedArticle, schema_name
from streams.contracts.origin import Origin, parse_origin
from streams.contracts.topics import Catalogue
from streams.core.explain import Recorded
from streams.settings import Settings

_FORGOTTEN: Final = schema_name(ArticleForgotten)


class Record(NamedTuple):
    """An outcome on Kafka: of which raw record, and when that came."""

    headers: Headers
    event: EnrichedArticle | DuplicateSeen

    @property
    def recorded(self) -> Recorded:
        """What was decided."""
        event, pipeline = self.event, self.headers.pipeline
        if isinstance(event, DuplicateSeen):
            return Recorded(event.verdict, event.rule, event.score, event.canonical_id, event.policy, pipeline)
        return Recorded(event.change, event.change, 1.0, event.article_id, "", pipeline)


class _Named(NamedTuple):
    """What is known of an article before one of its records is chosen."""

    given: str
    article_id: str
    records: list[Record]  # its outcomes, in the order of arrival; one where an origin was given
    all_records: int
    taken_back: bool
    place: Origin | None = None  # where an origin was given
    article: CleanArticle | None = None
    arrived_at: int | None = None


async def from_kafka(settings: Settings, names: Sequence[str], normalise: Normalise) -> list[Sought]:
    """Find articles on Kafka. Of two, those of their records are taken of which one is the copy of the other.

    Raises:
        UserError: one is unknown or dead.
    """
    async with scanner(settings.connection) as scan:
        finder = _Finder(settings, scan, normalise)
        named = [await finder.named(name) for name in names]
        chosen = _chosen(named)
        return [await finder.sought(one, record) for one, record in zip(named, chosen, strict=True)]


def _chosen(named: Sequence[_Named]) -> list[Record | None]:
    """Choose a record of each: the copy of the other one, and of that the version that was there before the copy."""
    chosen = [_newest(one.records) for one in named]
    if len(named) == 2 and named[0].article_id == named[1].article_id and not (named[0].place or named[1].place):
        return [named[0].records[0], named[1].records[-1]]
    if len(named) == 2:
        for copy, original in ((0, 1), (1, 0)):
            of = named[original].article_id
            seen = [r for r in named[copy].records if isinstance(r.event, DuplicateSeen) and r.event.canonical_id == of]
            if seen and named[copy].article_id != of:
                before = [r for r in named[original].records if _time(r) <= _time(seen[-1])]
                return _in_order(copy, seen[-1], _newest(before) or chosen[original])
    return chosen


def _in_order(copy: int, seen: Record, original: Record | None) -> list[Record | None]:
    return [seen, original] if copy == 0 else [original, seen]


def _newest(records: Sequence[Record]) -> Record | None:
    """Return the newest version, or where there are only copies the newest of these."""
    versions = [record for record in records if isinstance(record.event, EnrichedArticle)]
    found = versions or records
    return found[-1] if found else None


def _time(record: Record) -> int:
    return record.headers.ingested_at or 0


class _Finder:
    def __init__(self, settings: Settings, scan: Scanner, normalise: Normalise) -> None:
        self._settings, self._scan, self._normalise = settings, scan, normalise
        self._catalogue = settings.catalogue

    async def named(self, given: str) -> _Named:
        """Return what Kafka has of an article."""
        place = await self._place(given)
        if place is not None:
            return await self._at(given, place)
        article_id = article_key(given)
        records, taken_back = await outcomes_of(self._scan, self._catalogue, article_id)
        if not records:
            raise UserError(await self._missing(given, article_id))
        return _Named(given, article_id, records, len(records), taken_back)

    async def sought(self, named: _Named, record: Record | None) -> Sought:
        """Return the article of the record that was chosen."""
        article, arrived_at = named.article, named.arrived_at
        origin = str(named.place) if named.place else record.headers.origin if record else ""
        if article is None and record is not None:
            article, arrived_at = await self._article(named.given, record), record.headers.ingested_at
        assert article is not None  # noqa: S101 - `named` has found a record, or read the article itself
        recorded = record.recorded if record is not None else None
        return Sought(named.given, article, arrived_at, origin, recorded, tuple(_remarks(named, record)))

    async def _place(self, given: str) -> Origin | None:
        if ORIGIN_END.fullmatch(given):
            partition, offset = given.split("/")
            return Origin(self._catalogue.raw.name, await self._epoch(), int(partition), int(offset))
        return None if "://" in given else parse_origin(given)

    async def _epoch(self) -> str:
        raw = self._catalogue.raw.name
        epochs: dict[str, str] = await topic_ids(self._settings.connection, [raw])
        return epochs.get(raw, "")

    async def _at(self, given: str, place: Origin) -> _Named:
        raw = await self._raw(place)
        if raw is None:
            raise UserError(await self._gone(given, place))
        try:
            article = self._normalise(raw.value, str(place), raw.timestamp)
        except Malformed as error:
            raise UserError(f"{given} is dead: {error} (newswire dead show {given})") from None
        records, taken_back = await outcomes_of(self._scan, self._catalogue, article.article_id)
        own = [record for record in records if record.headers.origin == str(place)]
        return _Named(given, article.article_id, own, len(records), taken_back, place, article, raw.timestamp)

    async def _raw(self, place: Origin) -> Any:
        """Return the raw record, None where it is not there any more."""
        raw = self._catalogue.raw
        bounds = await self._scan.bounds({raw.name: raw.partitions})
        there = place.topic == raw.name and place.epoch == await self._epoch()
        return await raw_record(self._scan, place, bounds.get((place.topic, place.partition)) if there else None)

    async def _article(self, given: str, record: Record) -> CleanArticle:
        """Return the article as today's rules clean it; as it was cleaned where the raw record is gone."""
        place = parse_origin(record.headers.origin)
        raw = await self._raw(place) if place else None
        if raw is not None:
            try:
                return self._normalise(raw.value, record.headers.origin, raw.timestamp)
            except Malformed as error:
                raise UserError(f"{given}: today's rules make a dead letter of it: {error}") from None
        if isinstance(record.event, EnrichedArticle):
            return record.event
        raise UserError(f"{given}: a copy, and {self._catalogue.raw.name} no longer has its text")

    async def _missing(self, given: str, article_id: str) -> str:
        """Say why an identity has no outcome that could be compared."""
        letters = await read_letters(self._scan, self._catalogue.dead, Filter(stage=RAW_STAGE))
        for letter in reversed(letters):
            if _identity(letter) == article_id:
                return f"{given} is dead: {_said(letter)}"
        names = f"{self._catalogue.enriched.name} nor {self._catalogue.duplicates.name}"
        return f"{given}: neither {names} knows an article {article_id}"

    async def _gone(self, given: str, place: Origin) -> str:
        letters = await read_letters(self._scan, self._catalogue.dead, Filter(origins=(str(place),)))
        if letters:
            return f"{given} is dead: {_said(letters[-1])}"
        return f"{given}: {self._catalogue.raw.name} has no such record (any more)"


async def outcomes_of(scan: Scanner, catalogue: Catalogue, article_id: str) -> tuple[list[Record], bool]:
    """Return the outcomes of an identity in the order of their arrival, and whether it was taken back."""
    topics = (catalogue.enriched, catalogue.duplicates)
    bounds = await scan.bounds({topic.name: topic.partitions for topic in topics})
    places = [(topic.name, partition_of(article_id, topic)) for topic in topics]
    newest: dict[str, Record] = {}
    taken_back = False
    async for (topic, _), records, _ in scan.batches({place: bounds[place] for place in places}):
        for record in records:
            if record.key != article_id.encode():
                continue
            if topic == catalogue.enriched.name:
                taken_back = dict(record.headers).get("schema") == _FORGOTTEN.encode()
            found = _record(record, EnrichedArticle if topic == catalogue.enriched.name else DuplicateSeen)
            if found is not None and _supersedes(found, newest.get(found.headers.origin)):
                newest[found.headers.origin] = found
    return sorted(newest.values(), key=_time), taken_back


def _record(record: Any, model: type[EnrichedArticle] | type[DuplicateSeen]) -> Record | None:
    try:
        headers = decode_headers(record.headers)
        if headers.schema == _FORGOTTEN:
            return None
        return Record(headers, decode(model, record.value))
    except Malformed:  # some other program wrote it
        return None


def _supersedes(new: Record, old: Record | None) -> bool:
    return old is None or new.headers.attempt >= old.headers.attempt


def _identity(letter: Letter) -> str | None:
    value = letter.carried
    key = keyed(value) if value is not None else None
    return ids.article_id(key.decode()) if key is not None else None


def _said(letter: Letter) -> str:
    place = "/".join(letter.headers.origin.split("/")[-2:])
    return f"{letter.event.reason}: {letter.event.message} (newswire dead show {place})"


def _remarks(named: _Named, record: Record | None) -> Iterable[str]:
    if named.taken_back:
        yield "taken back (newswire forget, or override merge)"
    if record is None:
        yield "no outcome on Kafka yet, or a dead letter of a later stage"
    elif isinstance(record.event, EnrichedArticle):
        yield f"version {record.event.version}"
    if named.all_records > 1 and named.place is None:
        yield f"one of {named.all_records} records of this article; give an origin for another"
