"""Copy groups: the articles that are copies of each other or contain each other, which of them is the original, and how
many newsrooms reported a story themselves.

A group is a connected component of the links that verdicts make. It lives as a story does: the newest decision that
changed it says how it stands. Each decision is filed under the groups that it changes, those that it swallows included,
so whoever knows an old name of a group finds the newest by following (docs/adr/0010-copy-groups.md).
"""

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

from streams.contracts import ids
from streams.contracts.events import CleanArticle, GroupChange, GroupUpdate
from streams.core.decision import Decision, GroupPlace, group_key, group_place, newsroom_key
from streams.core.pages import Numbers, Pages
from streams.core.postings import Postings
from streams.core.story_terms import published_second
from streams.core.syndication import agency_of_source, credited
from streams.core.wording import Substance

_CHANGES: Final = {0: "opened", 1: "joined"}  # by how many groups there were before
MAX_COUNTED: Final = 1_000  # newest articles of a story whose newsrooms are counted: bounds the work
_FEW: Final = 4  # decisions read at first; mostly one is enough
COLUMNS: Final = {"group": "u4", "newsroom": "u4"}  # of the rows by sequence number


class Joined(NamedTuple):
    """The place of an article in its group, and whether it may change how many newsrooms reported a story."""

    place: GroupPlace
    unsettling: bool = False


def alone(article: CleanArticle, substance: Substance, number: int) -> GroupPlace:
    """Return the group of one that an article is on its own."""
    return GroupPlace.model_construct(
        canonical_id=article.article_id, since=number, original_id=article.article_id, original_source=article.source,
        original_at=published_second(article.published_at),
        agency=credited(substance, article.authors, article.source),
    )  # fmt: skip


def recorded(place: GroupPlace) -> dict[str, Any]:
    """Return what a decision keeps of a group: of a group of one no more than it takes to make it again."""
    if place.articles > 1:
        return {"group": place}
    return {"source": place.original_source, "agency": place.agency, "published_at": place.original_at}


class GroupIndex:
    """Finds the newest state of a group: a function of the decisions that are present, not of their order."""

    def __init__(self, rows: Pages, read: Callable[[int], Decision]) -> None:
        self._rows = rows
        self._read = read
        self._changes = Postings(rows.present)

    def add(self, number: int, keys: Sequence[int]) -> None:
        """File a decision under the groups that it changes."""
        if keys:
            self._changes.add(keys, number)

    def purge(self, number: int) -> None:
        """Take a number out that is filed anew."""
        self._changes.purge(number)

    def current(self, place: GroupPlace) -> GroupPlace:
        """Return how a group stands now, under whatever name."""
        # Each step goes to a newer decision: one that swallowed a group is filed under both names.
        while True:
            newest = self._newest(place.canonical_id)
            if newest is None:
                return place
            if newest.canonical_id == place.canonical_id:
                return newest
            place = newest

    def _newest(self, canonical_id: str) -> GroupPlace | None:
        count = 1
        while True:
            numbers = self._changes.newest([group_key(canonical_id)], count).numbers.tolist()
            for known in map(self._read, reversed(numbers)):
                group = group_place(known)
                if canonical_id == group.canonical_id or canonical_id in group.added or canonical_id in group.merged:
                    return group
            if len(numbers) < count:
                return None
            count *= _FEW

    def place(self, own: GroupPlace, before: GroupPlace | None, links: Sequence[Decision]) -> Joined:
        """Return the group of an article that is linked with others.

        Args:
            own: the article on its own.
            before: what its newest version stands in, None for an article that is not known.
            links: decisions on the articles that it is a copy of or contains.
        """
        if before is None and not links:
            return Joined(own)
        named = {place.canonical_id: place for place in map(group_place, links)}
        linked = {place.canonical_id: place for place in map(self.current, named.values())}
        found = own if before is None else self.current(before)
        home = found if found.articles > 1 else own
        linked.pop(home.canonical_id, None)
        if not linked:
            return Joined(unchanged(home))
        sides = sorted((home, *linked.values()), key=_age)
        known = [side for side in sides if side is not home or home is not own]
        place = _united(sides, own.canonical_id if home.articles == 1 else None)
        unsettling = len(known) > 1 or known[0].newsroom != place.newsroom
        return Joined(place, unsettling)

    def newsrooms(self, members: Numbers, place: GroupPlace | None) -> int:
        """Return how many newsrooms stand behind these articles and the group that an arriving one is in.

        All members of a group count once, for its agency or whoever had it first.
        """
        names, newsrooms = (self._rows.gather(column, members).tolist() for column in COLUMNS)
        rooms = dict(zip(names, newsrooms, strict=True))  # the newest of each group stays
        self._follow(rooms)
        if place is not None:
            for name in (place.canonical_id, *place.added, *place.merged):
                rooms.pop(group_key(name), None)
            rooms[group_key(place.canonical_id)] = newsroom_key(place.newsroom)
        return len(set(rooms.values()))

    def _follow(self, rooms: dict[int, int]) -> None:
        """Put the newest name and newsroom of each group in place of an older one."""
        todo = list(rooms)
        while todo:
            places, numbers = self._changes.newest(todo, 1)
            if not len(numbers):
                return
            names, newsrooms = (self._rows.gather(column, numbers).tolist() for column in COLUMNS)
            moved = []
            for at, name, room in zip(places.tolist(), names, newsrooms, strict=True):
                if name != todo[at]:
                    rooms.pop(todo[at], None)
                    moved.append(name)
                rooms[name] = room
            todo = moved


def unchanged(place: GroupPlace) -> GroupPlace:
    """Return the group as it stands, for a decision that changes nothing in it."""
    return place.model_copy(update={"change": "", "added": (), "merged": ()}) if place.change else place


def _age(place: GroupPlace) -> tuple[bool, int, str]:
    """Sort groups that were told before articles that stood alone, and the older ones first."""
    return place.articles == 1, place.since, place.canonical_id


def _united(sides: Sequence[GroupPlace], arriving: str | None) -> GroupPlace:
    """Return the group that several become; the first one's name stays."""
    groups = [side.canonical_id for side in sides if side.articles > 1]
    added = [side.canonical_id for side in sides if side.articles == 1]
    oldest, *others = sorted(sides, key=lambda side: side.since)
    original, agency = oldest, oldest.agency
    for later in others:
        original, agency = _original(original, agency, later)
    return GroupPlace.model_construct(
        canonical_id=sides[0].canonical_id, change=_CHANGES.get(len(groups), "merged"), since=oldest.since,
        original_id=original.original_id, original_source=original.original_source, original_at=original.original_at,
        agency=agency, articles=sum(side.articles for side in sides),
        added=tuple(sorted(added, key=lambda name: name == arriving)), merged=tuple(groups[1:]),
    )  # fmt: skip


def _original(earlier: GroupPlace, agency: str, later: GroupPlace) -> tuple[GroupPlace, str]:
    """Return which of two groups has the original, and the agency of both; `agency` is what is credited so far.

    An agency's own article is the original of its copies. Otherwise it is what was published first; where that is not
    known, or the same, what arrived first.
    """
    own, other = _is_agencys(earlier), _is_agencys(later)
    if own != other:
        return (earlier, earlier.agency) if own else (later, later.agency)
    times = earlier.original_at, later.original_at
    is_later = times[0] is not None and times[1] is not None and times[1] < times[0]
    winner = later if is_later else earlier
    return winner, winner.agency if own else agency or later.agency


def _is_agencys(place: GroupPlace) -> bool:
    return bool(place.agency) and agency_of_source(place.original_source) == place.agency


def group_updates(article_id: str, decision: Decision, cause: str, pipeline: str) -> tuple[GroupUpdate, ...]:
    """Return the updates that a decision causes: of its group, and of those that it swallowed.

    The same arguments always give the same events.
    """
    place = decision.group
    if place is None or not place.change:
        return ()
    merged = tuple(map(ids.group_id, place.merged))
    change: GroupChange = "opened" if place.change == "opened" else "merged" if merged else "joined"
    survivor = ids.group_id(place.canonical_id)

    def update(group_id: str) -> GroupUpdate:
        swallowed = group_id != survivor
        return GroupUpdate(
            event_id=ids.event_id("GroupUpdate", f"{group_id}\n{article_id}\n{cause}", pipeline), group_id=group_id,
            canonical_id=place.canonical_id, article_id=article_id, change=change, original_id=place.original_id,
            original_source=place.original_source, agency=place.agency or None, articles=place.articles,
            added=place.added, merged=() if swallowed else merged, into=survivor if swallowed else None, cause=cause,
        )  # fmt: skip

    return tuple(map(update, (survivor, *merged)))
