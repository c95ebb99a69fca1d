"""newswire's fold as a matcher."""

from collections.abc import Sequence

from streams.contracts.events import CleanArticle
from streams.core import clean_text
from streams.core.decision import Decision
from streams.core.dedupe import DedupeState
from streams.core.fingerprint import Fingerprint, fingerprint
from streams.core.matching import compare
from streams.core.wording import read_article
from tests.clean_articles import clean_article
from tests.quality.wire_edits.matchers import Answer, Progress, counted, earlier_stories
from tests.quality.wire_edits.story import Case, Relation, Story


class Newswire:
    """The fold as it ships, after the clean-up of characters and paragraphs that every article passes before it."""

    name = "newswire"

    def answers(self, cases: Sequence[Case], say: Progress) -> list[Answer]:
        """Judge each case; a wrong answer says which rule decided against the right article."""
        state, urls, marks = DedupeState(), dict[str, str](), dict[str, Fingerprint]()
        for number, story in enumerate(counted(earlier_stories(cases), f"{self.name}: earlier", say)):
            article = clean(story)
            urls[article.article_id] = story.url
            marks[story.url] = fingerprint(read_article(article.title, article.text))
            state.apply(f"earlier-{number}", state.judge(article, f"earlier-{number}", None))
        return [self._answer(case, state, urls, marks) for case in counted(cases, f"{self.name}: later", say)]

    def _answer(self, case: Case, state: DedupeState, urls: dict[str, str], marks: dict[str, Fingerprint]) -> Answer:
        article = clean(case.later)
        decision = state.judge(article, "later", None)
        answer = _said(decision, urls)
        if case.original and case.original not in answer.urls and answer.relation != "same_article":
            return answer._replace(why=_against(article, marks[case.original], state, answer))
        return answer


def _said(decision: Decision, urls: dict[str, str]) -> Answer:
    if decision.verdict == "same_article" or decision.change in ("revised", "corrected", "replaced"):
        return Answer("same_article", (urls.get(decision.article_id, ""),), decision.rule)
    if decision.verdict is not None:
        relation: Relation = "contained" if decision.verdict == "contained" else "copy"
        return Answer(relation, (urls[decision.canonical_id],), decision.rule)
    if decision.related:
        return Answer("contains", tuple(urls[found] for found in decision.related), "contains")
    return Answer("different", (), decision.rule)


def _against(article: CleanArticle, original: Fingerprint, state: DedupeState, answer: Answer) -> str:
    """Return the rule that decided against the right original; "not looked at" where it would have been found."""
    match = compare(fingerprint(read_article(article.title, article.text)), original, state.policy)
    if match.relationship == "other":
        return match.rule
    return "taken for another's" if answer.urls else f"not looked at ({match.rule})"


def clean(story: Story) -> CleanArticle:
    """Return a story as it arrives at dedupe."""
    resolved = clean_text.resolve_entities(clean_text.safe(story.text)[0])
    text = "\n\n".join(clean_text.paragraphs(resolved))
    title = clean_text.one_line(clean_text.resolve_entities(story.title))
    return clean_article(story.url, title, text, published_at=story.published)
