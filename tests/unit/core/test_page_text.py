import json

import pytest

from streams.core.page_text import agreed, headings, stated_bodies, without_headline, without_next, without_repeats

LINES = [
    f"Paragraph {name} tells what the council of Elmford decided about the {name} bridge over the Ren on Tuesday."
    for name in ("old", "new", "stone", "iron", "wooden", "railway")
]
TEXT = "\n".join(LINES)
LITTER = "Sign here for our best stories about gardens and travel."


def linked(*found: object) -> str:
    blocks = (f'<script type="application/ld+json">{json.dumps(one)}</script>' for one in found)
    return f"<html><head>{''.join(blocks)}</head><body><h1>The old <b>bridge</b> stays</h1></body></html>"


def test_the_stated_body_is_found_within_other_data() -> None:
    graph = {"@graph": [{"@type": "WebPage"}, {"@type": "NewsArticle", "articleBody": "A &amp; B"}]}
    assert stated_bodies(linked(graph)) == ["A & B"]
    assert stated_bodies("<script type='application/ld+json'>{\"articleBody\": broken</script>") == []
    assert stated_bodies("<p>no data</p>") == []


def test_of_several_bodies_only_the_pages_own_counts() -> None:
    own = {"headline": "The old bridge stays", "articleBody": "own"}
    other = {"headline": "Mendes scores twice", "articleBody": "of the next article"}
    assert stated_bodies(linked(other, own)) == ["own"]
    assert stated_bodies(linked(other, {"articleBody": "nameless"})) == []


def test_what_the_stated_body_lacks_goes_where_both_are_one_article() -> None:
    assert agreed(f"{TEXT}\n{LITTER}", [TEXT]) == TEXT


def test_headings_stay_although_bodies_lack_them() -> None:
    found = "\n".join([*LINES[:3], "What comes next", *LINES[3:]])
    markup = "<h2 class='x'>What <i>comes</i> next</h2>"
    assert agreed(found, [TEXT], headings(markup)) == found
    assert agreed(found, [TEXT]) == TEXT


def test_the_stated_body_is_taken_where_another_text_was_found() -> None:
    assert agreed(LITTER, [TEXT]) == TEXT
    assert agreed("", [TEXT]) == TEXT


@pytest.mark.parametrize("stated", [[], [""], ["A teaser of a few words."], [" ".join(LINES[:3])]])
def test_a_cut_or_missing_body_changes_nothing(stated: list[str]) -> None:
    assert agreed(TEXT, stated) == TEXT


def test_a_text_said_twice_is_said_once_and_refrains_stay() -> None:
    assert without_repeats(f"{TEXT}\n{LINES[2]}\n{LINES[0]} {LINES[1]}") == TEXT
    refrain = "“That is right.”\nHe nodded.\n“That is right.”"
    assert without_repeats(refrain) == refrain


def test_the_headline_goes_only_from_the_top() -> None:
    markup = linked()
    assert without_headline(f"News\nTHE OLD BRIDGE STAYS!\n{TEXT}", markup) == f"News\n{TEXT}"
    late = f"{TEXT}\nThe old bridge stays"
    assert without_headline(late, markup) == late
    assert without_headline(late, "<p>no headline</p>") == late


def test_another_headline_ends_the_article() -> None:
    markup = linked() + "<h1>Mendes scores twice for Santos</h1><h1>In brief</h1>"
    following = f"{TEXT}\nMendes scores twice for Santos\n{LITTER}"
    assert without_next(following, markup) == TEXT
    section = f"{TEXT}\nIn brief\n{LITTER}"
    assert without_next(section, markup) == section
    begun = f"Mendes scores twice for Santos\n{TEXT}"
    assert without_next(begun, markup) == begun
    assert without_next(following, linked()) == following
