"""The table `articles`: the newest version of each article."""

from datetime import UTC, datetime

from streams.contracts.events import ArticleForgotten, ArticleRow, EnrichedArticle


def row(article: EnrichedArticle) -> ArticleRow:
    """Return the row of an article: all but its text, which stays on news.enriched."""
    return ArticleRow.model_validate(article, from_attributes=True)


def replaces(new: ArticleRow, old: ArticleRow | None) -> bool:
    """Say whether `new` becomes the row: never back in version, nor to text that was modified earlier.

    The same version again is written again: a repeat gives the same bytes, and a newer pipeline better ones.
    """
    if old is None:
        return True
    if new.modified_at and old.modified_at and _instant(new.modified_at) < _instant(old.modified_at):
        return False
    return new.version >= old.version


def ends(forgotten: ArticleForgotten, old: ArticleRow | None) -> bool:
    """Say whether a retraction deletes the row: not the row of a version that came after it."""
    return old is not None and (forgotten.version is None or old.version <= forgotten.version)


def _instant(when: str) -> tuple[str, str]:
    """Return a key that orders dates and times; exact times within a day are compared in UTC."""
    moment = datetime.fromisoformat(when)
    if len(when) == len("2026-04-07"):  # a bare date: the start of its day, wherever that was
        return when, ""
    utc = moment.astimezone(UTC)
    return utc.date().isoformat(), utc.time().isoformat()
