"""Why one article is a copy of another, or not."""

import pytest

from streams.contracts.events import Changes, CleanArticle
from streams.core.decision import Decision
from streams.core.dedupe import DedupeState
from streams.core.explain import FORGOTTEN, NOT_LOOKED_UP, Explanation, Recorded, explain, otherwise, told
from streams.core.matching import DedupePolicy
from tests.clean_articles import HOUR_MS, clean_article, edited, headline, report

POLICY = DedupePolicy()
TEXT = report(1)
TEMPLATE = (
    "The state bank sold bills worth {a} million crowns in its weekly auction.\n\nThe average yield fell to {b} percent"
    " as bidders asked for more than was on offer, the bank said.\n\nThe next auction takes place in seven days, when"
    " the bank intends to sell papers of the same kind to banks and to savers alike, and to publish what they paid for"
    " them on the evening of the same day, as it has done for many years. Whoever wants to take part has to write to"
    " the office of the bank before noon and to say how much, at which price and for whose account."
)


def article(url: str, text: str, title: str = headline(1)) -> CleanArticle:
    return clean_article(url, title, text)


A = article("https://a.example/1", TEXT)


def against(
    text: str, title: str = headline(1), url: str = "https://b.example/1", earlier: CleanArticle = A
) -> Explanation:
    return explain(earlier, article(url, text, title), POLICY)


def test_a_near_copy_says_by_what() -> None:
    found = against("By Jane Doe\n\n" + edited(TEXT))
    assert (found.verdict, found.rule) == ("near_copy", "similar_text")
    assert found.headline == f"near copy: similar_text, score {told(found.score)}"
    assert [asked.name for asked in found.thresholds] == [
        "min_words", "longer", "near_jaccard", "near_containment", "conflicting_numbers", "conflicting_names",
    ]  # fmt: skip
    assert found.thresholds[-1].met
    assert found.later.substance.header == ("By Jane Doe",)
    assert found.text.words.only_earlier == found.text.words.only_later == 7
    assert "pairs of neighbouring words" in found.meaning


def test_a_template_names_the_figures_that_differ() -> None:
    earlier = article("https://a.example/b", TEMPLATE.format(a=100, b="2.10"), "State bank sells bills")
    later = TEMPLATE.format(a=250, b="1.90")
    found = against(later, "State bank sells bills", earlier=earlier)
    assert (found.verdict, found.rule) == ("new", "other_numbers")
    assert found.headline == (
        "different: other_numbers, 2 of 3 figures in equal surroundings differ (.667, at most .05)"
    )
    texts = [(pair.earlier.text, pair.later.text) for pair in found.figures.other]
    assert texts[0] == ("bills worth 100 million", "bills worth 250 million")


def test_other_names_and_corrections_object() -> None:
    lead = "{} won the race on the river ahead of a field of twenty boats from all over the country, "
    text = lead.format("Anna Berg") + " ".join(f"boat{n}" for n in range(80))
    one = article("https://a.example/c", text, "Race won")
    assert against(text.replace("Anna Berg", "Mia Lund"), "Race won", earlier=one).rule == "other_names"
    found = against("Correction: the date was wrong.\n\n" + edited(TEXT))
    assert (found.rule, found.because) == ("correction", "“Correction: the date was wrong.”")


def test_a_longer_version_and_an_excerpt() -> None:
    longer = against(TEXT + "\n\n" + report(2))
    assert (longer.verdict, longer.rule) == ("new", "longer_version")
    assert "at least 1.5" in longer.because
    whole = report(1, sentences=40)
    excerpt = against("\n\n".join(whole.split("\n\n")[:6]), earlier=article("https://a.example/b", whole, headline(1)))
    assert (excerpt.verdict, excerpt.rule) == ("contained", "excerpt")
    assert {"excerpt_containment", "min_excerpt_words"} <= {asked.name for asked in excerpt.thresholds}


def test_different_and_short_and_bare_texts() -> None:
    other = against(report(2), headline(2))
    assert (other.rule, other.headline.startswith("different: different_text, Jaccard of")) == ("different_text", True)
    short = against("The ferry is late.", "Ferry late")
    assert (short.rule, short.because) == ("too_short", "words of the shorter text 4, at least 40")
    bare = against("Please accept our cookies. " + " ".join(f"word{n}" for n in range(60)), "A quarrel about herring")
    assert (bare.rule, bare.because) == ("too_short", "the later one mentions nothing of its title")


def test_equal_words_at_another_address_and_at_the_same() -> None:
    copy = against(TEXT.upper(), "Another title")
    assert (copy.verdict, copy.headline, copy.thresholds) == ("exact_copy", "exact copy: same_words", ())
    again = against(TEXT, url="http://a.example/1/")
    assert (again.verdict, again.headline) == ("same_article", "same article: same_content")
    assert (copy.event_changes, again.event_changes) == (None, None)


def test_versions_say_what_changed() -> None:
    parts = TEXT.split("\n\n")
    revised = against("\n\n".join([*parts[:3], *parts[4:], "A new last one."]), "New title", url="https://a.example/1")
    assert (revised.verdict, revised.rule) == ("revised", "revised")
    assert revised.headline == "revised: revised, another title, paragraphs removed 1, added 1"
    assert revised.event_changes == Changes(title=True, added=(len(parts) - 1,), removed=(3,))
    assert [asked.name for asked in revised.thresholds] == ["replaced_jaccard"]
    assert against(edited(TEXT), url="https://a.example/1").thresholds == ()
    corrected = against("Correction: one word.\n\n" + TEXT, url="https://a.example/1")
    assert (corrected.verdict, corrected.because) == ("corrected", "paragraphs added 1")
    assert corrected.event_changes == Changes(title=False, note="Correction: one word.")
    replaced = against(report(5), headline(5), url="https://a.example/1")
    assert (replaced.verdict, replaced.thresholds[0].met) == ("replaced", False)


def test_a_version_that_differs_in_nothing_that_is_compared_is_the_same_article() -> None:
    assert against("By Jane Doe\n\n" + TEXT, url="https://a.example/1").changes == "nothing that is compared"


def test_after_the_window_the_earlier_one_is_forgotten() -> None:
    later = article("https://b.example/1", edited(TEXT))
    found = explain(A, later, POLICY, earlier_at=0, later_at=80 * HOUR_MS)
    assert (found.verdict, found.rule) == ("new", FORGOTTEN)
    assert found.because == "80 hours lie between them; by their words: similar_text"
    assert explain(A, later, POLICY, earlier_at=0, later_at=70 * HOUR_MS).verdict == "near_copy"


def test_what_shares_no_small_shingle_is_not_looked_up() -> None:
    policy = DedupePolicy(probe=0)
    found = explain(A, article("https://b.example/1", edited(TEXT)), policy)
    assert (found.verdict, found.rule, found.match.relationship) == ("new", NOT_LOOKED_UP, "copy")
    longer = explain(A, article("https://b.example/1", TEXT + "\n\n" + report(2)), policy)
    assert (longer.rule, longer.match.relationship) == (NOT_LOOKED_UP, "contains")


def test_the_verdict_is_that_of_a_fold_that_knows_the_earlier_one() -> None:
    later = article("https://b.example/1", edited(TEXT))
    fold = DedupeState(POLICY)
    fold.apply("1", fold.judge(A, "1", None))
    decision: Decision = fold.judge(later, "2", None)
    found = explain(A, later, POLICY)
    assert (decision.verdict, decision.rule, decision.score, decision.policy) == (
        found.verdict, found.rule, found.score, found.policy,
    )  # fmt: skip
    assert decision.evidence == found.match.evidence


@pytest.mark.parametrize(
    ("verdict", "rule", "canonical", "says"),
    [
        ("near_copy", "similar_text", A.article_id, ""),
        ("near_copy", "excerpt", A.article_id, "today's policy would decide the same by another rule: similar_text"),
        ("near_copy", "same_words_as_copy", A.article_id, ""),
        ("exact_copy", "same_words", A.article_id, "today's policy would decide otherwise: near copy: similar_text"),
        ("exact_copy", "same_words", "another", ""),
        ("new", "new", "own", "today's policy would decide otherwise: near copy: similar_text"),
    ],
)
def test_what_was_recorded_is_held_against_today(verdict: str, rule: str, canonical: str, says: str) -> None:
    now = against(edited(TEXT))
    recorded = Recorded(verdict, rule, 0.9, canonical, "p", "1")  # type: ignore[arg-type]
    assert otherwise(recorded, now).startswith(says)
    assert bool(otherwise(recorded, now)) == bool(says)


def test_a_later_version_is_no_contradiction_of_being_new_beside_another_article() -> None:
    now = against(report(2), headline(2))
    assert otherwise(Recorded("revised", "revised", 1.0, "own", "", "1"), now) == ""
    assert otherwise(Recorded("near_copy", "similar_text", 0.5, A.article_id, "", "1"), now)
    assert "an operator" in otherwise(Recorded("near_copy", "override", 1.0, A.article_id, "", "1"), now)


@pytest.mark.parametrize(
    ("number", "text"),
    [(0.0, "0"), (1.0, "1"), (0.91, ".91"), (0.4444, ".444"), (0.9996, "1"), (10.5, "10.5"), (402, "402")],
)
def test_numbers_for_people(number: float, text: str) -> None:
    assert told(number) == text
