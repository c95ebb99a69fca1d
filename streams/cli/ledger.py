"""What `newswire reconcile` has read so far: outcomes by raw record, in one SQLite file, so that a run reads only news.

Positions and what was read up to them are written in one transaction: a run that is interrupted goes on, one that is
killed loses at most what it had not yet written.
"""

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from itertools import groupby
from pathlib import Path
from types import TracebackType
from typing import Final, NamedTuple, Self

from streams.cli.errors import UserError
from streams.cli.scan import Place, Span
from streams.cli.state import usable
from streams.contracts.origin import Origin
from streams.core.reconcile import KINDS, Outcome, Owner

LAYOUT: Final = 1  # of the tables; a file of another layout is started anew
UNKNOWN_MS: Final = 2**62  # later than any record: how far a loss reaches is not known

TABLES: Final = """
CREATE TABLE positions (topic TEXT, part INTEGER, next INTEGER, lost_ms INTEGER, PRIMARY KEY (topic, part));
CREATE TABLE names (id INTEGER PRIMARY KEY, name TEXT UNIQUE);
CREATE TABLE outcomes (
    epoch INTEGER, part INTEGER, off INTEGER, kind INTEGER, attempt INTEGER, pipeline INTEGER, digest BLOB,
    written INTEGER, repeats INTEGER, PRIMARY KEY (epoch, part, off, kind, attempt, pipeline, digest)
) WITHOUT ROWID;
CREATE TABLE owners (
    article BLOB, version INTEGER, pipeline INTEGER, epoch INTEGER, part INTEGER, off INTEGER, ingested INTEGER,
    place INTEGER, PRIMARY KEY (article, version, pipeline, epoch, part, off)
) WITHOUT ROWID;
CREATE TABLE copies (
    canonical BLOB, epoch INTEGER, part INTEGER, off INTEGER, PRIMARY KEY (canonical, epoch, part, off)
) WITHOUT ROWID;
CREATE TABLE forgotten (article BLOB, place INTEGER, PRIMARY KEY (article, place)) WITHOUT ROWID;
CREATE TABLE aside (what TEXT, place TEXT, PRIMARY KEY (what, place)) WITHOUT ROWID;
CREATE TABLE past (epoch INTEGER, part INTEGER, count INTEGER, PRIMARY KEY (epoch, part)) WITHOUT ROWID;
CREATE TABLE holes (epoch INTEGER, part INTEGER, off INTEGER, PRIMARY KEY (epoch, part, off)) WITHOUT ROWID;
"""


class Entry(NamedTuple):
    """An outcome as it was read: what it says, and where (`place`, an offset) and when it was written.

    Times in ms since 1970 UTC; `version` is 0 but for enriched articles.
    """

    origin: Origin
    kind: int  # index into KINDS
    attempt: int
    pipeline: str
    digest: bytes
    place: int
    written: int
    ingested: int
    article: bytes  # of a duplicate: the article that it is a copy of
    version: int


class Notes(NamedTuple):
    """What one batch of an outcome topic held."""

    entries: list[Entry]
    forgotten: list[tuple[bytes, int]]  # article_id, and the offset: articles keep to their partition
    aside: list[tuple[str, str]]  # what it is, where it stands


class Ledger:
    """The file. Methods that read see what was committed and what was not."""

    def __init__(self, path: Path, *, fresh: bool = False) -> None:
        """Open the file, or make it; a damaged one, one that another run holds, or no place for it is a UserError."""
        self._path = path
        usable(path.parent)
        if fresh:
            for name in (path, path.with_name(path.name + "-journal")):
                name.unlink(missing_ok=True)
        with self._readable():
            self._db = sqlite3.connect(path, isolation_level=None, timeout=2.0)
            self._db.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._db.execute("BEGIN EXCLUSIVE")
            self._lay_out()
            self._names: dict[str, int] = dict(self._db.execute("SELECT name, id FROM names"))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._db.close()  # what was not committed is read again next time

    def commit(self) -> None:
        """Keep everything up to here."""
        self._db.execute("COMMIT")
        self._db.execute("BEGIN EXCLUSIVE")

    def position(self, place: Place) -> int | None:
        """Return the offset to go on from, None where nothing was read yet."""
        row = self._db.execute("SELECT next FROM positions WHERE topic = ? AND part = ?", place).fetchone()
        return None if row is None else row[0]

    def note(self, place: Place, notes: Notes, reached: int, first_ms: int | None) -> None:
        """Write down a batch and the position behind it; `first_ms` is the time of its first record."""
        self._db.executemany(
            "INSERT INTO outcomes VALUES (?,?,?,?,?,?,?,?,0) ON CONFLICT DO UPDATE"
            " SET repeats = repeats + 1, written = max(written, excluded.written)",
            [
                (*self._at(e.origin), e.kind, e.attempt, self._id(e.pipeline), e.digest, e.written)
                for e in notes.entries
            ],
        )
        self._db.executemany(
            "INSERT OR IGNORE INTO owners VALUES (?,?,?,?,?,?,?,?)",
            [
                (e.article, e.version, self._id(e.pipeline), *self._at(e.origin), e.ingested, e.place)
                for e in notes.entries
                if KINDS[e.kind] == "enriched"
            ],
        )
        self._db.executemany(
            "INSERT OR IGNORE INTO copies VALUES (?,?,?,?)",
            [(e.article, *self._at(e.origin)) for e in notes.entries if KINDS[e.kind] == "duplicate"],
        )
        self._db.executemany("INSERT OR IGNORE INTO forgotten VALUES (?,?)", notes.forgotten)
        self._db.executemany("INSERT OR IGNORE INTO aside VALUES (?,?)", notes.aside)
        if first_ms is not None:  # what is lost before it was written before it
            self._db.execute(
                "UPDATE positions SET lost_ms = ? WHERE topic = ? AND part = ? AND lost_ms = ?",
                (first_ms, *place, UNKNOWN_MS),
            )
        self._db.execute("UPDATE positions SET next = ? WHERE topic = ? AND part = ?", (reached, *place))

    def begin(self, place: Place, span: Span) -> Span:
        """Return what is to be read of a partition that holds this span; note what was lost before it could be read."""
        known = self.position(place)
        begin = max(span.begin, known or 0)
        lost = UNKNOWN_MS if (known or 0) < span.begin else None
        if known is None:
            self._db.execute("INSERT INTO positions VALUES (?,?,?,?)", (*place, begin, lost))
        elif lost is not None:
            self._db.execute(
                "UPDATE positions SET next = ?, lost_ms = ? WHERE topic = ? AND part = ?", (begin, lost, *place)
            )
        return Span(begin, span.end)

    def lost_before(self) -> int:
        """Return the time up to which outcomes may have left retention unread; 0 where none has."""
        return int(self._db.execute("SELECT coalesce(max(lost_ms), 0) FROM positions").fetchone()[0])

    def judged_by(self, epoch: str, partition: int, span: Span) -> Iterator[tuple[int, list[Outcome]]]:
        """Iterate over raw records of a partition in order of offset, each with its outcomes."""
        names = {number: name for name, number in self._names.items()}
        rows = self._db.execute(
            "SELECT off, kind, attempt, pipeline, digest, written, repeats FROM outcomes"
            " WHERE epoch = ? AND part = ? AND off >= ? AND off < ? ORDER BY off",
            (self._id(epoch), partition, *span),
        )
        for offset, group in groupby(rows, key=lambda row: row[0]):
            yield offset, [Outcome(KINDS[k], a, names[p], d, w, r) for _, k, a, p, d, w, r in group]

    def beyond(self, epoch: str, ends: Mapping[int, int]) -> list[tuple[int, int]]:
        """Return (partition, offset) of what has an outcome at the end of its partition or later."""
        rows = self._db.execute(
            "SELECT part, max(off) FROM outcomes WHERE epoch = ? GROUP BY part", (self._id(epoch),)
        ).fetchall()
        found: list[tuple[int, int]] = []
        for partition, last in rows:
            if last >= ends.get(partition, 0):
                query = "SELECT DISTINCT part, off FROM outcomes WHERE epoch = ? AND part = ? AND off >= ? ORDER BY off"
                found += self._db.execute(query, (self._id(epoch), partition, ends.get(partition, 0))).fetchall()
        return found

    def other_epochs(self, epoch: str) -> dict[str, int]:
        """Return how many raw records of each earlier topic of that name have an outcome."""
        rows = self._db.execute(
            "SELECT name, count(DISTINCT part * (1 << 48) + off) FROM outcomes JOIN names ON names.id = epoch"
            " WHERE name != ? GROUP BY name",
            (epoch,),
        )
        return dict(rows.fetchall())

    def forget_before(self, epoch: str, begins: Mapping[int, int]) -> int:
        """Drop what concerns raw records that have left retention; return how many of them had an outcome, ever.

        Owners of articles that still have copies stay.
        """
        number = self._id(epoch)
        for partition, begin in begins.items():
            where = "WHERE epoch = ? AND part = ? AND off < ?"
            place = (number, partition, begin)
            (count,) = self._db.execute(f"SELECT count(DISTINCT off) FROM outcomes {where}", place).fetchone()  # noqa: S608 - our own words
            self._db.execute(
                "INSERT INTO past VALUES (?,?,?) ON CONFLICT DO UPDATE SET count = count + excluded.count",
                (number, partition, count),
            )
            for table in ("outcomes", "copies", "holes"):
                self._db.execute(f"DELETE FROM {table} {where}", place)  # noqa: S608 - our own words
            unneeded = "article NOT IN (SELECT canonical FROM copies)"
            self._db.execute(f"DELETE FROM owners {where} AND {unneeded}", place)  # noqa: S608 - our own words
        (total,) = self._db.execute("SELECT coalesce(sum(count), 0) FROM past WHERE epoch = ?", (number,)).fetchone()
        return int(total)

    def shared_versions(self, epoch: str) -> Iterator[tuple[str, int, str, list[tuple[Owner, int]]]]:
        """Iterate over article, version, pipeline and the several raw records behind, with where each was written."""
        names = {number: name for name, number in self._names.items()}
        several = (
            "SELECT article, version, pipeline FROM owners WHERE epoch = ?1"
            " GROUP BY article, version, pipeline HAVING count(*) > 1"
        )
        for article, version, pipeline in self._db.execute(several, (self._id(epoch),)).fetchall():
            rows = self._db.execute(
                "SELECT part, off, ingested, place FROM owners"
                " WHERE article = ? AND version = ? AND pipeline = ? AND epoch = ?",
                (article, version, pipeline, self._id(epoch)),
            )
            owners = [(Owner(f"{part}/{off}", ingested), place) for part, off, ingested, place in rows]
            yield article.decode(), version, names[pipeline], owners

    def decided_times(self) -> list[int]:
        """Return when each enriched record came in, ascending."""
        return [row[0] for row in self._db.execute("SELECT ingested FROM owners ORDER BY ingested")]

    def forgotten(self, article: str) -> list[int]:
        """Return where the article was taken back, as offsets in its partition, ascending."""
        rows = self._db.execute("SELECT place FROM forgotten WHERE article = ? ORDER BY place", (article.encode(),))
        return [row[0] for row in rows]

    def orphans(self, epoch: str) -> Iterator[tuple[str, int, int]]:
        """Iterate over copies of articles that were never enriched: canonical_id, partition, offset."""
        rows = self._db.execute(
            "SELECT canonical, part, off FROM copies WHERE epoch = ?"
            " AND NOT EXISTS (SELECT 1 FROM owners WHERE article = canonical) ORDER BY part, off",
            (self._id(epoch),),
        )
        for canonical, partition, offset in rows:
            yield canonical.decode(), partition, offset

    def set_aside(self) -> dict[str, list[str]]:
        """Return what is no outcome of a raw record: what it is, and where it stands."""
        found: dict[str, list[str]] = {}
        for what, place in self._db.execute("SELECT what, place FROM aside"):
            found.setdefault(what, []).append(place)
        return found

    def holes(self, epoch: str, partition: int) -> set[int]:
        """Return the offsets of a raw partition that are known to hold no record."""
        rows = self._db.execute("SELECT off FROM holes WHERE epoch = ? AND part = ?", (self._id(epoch), partition))
        return {row[0] for row in rows}

    def add_holes(self, epoch: str, partition: int, offsets: Iterable[int]) -> None:
        """Note offsets that hold no record: markers of transactions, or what compaction took."""
        number = self._id(epoch)
        self._db.executemany(
            "INSERT OR IGNORE INTO holes VALUES (?,?,?)", [(number, partition, offset) for offset in offsets]
        )

    def _at(self, origin: Origin) -> tuple[int, int, int]:
        return self._id(origin.epoch), origin.partition, origin.offset

    def _id(self, name: str) -> int:
        known = self._names.get(name)
        if known is None:
            known = self._db.execute("INSERT INTO names (name) VALUES (?) RETURNING id", (name,)).fetchone()[0]
            self._names[name] = known
        return known

    def _lay_out(self) -> None:
        (found,) = self._db.execute("PRAGMA user_version").fetchone()
        if found == LAYOUT:
            return
        with closing(self._db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")) as tables:
            old = [row[0] for row in tables.fetchall()]
        for name in old:
            self._db.execute(f'DROP TABLE "{name}"')
        for statement in filter(str.strip, TABLES.split(";")):
            self._db.execute(statement)
        self._db.execute(f"PRAGMA user_version = {LAYOUT}")
        self.commit()

    @contextmanager
    def _readable(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            raise UserError(f"{self._path}: {error}: another `newswire reconcile` may be using it") from None
        except sqlite3.DatabaseError as error:
            raise UserError(f"{self._path}: {error}: start anew with --fresh") from None


def ledger_path(folder: Path, *, bootstrap: str, prefix: str, topic_ids: Mapping[str, str]) -> Path:
    """Return the file for these topics; topics that were made anew have other ids, and so another file."""
    named = "\n".join([bootstrap, prefix, *(f"{name} {topic_ids[name]}" for name in sorted(topic_ids))])
    return folder / "reconcile" / f"{hashlib.sha256(named.encode()).hexdigest()[:16]}.sqlite"
