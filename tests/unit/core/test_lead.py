import pytest

from streams.core.extract import extract_entities
from streams.core.lead import MAX_CHARS, find_lead
from streams.core.speech_tokens import read_text
from tests.marked import marked

TITLE = "Council votes for a new bridge"
FIRST = "The city council voted on Tuesday for a new bridge over the river."
SECOND = "The bridge will cost 40 million crowns and open in two years."
THIRD = "Fishermen in the harbour have asked for cheaper diesel since last autumn."


def lead(text: str, title: str = TITLE, behind: int = 0) -> list[str]:
    plain, mentions = marked(text)
    reading = read_text(plain, extract_entities(title, plain, (), mentions))
    found = find_lead(title, plain, reading, behind)
    assert all(plain[s.start : s.end] == s.text for s in found)
    return [s.text for s in found]


def test_the_first_sentences_of_a_plain_report() -> None:
    assert lead(f"{FIRST} {SECOND}\n\n{THIRD}") == [FIRST, SECOND]


@pytest.mark.parametrize(
    "before",
    [
        "Will the city ever get its bridge over the wide river?",
        "READ MORE: the history of the bridges over the river.",
        "Sign up for our newsletter and get the news of the city.",
        "“We have waited for this bridge for a very long time.”",
        "Workers stand at the river in the city. (Ida Moe/Fair Wire)",
        "The river is seen in the morning light of spring, Getty Images.",
        "which the mayor has called a bridge for all of the people.",
        "Here are five things to know about the bridge and the river:",
        "The Bridge Over The River Divides The Whole Council Again.",
        "But not so fast.",
    ],
)
def test_what_is_no_sentence_of_the_report_is_passed_over(before: str) -> None:
    assert lead(f"{before}\n\n{FIRST}\n\n{SECOND}") == [FIRST, SECOND]


@pytest.mark.parametrize(
    "first",
    [
        "Support for a new bridge over the river has fallen in the city.",
        "Share prices of builders of the bridge fell sharply on Tuesday.",
        "By a vote of five to four, the council chose the new bridge.",
        "Video of the old bridge shows how it fell into the river.",
        "Northport Rovers beat Southbank United at Bridge Road Park on Saturday.",
    ],
)
def test_a_noun_of_teasers_and_a_row_of_names_may_open_a_report(first: str) -> None:
    assert lead(f"{first} {SECOND}\n\n{THIRD}", first)[0] == first


@pytest.mark.parametrize("before", ["By Ida Moe of the Fair Wire.", "Related stories: the bridge over a river."])
def test_a_byline_or_a_link_is_no_sentence_of_it(before: str) -> None:
    assert lead(f"{before}\n\n{FIRST}\n\n{SECOND}") == [FIRST, SECOND]


def test_the_headline_counts_beside_the_position() -> None:
    anecdote = "Ida Moe remembers how cold the mornings were when she was young."
    assert lead(f"{anecdote}\n\n{FIRST}\n\n{SECOND}") == [FIRST, SECOND]


def test_a_lead_that_is_printed_twice_is_told_once() -> None:
    assert lead(f"{FIRST}\n\n{FIRST}\n\n{SECOND}") == [FIRST, SECOND]


def test_the_dateline_is_no_part_of_it() -> None:
    dateline = "OSLO (Reuters) - "
    assert lead(f"{dateline}{FIRST} {SECOND}", behind=len(dateline)) == [FIRST, SECOND]


def test_a_sentence_that_leans_on_another_needs_it() -> None:
    leaning = "It will be built of stone by a company from the bridge trade."
    assert lead(f"{THIRD}\n\n{FIRST}\n\n{SECOND}\n\n{leaning}") == [FIRST, SECOND]


def test_a_quotation_that_somebody_says_is_told_whole() -> None:
    said = "“The new bridge is what the whole city needs,” said the mayor [Nora Vik|PERSON]."
    assert lead(f"{FIRST}\n\n{said}")[1] == marked(said)[0]


@pytest.mark.parametrize("text", ["", "\n\n", "Bridge.", "a b c d e f g h i j", "Word " * 400 + "."])
def test_nothing_where_nothing_reads_as_a_sentence(text: str) -> None:
    assert lead(text) == []
    assert len(text) < 50 or len(text) > MAX_CHARS


def test_one_sentence_is_one() -> None:
    assert lead(FIRST) == [FIRST]
    assert lead(FIRST, title="") == [FIRST]
