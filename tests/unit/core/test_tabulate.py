import pytest

from streams.contracts.events import EnrichedArticle, Language
from streams.core.tabulate import replaces, row


def _article(version: int = 1, modified_at: str | None = None) -> EnrichedArticle:
    return EnrichedArticle(
        event_id=f"event-{version}",
        article_id="a",
        url="https://example.org/a",
        canonical_url="https://example.org/a",
        guid=None,
        source="example.org",
        feed_url=None,
        rights=None,
        authors=(),
        published_at=None,
        modified_at=modified_at,
        title="Title",
        text="Text.",
        removed=(),
        problems=(),
        language=Language(code="en", score=1.0),
        version=version,
        change="new",
        story_id="s",
    )


def test_a_row_has_everything_but_the_text() -> None:
    assert "text" not in row(_article()).model_dump()
    assert row(_article()).title == "Title"


@pytest.mark.parametrize(
    ("new", "old", "expected"),
    [
        (_article(1), None, True),
        (_article(2), _article(1), True),
        (_article(1), _article(2), False),
        (_article(1), _article(1), True),
        (_article(2, "2026-04-07T10:00:00+00:00"), _article(1, "2026-04-07T12:00:00+00:00"), False),
        (_article(2, "2026-04-07T12:00:00+02:00"), _article(1, "2026-04-07T10:30:00+00:00"), False),
        (_article(2, "2026-04-07T12:00:00+00:00"), _article(1, "2026-04-07T10:00:00+00:00"), True),
        (_article(2, "2026-04-06"), _article(1, "2026-04-07"), False),
        (_article(2, "2026-04-07"), _article(1, None), True),
    ],
)
def test_a_row_never_goes_back(new: EnrichedArticle, old: EnrichedArticle | None, expected: bool) -> None:
    assert replaces(row(new), None if old is None else row(old)) is expected
