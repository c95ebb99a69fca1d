"""Of how many made revisions the fold names everything rightly."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from streams.contracts.events import CleanArticle, UniqueArticle
from streams.core.dedupe import DedupeState
from streams.core.outcome import outcome
from tests.clean_articles import clean_article
from tests.quality.revisions.edits import EDITS
from tests.quality.revisions.made import Article, Revision, Truth

SEED: Final = 20260407
ALL: Final = "all"
_URL: Final = "https://example.org/revised"


class Judged(NamedTuple):
    """A revision, and what was said of it: "" where all was right."""

    revision: Revision
    wrong: str


def judged(made: Sequence[Revision]) -> list[Judged]:
    """Pass each revision through a fold that has seen the version before."""
    return [Judged(revision, _wrong(revision)) for revision in made]


def shares(found: Sequence[Judged]) -> dict[str, tuple[int, int]]:
    """Return by kind of edit how many revisions have it, and of how many of them everything was right."""
    kinds = {ALL: list(found), **{kind: [one for one in found if kind in one.revision.edits] for kind in EDITS}}
    return {kind: (len(ones), sum(not one.wrong for one in ones)) for kind, ones in kinds.items()}


def _wrong(revision: Revision) -> str:
    state = DedupeState()
    state.apply("before", state.judge(_clean(revision.before), "before", 0))
    after = _clean(revision.after)
    event, _ = outcome(after, state.judge(after, "after", 1), "after", "pipeline")
    if not isinstance(event, UniqueArticle):
        return f"{event.verdict}"
    wanted = "corrected" if revision.truth.note else "revised"
    if event.change != wanted:
        return f"{event.change}, not {wanted}"
    if event.changes is None:
        return "nothing named"
    said = Truth(*(getattr(event.changes, name) for name in Truth._fields))
    differing = [
        f"{name}: {got!r}, not {true!r}"
        for name, got, true in zip(Truth._fields, said, revision.truth, strict=True)
        if got != true
    ]
    return "; ".join(differing + ["uncompared"] * bool(event.changes.uncompared))


def _clean(article: Article) -> CleanArticle:
    return clean_article(_URL, article.title, "\n\n".join(article.paragraphs))
