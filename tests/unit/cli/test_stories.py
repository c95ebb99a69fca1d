"""A story from its topics."""

from streams.cli.show import short
from streams.cli.stories import Story, followed, keep, note
from streams.contracts.codec import encode
from streams.contracts.events import ArticleRow, Language, StoryUpdate


def update(story: str, change: str = "joined", **more: object) -> StoryUpdate:
    made = {
        "event_id": "e", "story_id": story, "article_id": "a", "change": change, "score": 0.5, "title": "Ferry",
        "articles": 2, "cause": "c",
    }  # fmt: skip
    return StoryUpdate.model_validate(made | more)


def row(article: str, story: str) -> ArticleRow:
    return ArticleRow(
        event_id="e", article_id=article, version=1, change="new", url=None, canonical_url=None, source="a.example",
        authors=(), published_at=None, modified_at=None, title="Ferry", language=Language(code="en", score=1.0),
        story_id=story, topics=(), entities=(), skipped={},
    )  # fmt: skip


def test_a_swallowed_story_is_followed_to_the_survivor() -> None:
    newest: dict[str, bytes] = {}
    into: dict[str, str] = {}
    for key, event in (
        ("a", update("a", merged=("b",))), ("b", update("b", "merged", into="a")),
        ("c", update("c", "merged", into="b")),
        ("d", update("d")), ("e", update("e", "merged", into="d")), ("e", None),
    ):  # fmt: skip
        note(key.encode(), encode(event) if event else None, newest, into)
    assert into == {"b": "a", "c": "b"}
    assert [followed(story, into) for story in "abcde"] == ["a", "a", "a", "d", "e"]
    assert sorted(newest) == ["a", "b", "c", "d"]
    assert followed("x", {"x": "y", "y": "x"}) in ("x", "y")


def test_the_newest_row_of_an_article_says_whether_it_is_in_the_story() -> None:
    rows: dict[str, ArticleRow] = {}
    for article, story in (("1", "story-a"), ("2", "story-b"), ("3", "story-c"), ("1", "story-c")):
        keep(rows, article.encode(), encode(row(article, story)), ("story-a", "story-b"))
    assert list(rows) == ["2"]
    keep(rows, b"2", None, ("story-b",))
    assert not rows


def test_a_story_as_it_is_shown() -> None:
    story = Story(update("a", merged=("b",)), ("a", "b"), (row("1", "a"), row("2", "b")))
    told = story.as_json()
    assert (told["story_id"], told["parts"]) == ("a", ("a", "b"))
    assert [member["story_id"] for member in told["members"]] == ["a", "b"]  # type: ignore[attr-defined]
    assert "merged into a, 2 articles" in short(update("b", "merged", into="a"))
