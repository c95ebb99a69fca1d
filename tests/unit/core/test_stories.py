"""Stories: which articles tell of the same event."""

import pytest

from streams.core.stories import (
    MAX_TERMS,
    UNIT,
    StoryIndex,
    StoryPolicy,
    Terms,
    cosine,
    counted_terms,
    pack,
    published_hour,
    unpack,
)
from streams.core.wording import read_article
from tests.clean_articles import headline, report

FERRY = ("Ferry Galatea sinks off Fredrikstad", "The ferry Galatea sank off Fredrikstad, Captain Lindqvist said.")
FERRY_AGAIN = ("Galatea captain questioned", "Police in Fredrikstad questioned Captain Lindqvist of the ferry Galatea.")


class Newsroom:
    """An index that is told articles one after the other."""

    def __init__(self, policy: StoryPolicy | None = None) -> None:
        self.policy = policy or StoryPolicy()
        self.index = StoryIndex(self.policy)
        self.count = 0

    def terms(self, title: str, text: str) -> Terms:
        return self.index.weigh(counted_terms(read_article(title, text), self.policy))

    def tell(self, title: str, text: str, hour: int | None = 0) -> str:
        terms = self.terms(title, text)
        story = self.index.place(terms, hour).story_id or f"story-{self.count}"
        self.index.add(self.count, story, pack(terms), hour)
        self.count += 1
        return story


def test_articles_of_one_event_join_and_others_open() -> None:
    room = Newsroom()
    for seed in range(20):
        assert room.tell(headline(seed), report(seed)) == f"story-{seed}"
    assert room.tell(*FERRY) == "story-20"
    assert room.tell(*FERRY_AGAIN) == "story-20"


def test_an_old_story_is_not_continued() -> None:
    room = Newsroom()
    room.tell(*FERRY, hour=0)
    assert room.tell(*FERRY_AGAIN, hour=room.policy.window_hours + 1) == "story-1"
    assert room.tell(*FERRY_AGAIN, hour=room.policy.window_hours) in ("story-0", "story-1")
    assert room.tell(*FERRY, hour=None) in ("story-0", "story-1")


def test_a_story_moves_on_by_the_mean_of_its_nearest_members() -> None:
    room = Newsroom(StoryPolicy(neighbours=2))
    room.tell(*FERRY)
    room.tell(*FERRY_AGAIN)
    near = room.index.place(room.terms(*FERRY), 0)
    assert near.story_id == "story-0"
    assert near.score < 1  # the mean of the article itself and another


def test_the_index_does_not_depend_on_the_order_of_arrival() -> None:
    room = Newsroom()
    articles = [(headline(seed), report(seed)) for seed in range(12)] + [FERRY, FERRY_AGAIN]
    filed = [(n, f"story-{n % 5}", pack(room.terms(*article)), n) for n, article in enumerate(articles)]
    forward, backward = StoryIndex(room.policy), StoryIndex(room.policy)
    for item in filed:
        forward.add(*item)
    for item in reversed(filed):
        backward.add(*item)
    for title, text in articles:
        counted, terms = counted_terms(read_article(title, text), room.policy), room.terms(title, text)
        assert forward.place(terms, 5) == backward.place(terms, 5)
        assert forward.weigh(counted) == backward.weigh(counted)


def test_a_removed_article_leaves_nothing() -> None:
    room = Newsroom()
    room.tell(*FERRY)
    assert room.index.newest("story-0") == 0
    room.index.remove(0)
    room.index.remove(0)
    assert room.index.newest("story-0") is None
    assert room.index.place(room.terms(*FERRY), 0).story_id is None


def test_terms_are_a_packed_unit_vector() -> None:
    terms = Newsroom().terms(headline(1), report(1))
    assert 0 < len(terms) <= MAX_TERMS
    assert unpack(pack(terms)) == terms
    assert all(0 < weight <= UNIT for weight in terms.values())
    assert cosine(terms, terms) == pytest.approx(1, abs=0.02)
    assert len(pack(terms)) <= 160


def test_an_article_without_telling_words_opens_a_story() -> None:
    room = Newsroom()
    assert room.tell("It is", "The of and.") == "story-0"
    assert room.tell("It is", "The of and.") == "story-1"


def test_terms_of_a_template_do_not_make_a_story() -> None:
    room = Newsroom()
    names = [f"Company{n}name" for n in range(120)]
    stories = {
        room.tell(f"{name} quarterly net profit", f"{name} said quarterly net profit rose, shares closed higher.")
        for name in names
    }
    last = names[-1]
    assert len(stories) > 20
    assert room.tell(f"{last} sacks Olav Brandt", f"{last} sacked Olav Brandt over fraud in Caldas.") != "story-0"


@pytest.mark.parametrize(
    ("when", "hour"),
    [
        ("1970-01-02", 36), ("1970-01-01T05:59:00+00:00", 5), ("1970-01-01T05:59:00+04:00", 1), ("1970-01-01T05:59", 5),
        ("yesterday", None), ("", None), (None, None),
    ],
)  # fmt: skip
def test_hours_of_publication(when: str | None, hour: int | None) -> None:
    assert published_hour(when) == hour
