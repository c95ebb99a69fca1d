import pytest

from streams.contracts.events import ClassifiedArticle, Entity, Language
from streams.contracts.ids import entity_id
from streams.core.extract import enrich_article, extract_entities, skipped_article, wanted
from streams.core.mentions import RawMention, clean_mentions
from streams.core.roles import roles_around, title_length
from tests.marked import entities_of, marked


def _texts(entity: Entity) -> list[str]:
    return [m.text for m in entity.mentions]


def test_a_surname_is_the_person_named_in_full() -> None:
    found = entities_of("[Mira Novak|PERSON] spoke. [Novak|PERSON] left.")
    assert list(found) == ["Mira Novak"]
    assert _texts(found["Mira Novak"]) == ["Mira Novak", "Novak"]


def test_a_surname_before_the_full_name_counts_too() -> None:
    found = entities_of("[Novak|PERSON] won. It was a good day for [Mira Novak|PERSON].")
    assert list(found) == ["Mira Novak"]


def test_a_surname_of_two_people_stays_by_itself() -> None:
    found = entities_of("[Mira Novak|PERSON] and [Petr Novak|PERSON] came. [Novak|PERSON] spoke.")
    assert set(found) == {"Mira Novak", "Petr Novak", "Novak"}


@pytest.mark.parametrize(
    ("shorter", "longer"),
    [
        ("Mira Novak", "Mira Jana Novak"),
        ("M. Novak", "Mira Novak"),
        ("Yoon", "Yoon Suk-yeol"),
        ("MIRA NOVAK", "Mira Novak"),
    ],
)
def test_forms_of_one_persons_name_are_one_entity(shorter: str, longer: str) -> None:
    found = entities_of(f"[{shorter}|PERSON] was there. So was [{longer}|PERSON] later.")
    assert list(found) == [longer]
    assert len(found[longer].mentions) == 2


def test_another_middle_name_is_another_person() -> None:
    found = entities_of("[Mira Jana Novak|PERSON] met [Mira Eva Novak|PERSON]. [Mira Novak|PERSON] smiled.")
    assert len(found) == 3


@pytest.mark.parametrize(
    "text",
    [
        "The [Ministry of Fair Weather|ORG] (MFW) said so. [MFW|ORG] officials agreed.",
        "The [Fair Weather Union|ORG] said so. [FWU|ORG] officials agreed.",
        "The [FWU|PERSON] was heard. The [Fair Weather Union|ORG] agreed.",
        "[Centro de Clima|ORG] (CDC) said so. [CDC|GPE] officials agreed.",
    ],
)
def test_an_acronym_is_its_expansion(text: str) -> None:
    (entity,) = entities_of(text).values()
    assert entity.type == "ORG"
    assert len(entity.mentions) == text.count("|") + text.count("(")


def test_an_agency_in_a_dateline_is_not_the_place() -> None:
    assert set(entities_of("[OSLO|GPE] ([AP|ORG]) Snow fell. The [AP|ORG] was there.")) == {"OSLO", "AP"}


def test_an_acronym_of_two_expansions_stays_by_itself() -> None:
    found = entities_of("[Fair Weather Union|ORG] and [Free Water Union|ORG] met. [FWU|ORG] won.")
    assert len(found) == 3


def test_dots_case_and_article_do_not_make_another_entity() -> None:
    found = entities_of("[OSLO|GPE]: [the U.S.|GPE] and [US|GPE] met in [Oslo|GPE]. [The US|GPE] won.")
    assert {name: len(e.mentions) for name, e in found.items()} == {"Oslo": 2, "U.S.": 3}


def test_a_company_with_and_without_its_legal_form() -> None:
    assert list(entities_of("[Novak Inc.|ORG] grew. [Novak|ORG] said so.")) == ["Novak Inc."]


def test_people_of_a_country_are_not_the_country() -> None:
    found = entities_of("[Russian|NORP] envoys left [Russia|GPE].")
    assert {e.type for e in found.values()} == {"NORP", "GPE"}


def test_the_majority_decides_the_type_and_the_first_of_equals() -> None:
    assert entities_of("[Novak|ORG], [Novak|PERSON] and [Novak|PERSON].")["Novak"].type == "PERSON"
    assert entities_of("[Novak|ORG] and [Novak|PERSON].")["Novak"].type == "ORG"


def test_what_something_is_in_is_a_place_in_the_headline_too() -> None:
    found = entities_of("The opera in [Zorbo|GPE] opens.", "[Zorbo|PERSON] opera opens")
    assert found["Zorbo"].type == "GPE"
    found = entities_of("The opera of [Zorbo|GPE] opens.", "[Zorbo|PERSON] opens an opera")
    assert found["Zorbo"].type == "PERSON"


def test_an_organisation_with_the_surname_of_a_person_introduced_before_is_the_person() -> None:
    assert list(entities_of("[Mira Novak|PERSON] spoke. [Novak|ORG] left.")) == ["Mira Novak"]
    assert set(entities_of("[Novak|ORG] grew, said [Mira Novak|PERSON].")) == {"Novak", "Mira Novak"}


def test_a_date_is_not_the_person_of_that_name() -> None:
    found = entities_of("[May|PERSON] resigned in [May|DATE].")
    assert found  # both have the name May
    text, mentions = marked("[May|PERSON] resigned in [May|DATE].")
    assert [e.type for e in extract_entities("", text, [], mentions)] == ["PERSON", "DATE"]


def test_entities_come_in_order_of_appearance_with_the_id_of_type_and_name() -> None:
    found = list(entities_of("[Oslo|GPE] and [Bergen|GPE].", "[Bergen|GPE] votes").values())
    assert [e.name for e in found] == ["Bergen", "Oslo"]
    assert found[0].entity_id == entity_id("GPE", "Bergen")


def test_an_entity_of_the_headline_only_has_no_mentions() -> None:
    found = entities_of("It snowed.", "[Oslo|GPE] under snow")
    assert found["Oslo"].mentions == ()
    assert found["Oslo"].salience == 1.0


def test_salience_rises_with_headline_frequency_and_position_and_sums_to_one_at_most() -> None:
    text = "[Oslo|GPE] and [Bergen|GPE]. [Bergen|GPE] won [3|CARDINAL] times. [Mira Novak|PERSON] left."
    found = entities_of(text, "[Mira Novak|PERSON] leaves")
    assert found["Mira Novak"].salience > found["Bergen"].salience > found["Oslo"].salience > 0
    assert found["3"].salience == 0
    assert sum(e.salience for e in found.values()) <= 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("saw [the United Nations’|ORG] hall", "United Nations"),
        ("[The Novak Group's|ORG] hall", "Novak Group"),
        ("told [The Guardian|ORG] so", "The Guardian"),
        ("met [Gen. Mira Novak|PERSON]", "Mira Novak"),
        ("met [Foreign Minister Novak|PERSON]", "Novak"),
        ("met [Major Garrett|PERSON]", "Major Garrett"),
        ("met [Freshman Senator Mira Novak|PERSON]", "Mira Novak"),
        ("in [southern Norway|GPE]", "Norway"),
        ("in [South Korea|GPE]", "South Korea"),
        ("for [R-Ky|PERSON]., and", "Ky."),
        ("in Louisville, [Ky|GPE].", "Ky."),
        ("paid [more than $5 million|MONEY]", "$5 million"),
        ("for [almost three years|DATE]", "three years"),
        ("in [the 1960s|DATE]", "1960s"),
        ("in [the summer|DATE]", "the summer"),
        ("on [its ninth day|DATE]", "ninth day"),
        ("[About|DATE] then", "About"),
        ("in this [year|DATE]'s vote", "this year"),
        ("of Mathis [1968|DATE]", "1968"),
        ("a $[15|MONEY] wage", "$15"),
        ("met [“Mira Novak,”|PERSON] he", "Mira Novak"),
        ("the [Line of Control (LoC|LOC])", "Line of Control"),
        ("the [Fair (Weather) Union|ORG] met", "Fair (Weather) Union"),
        ("[Mira Novak\n\nReporter|PERSON]", "Mira Novak"),
        ("at [Novak Inc.|ORG]", "Novak Inc."),
        ("at [Novak Bank.|ORG]", "Novak Bank"),
        ("in [U.S.|GPE] waters", "U.S."),
    ],
)
def test_a_mention_is_trimmed_to_the_name(text: str, expected: str) -> None:
    plain, mentions = marked(text)
    (found,) = clean_mentions(plain, mentions)
    assert plain[found.start : found.end] == expected


@pytest.mark.parametrize(
    "text",
    [
        "[Covid-19|PERSON]",
        "[novak|PERSON]",
        "[mira@example.org|ORG]",
        "[—|ORG]",
        "[X|ORG]",
        "[ \n |DATE]",
        "[2019|ORG]",
    ],
)
def test_what_cannot_be_a_name_is_left_out(text: str) -> None:
    assert clean_mentions(*marked(text)) == []


@pytest.mark.parametrize("words", ["said on", "wrote via", "posted a video on", "tweeted it on"])
def test_what_one_says_something_on_is_no_person(words: str) -> None:
    assert [m.label for m in clean_mentions(*marked(f"She {words} [Chirper|PERSON] later"))] == ["PRODUCT"]


def test_a_person_that_one_says_nothing_on_stays_a_person() -> None:
    assert [m.label for m in clean_mentions(*marked("sanctions on [Novak|PERSON] were lifted"))] == ["PERSON"]


def test_of_overlapping_mentions_the_earlier_and_longer_one_is_kept() -> None:
    mentions = [RawMention(5, 10, "ORG"), RawMention(0, 10, "PERSON"), RawMention(0, 4, "GPE")]
    assert clean_mentions("Mira Novak", mentions) == [RawMention(0, 10, "PERSON")]


def test_offsets_outside_the_text_are_ignored() -> None:
    mentions = [RawMention(-1, 4, "ORG"), RawMention(0, 11, "ORG"), RawMention(4, 4, "ORG")]
    assert clean_mentions("Mira Novak", mentions) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the army chief Gen. [Novak|PERSON] said", ["army chief", "general"]),
        ("Norwegian Foreign Minister [Novak|PERSON] said", ["foreign minister"]),
        ("former vice-president [Novak|PERSON] said", ["former vice president"]),
        ("UN Secretary-General [Novak|PERSON] said", ["secretary general"]),
        ("White House press secretary [Novak|PERSON] said", ["white house press secretary"]),
        ("the prime minister, [Novak|PERSON], said", ["prime minister"]),
        ("President Dr [Novak|PERSON] said", ["president"]),
        ("[Novak|PERSON], the prime minister, said", ["prime minister"]),
        ("[Novak|PERSON], Norway's foreign minister, said", ["foreign minister"]),
        ("[Novak|PERSON], chief executive officer of Acme, said", ["chief executive officer"]),
        ("[Novak|PERSON], President Lee said, left", []),
        ("Judges [Novak|PERSON] and Lee said", ["judge"]),
        ("then-Secretary of State [Novak|PERSON] said", ["secretary of state"]),
        ("[Novak|PERSON], the deputy chief of mission, said", ["deputy chief of mission"]),
        ("[Novak|PERSON], Lee's chief of staff. He", ["chief of staff"]),
        ("Former Oslo Gov. [Novak|PERSON] said", ["former governor"]),
        ("former CIA Director [Novak|PERSON] said", ["former director"]),
        ("a former campaign manager [Novak|PERSON] said", ["former campaign manager"]),
        ("The former town. Gov. [Novak|PERSON] said", ["governor"]),
        ("chief executive [Novak|PERSON] said", ["chief executive"]),
        ("a tech executive [Novak|PERSON] said", []),
        ("said [Novak|PERSON], the museum's director.", ["director"]),
        ("[Novak|PERSON], an astronomer who planned it", ["astronomer"]),
        ("special counsel [Novak|PERSON] said", ["special counsel"]),
        ("[Novak|PERSON], the solicitor general, said", ["solicitor general"]),
        ("Kenya's water minister [Novak|PERSON] said", ["water minister"]),
        ("Mr. [Novak|PERSON] said", []),
        ("He met the president. [Novak|PERSON] said", []),
        ("Meeting with army chief\n\n[Novak|PERSON] said", []),
        ("The officer [Novak|PERSON] met left", []),
        ("After meeting with the president, [Novak|PERSON] said", []),
        ("said the prime minister, [Novak|PERSON].", ["prime minister"]),
    ],
)
def test_roles(text: str, expected: list[str]) -> None:
    plain, ((start, end, _),) = marked(text)
    assert roles_around(plain, start, end) == expected


def test_roles_of_all_mentions_once_each() -> None:
    text = "President [Mira Novak|PERSON] came. Novak, the president, left. President [Novak|PERSON] slept."
    assert entities_of(text)["Mira Novak"].roles == ("president",)


@pytest.mark.parametrize(("name", "length"), [("Dr. Novak", 4), ("Novak", 0), ("King", 0), ("Crown Prince Lee", 13)])
def test_titles_are_measured(name: str, length: int) -> None:
    assert title_length(name) == length


def _article(language: str = "en", score: float = 1.0) -> ClassifiedArticle:
    return ClassifiedArticle(
        event_id="classified", article_id="a", url=None, canonical_url=None, guid="g", source="s", feed_url=None,
        rights=None, authors=(), published_at=None, modified_at=None, title="Oslo votes", text="Oslo voted.",
        removed=(), problems=(), language=Language(code=language, score=score), version=1, change="new", story_id="s",
        skipped={"topics": "no model"},
    )  # fmt: skip


def test_an_enriched_article_has_its_entities_and_an_id_of_its_own() -> None:
    article = enrich_article(_article(), [[], [RawMention(0, 4, "GPE")]], origin="o", pipeline="p")
    assert [e.name for e in article.entities] == ["Oslo"]
    assert article.event_id != "classified"
    assert article.skipped == {"topics": "no model"}


def test_an_enriched_article_has_its_quotes() -> None:
    text = '"It rains," Mira Novak said.'
    mentions = [[], [RawMention(12, 22, "PERSON")]]
    article = enrich_article(_article().model_copy(update={"text": text}), mentions, origin="o", pipeline="p")
    (quote,) = article.quotes
    assert text[quote.start : quote.end] == '"It rains,"'
    assert quote.speaker_entity_id == article.entities[0].entity_id


def test_a_skipped_article_says_why_and_keeps_earlier_reasons() -> None:
    article = skipped_article(_article(), "too slow", origin="o", pipeline="p")
    assert article.entities == ()
    assert article.skipped == {"topics": "no model", "entities": "too slow"}


def test_the_model_runs_on_english_and_where_the_language_is_doubtful() -> None:
    assert wanted(_article("en")) is None
    assert wanted(_article("und", 0.0)) is None
    assert wanted(_article("de", 0.4)) is None
    assert wanted(_article("de", 0.99)) == "no model for language de"
