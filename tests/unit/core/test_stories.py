"""Stories: which articles tell of the same event."""

import numpy as np
import pytest

from streams.core.stories import Place, StoryIndex, StoryPolicy, Swallowed
from streams.core.story_terms import MAX_TERMS, UNIT, Terms, counted_terms, pack, published_hour, unpack
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
        place = self.index.place(self.terms(title, text), hour)
        story = place.story_id or f"story-{self.count}"
        self.file(story, title, text, hour, tuple(swallowed.story_id for swallowed in place.merged))
        return story

    def file(self, story: str, title: str, text: str, hour: int | None = 0, swallowed: tuple[str, ...] = ()) -> None:
        self.index.add(self.count, story, pack(self.terms(title, text)), hour, swallowed)
        self.count += 1

    def asked(self, title: str, text: str, hour: int | None = 0) -> Place:
        return self.index.place(self.terms(title, text), hour)


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
    near = room.asked(*FERRY)
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
        assert all(map(np.array_equal, forward.weigh(counted), backward.weigh(counted)))


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
    kept = unpack(pack(terms))
    assert MAX_TERMS == len(kept) < len(terms.terms) <= StoryPolicy().compared_terms
    assert dict(kept.tolist()) == dict(zip(terms.terms[:MAX_TERMS].tolist(), terms.weights.tolist(), strict=False))
    assert (np.diff(terms.weights) <= 0).all()
    assert (kept["weight"].astype(float) ** 2).sum() / UNIT**2 == pytest.approx(1, abs=0.02)
    assert len(pack(terms)) <= 160  # a decision carries it


def test_a_name_is_what_the_text_never_says_without_a_capital() -> None:
    shouted = counted_terms(read_article("Ferry Sinks Oslo Bridge", "The ferry left. It sinks."), StoryPolicy())
    assert (shouted.terms & 1).sum() == 2  # Oslo and Bridge: the text says ferry and sinks
    assert shouted.counts[(shouted.terms & 1) == 1].tolist() == [10, 10]  # 1 + 4, twice for a name
    assert sorted(shouted.counts[(shouted.terms & 1) == 0].tolist()) == [1, 6, 6]  # left, ferry, sinks


def test_words_below_the_lead_say_nothing() -> None:
    policy = StoryPolicy(lead_words=3)
    short, long = (
        counted_terms(read_article("", text), policy)
        for text in ("ships sank quickly", "ships sank quickly there, captains drowned")
    )
    assert all(map(np.array_equal, short, long))


def test_nearness_decays_with_time() -> None:
    room = Newsroom()
    room.tell(*FERRY)
    fresh, half = room.policy.fresh_hours, room.policy.half_life_hours
    now, near, later = (room.asked(*FERRY, hour=hour).score for hour in (0, fresh, fresh + half))
    assert now == near
    assert later == pytest.approx(near / 2, abs=0.001)
    assert room.asked(*FERRY, hour=None).score < now


def test_an_article_as_near_to_many_stories_joins_none_so_easily() -> None:
    alone, crowded = Newsroom(), Newsroom(StoryPolicy(merge_bond=2.0))  # nothing is merged
    for room in (alone, crowded):
        room.file("story-a", *FERRY)
    crowded.file("story-b", *FERRY_AGAIN)
    one, other = alone.asked(*FERRY), crowded.asked(*FERRY)
    assert one.story_id == other.story_id == "story-a"
    assert other.score < one.score


def told_apart(policy: StoryPolicy | None = None) -> Newsroom:
    """Return two stories of one event."""
    room = Newsroom(policy)
    for seed in range(5):
        room.tell(headline(seed), report(seed))
    room.file("younger", *FERRY)
    room.file("older", *FERRY_AGAIN)
    room.file("younger", *FERRY)
    return room


BOTH = (FERRY[0], f"{FERRY[1]} {FERRY_AGAIN[1]}")


def test_an_article_near_to_two_stories_makes_them_one() -> None:
    room = told_apart()
    place = room.asked(*BOTH)
    assert (place.story_id, place.newest, place.merged) == ("younger", 7, (Swallowed("older", 6),))


def test_the_older_story_survives_whatever_it_is_called() -> None:
    room = Newsroom()
    room.file("b", *FERRY)
    room.file("a", *FERRY_AGAIN)
    assert room.asked(*BOTH)[0::3] == ("b", (Swallowed("a", 1),))


def test_stories_that_only_one_article_would_hold_together_stay_two() -> None:
    room = told_apart(StoryPolicy(merge_bond=0.9))
    assert room.asked(*BOTH).merged == ()


def test_what_would_join_a_swallowed_story_joins_the_survivor() -> None:
    room = told_apart()
    room.file("younger", *BOTH, swallowed=("older",))
    assert room.index.survivor("older") == "younger"
    assert room.asked(*FERRY_AGAIN).story_id == "younger"
    assert room.asked(*BOTH).merged == ()
    room.index.remove(room.count - 1)  # the article that held them together is taken back
    assert room.index.survivor("older") == "older"


def test_an_article_without_a_date_is_compared_with() -> None:
    room = Newsroom()
    room.tell(*FERRY, hour=None)
    assert room.asked(*FERRY, hour=5).story_id == "story-0"


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
