"""What a matcher answers, and what it is given: all earlier articles of the half first, then each later one."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple, TypeAlias, TypeVar

from tests.quality.wire_edits.story import Case, Relation, Story


class Answer(NamedTuple):
    """What a matcher says of a later article: the relation, the earlier ones it stands in that to, and its reason."""

    relation: Relation
    urls: tuple[str, ...] = ()
    why: str = ""


_Item = TypeVar("_Item")
Progress: TypeAlias = Callable[[str], None]
"""Is told what is being done."""


def earlier_stories(cases: Iterable[Case]) -> list[Story]:
    """Return the stories that come in first, each once."""
    return list({story.url: story for case in cases for story in case.earlier}.values())


def counted(items: Sequence[_Item], what: str, say: Progress) -> Iterator[_Item]:
    """Yield the items, and say now and then how many have been."""
    for number, item in enumerate(items):
        if number % 1_000 == 0:
            say(f"{what} {number} of {len(items)}")
        yield item
