import json

import pytest

from streams.core.page_facts import Facts, read_facts


def linked(**found: object) -> str:
    return f'<script type="application/ld+json">{json.dumps({"@type": "NewsArticle", **found})}</script>'


@pytest.mark.parametrize(
    ("author", "names"),
    [
        ({"@type": "Person", "name": "Ann Lee"}, ("Ann Lee",)),
        ([{"name": "Ann Lee"}, {"name": "By Bo Ek"}], ("Ann Lee", "Bo Ek")),
        (["Ann Lee", "Ann Lee"], ("Ann Lee",)),
        ("By Ann Lee, Bo Ek and Cy Oh", ("Ann Lee", "Bo Ek", "Cy Oh")),
        ({"name": ["Ann Lee", "Bo Ek"]}, ("Ann Lee", "Bo Ek")),
        ("https://example.org/ann", ()),
        ("admin", ()),
        ({"name": None}, ()),
        ("x" * 200, ()),
    ],
)
def test_authors_of_linked_data(author: object, names: tuple[str, ...]) -> None:
    assert read_facts(linked(author=author)).authors == names


def test_linked_data_counts_before_meta_elements() -> None:
    metas = "<meta property='article:published_time' content='2026-04-07T08:00:00Z'><meta name=author content='Bo Ek'>"
    assert read_facts(metas) == Facts("2026-04-07T08:00:00Z", ("Bo Ek",))
    both = metas + linked(datePublished=" 2026-04-06 ", author="Ann Lee")
    assert read_facts(both) == Facts("2026-04-06", ("Ann Lee",))


@pytest.mark.parametrize(
    "markup",
    ["<time itemprop='datePublished' datetime='2026-04-07'>", "<time pubdate datetime='2026-04-07'>",
     "<meta content='2026-04-07' itemprop='datePublished'>", "<meta name='DC.date' content='2026-04-07'>"],
)  # fmt: skip
def test_dates_of_elements(markup: str) -> None:
    assert read_facts(markup).published == "2026-04-07"


def test_other_objects_say_nothing_of_the_article() -> None:
    markup = linked(author="Ann Lee").replace("NewsArticle", "Organization")
    assert read_facts(markup + "<script type='application/ld+json'>{broken</script>") == Facts()
    assert read_facts("") == Facts()
