"""Marks of a model, mended: split, named by form, relabelled, repeated. Names are made up, countries are not."""

import pytest

from streams.core.mentions import clean_mentions
from streams.core.patterns import _FREE, _WHOLE, _WORDS_IN, _words_in, with_patterns
from streams.core.relabel import relabelled
from streams.core.repeats import with_repeats
from streams.core.splits import split_mentions
from streams.core.widen import widened
from tests.marked import marked, spelled


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("in [Lorne, Louisiana|GPE]", ["Lorne|GPE", "Louisiana|GPE"]),
        ("the [U.S.-Mexico|ORG] border", ["U.S.|GPE", "Mexico|GPE"]),
        ("[Lyft-Mexico|ORG]", ["Lyft-Mexico|ORG"]),
        ("[Pak-Russia|GPE] ties", ["Pak|NORP", "Russia|GPE"]),
        ("[Sino-Angolan|NORP] ties", ["Sino|NORP", "Angolan|NORP"]),
        ("[Sino-Forest|ORG]", ["Sino-Forest|ORG"]),
        ("[Franco-Algerian|PERSON]", ["Franco-Algerian|PERSON"]),
        ("an [Anglo-Indian|NORP]", ["Anglo-Indian|NORP"]),
        ("the [House Democrats|PERSON]", ["House|ORG", "Democrats|NORP"]),
        ("[Senate GOP|ORG]", ["Senate|ORG", "GOP|ORG"]),
        ("a [Florida Republican|PERSON]", ["Florida|GPE", "Republican|NORP"]),
        ("[Republican Senate|ORG]", ["Republican|NORP", "Senate|ORG"]),
        ("[Zoom and Bang|ORG] fell. Bang rose.", ["Zoom|ORG", "Bang|ORG"]),
        ("[Zoom and Bang|ORG] fell. Zoom and Bang rose.", ["Zoom and Bang|ORG"]),
        ("[Novak and Novak|ORG]", ["Novak and Novak|ORG"]),
        ("[Big Zoom and Bang|ORG] fell. Bang rose.", ["Big Zoom and Bang|ORG"]),
    ],
)
def test_splits(text: str, expected: list[str]) -> None:
    plain, mentions = marked(text)
    assert spelled(plain, split_mentions(plain, mentions)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[Mira J.|PERSON] Novak said", ["Mira J. Novak|PERSON"]),
        ("[Mira J.|PERSON] [Novak|ORG] said", ["Mira J. Novak|PERSON"]),
        ("[Mira J.|PERSON] K. Novak-Lee said", ["Mira J. K. Novak-Lee|PERSON"]),
        ("said [Mira J.|PERSON] The mayor", ["Mira J.|PERSON"]),
        ("[Mira J.|PERSON] said", ["Mira J.|PERSON"]),
        ("[J.|PERSON] Novak said", ["J.|PERSON"]),
        ("the [House J.|ORG] Novak", ["House J.|ORG"]),
        ("[Pak|GPE]-Russia ties", ["Pak-Russia|GPE"]),
        ("[Pak|GPE]-[Russia|GPE] ties, [Oslo|GPE]", ["Pak-Russia|GPE", "Oslo|GPE"]),
        ("[Sino|NORP]-Forest", ["Sino|NORP"]),
        ("[Mexico|GPE]-based", ["Mexico|GPE"]),
    ],
)
def test_a_mark_that_stops_too_early_goes_on_to_the_end_of_its_name(text: str, expected: list[str]) -> None:
    plain, mentions = marked(text)
    assert spelled(plain, widened(plain, mentions)) == expected


def test_a_text_without_the_words_of_a_pattern_has_no_match_of_it() -> None:
    texts = """the Fourteenth Amendment
the 5th Congressional District
USA TODAY
USA Today
Washington state
Washington State
the Prime Minister's Office
the Chief Minister’s Office
the President's Office
in D.C. on
by Associated Press
by Agence France-Presse
by Getty Images
Reuters said
AFP said
the House voted
The full Senate voted
House Democrats
Senate Majority Leader""".splitlines()
    tried = set()
    for pattern, _ in (*_WHOLE, *_FREE):
        matched = [text for text in texts if pattern.search(text)]
        for text in matched:
            assert any(word in text for word in _words_in(pattern)), pattern
        tried |= {_words_in(pattern)} if matched else set()
    assert tried >= set(_WORDS_IN.values())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the [Second|ORDINAL] Amendment", ["Second Amendment|LAW"]),
        ("Georgia's [5th|ORDINAL] Congressional District", ["5th Congressional District|GPE"]),
        ("[USA|GPE] [TODAY|DATE]", ["USA TODAY|ORG"]),
        ("Lee, D-Fla., said", ["Fla.|GPE"]),
        ("Lee (R-Texas) said", ["Texas|GPE"]),
        ("Lee of D-Ohio.", ["Ohio|GPE"]),
        ("Lee of D-Novak.", []),
        ("The House voted. The House of Cards did not.", ["House|ORG"]),
        ("House Speaker Lee, White House Leader Lee", ["House|ORG"]),
        ("The [House of Lee|ORG] fell", ["House of Lee|ORG"]),
        ("the Prime Minister's Office", ["Prime Minister's Office|ORG"]),
        ("the [Prime Minister's Office|EVENT]", ["Prime Minister's Office|ORG"]),
        ("in D.C. today", ["D.C.|GPE"]),
        ("copyright Getty Images", ["Getty Images|ORG"]),
        ("angry Democrats and a Republican", ["Democrats|NORP", "Republican|NORP"]),
        ("the Republican Guard and [Republicans of Oslo|ORG]", ["Republicans of Oslo|ORG"]),
        ("on [NRK|ORG]'s “The New Day,” he", ["NRK|ORG", "New Day|WORK_OF_ART"]),
        ("on [NRK|ORG]'s “[New Day|DATE]”", ["NRK|ORG", "New Day|WORK_OF_ART"]),
        ("on [NRK|ORG]'s “no new day”", ["NRK|ORG"]),
        ("her film “Snow in May”", ["Snow in May|WORK_OF_ART"]),
        ("they said “Snow in May”", []),
        ('[Mira|PERSON] "Snow" [Novak|PERSON]', ['Mira "Snow" Novak|PERSON']),
        ('[Mira|PERSON] said "no" to [Novak|PERSON]', ["Mira|PERSON", "Novak|PERSON"]),
        ("The [Fair Weather Union|ORG] (FWU) said", ["Fair Weather Union|ORG", "FWU|ORG"]),
        ("[Oslo|ORG] (AP)", ["Oslo|ORG"]),
        ("[OSLO|PERSON], April 7 ([Fair Wire|PERSON]) - It snowed.", ["OSLO|GPE", "Fair Wire|ORG"]),
        ("[PORT OSLO|ORG] — It snowed.", ["PORT OSLO|GPE"]),
        ("It is [OSLO|ORG] (Fair) - or is it", ["OSLO|ORG"]),
        ("BREAKING — It snowed.", []),
    ],
)
def test_patterns(text: str, expected: list[str]) -> None:
    plain, mentions = marked(text)
    assert spelled(plain, with_patterns(plain, mentions)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[Wisconsin|NORP] parents", "Wisconsin|GPE"),
        ("the [Russian Federation|ORG]", "Russian Federation|GPE"),
        ("the wealthy [Czech|GPE] firm", "Czech|NORP"),
        ("[Christian|PERSON] came", "Christian|PERSON"),
        ("[Virginia|PERSON] came", "Virginia|PERSON"),
        ("the [Weather Act|ORG]", "Weather Act|LAW"),
        ("the [2012 Weather Act|DATE]", "Weather Act|LAW"),
        ("the [Oslo House|GPE]", "Oslo House|ORG"),
        ("the [House|PERSON]", "House|ORG"),
        ("[St Mira's Basilica|PERSON]", "St Mira's Basilica|FAC"),
        ("the [Zorb Gas Pipeline|ORG]", "Zorb Gas Pipeline|FAC"),
        ("the [Zorb Pipeline|PRODUCT]", "Zorb Pipeline|FAC"),
        ("[Zorb Pipeline|ORG] sold it", "Zorb Pipeline|ORG"),
        ("[Mira's List|PERSON]", "Mira's List|ORG"),
        ("the [Zorb-V|PERSON] vaccine", "Zorb-V|PRODUCT"),
        ("at [Zorb.gov|CARDINAL]", "Zorb.gov|PRODUCT"),
        ("[Indo-Norway|PERSON] relations", "Indo-Norway|NORP"),
        ("[Mira-Novak|PERSON] said", "Mira-Novak|PERSON"),
        ("[Jordan-Smith|PERSON] said", "Jordan-Smith|PERSON"),
        ("the village of [Zorb|PERSON]", "Zorb|GPE"),
        ("the gas company, [Zorb|PERSON], sold", "Zorb|ORG"),
        ("a stake in [Zorb|GPE]", "Zorb|ORG"),
        ("a stake in [Norway|GPE]", "Norway|GPE"),
        ("Ms. [Novak|ORG] said", "Novak|PERSON"),
        ("Ms. [Fair Novak|ORG] said", "Fair Novak|ORG"),
    ],
)
def test_labels_by_form(text: str, expected: str) -> None:
    plain, mentions = marked(text)
    assert spelled(plain, relabelled([plain], [mentions])[0]) == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("in [McLean|GPE], [Virginia|PERSON]", "Virginia|GPE"),
        ("[Mira Novak|PERSON] met [Novak|GPE]", "Novak|PERSON"),
        ("[Mira Novak|PERSON] fell in [Novak|GPE]", "Novak|GPE"),
        ("[Mira Norway|PERSON] met [Norway|GPE]", "Norway|GPE"),
        ("[Novak|GPE] met [Mira Novak|PERSON]; [Novak|GPE] won", "Novak|PERSON"),
        ("[Novak|PERSON] and [Mira Novak|ORG]", "Mira Novak|PERSON"),
        ("Ms. [Novak|PERSON], [Novak|ORG]", "Novak|PERSON"),
        ("[Zorb|GPE] executives left [Zorb|PERSON]", "Zorb|ORG"),
        ("[Zorb|PERSON] CEO Mira left [Zorb|PERSON]", "Zorb|ORG"),
        ("[Mira Zorb|PERSON] and [Zorb|GPE] executives", "Zorb|PERSON"),
        ("[Zorb|PERSON] shares rose", "Zorb|ORG"),
        ("[Zorb|PERSON] shares pictures of her son", "Zorb|PERSON"),
        ("[Zorb|GPE] shares fell", "Zorb|GPE"),
        ("shares in [Zorb|GPE] rose", "Zorb|GPE"),
        ("[Zorb|GPE] employees of Acme left", "Zorb|GPE"),
        ("[Mira Zorb|PERSON] rockets to the top", "Mira Zorb|PERSON"),
    ],
)
def test_labels_by_what_the_article_says(text: str, expected: str) -> None:
    plain, mentions = marked(text)
    assert spelled(plain, relabelled([plain], [mentions])[0])[-1] == expected


def test_a_name_of_many_initials_has_a_surname() -> None:
    text, mentions = marked("[A.B.C.D.E.F.G. Novak|PERSON] left. Then Novak came back, and Mira Novak did not.")
    (found,) = with_repeats([text], [mentions])
    assert spelled(text, found)[:2] == ["A.B.C.D.E.F.G. Novak|PERSON", "Novak|PERSON"]


def test_a_name_in_a_headline_ends_where_the_article_ends_it() -> None:
    title, in_title = marked("[Mira Novak Leaves|PERSON] Oslo, [Petr Novak Jr.|PERSON] stays, [Eva Lee|PERSON] too")
    text, in_text = marked("[Mira Novak|PERSON] left, [Petr Novak|PERSON] stayed.")
    found, _ = relabelled([title, text], [in_title, in_text])
    assert spelled(title, found) == ["Mira Novak|PERSON", "Petr Novak Jr.|PERSON", "Eva Lee|PERSON"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[Mira Novak|PERSON] came. Novak left.", ["Novak"]),
        ("[Mira Novak|PERSON] came. Mira Novak left.", ["Mira Novak"]),
        ("[Mira Novak|PERSON] came. “No,” Novak said, and President Novak left.", ["Novak", "Novak"]),
        ("[Mira Novak|PERSON] came. But Novak left.", ["Novak"]),
        ("[Mira Novak|PERSON] came. Petr Novak left.", []),
        ("[Mira Novak|PERSON] came. Novak Holdings left.", []),
        ("[Mira Novak|PERSON] came. @Novak left Novak-led talks.", []),
        ("[Mira Price|PERSON] came. Price and price rose.", []),
        ("[Mira Norway|PERSON] came. Norway won.", []),
        ("[Zorb|ORG] rose. Zorb fell, and Zorb Tower fell.", ["Zorb"]),
        ("[Fair Weather Union|ORG] rose. The Fair Weather Union fell.", ["Fair Weather Union"]),
        ("[AP|ORG] said. AP did.", ["AP"]),
        ("[Oslo Times|ORG] said. The Times did. Times change.", ["Times"]),
        ("[Oslo Ministry|ORG] said. The Ministry did.", []),
        ("[May|DATE] came. May went.", []),
        ("[Oslo|GPE] won. “Oslo (Norway)” it says.", ["Oslo"]),
    ],
)
def test_repeats(text: str, expected: list[str]) -> None:
    plain, mentions = marked(text)
    (found,) = with_repeats([plain], [mentions])
    assert found == sorted(found)
    assert [plain[m.start : m.end] for m in found if m not in mentions] == expected


def test_a_name_of_the_headline_is_found_in_the_text() -> None:
    title, in_title = marked("[Zorb|ORG] rises")
    _, found = with_repeats([title, "Why Zorb rose."], [in_title, []])
    assert spelled("Why Zorb rose.", found) == ["Zorb|ORG"]


def test_a_repeat_gets_the_label_that_most_marks_have() -> None:
    text, mentions = marked("[Zorb|GPE], [Zorb|ORG] and [Zorb|ORG]; Zorb fell")
    assert spelled(text, with_repeats([text], [mentions])[0])[-1] == "Zorb|ORG"


def test_a_full_stop_is_a_states_only_behind_its_abbreviation() -> None:
    text, mentions = marked("in [Ky|GPE]. Then in [Oslo|GPE].")
    assert spelled(text, clean_mentions(text, mentions)) == ["Ky.|GPE", "Oslo|GPE"]
