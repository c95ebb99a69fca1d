"""`newswire get group`: the newest state, by any name that the group had."""

import asyncio

import pytest

from streams.cli import get
from streams.cli.errors import UserError
from streams.cli.show import short
from streams.contracts import ids
from streams.contracts.codec import encode
from streams.contracts.connection import Connection
from streams.contracts.events import GroupUpdate
from streams.contracts.topics import Catalogue, TopicSpec

ADDRESS = "https://example.org/talks"
OPENER = get.article_key(ADDRESS)
UNKNOWN = get.article_key("https://example.org/unknown")


def update(group_id: str, into: str | None = None) -> GroupUpdate:
    return GroupUpdate(
        event_id="e", group_id=group_id, canonical_id=OPENER, article_id="b", change="merged", original_id="b" * 36,
        original_source="apnews.com", agency="AP", articles=5, into=into, cause="c",
    )  # fmt: skip


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> dict[str, GroupUpdate]:
    groups: dict[str, GroupUpdate] = {}

    async def newest(bootstrap: Connection, topic: TopicSpec, key: str) -> bytes | None:
        return encode(groups[key]) if key in groups else None

    monkeypatch.setattr(get, "newest", newest)
    return groups


def found(given: str) -> str | None:
    group = asyncio.run(get._current_group(Connection("none:1"), Catalogue().groups, given))
    return group.group_id if group else None


def test_a_group_is_found_by_id_and_by_the_article_that_opened_it(kept: dict[str, GroupUpdate]) -> None:
    group = ids.group_id(OPENER)
    kept[group] = update(group)
    assert [found(group), found(OPENER), found(ADDRESS), found(UNKNOWN)] == [group, group, group, None]


def test_what_can_be_no_key_is_no_group(kept: dict[str, GroupUpdate]) -> None:
    with pytest.raises(UserError, match="unknown: neither an address nor an article_id"):
        found("unknown")


def test_merges_are_followed(kept: dict[str, GroupUpdate]) -> None:
    kept.update({"one": update("one", "two"), "two": update("two", "three"), "three": update("three")})
    assert [found("one"), found("two")] == ["three", "three"]


def test_a_group_in_a_line() -> None:
    assert short(update("one")) == "[blue]group     merged, 5 articles, original bbbbbbbb of apnews.com, AP"
    assert short(update("one", "two")) == "[blue]group     one is part of two"
